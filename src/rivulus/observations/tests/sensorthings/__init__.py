"""SensorThings as clients see it."""

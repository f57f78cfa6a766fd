"""What the city measures, as data beside SensorThings."""

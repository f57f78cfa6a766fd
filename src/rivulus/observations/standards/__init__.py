"""OGC SensorThings 1.1 and the messages of devices, word for word."""

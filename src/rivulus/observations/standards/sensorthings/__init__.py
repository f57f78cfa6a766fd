"""OGC SensorThings API 1.1 (OGC 18-088) and its Tasking part (OGC 17-079r1), word for word."""

"""What devices say, read and judged: SensorThings, LoRaWAN networks, NGSI-LD, and vendors' JSON through a mapping."""

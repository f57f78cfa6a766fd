"""The bridge to a broker of MQTT 3.1.1: what devices publish goes into the store, what the store learns is published."""

"""The gate: how observations come in by SensorThings' own requests, in a process of its own and in the web's."""

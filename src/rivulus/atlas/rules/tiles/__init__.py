"""Vector tiles (Mapbox Vector Tile 2.1), cut and written for many features at once: see ``encoding.encode_tile``."""

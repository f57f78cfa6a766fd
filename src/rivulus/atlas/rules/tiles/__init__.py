"""Vector tiles (Mapbox Vector Tile 2.1), cut and written for many features at once.

``encoding.encode_tile`` is the way in; ``grid.Tile`` names a tile, ``paths.to_world`` projects what several tiles share.
"""

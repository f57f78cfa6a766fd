"""Where things are: boundaries, layers, features, tiles, edits under review."""

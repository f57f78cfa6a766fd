"""What the pack says of the atlas, one module for each of its files."""

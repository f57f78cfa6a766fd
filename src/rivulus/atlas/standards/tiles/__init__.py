"""Layers as vector tiles: drawn from the features of a day, kept under the revision of the layer."""

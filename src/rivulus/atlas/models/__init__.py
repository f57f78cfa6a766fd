"""What the atlas keeps: layers and features with their history."""

from rivulus.atlas.models.layers import Change, Feature, Layer, PastFeature

__all__ = ["Change", "Feature", "Layer", "PastFeature"]

"""What the atlas does regularly."""

from rivulus.atlas.management.schedule import recipes

__all__ = ["recipes"]

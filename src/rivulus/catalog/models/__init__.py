"""What the catalog keeps: datasets, and how to get them."""

from rivulus.catalog.models.datasets import Dataset, Distribution, Event

__all__ = ["Dataset", "Distribution", "Event"]

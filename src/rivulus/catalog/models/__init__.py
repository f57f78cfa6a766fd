"""What the catalog keeps: datasets, and how to get them."""

from rivulus.catalog.models.datasets import Dataset, Distribution, Event
from rivulus.catalog.models.harvest import HarvestRun, HarvestSource
from rivulus.catalog.models.quality import Assessment, LinkCheck
from rivulus.catalog.models.requests import DataRequest, Reuse
from rivulus.catalog.models.tables import KeptTable, Snapshot
from rivulus.catalog.models.uploads import Upload
from rivulus.catalog.models.usage import Usage

__all__ = [
    "Assessment",
    "DataRequest",
    "Dataset",
    "Distribution",
    "Event",
    "HarvestRun",
    "HarvestSource",
    "KeptTable",
    "LinkCheck",
    "Reuse",
    "Snapshot",
    "Upload",
    "Usage",
]

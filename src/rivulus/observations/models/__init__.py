"""Tables of things, series, suppliers, rules and forecasts; the store of readings itself is in plain SQL."""

from rivulus.observations.models.suppliers import Supplier, SupplierKey, SupplierMember
from rivulus.observations.models.tasking import Actuator, Task, TaskingCapability
from rivulus.observations.models.things import (
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    MultiDatastreamPart,
    ObservedProperty,
    Sensor,
    Thing,
)

__all__ = [
    "Actuator",
    "Datastream",
    "FeatureOfInterest",
    "HistoricalLocation",
    "Location",
    "MultiDatastreamPart",
    "ObservedProperty",
    "Sensor",
    "Supplier",
    "SupplierKey",
    "SupplierMember",
    "Task",
    "TaskingCapability",
    "Thing",
]

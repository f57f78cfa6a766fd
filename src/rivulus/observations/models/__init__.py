"""Tables of things, series, suppliers, rules and forecasts; the store of readings itself is in plain SQL."""

from rivulus.observations.models.alarms import (
    Alarm,
    AlarmMove,
    Delivery,
    Maintenance,
    Notification,
    PublicNotice,
    Silence,
)
from rivulus.observations.models.automations import (
    Automation,
    AutomationCursor,
    AutomationVersion,
    Occurrence,
    Replay,
    Run,
    RunStep,
)
from rivulus.observations.models.connectors import Connector, ConnectorRun
from rivulus.observations.models.declarations import Declaration
from rivulus.observations.models.devices import DeviceMessage
from rivulus.observations.models.forecasts import Forecast, Forecaster, Training
from rivulus.observations.models.imports import HistoryImport, ImportReject
from rivulus.observations.models.owners import Owner
from rivulus.observations.models.publishing import Outgoing
from rivulus.observations.models.simulation import Simulation
from rivulus.observations.models.suppliers import Supplier, SupplierKey, SupplierMember, SupplierUsage
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
    "Alarm",
    "AlarmMove",
    "Automation",
    "AutomationCursor",
    "AutomationVersion",
    "Connector",
    "ConnectorRun",
    "Datastream",
    "Declaration",
    "Delivery",
    "DeviceMessage",
    "FeatureOfInterest",
    "Forecast",
    "Forecaster",
    "HistoricalLocation",
    "HistoryImport",
    "ImportReject",
    "Location",
    "Maintenance",
    "MultiDatastreamPart",
    "Notification",
    "ObservedProperty",
    "Occurrence",
    "Outgoing",
    "Owner",
    "PublicNotice",
    "Replay",
    "Run",
    "RunStep",
    "Sensor",
    "Silence",
    "Simulation",
    "Supplier",
    "SupplierKey",
    "SupplierMember",
    "SupplierUsage",
    "Task",
    "TaskingCapability",
    "Thing",
    "Training",
]

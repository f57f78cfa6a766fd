"""The entity sets of SensorThings: their properties, where these are kept, and how sets lead to one another.

Pieces of SQL stand in templates: ``{t}`` is the alias of the row, ``{s}`` the alias of the row that a link starts from.
"""

from dataclasses import dataclass, field
from functools import cached_property

from rivulus.observations.rules.filters.kinds import Kind


@dataclass(frozen=True, slots=True)
class Field:
    """One property of an entity: ``sql`` is what filters compare, ``shown`` what is read to be shown.

    ``attribute`` is the model's attribute that a write sets; computed properties have none.
    """

    name: str
    kind: Kind
    sql: str
    shown: str = ""
    end_sql: str = ""
    attribute: str = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """How one set leads to another: over a column of the source, of the target, or a table between them."""

    name: str
    target: str
    is_many: bool
    forward: str = ""  # column of the source that holds the target's number
    reverse: str = ""  # column of the target that holds the source's number
    through: tuple[str, str, str] = ("", "", "")  # table, its column of the source, its column of the target


@dataclass(frozen=True)
class Entity:
    """One entity set."""

    set_name: str
    name: str
    table: str
    model: str
    fields: tuple[Field, ...]
    links: tuple[Link, ...]
    condition: str = ""
    order: str = "{t}.id"
    conforms: str = field(default="")

    @cached_property
    def field_names(self) -> dict[str, Field]:
        """The properties by name."""
        return {item.name: item for item in self.fields}

    @cached_property
    def link_names(self) -> dict[str, Link]:
        """The links by name."""
        return {item.name: item for item in self.links}

    def __hash__(self) -> int:
        return hash(self.set_name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entity) and other.set_name == self.set_name


SIMULATED = """CASE WHEN {t}.is_simulated THEN {t}.properties || '{{"simulated": true}}' ELSE {t}.properties END"""
"""The properties of things and series say so when they are simulated."""

# The oldest and newest of a series: the head knows them as of the last closed hour, the tables what came since.
FIRST = """LEAST((SELECT h.first_time FROM observations_head h WHERE h.datastream = {t}.id),
 (SELECT r.time FROM observations_reading r WHERE r.datastream = {t}.id ORDER BY r.time LIMIT 1),
 (SELECT r.time FROM observations_record r WHERE r.datastream = {t}.id ORDER BY r.time LIMIT 1),
 (SELECT b.start FROM observations_block b WHERE b.datastream = {t}.id ORDER BY b.start LIMIT 1))"""
LAST = """GREATEST((SELECT h.last_time FROM observations_head h WHERE h.datastream = {t}.id),
 (SELECT r.time FROM observations_reading r WHERE r.datastream = {t}.id ORDER BY r.time DESC LIMIT 1),
 (SELECT r.time FROM observations_record r WHERE r.datastream = {t}.id ORDER BY r.time DESC LIMIT 1),
 (SELECT b.finish FROM observations_block b WHERE b.datastream = {t}.id ORDER BY b.start DESC LIMIT 1))"""
FIRST_RESULT = "(SELECT min(a.result_time) FROM observations_annotation a WHERE a.datastream = {t}.id)"
LAST_RESULT = "(SELECT max(a.result_time) FROM observations_annotation a WHERE a.datastream = {t}.id)"
PARTS = """(SELECT jsonb_agg({what} ORDER BY p.position) FROM observations_multidatastreampart p
 WHERE p.datastream_id = {{t}}.id)"""


def _text(name: str, column: str, *, is_required: bool = False) -> Field:
    return Field(name, Kind.TEXT, f"{{t}}.{column}", attribute=column, is_required=is_required)


def _json(name: str, column: str, *, is_required: bool = False) -> Field:
    return Field(name, Kind.ANY, f"{{t}}.{column}", attribute=column, is_required=is_required)


NAME = _text("name", "name", is_required=True)
DESCRIPTION = _text("description", "description")
ENCODING = _text("encodingType", "encoding_type", is_required=True)
PROPERTIES = _json("properties", "properties")
MARKED = Field("properties", Kind.ANY, SIMULATED, attribute="properties")
METADATA = _json("metadata", "metadata", is_required=True)
OBSERVATION_TYPE = _text("observationType", "observation_type", is_required=True)
AREA = Field("observedArea", Kind.GEOMETRY, "{t}.observed_area", attribute="observed_area")
PHENOMENON_TIME = Field("phenomenonTime", Kind.INTERVAL, FIRST, end_sql=LAST)
RESULT_TIME = Field("resultTime", Kind.INTERVAL, FIRST_RESULT, end_sql=LAST_RESULT)

STREAM_LINKS = (
    Link("Thing", "Things", False, forward="thing_id"),
    Link("Sensor", "Sensors", False, forward="sensor_id"),
)
OBSERVATIONS_LINK = Link("Observations", "Observations", True, reverse="datastream")

ENTITIES: tuple[Entity, ...] = (
    Entity(
        "Things",
        "Thing",
        "observations_thing",
        "Thing",
        (NAME, DESCRIPTION, MARKED),
        (
            Link("Locations", "Locations", True, through=("observations_thing_locations", "thing_id", "location_id")),
            Link("HistoricalLocations", "HistoricalLocations", True, reverse="thing_id"),
            Link("Datastreams", "Datastreams", True, reverse="thing_id"),
            Link("MultiDatastreams", "MultiDatastreams", True, reverse="thing_id"),
            Link("TaskingCapabilities", "TaskingCapabilities", True, reverse="thing_id"),
        ),
    ),
    Entity(
        "Locations",
        "Location",
        "observations_location",
        "Location",
        (
            NAME,
            DESCRIPTION,
            ENCODING,
            Field("location", Kind.GEOMETRY, "{t}.location", attribute="location", is_required=True),
            PROPERTIES,
        ),
        (
            Link("Things", "Things", True, through=("observations_thing_locations", "location_id", "thing_id")),
            Link(
                "HistoricalLocations",
                "HistoricalLocations",
                True,
                through=("observations_historicallocation_locations", "location_id", "historicallocation_id"),
            ),
        ),
    ),
    Entity(
        "HistoricalLocations",
        "HistoricalLocation",
        "observations_historicallocation",
        "HistoricalLocation",
        (Field("time", Kind.INSTANT, "{t}.time", attribute="time", is_required=True),),
        (
            Link("Thing", "Things", False, forward="thing_id"),
            Link(
                "Locations",
                "Locations",
                True,
                through=("observations_historicallocation_locations", "historicallocation_id", "location_id"),
            ),
        ),
    ),
    Entity(
        "Datastreams",
        "Datastream",
        "observations_datastream",
        "Datastream",
        (
            NAME,
            DESCRIPTION,
            OBSERVATION_TYPE,
            _json("unitOfMeasurement", "unit_of_measurement", is_required=True),
            AREA,
            PHENOMENON_TIME,
            RESULT_TIME,
            MARKED,
        ),
        (
            *STREAM_LINKS,
            Link("ObservedProperty", "ObservedProperties", False, forward="observed_property_id"),
            OBSERVATIONS_LINK,
        ),
        condition="{t}.kind <> 'multi'",
    ),
    Entity(
        "MultiDatastreams",
        "MultiDatastream",
        "observations_datastream",
        "Datastream",
        (
            NAME,
            DESCRIPTION,
            OBSERVATION_TYPE,
            Field(
                "multiObservationDataTypes",
                Kind.ANY,
                PARTS.format(what="to_jsonb(p.observation_type)"),
                attribute="parts",
                is_required=True,
            ),
            Field(
                "unitOfMeasurements",
                Kind.ANY,
                PARTS.format(what="p.unit_of_measurement"),
                attribute="parts",
                is_required=True,
            ),
            AREA,
            PHENOMENON_TIME,
            RESULT_TIME,
            MARKED,
        ),
        (
            *STREAM_LINKS,
            Link(
                "ObservedProperties",
                "ObservedProperties",
                True,
                through=("observations_multidatastreampart", "datastream_id", "observed_property_id"),
            ),
            OBSERVATIONS_LINK,
        ),
        condition="{t}.kind = 'multi'",
    ),
    Entity(
        "Sensors",
        "Sensor",
        "observations_sensor",
        "Sensor",
        (NAME, DESCRIPTION, ENCODING, METADATA, PROPERTIES),
        (
            Link("Datastreams", "Datastreams", True, reverse="sensor_id"),
            Link("MultiDatastreams", "MultiDatastreams", True, reverse="sensor_id"),
        ),
    ),
    Entity(
        "ObservedProperties",
        "ObservedProperty",
        "observations_observedproperty",
        "ObservedProperty",
        (NAME, _text("definition", "definition", is_required=True), DESCRIPTION, PROPERTIES),
        (
            Link("Datastreams", "Datastreams", True, reverse="observed_property_id"),
            Link(
                "MultiDatastreams",
                "MultiDatastreams",
                True,
                through=("observations_multidatastreampart", "observed_property_id", "datastream_id"),
            ),
        ),
    ),
    Entity(
        "Observations",
        "Observation",
        "observations_reading",
        "",
        (
            Field("phenomenonTime", Kind.INTERVAL, "{t}.time", end_sql="{t}.end_time", attribute="time"),
            Field("resultTime", Kind.INSTANT, "{t}.result_time", attribute="result_time"),
            Field("result", Kind.ANY, "{t}.result", attribute="result", is_required=True),
            Field("resultQuality", Kind.ANY, "{t}.result_quality", attribute="result_quality"),
            Field("validTime", Kind.INTERVAL, "{t}.valid_from", end_sql="{t}.valid_to", attribute="valid_time"),
            Field("parameters", Kind.ANY, "{t}.parameters", attribute="parameters"),
        ),
        (
            Link("Datastream", "Datastreams", False, forward="datastream"),
            Link("MultiDatastream", "MultiDatastreams", False, forward="datastream"),
            Link("FeatureOfInterest", "FeaturesOfInterest", False, forward="feature"),
        ),
    ),
    Entity(
        "FeaturesOfInterest",
        "FeatureOfInterest",
        "observations_featureofinterest",
        "FeatureOfInterest",
        (
            NAME,
            DESCRIPTION,
            ENCODING,
            Field("feature", Kind.GEOMETRY, "{t}.feature", attribute="feature", is_required=True),
            PROPERTIES,
        ),
        (Link("Observations", "Observations", True, reverse="feature"),),
    ),
    Entity(
        "Actuators",
        "Actuator",
        "observations_actuator",
        "Actuator",
        (NAME, DESCRIPTION, ENCODING, METADATA, PROPERTIES),
        (Link("TaskingCapabilities", "TaskingCapabilities", True, reverse="actuator_id"),),
    ),
    Entity(
        "TaskingCapabilities",
        "TaskingCapability",
        "observations_taskingcapability",
        "TaskingCapability",
        (NAME, DESCRIPTION, _json("taskingParameters", "tasking_parameters", is_required=True), PROPERTIES),
        (
            Link("Thing", "Things", False, forward="thing_id"),
            Link("Actuator", "Actuators", False, forward="actuator_id"),
            Link("Tasks", "Tasks", True, reverse="tasking_capability_id"),
        ),
    ),
    Entity(
        "Tasks",
        "Task",
        "observations_task",
        "Task",
        (
            Field("creationTime", Kind.INSTANT, "{t}.creation_time", attribute="creation_time"),
            _json("taskingParameters", "tasking_parameters", is_required=True),
            # Ours: how far it got (accepted, sent, done, failed, withdrawn), and since when.
            Field(
                "properties",
                Kind.ANY,
                "({t}.properties || jsonb_build_object('state', {t}.state, 'stateAt', {t}.state_at))",
                attribute="properties",
            ),
        ),
        (Link("TaskingCapability", "TaskingCapabilities", False, forward="tasking_capability_id"),),
    ),
)

SETS: dict[str, Entity] = {entity.set_name: entity for entity in ENTITIES}
"""By the name of the set: ``SETS["Things"]``."""

NAMES: dict[str, Entity] = {entity.name: entity for entity in ENTITIES}
"""By the name of one: ``NAMES["Thing"]``."""

"""What things, places, sensors, properties and series must say of themselves: frozen specifications and their checks.

A specification names its entity by a stable ``code``, so that the same entity is found again by the pack, connectors,
the simulation and suppliers' devices. Words and codes of values are those of OGC 18-088 (SensorThings 1.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import read_geojson
from rivulus.kernel.words import N_
from rivulus.observations.rules.documents import check_object, check_text, check_value
from rivulus.observations.rules.tasking import check_record
from rivulus.observations.terms import KINDS, OM, Domain, ObservationType, ResultKind

GEOJSON = "application/geo+json"
GEOJSON_TYPES = frozenset({GEOJSON, "application/vnd.geo+json", "application/geojson"})
LONGEST_NAME = 255
LONGEST_CODE = 200
LONGEST_DESCRIPTION = 20_000
LONGEST_DEFINITION = 1000
LONGEST_ENCODING = 100
MOST_PARTS = 100
LIMIT_KEYS = frozenset(
    {"minimum", "maximum", "max_change_per_h", "flat_after_s", "neighbour_distance_m", "neighbour_deviations"}
)
RETENTION_KEYS = frozenset({"raw_days", "hourly_days"})
UNIT_KEYS = ("name", "symbol", "definition")
NO_UNIT: dict[str, str | None] = dict.fromkeys(UNIT_KEYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationSpec:
    """A place: GeoJSON (WGS 84) unless ``encoding_type`` says otherwise. Without a code it takes the thing's."""

    location: Any
    name: str = ""
    description: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    encoding_type: str = GEOJSON
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureSpec:
    """What observations are about, where it is not the place of the thing."""

    feature: Any
    name: str
    code: str | None = None
    description: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    encoding_type: str = GEOJSON


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorSpec:
    """An instrument or a procedure."""

    code: str
    name: str
    description: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    encoding_type: str = "text/plain"
    metadata: Any = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertySpec:
    """What is observed; ``definition`` is the address of its definition."""

    code: str
    name: str
    definition: str
    description: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    retention: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSpec:
    """One place in the result array of a MultiDatastream; the property may be named by its code."""

    observed_property: PropertySpec | str
    observation_type: str = ObservationType.MEASUREMENT
    unit: Mapping[str, str | None] = field(default_factory=lambda: dict(NO_UNIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesSpec:
    """A Datastream of a thing, or a MultiDatastream where it has ``parts`` in place of a property.

    Sensor and property may be named by the code of one that exists. ``unit`` has the keys name, symbol, definition.
    """

    code: str
    name: str
    sensor: SensorSpec | str
    observed_property: PropertySpec | str | None = None
    observation_type: str = ObservationType.MEASUREMENT
    unit: Mapping[str, str | None] = field(default_factory=lambda: dict(NO_UNIT))
    parts: tuple[PartSpec, ...] = ()
    description: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    observed_area: Any = None
    default_feature: FeatureSpec | None = None
    period_s: int | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    is_public: bool = True
    is_simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActuatorSpec:
    """Something that acts."""

    code: str
    name: str
    description: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    encoding_type: str = "text/plain"
    metadata: Any = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilitySpec:
    """What a thing can be told to do; ``tasking_parameters`` is a SWE Common DataRecord in JSON."""

    code: str
    name: str
    actuator: ActuatorSpec | str
    tasking_parameters: Mapping[str, Any]
    description: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingSpec:
    """A thing with its place, its series and what it can be told. ``supplier`` is the number of whose it is.

    What stands in the store and not here stays: a thing described without one of its series keeps it.
    """

    code: str
    name: str
    domain: str = ""
    description: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    locations: tuple[LocationSpec, ...] = ()
    series: tuple[SeriesSpec, ...] = ()
    capabilities: tuple[CapabilitySpec, ...] = ()
    supplier: int | None = None
    is_public: bool = True
    is_simulated: bool = False


def find_kind(observation_type: str, *, is_multi: bool = False) -> ResultKind:
    """Return what results of this observation type are kept as; raises Refused for a type of no standard."""
    if is_multi:
        return ResultKind.MULTI
    if not isinstance(observation_type, str) or not observation_type.startswith(OM) or len(observation_type) > 120:
        raise Refused(
            N_("The observationType %(given)s is not one of OGC's; a measurement is %(example)s."),
            given=str(observation_type)[:120],
            example=str(ObservationType.MEASUREMENT),
        )
    kind = KINDS.get(ObservationType(observation_type)) if observation_type in set(ObservationType) else None
    # A geometry, a time, or a complex result of a plain Datastream: JSON as it is given.
    return ResultKind.ANY if kind in (None, ResultKind.MULTI) else kind


def check_named(value: str, label: str = "name") -> str:
    """Return a name that is there, short enough and storable."""
    text = check_text(value, label, longest=LONGEST_NAME)
    if not text.strip():
        raise Refused(N_("The %(label)s may not be empty."), label=label)
    return text


def check_code(value: str) -> str:
    """Return a code that is there, short enough and storable."""
    text = check_text(value, "code", longest=LONGEST_CODE)
    if not text.strip():
        raise Refused(N_("The %(label)s may not be empty."), label="code")
    return text


def check_place(value: Any, encoding_type: str, label: str = "location") -> Any:
    """Return a place as it was given; GeoJSON must be a geometry, or a feature with one, inside the world."""
    checked = check_value(value, label)
    if encoding_type in GEOJSON_TYPES:
        read_geojson(checked)
    elif checked is None:
        raise Refused(N_("The %(label)s may not be empty."), label=label)
    return checked


def check_unit(value: Any, label: str = "unitOfMeasurement") -> dict[str, str | None]:
    """Return a unit with its three keys; those not given are null (OGC 18-088, table 11)."""
    unit = check_object(value, label)
    strange = sorted(set(unit) - set(UNIT_KEYS))
    if strange:
        raise Refused(N_("%(label)s has no %(key)s: only name, symbol and definition."), label=label, key=strange[0])
    for key in UNIT_KEYS:
        if unit.get(key) is not None:
            check_text(unit[key], f"{label}/{key}", longest=LONGEST_DEFINITION)
    return {key: unit.get(key) for key in UNIT_KEYS}


def check_limits(limits: Mapping[str, Any]) -> dict[str, float]:
    """Return limits whose keys are known and whose values are finite numbers in order."""
    checked = check_object(dict(limits), "limits")
    for key, value in checked.items():
        if key not in LIMIT_KEYS:
            raise Refused(N_("No limit is called %(key)s."), key=key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refused(N_("The limit %(key)s must be a number."), key=key)
    if "minimum" in checked and "maximum" in checked and checked["minimum"] > checked["maximum"]:
        raise Refused(N_("The limit minimum is above the limit maximum."))
    return checked


def check_retention(retention: Mapping[str, Any]) -> dict[str, int]:
    """Return how many days raw readings and hourly figures are kept."""
    checked = check_object(dict(retention), "retention")
    for key, value in checked.items():
        if key not in RETENTION_KEYS:
            raise Refused(N_("No term of retention is called %(key)s."), key=key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise Refused(N_("The term %(key)s must be a whole number of days."), key=key)
    return checked


def check_period(period_s: Any) -> int | None:
    """Return how often a reading is expected, in seconds, or None."""
    if period_s is None:
        return None
    if isinstance(period_s, bool) or not isinstance(period_s, int) or not 1 <= period_s <= 2_147_483_647:
        raise Refused(N_("A period is a whole number of seconds."))
    return period_s


def check_domain(domain: str) -> str:
    """Return the domain, empty or known."""
    if domain and domain not in set(Domain):
        raise Refused(N_("No domain is called %(domain)s."), domain=str(domain)[:40])
    return str(domain)


def check_thing(spec: ThingSpec) -> ThingSpec:
    """Return a specification in which everything is as it must be; raises Refused with the code of what is not."""
    try:
        _check_described(spec)
        check_domain(spec.domain)
        for location in spec.locations:
            _check_described(location, has_name=bool(location.name))
            check_place(location.location, location.encoding_type)
        for series in spec.series:
            check_series(series)
        for capability in spec.capabilities:
            _check_described(capability)
            check_record(dict(capability.tasking_parameters))
            if isinstance(capability.actuator, ActuatorSpec):
                _check_described(capability.actuator)
    except Refused as refused:
        raise Refused(
            N_("The thing %(code)s: %(reason)s"), code=str(spec.code)[:LONGEST_CODE], reason=str(refused)
        ) from refused
    return spec


def check_series(series: SeriesSpec) -> SeriesSpec:
    """Return a specification of a series in which everything is as it must be."""
    _check_described(series)
    find_kind(series.observation_type, is_multi=bool(series.parts))
    check_unit(series.unit)
    check_limits(series.limits)
    check_period(series.period_s)
    if bool(series.parts) == (series.observed_property is not None):
        raise Refused(N_("A series has one observed property, or the parts of several."))
    if len(series.parts) > MOST_PARTS:
        raise Refused(N_("A result has at most %(most)s parts."), most=MOST_PARTS)
    for part in series.parts:
        find_kind(part.observation_type)
        check_unit(part.unit)
    if series.observed_area is not None:
        check_place(series.observed_area, GEOJSON, "observedArea")
    if isinstance(series.sensor, SensorSpec):
        _check_described(series.sensor)
    properties = [series.observed_property, *(part.observed_property for part in series.parts)]
    for observed in properties:
        if isinstance(observed, PropertySpec):
            check_property(observed)
    return series


def check_property(observed: PropertySpec) -> PropertySpec:
    """Return a specification of an observed property in which everything is as it must be."""
    _check_described(observed)
    check_text(observed.definition, "definition", longest=LONGEST_DEFINITION)
    check_limits(observed.limits)
    check_retention(observed.retention)
    return observed


def _check_described(spec: Any, *, has_name: bool = True) -> None:
    if spec.code is not None:
        check_code(spec.code)
    if has_name:
        check_named(spec.name)
    check_text(spec.description, "description", longest=LONGEST_DESCRIPTION)
    check_object(dict(spec.properties), "properties")
    if hasattr(spec, "encoding_type"):
        check_text(spec.encoding_type, "encodingType", longest=LONGEST_ENCODING)
    if hasattr(spec, "metadata"):
        check_value(spec.metadata, "metadata")

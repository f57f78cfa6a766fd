"""What may be said of one entity, column by column: what is wrong is refused, what is missing gets its default.

Columns are those of the tables; labels are the words of OGC 18-088, by which people will look for what is wrong.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import box_of, read_geojson, to_wkb
from rivulus.kernel.words import N_
from rivulus.observations.rules.documents import check_object, check_text, check_value
from rivulus.observations.rules.entities import (
    GEOJSON,
    GEOJSON_TYPES,
    LONGEST_DEFINITION,
    LONGEST_DESCRIPTION,
    LONGEST_ENCODING,
    MOST_PARTS,
    NO_UNIT,
    check_named,
    check_place,
    check_unit,
    find_kind,
)
from rivulus.observations.rules.tasking import check_record
from rivulus.observations.rules.writers import Conflict
from rivulus.observations.terms import Domain, ObservationType, ResultKind

type Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how its value is checked, whether it must be given, and what it is where it is not."""

    check: Callable[[Any], Any]
    is_required: bool = False
    default: Callable[[], Any] = str


def _description(value: Any) -> str:
    return "" if value is None else check_text(value, "description", longest=LONGEST_DESCRIPTION)


def _properties(value: Any) -> Values:
    return {} if value is None else dict(check_object(value, "properties"))


def _encoding(value: Any) -> str:
    return check_text(value, "encodingType", longest=LONGEST_ENCODING)


def _definition(value: Any) -> str:
    return check_text(value, "definition", longest=LONGEST_DEFINITION)


def _observation_type(value: Any) -> str:
    find_kind(value)
    return str(value)


def _multi_type(value: Any) -> str:
    if value != ObservationType.COMPLEX:
        raise Refused(N_("A MultiDatastream has the observationType %(type)s."), type=str(ObservationType.COMPLEX))
    return str(value)


def _area(value: Any) -> Any:
    return None if value is None else check_place(value, GEOJSON, "observedArea")


def _unit(value: Any) -> dict[str, str | None]:
    return dict(NO_UNIT) if value is None else check_unit(value)


def read_moment(value: Any, label: str = "time") -> dt.datetime:
    """Return a moment of ISO 8601 with its zone."""
    try:
        found = dt.datetime.fromisoformat(check_text(value, label, longest=64).strip())
        if found.tzinfo is not None and 1900 <= found.year < 2100:
            return found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise Refused(N_("%(label)s must be a time with a zone, like 2026-03-01T08:00:00Z."), label=label)


DESCRIBED: dict[str, Column] = {
    "name": Column(check_named, is_required=True),
    "description": Column(_description),
    "properties": Column(_properties, default=dict),
}
ENCODED = DESCRIBED | {
    "encoding_type": Column(_encoding, default=lambda: "text/plain"),
    "metadata": Column(lambda value: check_value(value, "metadata")),
}
SERIES = DESCRIBED | {"observed_area": Column(_area, default=lambda: None)}
COLUMNS: dict[str, dict[str, Column]] = {
    "Thing": DESCRIBED,
    "Location": DESCRIBED
    | {
        "encoding_type": Column(_encoding, default=lambda: GEOJSON),
        "location": Column(lambda value: check_value(value, "location"), is_required=True),
    },
    "HistoricalLocation": {"time": Column(read_moment, is_required=True)},
    "Sensor": ENCODED,
    "ObservedProperty": DESCRIBED | {"definition": Column(_definition, is_required=True)},
    "FeatureOfInterest": DESCRIBED
    | {
        "encoding_type": Column(_encoding, default=lambda: GEOJSON),
        "feature": Column(lambda value: check_value(value, "feature"), is_required=True),
    },
    "Datastream": SERIES
    | {
        "observation_type": Column(_observation_type, is_required=True),
        "unit_of_measurement": Column(_unit, default=lambda: dict(NO_UNIT)),
    },
    "MultiDatastream": SERIES | {"observation_type": Column(_multi_type, default=lambda: str(ObservationType.COMPLEX))},
    "Actuator": ENCODED,
    "TaskingCapability": DESCRIBED | {"tasking_parameters": Column(check_record, is_required=True)},
}
"""By the name of one, as the standard calls it; Observations and Tasks have doors of their own."""
LABELS = {
    "name": "name",
    "time": "time",
    "location": "location",
    "feature": "feature",
    "definition": "definition",
    "observation_type": "observationType",
    "tasking_parameters": "taskingParameters",
}
PLACES = {"Location": "location", "FeatureOfInterest": "feature"}


def check_new(name: str, values: Mapping[str, Any]) -> Values:
    """Return the columns of a new row; raises Refused where something is missing or wrong."""
    columns = COLUMNS[name]
    for column, rule in columns.items():
        if rule.is_required and values.get(column) is None:
            raise Refused(N_("A %(kind)s needs %(label)s."), kind=name, label=LABELS[column])
    checked = {
        column: rule.check(values[column]) if column in values else rule.default() for column, rule in columns.items()
    }
    return _complete(name, checked)


def check_changed(name: str, values: Mapping[str, Any], present: Mapping[str, Any]) -> Values:
    """Return the columns to change, given what is there at present; what follows from them is among them."""
    columns = COLUMNS[name]
    checked = {column: columns[column].check(value) for column, value in values.items()}
    completed = _complete(name, {**present, **checked})
    changed = {column: value for column, value in completed.items() if column in checked or column not in columns}
    if "kind" in changed and present.get("kind") not in (None, changed["kind"]):
        raise Conflict(N_("The kind of results of a series stays as it is; describe a new series."))
    return changed


def check_replaced(name: str, values: Mapping[str, Any], present: Mapping[str, Any]) -> Values:
    """Return the columns of a row that is written anew: what is not given gets its default."""
    columns = COLUMNS[name]
    full = {column: values.get(column) if column in values else rule.default() for column, rule in columns.items()}
    for column, rule in columns.items():
        if rule.is_required and full[column] in (None, ""):
            raise Refused(N_("A %(kind)s needs %(label)s."), kind=name, label=LABELS[column])
    return check_changed(name, full, present)


def check_parts(units: Any, types: Any, properties: int) -> list[tuple[str, dict[str, str | None]]]:
    """Return the observation type and the unit of each part of a MultiDatastream; there must be as many of each.

    Units that are null are units of nothing: the public client of FROST writes them so.
    """
    if units is None and isinstance(types, list):
        units = [None] * len(types)
    if not isinstance(units, list) or not isinstance(types, list):
        raise Refused(N_("unitOfMeasurements and multiObservationDataTypes must be lists."))
    if not 1 <= len(types) <= MOST_PARTS or not len(units) == len(types) == properties:
        raise Refused(
            N_(
                "A MultiDatastream needs as many multiObservationDataTypes as unitOfMeasurements and ObservedProperties."
            )
        )
    return [(_observation_type(kind), _unit(unit)) for kind, unit in zip(types, units, strict=True)]


def _complete(name: str, values: Values) -> Values:
    """Add what follows from the values: geometry and box, the kind of results, the domain, the mark of simulation."""
    place = PLACES.get(name)
    if place is not None:
        check_place(values[place], values["encoding_type"], place)
        if values["encoding_type"] in GEOJSON_TYPES:
            geometry = read_geojson(values[place])
            return values | {"geometry": to_wkb(geometry), "box": box_of(geometry)}
        return values | {"geometry": None, "box": None}
    if name in {"Thing", "Datastream", "MultiDatastream"}:
        values = _mark(values)
    if name == "Thing" and values["properties"].get("domain") in set(Domain):
        return values | {"domain": str(values["properties"]["domain"])}
    if name == "Datastream":
        return values | {"kind": str(find_kind(values["observation_type"]))}
    if name == "MultiDatastream":
        return values | {"kind": str(ResultKind.MULTI)}
    return values


def _mark(values: Values) -> Values:
    """Who says that a thing or series is simulated is believed; the word is kept in a column, not in the properties."""
    if "simulated" not in values["properties"]:
        return values
    properties = {key: value for key, value in values["properties"].items() if key != "simulated"}
    marked = values | {"properties": properties}
    return marked | {"is_simulated": True} if values["properties"]["simulated"] is True else marked

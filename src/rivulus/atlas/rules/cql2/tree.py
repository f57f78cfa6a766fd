"""The checked tree of a filter: every property is known, every comparison is of one kind. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from rivulus.atlas.rules.schemas import Schema
from rivulus.atlas.terms import AttributeType


class Kind(StrEnum):
    """What an expression is. A date is a day, a moment an instant."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    GEOMETRY = "geometry"


KIND_OF: Mapping[AttributeType, Kind] = {
    AttributeType.STRING: Kind.TEXT,
    AttributeType.INTEGER: Kind.NUMBER,
    AttributeType.NUMBER: Kind.NUMBER,
    AttributeType.BOOLEAN: Kind.BOOLEAN,
    AttributeType.DATE: Kind.DATE,
}
GEOMETRY, KEY, VALID_FROM, VALID_UNTIL, UPDATED = "geometry", "key", "valid_from", "valid_until", "updated"
OWN: Mapping[str, Kind] = {
    GEOMETRY: Kind.GEOMETRY,
    KEY: Kind.TEXT,
    VALID_FROM: Kind.DATE,
    VALID_UNTIL: Kind.DATE,
    UPDATED: Kind.MOMENT,
}
"""What every feature has besides the attributes of its layer; no attribute can be called so, but for ``updated``."""


def queryables(schema: Schema) -> dict[str, Kind]:
    """Return what may be asked of features with these attributes."""
    return dict(OWN) | {name: KIND_OF[attribute.type] for name, attribute in schema.by_name.items()}


@dataclass(frozen=True, slots=True)
class Property:
    """An attribute, or something that every feature has; ``is_own`` for the latter."""

    name: str
    kind: Kind
    is_own: bool


@dataclass(frozen=True, slots=True)
class Literal:
    """A value; dates and moments as ISO 8601, moments in UTC."""

    value: str | float | bool
    kind: Kind


@dataclass(frozen=True, slots=True)
class Computed:
    """Arithmetic, or a text without regard to capital letters (``casei``) or accents (``accenti``)."""

    op: str
    args: tuple["Scalar", ...]
    kind: Kind


type Scalar = Property | Literal | Computed


@dataclass(frozen=True, slots=True)
class Compare:
    """``=``, ``<>``, ``<``, ``<=``, ``>``, ``>=``, ``like``, ``between``, ``in``, ``isNull``; the first is what is compared."""

    op: str
    args: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Spatial:
    """A relation of the feature's geometry to another one, in longitude and latitude."""

    op: str
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time with a beginning and an end, equal for a day or a moment; None is open."""

    since: Property | Literal | None
    until: Property | Literal | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class Temporal:
    """A relation of two times, after Allen."""

    op: str
    left: Stretch
    right: Stretch


@dataclass(frozen=True, slots=True)
class Logic:
    """``and``, ``or``, ``not``."""

    op: str
    args: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """A property or a value that is true or false by itself."""

    of: Property | Literal


type Node = Logic | Compare | Spatial | Temporal | Truth

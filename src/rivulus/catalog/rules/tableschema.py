"""Frictionless Table Schema: what the fields of an uploaded file are, read, written and changed by people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rivulus.catalog.rules.columns import MOST_COLUMNS, NAME, Column
from rivulus.kernel.errors import Refused
from rivulus.kernel.publishing import ColumnType
from rivulus.kernel.words import N_, fold

TYPES = (
    ColumnType.STRING,
    ColumnType.INTEGER,
    ColumnType.NUMBER,
    ColumnType.BOOLEAN,
    ColumnType.DATE,
    ColumnType.DATETIME,
    ColumnType.GEOJSON,
)
TYPE_NAMES: Mapping[ColumnType, str] = {
    ColumnType.STRING: N_("text"),
    ColumnType.INTEGER: N_("whole number"),
    ColumnType.NUMBER: N_("number"),
    ColumnType.BOOLEAN: N_("yes or no"),
    ColumnType.DATE: N_("date"),
    ColumnType.DATETIME: N_("date and time"),
    ColumnType.GEOJSON: N_("place (GeoJSON)"),
}
DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y/%m/%d", "%m/%d/%Y", "%Y%m%d")
DATETIME_FORMATS = (
    "",  # ISO 8601
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d-%m-%Y %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
)
TRUE = ("true", "da", "yes", "igen", "adevărat", "1")
FALSE = ("false", "nu", "no", "nem", "fals", "0")
MISSING = ("", "-", "–", "n/a", "na", "null", "nan", "#n/a")
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Field:
    """A field: ``heading`` is what the file calls it, ``name`` what the published table does.

    ``format`` is of dates (strptime); ``decimal`` the sign of numbers.
    """

    heading: str
    name: str
    type: ColumnType = ColumnType.STRING
    format: str = ""
    decimal: str = "."
    title: str = ""
    unit: str = ""
    is_required: bool = False
    is_unique: bool = False
    minimum: float | None = None
    maximum: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the field as Table Schema says it; what it has no word for begins with ``rivulus``."""
        said: dict[str, Any] = {"name": self.name, "type": str(self.type), "title": self.title or self.heading}
        if self.format:
            said["format"] = self.format
        if self.decimal != "." and self.type in (ColumnType.NUMBER, ColumnType.INTEGER):
            said["decimalChar"] = self.decimal
            said["groupChar"] = "."
        constraints = {
            "required": self.is_required or None,
            "unique": self.is_unique or None,
            "minimum": self.minimum,
            "maximum": self.maximum,
        }
        if found := {name: value for name, value in constraints.items() if value is not None}:
            said["constraints"] = found
        if self.unit:
            said["unit"] = self.unit
        return {**said, "rivulus:heading": self.heading}

    def as_column(self) -> Column:
        """Return the column of the published table."""
        return Column(self.name, self.type, {"ro": self.title or self.heading}, {}, self.unit)


def to_schema(fields: Sequence[Field]) -> dict[str, Any]:
    """Return a Table Schema."""
    return {"fields": [field.as_json() for field in fields], "missingValues": list(MISSING)}


def from_schema(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """Return the fields of a Table Schema that this module wrote."""
    found = []
    for said in schema.get("fields", []):
        rules = said.get("constraints", {})
        found.append(
            Field(
                heading=said.get("rivulus:heading", said["name"]),
                name=said["name"],
                type=ColumnType(said["type"]),
                format=said.get("format", ""),
                decimal=said.get("decimalChar", "."),
                title=said.get("title", ""),
                unit=said.get("unit", ""),
                is_required=bool(rules.get("required")),
                is_unique=bool(rules.get("unique")),
                minimum=rules.get("minimum"),
                maximum=rules.get("maximum"),
            )
        )
    return tuple(found)


def make_names(headings: Sequence[str]) -> list[str]:
    """Return a name fit for programs for each heading: ``Nr. curent`` becomes ``nr_curent``; each only once."""
    taken: set[str] = set()
    found = []
    for place, heading in enumerate(headings, 1):
        letters = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in fold(heading))
        name = "_".join(part for part in letters.split("_") if part)[:50] or f"column_{place}"
        name = name if name[0].isalpha() else f"c_{name}"
        base, number = name, 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        found.append(name)
    return found


def check_fields(fields: Sequence[Field]) -> None:
    """Refuse fields of which no table can be made."""
    if not fields:
        raise Refused(N_("The file has no columns."))
    if len(fields) > MOST_COLUMNS:
        raise Refused(N_("The file has more than %(most)s columns."), most=MOST_COLUMNS)
    seen: set[str] = set()
    for field in fields:
        if not NAME.fullmatch(field.name):
            raise Refused(
                N_("“%(name)s” is no name of a column: small letters without accents, digits and _ only."),
                name=field.name,
            )
        if field.name in seen:
            raise Refused(N_("Two columns are called “%(name)s”."), name=field.name)
        seen.add(field.name)
        if len(field.title) > LONGEST_TITLE:
            raise Refused(N_("The title of “%(name)s” is too long."), name=field.name)
        if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
            raise Refused(N_("The least of “%(name)s” is above its most."), name=field.name)


def without_limits(field: Field) -> Field:
    """Return a field whose limits do not suit its type taken away."""
    if field.type in (ColumnType.NUMBER, ColumnType.INTEGER):
        return field
    return replace(field, minimum=None, maximum=None)

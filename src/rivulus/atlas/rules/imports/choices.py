"""What a person says of a file: which part of it, how it is written, what its columns become, what it does. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from rivulus.atlas.rules.imports.encodings import KNOWN
from rivulus.atlas.rules.imports.systems import is_known
from rivulus.atlas.rules.schemas import Schema
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

LARGEST_BYTES = 64_000_000
LARGEST_UNPACKED = 512_000_000
MOST_FEATURES = 500_000
MOST_PROBLEMS = 1000  # kept; all are counted
MOST_COLUMNS = 200
DELIMITERS = frozenset({"", ",", ";", "\t", "|"})


class Form(StrEnum):
    """Kinds of files, by the driver that opens them; others are not opened, and none that leads to other files."""

    GPKG = "gpkg"
    SHAPEFILE = "shp"
    GEOJSON = "geojson"
    GML = "gml"
    DXF = "dxf"
    CSV = "csv"


FORM_NAMES: Mapping[Form, str] = {
    Form.GPKG: "GeoPackage",
    Form.SHAPEFILE: "Shapefile (ZIP)",
    Form.GEOJSON: "GeoJSON",
    Form.GML: "GML",
    Form.DXF: "DXF",
    Form.CSV: "CSV",
}
DRIVERS: Mapping[Form, str] = {
    Form.GPKG: "GPKG",
    Form.SHAPEFILE: "ESRI Shapefile",
    Form.GEOJSON: "GeoJSON",
    Form.GML: "GML",
    Form.DXF: "DXF",
}


class Mode(StrEnum):
    """What a file does to a layer."""

    REPLACE = "replace"
    ADD = "add"
    UPDATE = "update"


MODE_WORDS: Mapping[Mode, str] = {
    Mode.ADD: N_("Add: everything in the file is new"),
    Mode.UPDATE: N_("Update: by key, what is known is changed and the rest added; nothing is removed"),
    Mode.REPLACE: N_("Replace: the layer becomes exactly the file; what is not in it is removed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What was said. ``columns`` leads from columns of the file to attributes; ``key`` is a column, or nothing."""

    sublayer: str = ""
    encoding: str = ""
    epsg: int = 0
    is_swapped: bool = False
    delimiter: str = ","
    x_column: str = ""
    y_column: str = ""
    wkt_column: str = ""
    key: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    takes_schema: bool = False  # the columns become attributes of a layer that has none
    mode: Mode = Mode.ADD
    since: dt.date | None = None
    repairs: bool = False  # what is not valid is made valid
    skips_faulty: bool = False  # what does not fit is left out
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as the database keeps it."""
        made = asdict(self)
        made["columns"] = [[column, attribute] for column, attribute in self.columns.items()]  # in their order
        made["mode"] = str(self.mode)
        made["since"] = self.since.isoformat() if self.since else None
        return made


def choices_from(given: Mapping[str, Any]) -> Choices:
    """Return what was kept."""
    made = {name: value for name, value in given.items() if name in Choices.__dataclass_fields__}
    made["mode"] = Mode(made.get("mode", Mode.ADD))
    made["columns"] = dict(made.get("columns", ()))
    made["since"] = dt.date.fromisoformat(made["since"]) if made.get("since") else None
    return Choices(**made)


def check_choices(choices: Choices, *, form: str, columns: list[str], schema: Schema) -> Choices:
    """Return what was said of a file with these columns; raises Refused with what is missing or cannot be."""
    if choices.encoding and choices.encoding not in KNOWN:
        raise Refused(N_("This encoding is not known."))
    if not is_known(choices.epsg):
        raise Refused(N_("Choose the coordinate system of the file."))
    if form == Form.CSV:
        _check_position(choices, columns)
    if choices.key and choices.key not in columns:
        raise Refused(N_("The file has no column called %(name)s."), name=choices.key[:80])
    if choices.mode is Mode.UPDATE and not choices.key:
        raise Refused(N_("To update what is known, say which column is the key."))
    _check_columns(choices, columns, schema)
    return choices


def _check_position(choices: Choices, columns: list[str]) -> None:
    has_pair = choices.x_column in columns and choices.y_column in columns
    if not (choices.wkt_column in columns or (has_pair and choices.x_column != choices.y_column)):
        raise Refused(N_("Say in which columns the positions are: two with coordinates, or one with geometries (WKT)."))


def _check_columns(choices: Choices, columns: list[str], schema: Schema) -> None:
    taken = [name for name in choices.columns.values() if name]
    unknown = [column for column in choices.columns if column not in columns]
    if unknown:
        raise Refused(N_("The file has no column called %(name)s."), name=unknown[0][:80])
    if len(set(taken)) != len(taken):
        raise Refused(N_("Two columns cannot become the same attribute."))
    missing = [name for name in taken if name not in schema.by_name]
    if missing and not choices.takes_schema:
        raise Refused(N_("The layer has no attribute called %(name)s."), name=missing[0][:80])

"""Administrative units, the metropolitan area and neighbourhoods: the layers, and how files name their columns. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rivulus.atlas.rules.specs import LayerSpec
from rivulus.atlas.terms import GeometryType, Origin, Theme, Visibility
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_, fold

UNITS, METROPOLITAN, NEIGHBOURHOODS = "administrative-units", "metropolitan-area", "neighbourhoods"

# What files call the columns, in the order in which they are believed.
CODE_COLUMNS = ("siruta", "cod_siruta", "siruta_id", "natcode", "nat_code", "cod", "code", "id")
NAME_COLUMNS = ("denumire", "nume", "name", "uat", "localname", "name_ro", "nume_uat")
COUNTY_COLUMNS = ("judet", "county", "jud", "countyname")
KINDS: Mapping[str, str] = {
    "municipiu": "municipality", "municipality": "municipality", "oras": "town", "town": "town", "comuna": "commune",
    "commune": "commune", "sector": "sector",
}  # fmt: skip
NO_CODE = N_("No column of the file holds SIRUTA codes; it should be called siruta, natcode or id.")
NO_NAME = N_("No column of the file holds names; it should be called name, nume or denumire.")
TWICE = N_("The code %(code)s is there twice.")
NOT_A_CODE = N_("“%(code)s” is not a SIRUTA code: those have two to six digits.")


def _title(ro: str, en: str, hu: str) -> dict[str, str]:
    return {"ro": ro, "en": en, "hu": hu}


_NAME = {
    "name": "name",
    "type": "string",
    "title": _title("Denumire", "Name", "Név"),
    "is_name": True,
    "is_required": True,
}
_AREA = {
    "name": "area_km2", "type": "number", "title": _title("Suprafață", "Area", "Terület"), "unit": "km²", "minimum": 0,
}  # fmt: skip
_UNIT_SCHEMA: Sequence[Mapping[str, Any]] = (
    _NAME,
    {
        "name": "siruta",
        "type": "string",
        "title": _title("Cod SIRUTA", "SIRUTA code", "SIRUTA-kód"),
        "is_required": True,
    },
    {
        "name": "kind",
        "type": "string",
        "title": _title("Rang", "Rank", "Rang"),
        "codes": [
            {"code": "municipality", "title": _title("Municipiu", "Municipality", "Municípium")},
            {"code": "town", "title": _title("Oraș", "Town", "Város")},
            {"code": "commune", "title": _title("Comună", "Commune", "Község")},
            {"code": "sector", "title": _title("Sector", "Sector", "Kerület")},
        ],
    },
    {"name": "county", "type": "string", "title": _title("Județ", "County", "Megye")},
    _AREA,
    {
        "name": "is_metropolitan",
        "type": "boolean",
        "title": _title("În zona metropolitană", "In the metropolitan area", "A metropoliszövezetben"),
    },
)


def units_spec(attribution: str, licence: str) -> LayerSpec:
    """Return the layer of administrative units from a named source."""
    return LayerSpec(
        code=UNITS,
        theme=Theme.BOUNDARIES,
        title=_title("Unități administrativ-teritoriale", "Administrative units", "Közigazgatási egységek"),
        description=_title(
            "Municipii, orașe și comune, cu codul SIRUTA.",
            "Municipalities, towns and communes, with their SIRUTA codes.",
            "Municípiumok, városok és községek SIRUTA-kóddal.",
        ),
        geometry_type=GeometryType.POLYGON,
        schema=_UNIT_SCHEMA,
        style={"colour": "#7a5c99", "opacity": 0.06, "width": 1.6, "label": "name"},
        licence=licence,
        attribution=attribution,
        visibility=Visibility.PUBLIC,
        origin=Origin.OFFICIAL,
        rank=0,
        is_kept_by_machine=True,
    )


def metropolitan_spec(attribution: str, licence: str, name: Mapping[str, str]) -> LayerSpec:
    """Return the layer of the metropolitan area, which is made of units."""
    return LayerSpec(
        code=METROPOLITAN,
        theme=Theme.BOUNDARIES,
        title=name,
        description=_title(
            "Teritoriul localităților membre, alcătuit din unitățile administrative importate.",
            "The territory of the member localities, made of the imported administrative units.",
            "A tagtelepülések területe, az importált közigazgatási egységekből összeállítva.",
        ),
        geometry_type=GeometryType.POLYGON,
        schema=(_NAME, _AREA, {
            "name": "members", "type": "integer", "title": _title("Localități membre", "Member localities", "Tagtelepülések"),
        }),
        style={"colour": "#a1478a", "opacity": 0.05, "width": 3},
        licence=licence,
        attribution=attribution,
        visibility=Visibility.PUBLIC,
        origin=Origin.OFFICIAL,
        rank=1,
        is_kept_by_machine=True,
    )  # fmt: skip


NEIGHBOURHOOD_SPEC = LayerSpec(
    code=NEIGHBOURHOODS,
    theme=Theme.BOUNDARIES,
    title=_title("Cartiere", "Neighbourhoods", "Városrészek"),
    description=_title(
        "Cartierele orașului, schițate de mână: limitele sunt orientative.",
        "The neighbourhoods of the city, sketched by hand: their limits give an idea only.",
        "A város negyedei kézzel vázolva: a határok tájékoztató jellegűek.",
    ),
    geometry_type=GeometryType.POLYGON,
    schema=(_NAME,),
    style={"colour": "#8a5a2b", "opacity": 0.08, "width": 1.4, "label": "name", "min_zoom": 10},
    visibility=Visibility.PUBLIC,
    origin=Origin.SCHEMATIC,
    rank=2,
)


def find_column(columns: Collection[str], known: Sequence[str]) -> str | None:
    """Return the column of a file that is called as one of the known names, whatever the case."""
    folded = {fold(column): column for column in columns}
    return next((folded[name] for name in known if name in folded), None)


def read_code(value: object) -> str:
    """Return a SIRUTA code; raises Refused. Files keep it as a number, as text, or as a number with a fraction."""
    text = str(value).strip().removesuffix(".0")
    if not re.fullmatch(r"\d{2,6}", text):
        raise Refused(NOT_A_CODE, code=text[:40])
    return text


def read_kind(values: Collection[object]) -> str | None:
    """Return the rank of a unit if one of its values says it."""
    for value in values:
        found = KINDS.get(fold(str(value)).strip())
        if found:
            return found
    return None

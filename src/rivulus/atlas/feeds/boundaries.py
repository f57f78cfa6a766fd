"""Official boundaries from a file, and the neighbourhoods and names of the pack."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
import shapely
import yaml
from django.conf import settings
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from rivulus.atlas.actions.base.boundaries import Unit, put_boundaries, put_neighbourhoods
from rivulus.atlas.actions.base.places import replace_places
from rivulus.atlas.queries.base import schematic_path
from rivulus.atlas.queries.places import PACK_SOURCE
from rivulus.atlas.rules.base import boundaries as rules
from rivulus.atlas.rules.base.places import SETTLEMENT_WEIGHTS, WEIGHTS, PlaceKind, PlaceRow
from rivulus.atlas.rules.base.words import words_of
from rivulus.atlas.rules.geometries import check_geometry, repair
from rivulus.atlas.rules.measuring import area_m2, project
from rivulus.atlas.rules.values import word_of
from rivulus.atlas.rules.versions import NewFeature
from rivulus.atlas.terms import WGS84, GeometryType
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Person

MOST_UNITS, LARGEST_FILE = 5_000, 500_000_000
UNREADABLE = N_("The file %(name)s cannot be read as boundaries: %(why)s.")
TOO_MANY = N_("The file has more than 5,000 areas: these are not the units of a country.")

# What each file of the schematic holds, for the search where nothing was imported.
PACK_KINDS: Mapping[str, PlaceKind] = {
    "towns": PlaceKind.SETTLEMENT,
    "roads": PlaceKind.STREET,
    "rivers": PlaceKind.WATER,
    "lakes": PlaceKind.WATER,
    "forests": PlaceKind.PARK,
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the units: how many there are, and how many were added, changed and removed."""

    units: int
    members: int
    added: int
    changed: int
    removed: int


def import_boundaries(*, by: "Person | None", file: Path, attribution: str = "", licence: str = "not-open") -> Imported:
    """Import administrative units, and make the metropolitan area of those whose town halls the pack names.

    Raises Refused, and then nothing is changed.
    """
    units = read_units(file)
    done = put_boundaries(
        by=by,
        units=units,
        name=metropolitan_name(Path(settings.PACK_DIR)),
        attribution=attribution or file.name,
        licence=licence,
    )
    change = done.change
    counts = (change.added, change.changed, change.removed) if change else (0, 0, 0)
    return Imported(len(units), done.members, *counts)


def read_units(file: Path) -> list[Unit]:
    """Return the units of a GeoJSON, GeoPackage or Shapefile, in longitude and latitude; raises Refused."""
    if not file.is_file():
        raise Refused(N_("There is no file %(name)s."), name=str(file))
    if file.stat().st_size > LARGEST_FILE:
        raise Refused(UNREADABLE, name=file.name, why="> 500 MB")
    try:
        meta, _, wkb, columns = pyogrio.raw.read(file, force_2d=True, max_features=MOST_UNITS + 1)
    except (DataSourceError, DataLayerError, ValueError, UnicodeDecodeError) as error:
        raise Refused(UNREADABLE, name=file.name, why=str(error)[:200]) from error
    if wkb is None or not len(wkb):
        raise Refused(UNREADABLE, name=file.name, why="0")
    if len(wkb) > MOST_UNITS:
        raise Refused(TOO_MANY)
    table = dict(zip(meta["fields"].tolist(), columns, strict=True))
    epsg = _system(meta.get("crs"))
    geometries = [_fitting(project(geometry, epsg, WGS84)) for geometry in shapely.from_wkb(wkb)]
    return list(_units(table, geometries))


def _system(crs: str | None) -> int:
    if not crs:
        return WGS84
    try:
        return CRS.from_user_input(crs).to_epsg() or WGS84
    except CRSError:
        return WGS84


def _fitting(geometry: Any) -> Any:
    if geometry is None:
        raise Refused(N_("The geometry is empty."))
    problems = check_geometry(geometry, GeometryType.POLYGON)
    if not problems:
        return geometry
    if not problems[0].can_be_repaired:
        raise problems[0].raised()
    return repair(geometry, GeometryType.POLYGON)


def _units(table: Mapping[str, np.ndarray], geometries: list[Any]) -> Iterator[Unit]:
    code, name = (rules.find_column(table, known) for known in (rules.CODE_COLUMNS, rules.NAME_COLUMNS))
    if code is None:
        raise Refused(rules.NO_CODE)
    if name is None:
        raise Refused(rules.NO_NAME)
    county = rules.find_column(table, rules.COUNTY_COLUMNS)
    seen: set[str] = set()
    for at, geometry in enumerate(geometries):
        siruta = rules.read_code(table[code][at])
        if siruta in seen:
            raise Refused(rules.TWICE, code=siruta)
        seen.add(siruta)
        yield Unit(
            siruta,
            str(table[name][at]).strip()[:200],
            geometry,
            round(area_m2(geometry) / 1e6, 2),
            rules.read_kind([column[at] for column in table.values()]),
            str(table[county][at]).strip()[:100] if county else "",
        )


def metropolitan_name(folder: Path) -> dict[str, str]:
    """Return what the pack calls its metropolitan area, by language."""
    facts = yaml.safe_load((folder / "pack.yaml").read_text("utf-8"))
    return dict(facts.get("metropolitan_area") or facts["name"])


def load_pack(*, by: "Person | None") -> None:
    """Load what the pack knows of places: neighbourhoods as a layer, names for the search. Idempotent."""
    kinds = {file.stem: json.loads(file.read_text("utf-8"))["features"] for file in schematic_path().glob("*.geojson")}
    put_neighbourhoods(by=by, features=[_neighbourhood(one) for one in kinds.get("neighbourhoods", [])])
    rows = [row for kind in PACK_KINDS for one in kinds.get(kind, []) if (row := _pack_row(kind, one))]
    replace_places(by=by, source=PACK_SOURCE, rows=list({row.key: row for row in rows}.values()))


def _neighbourhood(one: Mapping[str, Any]) -> NewFeature:
    name = one["properties"]["name"]
    return NewFeature(one["geometry"], {"name": name}, word_of(name))


def _pack_row(kind: str, one: Mapping[str, Any]) -> PlaceRow | None:
    properties, geometry = one["properties"], shapely.geometry.shape(one["geometry"])
    name = properties.get("name", "")
    if not name:
        return None
    middle = (
        geometry.representative_point()
        if geometry.geom_type != "LineString"
        else geometry.interpolate(0.5, normalized=True)
    )
    others = [other for key, other in properties.items() if key.startswith("name_")]
    weight = SETTLEMENT_WEIGHTS.get(properties.get("class", ""), WEIGHTS.get(PACK_KINDS[kind], 0))
    return PlaceRow(
        f"{kind}:{word_of(name)}"[:100],
        PACK_KINDS[kind],
        name,
        words_of(name, others),
        round(middle.x, 6),
        round(middle.y, 6),
        geometry.bounds,
        weight=weight,
        is_exact=False,
    )

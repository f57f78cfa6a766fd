"""The base map that is served now: an imported one, or else the schematic of the pack."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from shapely.geometry import shape

from rivulus.atlas.models import BaseImport
from rivulus.kernel.geometry import Box

KEPT_S = 30
_KEY = "atlas:base"
SCHEMATIC = "schematic"  # the folder of the pack with one GeoJSON file for each kind of thing


@dataclass(frozen=True, slots=True)
class Base:
    """An imported base map: its archive, and the mark under which its tiles are kept by browsers."""

    path: Path
    revision: str
    box: Box
    data_until: str


def find_base() -> Base | None:
    """Return the imported base map, if there is one; asked of the database twice a minute."""
    known = cache.get(_KEY)
    if known is None:
        row = BaseImport.objects.filter(is_current=True).first()
        known = (row.file, str(row.pk), row.box, row.data_until and row.data_until.date().isoformat()) if row else ()
        cache.set(_KEY, known, KEPT_S)
    if not known:
        return None
    file, revision, box, until = known
    return Base(Path(settings.HOME) / file, revision, tuple(box), until or "")


def forget_base() -> None:
    """Ask the database again: a new base map is in force."""
    cache.delete(_KEY)


def schematic_path() -> Path:
    """Return the folder of the pack's schematic."""
    return Path(settings.PACK_DIR) / "atlas" / SCHEMATIC


@lru_cache(maxsize=8)
def _schematic(folder: Path, stamp: int) -> tuple[dict[str, object], Box]:
    features = []
    for file in sorted(folder.glob("*.geojson")):
        for feature in json.loads(file.read_text())["features"]:
            features.append({**feature, "properties": {**feature["properties"], "kind": file.stem}})
            if feature["geometry"]["type"] == "Polygon":
                features.append(_label(feature, file.stem))
    xs = [x for feature in features for x, _ in _positions(feature["geometry"]["coordinates"])]
    ys = [y for feature in features for _, y in _positions(feature["geometry"]["coordinates"])]
    box = (min(xs), min(ys), max(xs), max(ys)) if xs else (23.4, 47.55, 23.75, 47.75)
    return {"type": "FeatureCollection", "features": features}, box


def _label(feature: dict[str, Any], kind: str) -> dict[str, Any]:
    """An area is named once, at a place within it: its own name would stand in every tile that it crosses."""
    middle = shape(feature["geometry"]).representative_point()
    named = {**feature["properties"], "kind": f"{kind}-name"}
    return {"type": "Feature", "properties": named, "geometry": middle.__geo_interface__}


def _positions(coordinates: list) -> list[tuple[float, float]]:  # type: ignore[type-arg]
    if coordinates and isinstance(coordinates[0], int | float):
        return [(coordinates[0], coordinates[1])]
    return [position for part in coordinates for position in _positions(part)]


def _stamp(folder: Path) -> int:
    return max((file.stat().st_mtime_ns for file in folder.glob("*.geojson")), default=0)


def schematic() -> dict[str, object]:
    """Return the schematic as one GeoJSON collection; each feature says of which ``kind`` it is."""
    folder = schematic_path()
    return _schematic(folder, _stamp(folder))[0]


def schematic_revision() -> str:
    """Return what changes when the schematic does."""
    return format(_stamp(schematic_path()), "x")


def home_bounds() -> Box:
    """Return what the map shows at first: the imported base map, or else the schematic."""
    base = find_base()
    if base is not None:
        return base.box
    folder = schematic_path()
    return _schematic(folder, _stamp(folder))[1]

"""What a printed map shows: the base map and the features of layers in a box."""

import datetime as dt
import gzip
from dataclasses import dataclass

import numpy as np
import shapely

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.base import find_base, schematic
from rivulus.atlas.queries.base_tiles import open_archive
from rivulus.atlas.queries.features import features_on, in_box, property_filter
from rivulus.atlas.queries.visible import Viewer
from rivulus.atlas.rules.printing.reading import Drawable, read_geometries, read_tile
from rivulus.atlas.rules.tiles.grid import Tile, tile_at
from rivulus.kernel.geometry import Box

MOST_TILES, MOST_FEATURES = 64, 20_000


@dataclass(frozen=True, slots=True)
class PrintedLayer:
    """Features of a layer; ``is_cut`` says that there are more than are drawn."""

    layer: Layer
    features: list[Drawable]
    is_cut: bool


def list_base(box: Box, zoom: int) -> dict[str, list[Drawable]]:
    """Return what the base map shows in a box, by layer of its tiles; of the schematic everything, without a layer."""
    base = find_base()
    if base is None or not base.path.is_file():
        return {"": _schematic()}
    archive = open_archive(base.path, base.path.stat().st_mtime_ns)
    found: dict[str, list[Drawable]] = {}
    for tile in _tiles_of(box, zoom):
        content = archive.tile(tile.z, tile.x, tile.y)
        for name, features in (read_tile(gzip.decompress(content), tile) if content else {}).items():
            found.setdefault(name, []).extend(features)
    return found


def _tiles_of(box: Box, zoom: int) -> list[Tile]:
    """Return the tiles of a box, from farther away where they would be too many."""
    west, south, east, north = box
    first, last = tile_at(west, north, zoom), tile_at(east, south, zoom)
    if zoom > 0 and (last.x - first.x + 1) * (last.y - first.y + 1) > MOST_TILES:
        return _tiles_of(box, zoom - 1)
    return [Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)]


def _schematic() -> list[Drawable]:
    collection = schematic()["features"]
    features = collection if isinstance(collection, list) else []
    shapes = np.array([shapely.geometry.shape(one["geometry"]) for one in features], dtype=object)
    return read_geometries(shapes, [one["properties"] for one in features])


def list_printed(layer: Layer, viewer: Viewer, box: Box, day: dt.date | None) -> PrintedLayer:
    """Return the features of a layer in a box on a day, as the viewer may see them."""
    rows = in_box(features_on(layer, day), box).order_by("id").values_list("key", "properties", "geometry")
    some = list(rows[: MOST_FEATURES + 1])
    strip = property_filter(layer, viewer)
    shown = some[:MOST_FEATURES]
    shapes = np.asarray(shapely.from_wkb(np.array([bytes(wkb) for *_, wkb in shown], dtype=object)), dtype=object)
    properties = [{"key": key, **strip(given)} for key, given, _ in shown]
    return PrintedLayer(layer, read_geometries(shapes, properties) if shown else [], len(some) > MOST_FEATURES)

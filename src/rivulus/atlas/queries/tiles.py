"""The features that a tile shows, in one question, or in two where there are more than can be drawn."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
import numpy as np
import psycopg
import shapely
from django.db import connection
from numpy.typing import NDArray

from rivulus.atlas.models import Layer
from rivulus.atlas.rules.tiles.grid import Tile

MOST_DRAWN = 25_000
MOST_LOOKED_AT = 400_000
MARGIN = 80 / 4096  # a little more than the buffer of a tile
SPECK_UNITS = 4.0  # smaller ones cannot be told from a speck
CELL_UNITS = 8.0

IN_TILE = "FROM atlas_feature WHERE layer_id = %s AND box && box(point(%s, %s), point(%s, %s)) AND valid @> %s::date"
ROWS = f"SELECT id, key, geometry, properties::text {IN_TILE} LIMIT {MOST_DRAWN + 1}"
BOXES = f"""
SELECT id, (box[1])[0], (box[1])[1], (box[0])[0], (box[0])[1] {IN_TILE} LIMIT {MOST_LOOKED_AT}
"""
CHOSEN = "SELECT id, key, geometry, properties::text FROM atlas_feature WHERE id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class TileFeatures:
    """What a tile shows: numbers, keys, geometries and all properties; ``found`` is how many there are in it.

    ``is_whole`` says that ``found`` was counted to the end. Properties are those of the rows: whoever shows them
    leaves out what is private.
    """

    ids: NDArray[np.int64]
    keys: Sequence[str]
    geometries: NDArray[np.object_]
    properties: Sequence[dict[str, Any]]
    found: int
    is_whole: bool = True


def features_in_tile(layer: Layer, tile: Tile, day: dt.date) -> TileFeatures:
    """Return the features of a tile on a day. Where they are too many, the largest, and of the small ones one per cell.

    Costs one question for up to ``MOST_DRAWN`` features. Beyond it their boxes are read first, ``MOST_LOOKED_AT`` of
    them, and then the features that were chosen.
    """
    parameters = [layer.pk, *tile.bounds(MARGIN), day]
    with connection.cursor():
        cursor = psycopg.Cursor(cast("psycopg.Connection[Any]", connection.connection))  # of the server: binary
        rows = cursor.execute(ROWS, parameters, binary=True).fetchall()
        if len(rows) <= MOST_DRAWN:
            return _features(rows, len(rows))
        boxes = np.array(cursor.execute(cast(Any, BOXES), parameters, binary=True).fetchall())
        chosen = boxes[_choose(boxes[:, 1:], tile), 0].astype(np.int64)
        rows = cursor.execute(CHOSEN, [chosen.tolist()], binary=True).fetchall()
        return _features(rows, len(boxes), len(boxes) < MOST_LOOKED_AT)


def _features(rows: Sequence[tuple[Any, ...]], found: int, is_whole: bool = True) -> TileFeatures:
    rows = sorted(rows)  # by id: the same features make the same tile
    ids, keys, geometries, texts = zip(*rows, strict=True) if rows else ((), (), (), ())
    properties = msgspec.json.decode("[" + ",".join(texts) + "]") if rows else []
    return TileFeatures(
        np.array(ids, np.int64),
        keys,
        np.asarray(shapely.from_wkb(np.array(geometries, dtype=object))),
        properties,
        found,
        is_whole,
    )


def _choose(boxes: NDArray[np.float64], tile: Tile) -> NDArray[np.int64]:
    """Return which boxes to draw: the largest first, and of those that are specks one in each cell."""
    west, south, east, north = tile.bounds()
    units = np.array([4096 / (east - west), 4096 / (north - south)])
    sizes = ((boxes[:, 2:] - boxes[:, :2]) * units).max(axis=1)
    corners = np.floor((boxes[:, :2] - (west, south)) * units / CELL_UNITS).astype(np.int64)
    cells = corners[:, 0] << 32 | corners[:, 1] & 0xFFFFFFFF
    large = np.flatnonzero(sizes >= SPECK_UNITS)
    large = large[np.argsort(-sizes[large], kind="stable")][:MOST_DRAWN]
    small = np.flatnonzero(sizes < SPECK_UNITS)
    _, firsts = np.unique(cells[small], return_index=True)
    return np.concatenate([large, small[firsts][: MOST_DRAWN - len(large)]])

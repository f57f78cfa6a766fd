"""A tile of a layer on a day, as it is sent: drawn once for each revision, packed, and kept.

Private attributes are in no tile, whoever asks: a tile is the same for everybody who may see the layer.
"""

import datetime as dt
import gzip
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.tiles import TileFeatures, features_in_tile
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.rules.styles import read_style
from rivulus.atlas.rules.tiles.cutting import detail_at
from rivulus.atlas.rules.tiles.encoding import TileLayer, encode_layer
from rivulus.atlas.rules.tiles.grid import Tile
from rivulus.atlas.standards.tiles import shelf

MAKE = 1  # grows when tiles are drawn in another way: older ones are then drawn anew
FULL_FROM, ALL_ATTRIBUTES_FROM = 16, 14
CROWDED_FROM = 2_000  # features; below it those that stand on each other are all there to be asked about
GZIP_LEVEL = 4


@dataclass(frozen=True, slots=True)
class DrawnTile:
    """A tile packed with gzip; ``found`` features are in it, ``shown`` of them can be seen."""

    content: bytes
    found: int
    shown: int
    name: str


def name_of(layer: Layer, tile: Tile, day: dt.date) -> str:
    """Return what names the content of a tile for ever."""
    return f"{MAKE}-{layer.pk}-{layer.revision}-{day:%Y%m%d}-{tile.z}-{tile.x}-{tile.y}"


def tile_of(layer: Layer, tile: Tile, day: dt.date) -> DrawnTile:
    """Return a tile, from the shelf where it was drawn before."""
    name = name_of(layer, tile, day)
    kept = shelf.find(name)
    if kept is not None:
        counts, _, content = kept.partition(b" ")
        found, shown = counts.split(b"/")
        return DrawnTile(content, int(found), int(shown), name)
    drawn = draw(layer, tile, day)
    shelf.keep(name, b"%d/%d " % (drawn.found, drawn.shown) + drawn.content)
    return drawn


def draw(layer: Layer, tile: Tile, day: dt.date) -> DrawnTile:
    """Draw a tile of a layer on a day; an empty one has no bytes."""
    features = features_in_tile(layer, tile, day)
    detail = detail_at(tile.z, FULL_FROM)
    if features.found <= CROWDED_FROM:
        detail = replace(detail, cell=0)
    encoded = encode_layer(tile, _tile_layer(layer, tile, features), detail)
    content = gzip.compress(encoded.content, GZIP_LEVEL, mtime=0) if encoded.content else b""
    return DrawnTile(content, features.found, encoded.shown, name_of(layer, tile, day))


def _tile_layer(layer: Layer, tile: Tile, features: TileFeatures) -> TileLayer:
    schema = read_schema(layer.schema).open
    names = tuple(schema.by_name)
    if tile.z < ALL_ATTRIBUTES_FROM:
        drawn = read_style(layer.style, schema).attributes
        names = tuple(name for name in names if name in drawn)

    def shown(key: str, properties: Mapping[str, Any]) -> dict[str, Any]:
        return {"key": key} | {name: properties[name] for name in names if name in properties}

    rows = [shown(key, row) for key, row in zip(features.keys, features.properties, strict=True)]
    return TileLayer(layer.code, features.geometries, rows, features.ids)

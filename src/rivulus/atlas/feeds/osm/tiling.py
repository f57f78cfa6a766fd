"""The base map as one PMTiles archive: every tile from zoom 6 to 14, packed with gzip."""

import gzip
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from rivulus.atlas.feeds.osm.extract import Drawings, Extract, shapes
from rivulus.atlas.rules.base import classes
from rivulus.atlas.rules.base.tiling import ORDER, detail_of, pairs_at
from rivulus.atlas.rules.tiles.encoding import TileLayer, encode_layer
from rivulus.atlas.rules.tiles.grid import Tile
from rivulus.atlas.rules.tiles.paths import to_world

type Geometries = NDArray[np.object_]
type Numbers = NDArray[np.int64]

GZIP_LEVEL = 6
MERGED = (classes.ROAD, classes.WATERWAY)
AS_POINTS = (classes.ADDRESS,)
Tell = Callable[[str, int], None]
open_archive: Any = Writer  # it has no types


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one layer shows, projected: geometries, their attributes, the zoom from which each is there."""

    name: str
    geometries: Geometries
    properties: NDArray[np.object_]
    zooms: Numbers

    def from_zoom(self, zoom: int) -> "Sheet":
        """Return only what is there at a zoom."""
        there = self.zooms <= zoom
        return Sheet(self.name, self.geometries[there], self.properties[there], self.zooms[there])


def write_tiles(extract: Extract, file: Path, *, tell: Tell = lambda _what, _count: None) -> int:
    """Write the archive of an extract and return how many tiles it has."""
    sheets = [_sheet(name, extract.drawings[name]) for name in ORDER if name in extract.drawings]
    count = 0
    with file.open("wb") as stream:
        writer = open_archive(stream)
        for zoom in range(classes.LEAST_ZOOM, classes.MOST_ZOOM + 1):
            for tile, content in sorted(_tiles_at(sheets, zoom, extract), key=lambda pair: _number(pair[0])):
                writer.write_tile(_number(tile), gzip.compress(content, GZIP_LEVEL, mtime=0))
                count += 1
            tell("tiles", count)
        writer.finalize(_header(extract), _metadata(sheets, extract))
    return count


def _number(tile: Tile) -> int:
    return int(zxy_to_tileid(tile.z, tile.x, tile.y))


def _sheet(name: str, drawings: Drawings) -> Sheet:
    geometries = to_world(shapes(drawings.wkb))
    properties = np.array(drawings.properties, dtype=object)
    zooms = np.array(drawings.zooms, np.int64)
    if name in AS_POINTS:
        geometries = np.asarray(shapely.point_on_surface(geometries))
    elif name in MERGED:
        geometries, properties, zooms = _merged(geometries, properties, zooms)
    order = _order(name, geometries, properties)
    return Sheet(name, geometries[order], properties[order], zooms[order])


def _order(name: str, geometries: Geometries, properties: NDArray[np.object_]) -> Numbers:
    """The greatest areas lie below the small ones; of names the greatest place comes first, and gets its room."""
    if name in (classes.LANDUSE, classes.WATER):
        return np.argsort(-shapely.area(geometries), kind="stable")
    return np.arange(len(geometries))


def _merged(
    geometries: Geometries, properties: NDArray[np.object_], zooms: Numbers
) -> tuple[Geometries, NDArray[np.object_], Numbers]:
    """Join the pieces of a street of one name and class: a name needs room along its line."""
    groups: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for at, (known, zoom) in enumerate(zip(properties.tolist(), zooms.tolist(), strict=True)):
        lone = () if "name" in known else (at,)
        groups[(zoom, *sorted(known.items()), *lone)].append(at)
    made = [
        geometries[some[0]]
        if len(some) == 1
        else shapely.line_merge(shapely.multilinestrings(_lines(geometries[some])))
        for some in groups.values()
    ]
    firsts = np.array([some[0] for some in groups.values()], np.int64)
    joined = np.empty(len(made), dtype=object)
    joined[:] = made
    return joined, properties[firsts], zooms[firsts]


def _lines(geometries: Geometries) -> Geometries:
    return np.asarray(shapely.get_parts(geometries))


def _tiles_at(sheets: list[Sheet], zoom: int, extract: Extract) -> Iterator[tuple[Tile, bytes]]:
    parts: defaultdict[tuple[int, int], list[bytes]] = defaultdict(list)
    for sheet in (every.from_zoom(zoom) for every in sheets):
        detail = detail_of(sheet.name, zoom)
        for (x, y), found in pairs_at(shapely.bounds(sheet.geometries), zoom, extract.box):
            layer = TileLayer(sheet.name, sheet.geometries[found], sheet.properties[found].tolist(), in_world=True)
            encoded = encode_layer(Tile(zoom, x, y), layer, detail)
            if encoded.content:
                parts[x, y].append(encoded.content)
    for (x, y), contents in parts.items():
        yield Tile(zoom, x, y), b"".join(contents)


def _header(extract: Extract) -> dict[str, object]:
    west, south, east, north = (round(side * 10_000_000) for side in extract.box)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_zoom": classes.LEAST_ZOOM,
        "max_zoom": classes.MOST_ZOOM,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": 12,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


def _metadata(sheets: list[Sheet], extract: Extract) -> Mapping[str, object]:
    fields = {"class": "String", "name": "String", "number": "String"}
    return {
        "name": "Rivulus",
        "format": "pbf",
        "attribution": "© OpenStreetMap contributors",
        "data_until": extract.data_until.isoformat() if extract.data_until else "",
        "vector_layers": [
            {"id": sheet.name, "fields": fields, "minzoom": classes.LEAST_ZOOM, "maxzoom": classes.MOST_ZOOM}
            for sheet in sheets
        ],
    }

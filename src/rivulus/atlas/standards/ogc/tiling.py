"""OGC API Tiles: the tilesets of layers, and the one tile matrix set in which they are cut."""

import math
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import bounds_of, shown_schema
from rivulus.atlas.queries.visible import PUBLIC
from rivulus.atlas.rules.crs import CRS84
from rivulus.atlas.rules.tiles.grid import Tile
from rivulus.atlas.standards.ogc.answers import JSON, Problem, as_json, kept
from rivulus.atlas.standards.ogc.asking import Request
from rivulus.atlas.standards.ogc.describing import JSON_TYPES, MVT, RELATION, SQUARE
from rivulus.atlas.standards.tiles.serving import ZOOMS, describe, read_day, send
from rivulus.atlas.terms import GeometryType, Visibility

GRID = "WebMercatorQuad"
WEB_MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
HALF = math.pi * 6_378_137
PIXEL_M = 0.00028
DIMENSIONS = {GeometryType.POINT: 0, GeometryType.LINE: 1, GeometryType.POLYGON: 2}


def tilesets(request: Request, layer: Layer) -> dict[str, Any]:
    """Return the list of the tilesets of a layer: one."""
    path = f"/collections/{layer.code}/tiles"
    return {"links": [*request.forms(path, JSON)], "tilesets": [_summary(request, layer)]}


def tileset(request: Request, layer: Layer) -> dict[str, Any]:
    """Return the description of a tileset."""
    bounds = bounds_of(layer) or (-180.0, -85.0, 180.0, 85.0)
    shown = shown_schema(layer, PUBLIC)
    dimension = DIMENSIONS.get(GeometryType(layer.geometry_type))
    described: dict[str, Any] = {
        "id": layer.code,
        "title": layer.title,
        "dataType": "vector",
        "propertiesSchema": {
            "type": "object",
            "properties": {"key": {"type": "string"}} | {a.name: JSON_TYPES[a.type] for a in shown.attributes},
        },
    }
    if dimension is not None:
        described["geometryDimension"] = dimension
    return _summary(request, layer) | {
        "tileMatrixSetURI": SQUARE,
        "description": layer.description,
        "attribution": layer.attribution or layer.owner.name,
        "layers": [described],
        "boundingBox": {"lowerLeft": list(bounds[:2]), "upperRight": list(bounds[2:]), "crs": CRS84},
        "tileMatrixSetLimits": [_limits(bounds, z) for z in ZOOMS],
    }


def _summary(request: Request, layer: Layer) -> dict[str, Any]:
    path = f"/collections/{layer.code}/tiles/{GRID}"
    template = f"{path}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    return {
        "title": layer.title,
        "dataType": "vector",
        "crs": WEB_MERCATOR,
        "links": [
            request.link(f"{path}?f=json", "self", JSON, layer.title),
            request.link(f"{path}?f=tilejson", "describedby", JSON, "TileJSON"),
            request.link(f"/tileMatrixSets/{GRID}", RELATION + "tiling-scheme", JSON, GRID),
            {**request.link(template, "item", MVT, gettext("Vector tiles")), "templated": True},
        ],
    }


def _limits(bounds: tuple[float, float, float, float], z: int) -> dict[str, Any]:
    from rivulus.atlas.rules.tiles.grid import tile_at

    west, south, east, north = bounds
    first, last = tile_at(west, north, z), tile_at(east, south, z)
    return {
        "tileMatrix": str(z),
        "minTileRow": first.y,
        "maxTileRow": last.y,
        "minTileCol": first.x,
        "maxTileCol": last.x,
    }


def answer_tile(request: Request, layer: Layer, matrix: str, row: str, col: str) -> HttpResponse:
    """Return one tile; raises Problem 404 where there is none."""
    numbers = [
        int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1 for text in (matrix, row, col)
    ]
    tile = Tile(numbers[0], numbers[2], numbers[1])
    if not tile.exists or tile.z not in ZOOMS:
        raise Problem(404, gettext("There is no such tile."))
    try:
        day = read_day(request.parameters.get("datetime"))
    except ValueError:
        raise Problem(400, gettext("datetime: a date, a moment, or two of them with “/” between are needed.")) from None
    return send(request.http, layer, tile, day)


def answer_tilejson(request: Request, layer: Layer) -> HttpResponse:
    """Return a tileset as TileJSON."""
    return kept(as_json(describe(request.http, layer)), is_public=layer.visibility == Visibility.PUBLIC)


def matrix_sets(request: Request) -> dict[str, Any]:
    """Return the list of tile matrix sets: one."""
    one = {"id": GRID, "title": "Google Maps Compatible for the World", "uri": SQUARE, "crs": WEB_MERCATOR}
    links = [request.link(f"/tileMatrixSets/{GRID}", "self", JSON, GRID)]
    return {"links": request.forms("/tileMatrixSets", JSON), "tileMatrixSets": [one | {"links": links}]}


def matrix_set(request: Request) -> dict[str, Any]:
    """Return WebMercatorQuad as the standard defines it."""
    return {
        "id": GRID,
        "title": "Google Maps Compatible for the World",
        "uri": SQUARE,
        "crs": WEB_MERCATOR,
        "orderedAxes": ["E", "N"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "links": request.forms(f"/tileMatrixSets/{GRID}", JSON),
        "tileMatrices": [_matrix(z) for z in ZOOMS],
    }


def _matrix(z: int) -> dict[str, Any]:
    cell = 2 * HALF / 256 / 2**z
    return {
        "id": str(z),
        "scaleDenominator": cell / PIXEL_M,
        "cellSize": cell,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-HALF, HALF],
        "tileWidth": 256,
        "tileHeight": 256,
        "matrixWidth": 2**z,
        "matrixHeight": 2**z,
    }

"""GeoJSON and CSV of a layer, feature by feature as the database gives them: constant memory, however large."""

import datetime as dt
import json
from collections.abc import Iterator

import shapely

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import SeenFeature, stream_features
from rivulus.atlas.queries.visible import PUBLIC
from rivulus.atlas.rules.measuring import project
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.terms import WGS84, GeometryType
from rivulus.kernel.tables import Cell, stream_csv

BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for the encoding of the machine


def geojson(layer: Layer, day: dt.date) -> Iterator[str]:
    """Yield a collection (RFC 7946), one feature a line."""
    yield '{"type":"FeatureCollection","name":' + json.dumps(layer.code) + ',"features":[\n'
    separator = ""
    for feature in stream_features(layer, PUBLIC, on=day):
        yield separator + _feature(feature)
        separator = ",\n"
    yield "\n]}\n"


def _feature(feature: SeenFeature) -> str:
    properties = dict(feature.properties)
    if feature.valid.since:
        properties["valid_from"] = feature.valid.since.isoformat()
    if feature.valid.until:
        properties["valid_until"] = feature.valid.until.isoformat()
    body = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
    geometry = shapely.to_geojson(feature.geometry)
    return f'{{"type":"Feature","id":{json.dumps(feature.key)},"geometry":{geometry},"properties":{body}}}'


def csv(layer: Layer, day: dt.date, epsg: int) -> Iterator[str]:
    """Yield a table whose cells no spreadsheet runs as formulas; points as two columns, other shapes as WKT."""
    names = list(read_schema(layer.schema).open.by_name)
    is_points = layer.geometry_type == GeometryType.POINT
    places = (["longitude", "latitude"] if epsg == WGS84 else ["east", "north"]) if is_points else ["wkt"]
    header = ["key", *names, "valid_from", "valid_until", *places]
    yield BYTE_ORDER_MARK
    yield from stream_csv(header, (_row(f, names, epsg, is_points) for f in stream_features(layer, PUBLIC, on=day)))


def _row(feature: SeenFeature, names: list[str], epsg: int, is_points: bool) -> list[Cell]:
    shape = project(feature.geometry, WGS84, epsg)
    decimals = 8 if epsg == WGS84 else 3
    middle = shape if shape.geom_type == "Point" else shape.representative_point()
    place: list[Cell] = [round(middle.x, decimals), round(middle.y, decimals)]
    if not is_points:
        place = [shapely.to_wkt(shape, rounding_precision=decimals)]
    values: list[Cell] = [feature.properties.get(name) for name in names]
    return [feature.key, *values, feature.valid.since, feature.valid.until, *place]

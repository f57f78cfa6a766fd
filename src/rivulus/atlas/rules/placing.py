"""A geometry as people write it: latitude and longitude, metres of Stereo 70, WKT or GeoJSON. Pure."""

import json
import re

import shapely
from pyproj.exceptions import ProjError
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.rules.geometries import take_geometry
from rivulus.atlas.rules.measuring import project
from rivulus.atlas.terms import WGS84
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import read_geojson
from rivulus.kernel.words import N_

LONGEST = 4_000_000
PAIR = re.compile(r"\s*(-?\d+(?:[.,]\d+)?)\s*[;,\s]\s*(-?\d+(?:[.,]\d+)?)\s*")
WORD = re.compile(r"\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\b", re.IGNORECASE)


def read_place(text: str, geometry_type: str, epsg: int = WGS84) -> BaseGeometry:
    """Return what somebody wrote as it is kept in a layer of this type; raises Refused.

    Two numbers are latitude and longitude; in a system of metres they are east and north. WKT and GeoJSON have x first.
    """
    if len(text) > LONGEST:
        raise Refused(N_("The geometry is too long to be written here. Import it from a file."))
    pair = PAIR.fullmatch(text)
    if pair is not None:
        one, other = (float(number.replace(",", ".")) for number in pair.groups())
        found: BaseGeometry = shapely.Point(other, one) if epsg == WGS84 else shapely.Point(one, other)
    elif text.lstrip().startswith("{"):
        found = _from_json(text, epsg)
    elif WORD.match(text):
        found = _from_wkt(text)
    else:
        raise Refused(N_("Write latitude and longitude (47.6567, 23.5850), WKT, or GeoJSON."))
    return take_geometry(_moved(found, epsg), geometry_type)


def _from_json(text: str, epsg: int) -> BaseGeometry:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(N_("This is not a GeoJSON geometry.")) from error
    if epsg == WGS84:
        return read_geojson(value)
    geometry = value.get("geometry") if isinstance(value, dict) and value.get("type") == "Feature" else value
    try:
        return shapely.from_geojson(json.dumps(geometry))
    except shapely.errors.ShapelyError as error:
        raise Refused(N_("This is not a GeoJSON geometry.")) from error


def _from_wkt(text: str) -> BaseGeometry:
    try:
        return shapely.from_wkt(re.sub(r"^\s*SRID=\d+;", "", text, flags=re.IGNORECASE))
    except shapely.errors.ShapelyError as error:
        raise Refused(N_("This is not WKT: %(why)s"), why=str(error)[:120]) from error


def _moved(geometry: BaseGeometry, epsg: int) -> BaseGeometry:
    try:
        return project(geometry, epsg, WGS84)
    except ProjError as error:
        raise Refused(N_("The position does not exist in this coordinate system: is it the right one?")) from error


def write_place(geometry: BaseGeometry) -> str:
    """Return a geometry as people may change it: a point as latitude and longitude, everything else as WKT."""
    if geometry.geom_type == "Point":
        return f"{geometry.y:.8f}".rstrip("0") + ", " + f"{geometry.x:.8f}".rstrip("0")
    return str(shapely.to_wkt(geometry, rounding_precision=8))

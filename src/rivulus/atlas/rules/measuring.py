"""Lengths, areas and distances on the ground, of geometries in longitude and latitude. Pure.

Within Romania everything is measured in Stereo 70 (EPSG:3844), the projection of the country's cadastre, so that an
area here is the area in the land book. Elsewhere on the ellipsoid itself.
"""

from functools import cache

import numpy as np
import shapely
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.terms import STEREO70, WGS84

# Where Stereo 70 is meant to be used (EPSG's area of use), a little wider.
ROMANIA = (20.2, 43.4, 31.5, 48.4)
_ELLIPSOID = Geod(ellps="GRS80")


@cache
def transformer(source: int, target: int) -> Transformer:
    """Return the projection between two coordinate systems (codes of EPSG); coordinates always as x, y."""
    return Transformer.from_crs(source, target, always_xy=True)


def project(geometry: BaseGeometry, source: int, target: int) -> BaseGeometry:
    """Return a geometry in another coordinate system; codes of EPSG, coordinates always as x, y."""
    if source == target:
        return geometry
    found = transformer(source, target)

    def move(places: np.ndarray) -> np.ndarray:
        x, y = found.transform(places[:, 0], places[:, 1])
        return np.column_stack([x, y])

    return shapely.transform(geometry, move)


def on_the_ground(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry of longitudes and latitudes in metres of Stereo 70."""
    return project(geometry, WGS84, STEREO70)


def from_the_ground(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry in metres of Stereo 70 in longitudes and latitudes."""
    return project(geometry, STEREO70, WGS84)


def is_in_romania(geometry: BaseGeometry) -> bool:
    """Say whether Stereo 70 is meant for the whole geometry."""
    west, south, east, north = geometry.bounds
    return bool(ROMANIA[0] <= west and east <= ROMANIA[2] and ROMANIA[1] <= south and north <= ROMANIA[3])


def area_m2(geometry: BaseGeometry) -> float:
    """Return the area in square metres; lines and points have none."""
    if geometry.is_empty or shapely.get_dimensions(geometry) < 2:
        return 0.0
    if is_in_romania(geometry):
        return float(on_the_ground(geometry).area)
    return abs(float(_ELLIPSOID.geometry_area_perimeter(geometry)[0]))


def length_m(geometry: BaseGeometry) -> float:
    """Return the length in metres of lines, or the perimeter of areas."""
    if geometry.is_empty:
        return 0.0
    if is_in_romania(geometry):
        return float(on_the_ground(geometry).length)
    return float(_ELLIPSOID.geometry_length(geometry))


def distance_m(one: BaseGeometry, other: BaseGeometry) -> float:
    """Return the distance in metres between the nearest places of two geometries in Romania."""
    return float(shapely.distance(on_the_ground(one), on_the_ground(other)))


def buffer_m(geometry: BaseGeometry, metres: float) -> BaseGeometry:
    """Return everything within so many metres, in longitude and latitude."""
    return from_the_ground(shapely.buffer(on_the_ground(geometry), metres, quad_segs=16))


def box_around(box: tuple[float, float, float, float], metres: float) -> tuple[float, float, float, float]:
    """Return a box widened by at least so many metres on every side: for asking an index."""
    west, south, east, north = box
    high = metres / 110_500
    furthest = min(max(abs(south), abs(north)) + high, 89.0)
    wide = metres / (110_500 * float(np.cos(np.radians(furthest))))
    return west - wide, south - high, east + wide, north + high

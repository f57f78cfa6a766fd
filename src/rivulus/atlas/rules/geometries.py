"""Geometry of features: does it fit the layer, is it valid, where not; one way to write it down. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.terms import GeometryType
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import read_geojson
from rivulus.kernel.words import N_

MOST_VERTICES = 100_000
DECIMALS = 8  # of a degree: about a millimetre, finer than any survey; what differs less is the same

POINTS, LINES, POLYGONS = frozenset({0, 4}), frozenset({1, 2, 5}), frozenset({3, 6})  # Shapely's numbers of types
FITTING = {
    GeometryType.POINT: POINTS,
    GeometryType.LINE: LINES,
    GeometryType.POLYGON: POLYGONS,
    GeometryType.ANY: POINTS | LINES | POLYGONS | {7},
}
MISFITS = {
    GeometryType.POINT: N_("The layer is of points; this is something else."),
    GeometryType.LINE: N_("The layer is of lines; this is something else."),
    GeometryType.POLYGON: N_("The layer is of areas; this is something else."),
    GeometryType.ANY: N_("This is no geometry."),
}

# GEOS's reasons, in words for people; each is followed by the place.
INVALID = (
    ("Ring Self-intersection", N_("The outline touches itself at %(place)s.")),
    ("Self-intersection", N_("The outline crosses itself at %(place)s.")),
    ("Hole lies outside shell", N_("A hole lies outside of the area, at %(place)s.")),
    ("Holes are nested", N_("A hole lies within another hole, at %(place)s.")),
    ("Nested shells", N_("One part lies within another, at %(place)s.")),
    ("Interior is disconnected", N_("The area falls apart at %(place)s.")),
    ("Duplicate Rings", N_("The same outline is there twice, at %(place)s.")),
    ("Too few points", N_("There are too few positions at %(place)s.")),
    ("Invalid Coordinate", N_("A coordinate is not a number.")),
)
OTHERWISE_INVALID = N_("The geometry is not valid near %(place)s.")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, as a sentence with values for its placeholders; ``attribute`` is empty where it is the geometry."""

    sentence: str
    values: dict[str, object] = field(default_factory=dict)
    attribute: str = ""
    can_be_repaired: bool = False

    def raised(self) -> Refused:
        """Return it as a refusal."""
        return Refused(self.sentence, **self.values)


def read_geometry(value: object) -> BaseGeometry:
    """Return the geometry of a Shapely object, of WKB, or of a GeoJSON mapping; raises Refused."""
    if isinstance(value, BaseGeometry):
        return value
    if isinstance(value, Mapping):
        return read_geojson(value)
    if isinstance(value, bytes | bytearray | memoryview):
        try:
            return shapely.from_wkb(bytes(value))
        except shapely.errors.ShapelyError as error:
            raise Refused(N_("This is no geometry.")) from error
    raise Refused(N_("This is no geometry."))


def take_geometry(value: object, geometry_type: str) -> BaseGeometry:
    """Return a geometry as it is kept; raises Refused where it may not be kept in a layer of this type."""
    geometry = read_geometry(value)
    problems = check_geometry(geometry, geometry_type)
    if problems:
        raise problems[0].raised()
    return normalise(geometry)


def check_geometry(geometry: BaseGeometry, geometry_type: str) -> list[Problem]:
    """Return what is wrong with a geometry in longitude and latitude; nothing where it may be kept."""
    if geometry is None or geometry.is_empty:
        return [Problem(N_("The geometry is empty."))]
    if shapely.get_type_id(geometry) not in FITTING[GeometryType(geometry_type)]:
        return [Problem(MISFITS[GeometryType(geometry_type)])]
    count = int(shapely.get_num_coordinates(geometry))
    if count > MOST_VERTICES:
        return [
            Problem(
                N_("The geometry has %(count)s positions; more than %(most)s are not taken. Simplify it first."),
                {"count": count, "most": MOST_VERTICES},
            )
        ]
    return _check_place(geometry) or _check_validity(geometry)


def _check_place(geometry: BaseGeometry) -> list[Problem]:
    west, south, east, north = geometry.bounds
    if not all(np.isfinite((west, south, east, north))) or not np.isfinite(shapely.get_coordinates(geometry)).all():
        return [Problem(N_("A coordinate is not a number."))]
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
        return []
    x, y = (west, south) if not (-180 <= west <= 180 and -90 <= south <= 90) else (east, north)
    return [
        Problem(
            N_("The position %(x)s, %(y)s is not a longitude and latitude: is the coordinate system right?"),
            {"x": round(x, 2), "y": round(y, 2)},
        )
    ]


def _check_validity(geometry: BaseGeometry) -> list[Problem]:
    if geometry.is_valid:
        return []
    reason = shapely.is_valid_reason(geometry)
    numbers = re.search(r"\[(\S+) (\S+)\]", reason)
    place = f"{float(numbers[1]):.6f}, {float(numbers[2]):.6f}" if numbers else "?"
    sentence = next((words for start, words in INVALID if reason.startswith(start)), OTHERWISE_INVALID)
    return [Problem(sentence, {"place": place}, can_be_repaired=True)]


def repair(geometry: BaseGeometry, geometry_type: str) -> BaseGeometry:
    """Return a valid geometry made of one that is not; raises Refused where nothing of the layer's type is left.

    An outline that crosses itself becomes several areas; what is left over of other types is dropped.
    """
    made = shapely.make_valid(geometry)
    fitting = FITTING[GeometryType(geometry_type)]
    if shapely.get_type_id(made) not in fitting:
        parts = [part for part in shapely.get_parts(made) if shapely.get_type_id(part) in fitting]
        made = shapely.union_all(parts) if parts else None
    if made is None or made.is_empty or check_geometry(made, geometry_type):
        raise Refused(N_("The geometry cannot be repaired."))
    return made


def normalise(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry as it is kept: flat, to a millimetre, outer rings counter-clockwise, without a system's number.

    Rounding that would break a valid geometry is left out.
    """
    flat = shapely.set_srid(shapely.force_2d(geometry), 0)
    rounded = shapely.transform(flat, _round)
    if not rounded.is_valid and flat.is_valid:
        rounded = flat
    return shapely.orient_polygons(rounded)


def _round(coordinates: Any) -> Any:
    return np.round(coordinates, DECIMALS) + 0.0  # the sum turns −0.0 into 0.0


def normalise_all(geometries: Sequence[BaseGeometry]) -> Any:
    """Return an array of many geometries as they are kept; see ``normalise``."""
    given = np.asarray(geometries, dtype=object)
    if not len(given):
        return given
    flat = shapely.set_srid(shapely.force_2d(given), 0)
    rounded = shapely.transform(flat, _round)
    broken = ~shapely.is_valid(rounded) & shapely.is_valid(flat)
    rounded[broken] = flat[broken]
    return shapely.orient_polygons(rounded)


def find_faulty(geometries: Any, geometry_type: str) -> Any:
    """Return which of many geometries ``check_geometry`` has something to say about, as an array of bool; cheap."""
    fitting = np.isin(shapely.get_type_id(geometries), list(FITTING[GeometryType(geometry_type)]))
    bounds = shapely.bounds(geometries)
    with np.errstate(invalid="ignore"):
        inside = (bounds[:, 0] >= -180) & (bounds[:, 1] >= -90) & (bounds[:, 2] <= 180) & (bounds[:, 3] <= 90)
    few = shapely.get_num_coordinates(geometries) <= MOST_VERTICES
    sound = fitting & inside & few & ~shapely.is_empty(geometries)
    sound[sound] = shapely.is_valid(geometries[sound])
    return ~sound

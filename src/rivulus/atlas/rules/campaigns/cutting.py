"""An area cut into tasks: squares of equal size, only those that it touches, numbered from the north-west."""

import math

import shapely
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.rules import measuring
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

MOST_TASKS = 400
SMALLEST_M, LARGEST_M = 50.0, 5000.0
SLIVER = 0.02  # of a square: what is smaller joins nobody's work and is left to the neighbour


def cut(area: BaseGeometry, side_m: float) -> list[BaseGeometry]:
    """Return the tasks of an area in longitude and latitude; together they cover it but for slivers. Raises Refused."""
    if not SMALLEST_M <= side_m <= LARGEST_M:
        raise Refused(N_("The side of a task lies between 50 m and 5 km."))
    ground = measuring.on_the_ground(area)
    if ground.area <= 0:
        raise Refused(N_("Draw an area."))
    west, south, east, north = ground.bounds
    columns, rows = math.ceil((east - west) / side_m), math.ceil((north - south) / side_m)
    if columns * rows > MOST_TASKS * 10:
        raise Refused(N_("That makes more than 400 tasks; choose larger ones."))
    pieces = []
    for row in range(rows):
        top = north - row * side_m
        for column in range(columns):
            left = west + column * side_m
            shared = shapely.intersection(ground, shapely.box(left, top - side_m, left + side_m, top))
            areas = [part for part in shapely.get_parts(shared) if shapely.get_dimensions(part) == 2]
            if sum(part.area for part in areas) > SLIVER * side_m * side_m:
                pieces.append(areas[0] if len(areas) == 1 else shapely.MultiPolygon(areas))
    if not pieces:
        pieces = [ground]
    if len(pieces) > MOST_TASKS:
        raise Refused(N_("That makes more than 400 tasks; choose larger ones."))
    return [measuring.from_the_ground(piece) for piece in pieces]

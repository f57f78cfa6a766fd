"""A made-up town: footprints of buildings as a map has them, and places; the same for every run."""

from typing import Any

import numpy as np
import shapely

from rivulus.atlas.rules.tiles.grid import Tile

SEED = 20260501
KINDS = ("house", "flats", "school", "shop", "garage", "church", "office")
CORNERS = {
    "oblong": ((-1, -0.6), (1, -0.6), (1, 0.6), (-1, 0.6)),
    "angle": ((-1, -1), (1, -1), (1, 0), (0, 0), (0, 1), (-1, 1)),
    "yard": ((-1, -1), (1, -1), (1, 1), (0.4, 1), (0.4, -0.4), (-0.4, -0.4), (-0.4, 1), (-1, 1)),
}


def buildings(count: int, tile: Tile) -> tuple[Any, list[dict[str, Any]]]:
    """Return areas within a tile and a little beyond (oblong, angled, around a yard, rounded), and their attributes."""
    chance = np.random.default_rng(SEED)
    west, south, east, north = tile.bounds(0.02)
    middles = np.column_stack([chance.uniform(west, east, count), chance.uniform(south, north, count)])
    sizes = chance.uniform(4, 20, count) * (east - west) / 4096
    turns = chance.uniform(0, np.pi, count)
    corners = [np.array(points, float) for points in CORNERS.values()]
    circle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    rounded = np.column_stack([np.cos(circle), np.sin(circle)])
    shapes = []
    for number in range(count):
        kind = number % 20
        points = rounded if kind == 19 else corners[0 if kind < 11 else 1 if kind < 17 else 2]
        cos, sin = np.cos(turns[number]), np.sin(turns[number])
        turned = points @ np.array([[cos, sin], [-sin, cos]]) * (1, 0.68)  # a degree of latitude is longer
        shapes.append(shapely.Polygon(middles[number] + turned * sizes[number]))
    return np.array(shapes, dtype=object), attributes(count)


def places(count: int, tile: Tile) -> tuple[Any, list[dict[str, Any]]]:
    """Return points within a tile and a little beyond, and their attributes."""
    chance = np.random.default_rng(SEED)
    west, south, east, north = tile.bounds(0.02)
    return shapely.points(chance.uniform(west, east, count), chance.uniform(south, north, count)), attributes(count)


def attributes(count: int) -> list[dict[str, Any]]:
    """Return a kind, a number of storeys and a name for each; one in ten has a name."""
    return [
        {"kind": KINDS[number % 7], "storeys": number % 9 + 1}
        | ({"name": f"Strada {number}"} if number % 10 == 0 else {})
        for number in range(count)
    ]

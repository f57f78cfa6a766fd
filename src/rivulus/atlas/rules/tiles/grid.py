"""Which tile is where: Web Mercator as a unit square, (0, 0) in the north-west, cut in 2^z by 2^z tiles. Pure."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_ZOOM = 22
LIMIT_LAT = math.degrees(2 * math.atan(math.exp(math.pi)) - math.pi / 2)
"""The square of Web Mercator ends at this latitude, north and south."""

type Floats = NDArray[np.float64]
type Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One tile of WebMercatorQuad; ``y`` counts from the north."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Say whether there is such a tile."""
        return 0 <= self.z <= MOST_ZOOM and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z

    def bounds(self, margin: float = 0.0) -> Bounds:
        """Return the box in degrees; ``margin`` widens it, as a share of the side of the tile."""
        side = 2.0**-self.z
        west, east = (self.x - margin) * side, (self.x + 1 + margin) * side
        north, south = (self.y - margin) * side, (self.y + 1 + margin) * side
        return max(-180.0, lon_of(west)), lat_of(south), min(180.0, lon_of(east)), lat_of(north)


def lon_of(x: float) -> float:
    """Return the longitude of a place on the unit square."""
    return x * 360 - 180


def lat_of(y: float) -> float:
    """Return the latitude of a place on the unit square."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """Return the tile in which a place is."""
    x, y = world(np.array([[lon, lat]]))[0]
    most = 2**z - 1
    return Tile(z, min(most, max(0, int(x * 2**z))), min(most, max(0, int(y * 2**z))))


def world(lonlat: Floats) -> Floats:
    """Return places on the unit square for rows of longitude and latitude; beyond the limit they lie on its edge."""
    lat = np.radians(np.clip(lonlat[:, 1], -LIMIT_LAT, LIMIT_LAT))
    placed = np.empty_like(lonlat)
    placed[:, 0] = lonlat[:, 0] / 360 + 0.5
    placed[:, 1] = 0.5 - np.arctanh(np.sin(lat)) / (2 * math.pi)
    return placed

"""How a piece of the city fits on paper: scale, orientation, what is seen, how long the bar of the scale is. Pure."""

import math
from dataclasses import dataclass

import numpy as np

from rivulus.atlas.rules.tiles.grid import Floats, lat_of, lon_of, world
from rivulus.kernel.geometry import Box

EARTH_M = 40_075_016.686
PIXEL_MM = 25.4 / 96
TILE_PIXELS = 512
MOST_DATA_ZOOM, LEAST_DATA_ZOOM = 14, 6
NICE = (1.0, 1.5, 2.0, 2.5, 5.0, 7.5)
LEAST_SCALE, MOST_SCALE = 500, 2_000_000
# Room for the map on each paper, in millimetres, upright and lying.
PAPERS = {
    "a4": ((180.0, 190.0), (267.0, 128.0)),
    "a3": ((267.0, 300.0), (390.0, 215.0)),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A piece of paper with a map: where its middle is on the unit square, its sides, and one to how many it shows."""

    paper: str
    is_lying: bool
    width_mm: float
    height_mm: float
    middle: tuple[float, float]
    scale: int

    @property
    def world_mm(self) -> float:
        """How wide the whole world would be on this paper; true to scale in the middle of the map."""
        lat = math.radians(lat_of(self.middle[1]))
        return EARTH_M * math.cos(lat) * 1000 / self.scale

    @property
    def zoom(self) -> float:
        """The zoom at which a screen shows things as large."""
        return math.log2(self.world_mm / PIXEL_MM / TILE_PIXELS)

    @property
    def data_zoom(self) -> int:
        """The zoom of the tiles from which it is drawn."""
        return max(LEAST_DATA_ZOOM, min(MOST_DATA_ZOOM, math.floor(self.zoom + 0.6)))

    @property
    def box(self) -> Box:
        """What it shows: west, south, east, north."""
        half_x, half_y = self.width_mm / self.world_mm / 2, self.height_mm / self.world_mm / 2
        x, y = self.middle
        return lon_of(x - half_x), lat_of(y + half_y), lon_of(x + half_x), lat_of(y - half_y)

    def place(self, places: Floats) -> Floats:
        """Return places of the unit square in millimetres from the upper left corner of the map."""
        placed: Floats = (places - self.middle) * self.world_mm + (self.width_mm / 2, self.height_mm / 2)
        return placed


def fit(bounds: Box, paper: str) -> Sheet:
    """Return the sheet on which all of the bounds are seen, at the next round scale."""
    _, wide, high = _extent(bounds)
    is_lying = wide > high * 1.15
    return fit_in(bounds, PAPERS[paper][is_lying], paper=paper, is_lying=is_lying)


def fit_in(bounds: Box, room: tuple[float, float], *, paper: str = "a4", is_lying: bool = False) -> Sheet:
    """Return a map for a room of a paper (width and height in millimetres), at the next round scale."""
    middle, wide, high = _extent(bounds)
    width, height = room
    needed = max(wide / width, high / height, LEAST_SCALE)
    return Sheet(paper, is_lying, width, height, middle, min(MOST_SCALE, round_scale(needed)))


def _extent(bounds: Box) -> tuple[tuple[float, float], float, float]:
    """Return the middle on the unit square, and width and height in millimetres on the ground."""
    west, south, east, north = bounds
    (left, top), (right, bottom) = world(np.array([[west, north], [east, south]]))
    middle = (float(left + right) / 2, float(top + bottom) / 2)
    ground = EARTH_M * math.cos(math.radians(lat_of(middle[1]))) * 1000
    return middle, float(right - left) * ground, float(bottom - top) * ground


def round_scale(needed: float) -> int:
    """Return the next round number that is not smaller."""
    power = 10.0 ** math.floor(math.log10(needed))
    found = next((nice * power for nice in NICE if nice * power >= needed * 0.9999), 10.0 * power)
    return round(found)


def bar(sheet: Sheet) -> tuple[int, float]:
    """Return the metres and millimetres of a bar of about a quarter of the width, of a round length."""
    longest = sheet.width_mm / 4 * sheet.scale / 1000
    power = 10.0 ** math.floor(math.log10(longest))
    metres = round(next(nice * power for nice in (5.0, 2.0, 1.0) if nice * power <= longest))
    return metres, metres * 1000 / sheet.scale

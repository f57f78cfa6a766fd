"""In which coordinate system the positions of a file are, when it does not say so, or says so wrongly. Pure."""

from dataclasses import dataclass

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from rivulus.atlas.terms import STEREO70, WEB_MERCATOR, WGS84
from rivulus.kernel.geometry import Box
from rivulus.kernel.words import N_

ROMANIA: Box = (20.2, 43.5, 29.8, 48.3)
SURROUNDINGS: Box = (22.0, 46.8, 25.2, 48.3)  # of Baia Mare: of two readings, the nearer one is meant
GUESSES = (STEREO70, WGS84, WEB_MERCATOR, 31700, 32634, 32635)

MISSING = N_("The file does not say in which coordinate system its positions are. Choose it.")
OUTSIDE = N_("In the system that the file names, its positions are far from Romania. Look at the system again.")
SWAPPED = N_("The two coordinates seem to stand in the opposite order.")
NO_GUESS = N_("No known system puts these positions into Romania.")


@dataclass(frozen=True, slots=True)
class SystemGuess:
    """A system by its EPSG number (0: none found), whether x and y change places, and a sentence if there is one."""

    epsg: int
    is_swapped: bool = False
    sentence: str = ""


def epsg_of(said: str | None) -> int:
    """Return the EPSG number of what a file says of its system (a code or WKT); 0 where there is none."""
    if not said:
        return 0
    try:
        return CRS.from_user_input(said).to_epsg(min_confidence=25) or 0
    except CRSError:
        return 0


def is_known(epsg: int) -> bool:
    """Say whether there is a coordinate system of this number that positions on the ground can be in."""
    try:
        crs = CRS.from_epsg(epsg)
    except CRSError:
        return False
    return crs.is_geographic or crs.is_projected


def guess_system(said: int, bounds: Box | None) -> SystemGuess:
    """Return the system that is meant, by what the file says and where its positions would then be."""
    if bounds is None or not np.isfinite(bounds).all():
        return SystemGuess(said, sentence="" if said else MISSING)
    if said:
        return _checked(said, bounds)
    readings = [(epsg, swapped) for epsg in GUESSES for swapped in (False, True)]
    for area in (SURROUNDINGS, ROMANIA):
        for epsg, swapped in readings:
            if _lands_in(area, epsg, bounds, swapped=swapped):
                return SystemGuess(epsg, swapped, MISSING)
    return SystemGuess(0, sentence=NO_GUESS)


def _checked(said: int, bounds: Box) -> SystemGuess:
    for area in (SURROUNDINGS, ROMANIA):
        for swapped in (False, True):
            if _lands_in(area, said, bounds, swapped=swapped):
                return SystemGuess(said, swapped, SWAPPED if swapped else "")
    return SystemGuess(said, sentence=OUTSIDE)


def _lands_in(area: Box, epsg: int, bounds: Box, *, swapped: bool) -> bool:
    west, south, east, north = bounds
    xs, ys = np.array([west, east]), np.array([south, north])
    if swapped:
        xs, ys = ys, xs
    try:
        x, y = transform(epsg, xs, ys)
    except ProjError:
        return False
    inside = (area[0] <= x) & (x <= area[2]) & (area[1] <= y) & (y <= area[3])
    return bool(inside.all())


def transform(epsg: int, x: "np.ndarray", y: "np.ndarray") -> tuple["np.ndarray", "np.ndarray"]:
    """Return longitudes and latitudes (WGS 84) of positions, always x (east) first; infinite where there is none."""
    if epsg == WGS84:
        return x, y
    return transformer(epsg).transform(x, y)


def transformer(epsg: int) -> Transformer:
    """Return what moves positions of a system to longitude and latitude."""
    return Transformer.from_crs(epsg, WGS84, always_xy=True)

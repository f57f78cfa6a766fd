"""Coordinate systems in which features are given and taken: their names, axes, and the way between. Pure."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from rivulus.atlas.terms import STEREO70, WEB_MERCATOR, WGS84
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import Box
from rivulus.kernel.words import N_

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EDGE_POINTS = 21  # along each side of a box: its image has bent sides


@dataclass(frozen=True, slots=True)
class Crs:
    """A coordinate system: its address, its name for PROJ (axes in the order of the authority), decimals worth giving."""

    uri: str
    name: str
    decimals: int

    @property
    def is_crs84(self) -> bool:
        """Say whether it is the system in which features are kept."""
        return self.uri == CRS84


def _epsg(code: int, decimals: int) -> Crs:
    return Crs(f"http://www.opengis.net/def/crs/EPSG/0/{code}", f"EPSG:{code}", decimals)


LON_LAT = Crs(CRS84, "OGC:CRS84", 8)
SYSTEMS = (LON_LAT, _epsg(WGS84, 8), _epsg(STEREO70, 3), _epsg(WEB_MERCATOR, 3))
_BY_NAME = {name.casefold(): one for one in SYSTEMS for name in (one.uri, f"[{one.name}]", f"<{one.uri}>")}


def read_crs(name: str) -> Crs:
    """Return the system of an address (or ``[EPSG:3844]``); raises Refused."""
    found = _BY_NAME.get(name.strip().casefold())
    if found is None:
        raise Refused(N_("The coordinate system “%(name)s” is not served here."), name=name[:100])
    return found


def from_lon_lat(geometries: NDArray[np.object_], crs: Crs) -> NDArray[np.object_]:
    """Return geometries of longitude and latitude in another system, its axes in its own order."""
    if crs.is_crs84:
        return geometries
    transformer = _transformer(LON_LAT.name, crs.name)
    return np.asarray(shapely.transform(geometries, lambda xy: _carried(transformer, xy, crs.decimals)))


def to_lon_lat(geometries: NDArray[np.object_], crs: Crs) -> NDArray[np.object_]:
    """Return geometries of another system in longitude and latitude; raises Refused where they have no place there."""
    if crs.is_crs84:
        return geometries
    transformer = _transformer(crs.name, LON_LAT.name)
    placed = np.asarray(shapely.transform(geometries, lambda xy: _carried(transformer, xy, None)))
    if not np.isfinite(shapely.get_coordinates(placed)).all():
        raise Refused(N_("These coordinates are not in the coordinate system that was named."))
    return placed


def box_to_lon_lat(box: Box, crs: Crs) -> Box:
    """Return the smallest box of longitude and latitude around a box of another system; raises Refused."""
    if crs.is_crs84:
        return box
    edge = shapely.segmentize(shapely.box(*box), max((box[2] - box[0]), (box[3] - box[1]), 1e-9) / EDGE_POINTS)
    west, south, east, north = shapely.bounds(to_lon_lat(np.array([edge]), crs))[0]
    return float(west), float(south), float(east), float(north)


def _carried(transformer: Transformer, xy: NDArray[np.float64], decimals: int | None) -> NDArray[np.float64]:
    carried = np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
    return carried if decimals is None else np.round(carried, decimals)


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target)

"""Geometry without PostGIS: WKB in a column, a ``box`` beside it for the index, Shapely for the rest.

Coordinates are longitude and latitude in degrees (WGS 84), as in GeoJSON (RFC 7946).
"""

import re
from collections.abc import Mapping
from typing import Any

import shapely
from django.db import models
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

type Box = tuple[float, float, float, float]
"""West, south, east, north."""

MAX_POSITIONS = 100_000


def read_geojson(value: object) -> BaseGeometry:
    """Return the geometry of a GeoJSON geometry or feature; raises Refused when it is none, or outside the world."""
    geometry = value.get("geometry") if isinstance(value, Mapping) and value.get("type") == "Feature" else value
    try:
        found = shape(geometry)
    except Exception as error:
        raise Refused(N_("This is not a GeoJSON geometry.")) from error
    if found.is_empty or shapely.get_num_coordinates(found) > MAX_POSITIONS:
        raise Refused(N_("A geometry needs at least one position, and not more than 100,000."))
    west, south, east, north = found.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Refused(N_("Longitudes lie between −180 and 180, latitudes between −90 and 90."))
    return found


def to_wkb(geometry: BaseGeometry) -> bytes:
    """Return the well-known binary of a geometry."""
    return bytes(shapely.to_wkb(geometry))


def from_wkb(value: bytes | memoryview) -> BaseGeometry:
    """Return the geometry of a well-known binary."""
    return shapely.from_wkb(bytes(value))


def box_of(geometry: BaseGeometry) -> Box:
    """Return west, south, east, north."""
    west, south, east, north = geometry.bounds
    return west, south, east, north


class BoxField(models.Field):  # type: ignore[type-arg]
    """PostgreSQL's ``box``, as (west, south, east, north); give it a GiST index and ask with ``&&``."""

    description = "Bounding box"

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return "box"

    def get_prep_value(self, value: Any) -> str | None:
        """Return the literal of a box."""
        if value is None:
            return None
        west, south, east, north = value
        return f"(({east!r},{north!r}),({west!r},{south!r}))"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Box | None:
        """Return the box of PostgreSQL's words for it: the upper right corner comes first."""
        if value is None:
            return None
        east, north, west, south = (float(part) for part in re.findall(r"-?[\d.]+(?:[eE][+-]?\d+)?", value))
        return west, south, east, north

"""What a recipe works on and what comes of it: many shapes at once, in metres of Stereo 70."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.rules import measuring
from rivulus.atlas.terms import STEREO70, WGS84

type Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Features of one layer: keys, names, attributes and geometries (on the ground), in one order."""

    keys: Sequence[str]
    names: Sequence[str]
    properties: Sequence[Mapping[str, object]]
    ground: Geometries

    def __len__(self) -> int:
        return len(self.keys)


def on_the_ground(geometries: Geometries) -> Geometries:
    """Return many geometries of longitude and latitude in metres of Stereo 70."""
    return _projected(geometries, WGS84, STEREO70)


def from_the_ground(geometries: Geometries) -> Geometries:
    """Return many geometries in metres in longitude and latitude."""
    return _projected(geometries, STEREO70, WGS84)


def _projected(geometries: Geometries, source: int, target: int) -> Geometries:
    given = np.asarray(geometries, dtype=object)
    if not len(given):
        return given
    transformer = measuring.transformer(source, target)
    coordinates = shapely.get_coordinates(given)
    x, y = transformer.transform(coordinates[:, 0], coordinates[:, 1])
    made: Geometries = shapely.set_coordinates(shapely.force_2d(given), np.column_stack([x, y]))
    return made


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a result: what it is about and its numbers."""

    key: str
    name: str
    numbers: Mapping[str, float | int | str | None]


@dataclass(frozen=True, slots=True)
class OutFeature:
    """A feature of the layer that a recipe makes; the geometry is on the ground."""

    key: str
    geometry: BaseGeometry
    properties: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Result:
    """Numbers about the whole, a table, and features for a layer."""

    summary: Mapping[str, float | int | None]
    rows: tuple[Row, ...] = ()
    features: tuple[OutFeature, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnWords:
    """What a column or a number of the summary is called (msgid), and its unit."""

    title: str
    unit: str = ""

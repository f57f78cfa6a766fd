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

    def chosen(self, wanted: npt.NDArray[np.bool_]) -> "Shapes":
        """Return some of the features."""
        which = np.flatnonzero(wanted).tolist()
        return Shapes(
            keys=[self.keys[index] for index in which],
            names=[self.names[index] for index in which],
            properties=[self.properties[index] for index in which],
            ground=self.ground[which],
        )

    def having(self, only: Mapping[str, tuple[str, ...]]) -> "Shapes":
        """Return the features whose attributes have one of the wanted values; yes and no are called true and false."""
        if not only:
            return self
        return self.chosen(np.array(
            [all(_word(row.get(name)) in values for name, values in only.items()) for row in self.properties], dtype=bool
        ))  # fmt: skip

    def within(self, area: BaseGeometry) -> "Shapes":
        """Return the features of which a point lies in an area."""
        if not len(self):
            return self
        shapely.prepare(area)
        return self.chosen(shapely.intersects(area, shapely.point_on_surface(self.ground)))


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


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

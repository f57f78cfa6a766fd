"""What was read from an extract: things to draw, to find, to go along, and features of layers; in columns."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from rivulus.atlas.rules.base.access import Access
from rivulus.atlas.rules.base.layers import Properties
from rivulus.atlas.rules.base.places import House, Named
from rivulus.kernel.geometry import Box


@dataclass(slots=True)
class Drawings:
    """What one layer of the tiles shows: geometries as WKB, attributes, least zooms."""

    wkb: list[str] = field(default_factory=list)
    properties: list[Mapping[str, object]] = field(default_factory=list)
    zooms: list[int] = field(default_factory=list)

    def add(self, wkb: str, properties: Mapping[str, object], zoom: int) -> None:
        """Add one thing."""
        self.wkb.append(wkb)
        self.properties.append(properties)
        self.zooms.append(zoom)


@dataclass(frozen=True, slots=True)
class Way:
    """A street that somebody may use."""

    id: int
    refs: Sequence[int]
    lonlat: NDArray[np.float64]
    access: Access
    name: str


@dataclass(slots=True)
class Features:
    """Features of one layer of the atlas."""

    keys: list[str] = field(default_factory=list)
    wkb: list[str] = field(default_factory=list)
    properties: list[Properties] = field(default_factory=list)

    def add(self, key: str, wkb: str, properties: Properties) -> None:
        """Add one feature."""
        self.keys.append(key)
        self.wkb.append(wkb)
        self.properties.append(properties)


@dataclass(slots=True)
class Extract:
    """Everything of use in an extract. ``named`` and ``houses`` go with a key and a geometry as WKB."""

    box: Box
    data_until: dt.datetime | None
    drawings: dict[str, Drawings] = field(default_factory=dict)
    named: list[tuple[str, Named, str]] = field(default_factory=list)
    houses: list[tuple[str, House, str]] = field(default_factory=list)
    streets: list[tuple[str, Named, str]] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    features: dict[str, Features] = field(default_factory=dict)
    passed_over: int = 0  # what could not be drawn: incomplete at the edge of the extract, or broken

    def draw(self, layer: str, wkb: str, properties: Mapping[str, object], zoom: int) -> None:
        """Add something to a layer of the tiles."""
        self.drawings.setdefault(layer, Drawings()).add(wkb, properties, zoom)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing of use was found."""
        return not (self.drawings or self.named)


def shapes(wkb: Sequence[str]) -> NDArray[np.object_]:
    """Return the geometries of WKB in hexadecimal; an area of one part as a plain polygon."""
    found = np.asarray(shapely.from_wkb(np.array(wkb, dtype=object)), dtype=object)
    alone = (shapely.get_type_id(found) == 6) & (shapely.get_num_geometries(found) == 1)
    found[alone] = shapely.get_geometry(found[alone], 0)
    return found

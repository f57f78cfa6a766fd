"""Which tiles show what, and how finely the layers of the base map are drawn. Pure."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rivulus.atlas.rules.base import classes
from rivulus.atlas.rules.tiles.cutting import Detail
from rivulus.atlas.rules.tiles.grid import world
from rivulus.kernel.geometry import Box

type Floats = NDArray[np.float64]
type Numbers = NDArray[np.int64]

ORDER = (
    classes.LANDUSE, classes.WATER, classes.WATERWAY, classes.BUILDING, classes.ROAD, classes.BOUNDARY, classes.ADDRESS,
    classes.PLACE,
)  # fmt: skip
AREAS = frozenset({classes.LANDUSE, classes.WATER, classes.BUILDING})
BUFFER = 64
# The last zoom is enlarged by the map up to 20: it is drawn twice as finely, to a fifth of a metre here.
FINEST = Detail(extent=8192, buffer=2 * BUFFER, simplify=0.0, smallest=1.0)


def detail_of(layer: str, zoom: int) -> Detail:
    """Return how finely a layer is drawn at a zoom: an area of less than some pixels is left out."""
    if zoom >= classes.MOST_ZOOM:
        return FINEST
    if layer in AREAS:
        return Detail(buffer=BUFFER, simplify=12.0, smallest=24.0 if layer == classes.BUILDING else 160.0)
    return Detail(buffer=BUFFER, simplify=12.0)


def pairs_at(bounds: Floats, zoom: int, box: Box) -> Iterator[tuple[tuple[int, int], Numbers]]:
    """Yield each tile of a zoom within the box, and the numbers of what may show in it, in their order.

    ``bounds`` are rows of least x, least y, most x and most y on the unit square, with y to the south.
    """
    if not len(bounds):
        return
    margin = BUFFER / 4096
    first, last = _tiles_of(box, zoom)
    low = np.maximum(np.floor(bounds[:, :2] * 2**zoom - margin).astype(np.int64), first)
    high = np.minimum(np.floor(bounds[:, 2:] * 2**zoom + margin).astype(np.int64), last)
    sizes = np.maximum(high - low + 1, 0)
    counts = sizes[:, 0] * sizes[:, 1]
    owners = np.repeat(np.arange(len(bounds)), counts)
    if not len(owners):
        return
    steps = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
    wide = sizes[owners, 0]
    x, y = low[owners, 0] + steps % wide, low[owners, 1] + steps // wide
    names = x << 32 | y
    order = np.argsort(names, kind="stable")
    starts = np.flatnonzero(np.diff(names[order], prepend=-1))
    for some in np.split(order, starts[1:]):
        yield (int(x[some[0]]), int(y[some[0]])), owners[some]


def _tiles_of(box: Box, zoom: int) -> tuple[Numbers, Numbers]:
    west, south, east, north = box
    corners = world(np.array([[west, north], [east, south]])) * 2**zoom
    most = 2**zoom - 1
    low, high = np.clip(np.floor(corners).astype(np.int64), 0, most)
    return low, high

"""Geometries of many features laid out flat: coordinates, paths (rings, lines, clouds of points), pieces, owners. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from rivulus.atlas.rules.tiles.grid import Floats, world

type Indices = NDArray[np.int64]
type Flags = NDArray[np.bool_]
type Geometries = NDArray[np.object_]

POINT, LINE, POLYGON = 1, 2, 3
"""Kinds of geometry, numbered as in a vector tile."""

_KIND_OF = np.array([POINT, LINE, 0, POLYGON, POINT, LINE, POLYGON, 0])
"""By Shapely's type: point, line string, linear ring, polygon, multi-point, multi-line string, multi-polygon, collection."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths of one kind of geometry.

    ``xy`` holds the coordinates of all paths in a line, of rings without the closing one. Path ``i`` goes from
    ``starts[i]`` to ``starts[i + 1]``, piece ``j`` from path ``pieces[j]`` to ``pieces[j + 1]`` (a polygon with its
    exterior first; for lines and points a piece is one path). ``owners[j]`` is the feature of the piece.
    """

    kind: int
    xy: Floats
    starts: Indices
    pieces: Indices
    owners: Indices

    def __len__(self) -> int:
        return len(self.owners)

    @property
    def sizes(self) -> Indices:
        """How many coordinates each path has."""
        return np.diff(self.starts)

    @property
    def is_exterior(self) -> Flags:
        """Which paths are the first of their piece."""
        first = np.zeros(len(self.starts) - 1, np.bool_)
        first[self.pieces[:-1]] = True
        return first

    def moved(self, xy: Floats) -> "Paths":
        """Return the same paths with other coordinates."""
        return Paths(self.kind, xy, self.starts, self.pieces, self.owners)

    def bounds(self) -> Floats:
        """Return least x, least y, most x and most y of each piece."""
        firsts = self.starts[self.pieces[:-1]]
        if not len(firsts):
            return np.empty((0, 4))
        return np.hstack([np.minimum.reduceat(self.xy, firsts, axis=0), np.maximum.reduceat(self.xy, firsts, axis=0)])

    def areas(self) -> Floats:
        """Return the signed area of each ring by the surveyor's formula: positive where it runs clockwise on the screen."""
        if not len(self.xy):
            return np.zeros(len(self.starts) - 1)
        x, y = self.xy[:, 0], self.xy[:, 1]
        later = self.following()
        return np.add.reduceat(x * y[later] - x[later] * y, self.starts[:-1]) / 2

    def following(self) -> Indices:
        """Return for each coordinate the place of the next one in its path; the first comes after the last."""
        later = np.arange(1, len(self.xy) + 1)
        later[self.starts[1:] - 1] = self.starts[:-1]
        return later

    def preceding(self) -> Indices:
        """Return for each coordinate the place of the one before it in its path; the last comes before the first."""
        before = np.arange(-1, len(self.xy) - 1)
        before[self.starts[:-1]] = self.starts[1:] - 1
        return before

    def take(self, wanted: Indices) -> "Paths":
        """Return these pieces, in this order."""
        of_paths = ranges(self.pieces[wanted], self.pieces[wanted + 1])
        of_points = ranges(self.starts[of_paths], self.starts[of_paths + 1])
        return Paths(
            self.kind,
            self.xy[of_points],
            offsets(self.sizes[of_paths]),
            offsets(np.diff(self.pieces)[wanted]),
            self.owners[wanted],
        )

    def keep_points(self, kept: Flags) -> "Paths":
        """Return the paths with only some of their coordinates; a path may become empty, see :meth:`keep_paths`."""
        totals = np.concatenate([[0], np.cumsum(kept)])
        return Paths(self.kind, self.xy[kept], totals[self.starts], self.pieces, self.owners)

    def keep_paths(self, kept: Flags) -> "Paths":
        """Return only some of the paths; pieces that lose their first path lose all."""
        first_kept = np.repeat(kept[self.pieces[:-1]], np.diff(self.pieces))
        kept = kept & first_kept
        if kept.all():
            return self
        totals = np.concatenate([[0], np.cumsum(kept)])
        counts = np.diff(totals[self.pieces])
        sizes = self.sizes
        return Paths(
            self.kind,
            self.xy[np.repeat(kept, sizes)],
            offsets(sizes[kept]),
            offsets(counts[counts > 0]),
            self.owners[counts > 0],
        )


def offsets(sizes: Indices) -> Indices:
    """Return where each of several runs begins, and at the end where the last one ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])


def ranges(starts: Indices, ends: Indices) -> Indices:
    """Return the numbers of several ranges in a line."""
    sizes = ends - starts
    return np.arange(int(sizes.sum())) + np.repeat(starts - offsets(sizes)[:-1], sizes)


def read(geometries: Geometries) -> Iterator[Paths]:
    """Yield the paths of Shapely's geometries, kind by kind: areas, lines, points; what is empty or missing has none.

    Collections are taken apart: their pieces belong to the same feature.
    """
    owners = np.arange(len(geometries))
    types = shapely.get_type_id(geometries)
    if (types == 7).any():
        geometries, owners, types = _taken_apart(geometries, owners, types)
    kinds = np.where(types < 0, 0, _KIND_OF[types])
    kinds[shapely.is_empty(geometries)] = 0
    for kind in (POLYGON, LINE, POINT):
        chosen = kinds == kind
        if chosen.any():
            yield _read_kind(kind, geometries[chosen], owners[chosen])


def _taken_apart(geometries: Geometries, owners: Indices, types: Indices) -> tuple[Geometries, Indices, Indices]:
    while (types == 7).any():
        geometries, parents = shapely.get_parts(geometries, return_index=True)
        owners, types = owners[parents], shapely.get_type_id(geometries)
    return geometries, owners, types


def _read_kind(kind: int, geometries: Geometries, owners: Indices) -> Paths:
    _, xy, levels = shapely.to_ragged_array(geometries, include_z=False)
    counts = [np.asarray(level, np.int64) for level in levels]
    if kind == POINT:
        starts = counts[0] if counts else np.arange(len(xy) + 1)
        return _without_gaps(Paths(kind, xy, starts, np.arange(len(starts)), owners))
    deep = len(counts) == kind
    if deep:
        owners = np.repeat(owners, np.diff(counts[-1]))
    starts = counts[0]
    pieces = counts[1] if kind == POLYGON else np.arange(len(starts))
    paths = _without_gaps(Paths(kind, xy, starts, pieces, owners))
    if kind == LINE:
        return paths
    kept = np.ones(len(paths.xy), np.bool_)
    kept[paths.starts[1:] - 1] = False
    return paths.keep_points(kept)


def _without_gaps(paths: Paths) -> Paths:
    """Return the paths without empty ones, which an empty part of a multi-geometry leaves."""
    sizes, counts = paths.sizes, np.diff(paths.pieces)
    if sizes.all() and counts.all():
        return paths
    full = paths.take(np.flatnonzero(counts))
    return full.keep_paths(full.sizes > 0)


def join(several: list[Paths]) -> Paths:
    """Return paths of one kind in one, in the order of their features."""
    if len(several) == 1:
        return several[0]
    joined = Paths(
        several[0].kind,
        np.concatenate([paths.xy for paths in several]),
        offsets(np.concatenate([paths.sizes for paths in several])),
        offsets(np.concatenate([np.diff(paths.pieces) for paths in several])),
        np.concatenate([paths.owners for paths in several]),
    )
    return joined.take(np.argsort(joined.owners, kind="stable"))


def to_polygons(paths: Paths) -> Geometries:
    """Return Shapely's polygon of each piece."""
    sizes = paths.sizes
    starts = paths.starts[:-1]
    closed = np.insert(np.arange(len(paths.xy)), paths.starts[1:], starts)
    return np.asarray(
        shapely.from_ragged_array(shapely.GeometryType.POLYGON, paths.xy[closed], (offsets(sizes + 1), paths.pieces))
    )


def to_lines(paths: Paths) -> Geometries:
    """Return Shapely's line of each piece."""
    return np.asarray(shapely.from_ragged_array(shapely.GeometryType.LINESTRING, paths.xy, (paths.starts,)))


def to_world(geometries: Geometries) -> Geometries:
    """Return geometries of longitude and latitude projected on the unit square, for those who cut several tiles of them."""
    return np.asarray(shapely.transform(geometries, world))

"""From places on the unit square to whole numbers of one tile: clipped, simplified, valid, wound as the standard says. Pure."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.rules.tiles.grid import Floats, Tile
from rivulus.atlas.rules.tiles.paths import (
    LINE,
    POINT,
    POLYGON,
    Flags,
    Geometries,
    Indices,
    Paths,
    join,
    offsets,
    read,
    to_lines,
    to_polygons,
)

MOST_MENDINGS = 4
SQUARE = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """How finely a tile is drawn. Lengths are in units of the tile, ``extent`` of them on a side.

    ``simplify`` is the area of the triangle that a corner must span to stay, ``smallest`` that of a ring. A feature of
    which nothing would be left is drawn as a speck of 2 by 2 units where ``keeps_specks`` is set. Where ``cell`` is
    set, at most one point or speck stands in each square of that side: on the screen they would cover each other.
    """

    extent: int = 4096
    buffer: int = 64
    simplify: float = 0.0
    smallest: float = 4.0
    keeps_specks: bool = False
    cell: int = 0


FULL = Detail()


def detail_at(z: int, full_from: int = 16) -> Detail:
    """Return what is usual at a zoom: everything from ``full_from`` on, below it what can be told apart on the screen."""
    if z >= full_from:
        return FULL
    return Detail(simplify=8.0, smallest=16.0, keeps_specks=True, cell=8)


def place(paths: Paths, tile: Tile, extent: int) -> Paths:
    """Return paths of the unit square in units of a tile, not yet rounded."""
    scale = 2.0**tile.z
    return paths.moved((paths.xy * scale - (tile.x, tile.y)) * extent)


def cut(paths: Paths, detail: Detail) -> Paths:
    """Return what a tile shows of paths in its units: whole numbers, in the order of the features."""
    if paths.kind == POINT:
        return _cut_points(paths, detail)
    clipped = clip(paths, detail)
    return _cut_lines(clipped, detail) if paths.kind == LINE else _cut_polygons(clipped, detail)


def clip(paths: Paths, detail: Detail) -> Paths:
    """Return lines or areas within the tile and its buffer; only what crosses the edge is given to GEOS."""
    low, high = -detail.buffer, detail.extent + detail.buffer
    bounds = paths.bounds()
    touching = (bounds[:, :2] <= high).all(axis=1) & (bounds[:, 2:] >= low).all(axis=1)
    within = (bounds[:, :2] >= low).all(axis=1) & (bounds[:, 2:] <= high).all(axis=1)
    if within.all():
        return paths
    inside = paths.take(np.flatnonzero(within))
    crossing = paths.take(np.flatnonzero(touching & ~within))
    if not len(crossing):
        return inside
    shapes = to_polygons(crossing) if paths.kind == POLYGON else to_lines(crossing)
    clipped = shapely.clip_by_rect(shapes, low, low, high, high)
    pieces = [found.moved_to(crossing.owners) for found in map(_Cut, read(clipped)) if found.paths.kind == paths.kind]
    return join([inside, *pieces])


@dataclass(frozen=True, slots=True)
class _Cut:
    """Paths whose owners are numbers of pieces."""

    paths: Paths

    def moved_to(self, owners: Indices) -> Paths:
        """Return the paths with the features of the pieces as owners."""
        paths = self.paths
        return Paths(paths.kind, paths.xy, paths.starts, paths.pieces, owners[paths.owners])


def _cut_points(paths: Paths, detail: Detail) -> Paths:
    xy = np.rint(paths.xy)
    # Without a buffer a point on the line between two tiles belongs to the one in the east or south only.
    low = -detail.buffer
    high = detail.extent + detail.buffer if detail.buffer else detail.extent - 1
    kept = ((xy >= low) & (xy <= high)).all(axis=1)
    placed = paths.moved(xy).keep_points(kept)
    placed = placed.keep_paths(placed.sizes > 0)
    return placed.take(_spread(placed, detail.cell)) if detail.cell else placed


def _spread(paths: Paths, cell: int) -> Indices:
    """Return the first piece of each square of the grid, by the first coordinate of each."""
    squares = np.floor_divide(paths.xy[paths.starts[paths.pieces[:-1]]], cell).astype(np.int64)
    _, firsts = np.unique(squares[:, 0] << 32 | squares[:, 1] & 0xFFFFFFFF, return_index=True)
    return np.sort(firsts)


def _cut_lines(paths: Paths, detail: Detail) -> Paths:
    paths = paths.moved(np.rint(paths.xy))
    repeated = np.zeros(len(paths.xy), np.bool_)
    repeated[1:] = (paths.xy[1:] == paths.xy[:-1]).all(axis=1)
    repeated[paths.starts[:-1]] = False
    paths = paths.keep_points(~repeated)
    paths = paths.keep_paths(paths.sizes > 1)
    ends = np.zeros(len(paths.xy), np.bool_)
    ends[paths.starts[:-1]] = ends[paths.starts[1:] - 1] = True
    return _simplified(paths, detail.simplify, ends)


def _cut_polygons(paths: Paths, detail: Detail) -> Paths:
    rounded = paths.moved(np.rint(paths.xy))
    clean = _simplified(rounded, detail.simplify)
    areas = clean.areas()
    kept = (clean.sizes > 2) & (np.abs(areas) >= max(detail.smallest, 0.5))
    if not kept.all():
        clean, areas = clean.keep_paths(kept), areas[_surviving(clean, kept)]
    clean = _wound(clean, areas)
    clean = _valid(clean)
    return _with_specks(clean, rounded, detail) if detail.keeps_specks else clean


def _surviving(paths: Paths, kept: Flags) -> Flags:
    return kept & np.repeat(kept[paths.pieces[:-1]], np.diff(paths.pieces))


def _simplified(paths: Paths, tolerance: float, fixed: Flags | None = None) -> Paths:
    """Return the paths without corners that span a triangle of ``tolerance`` or less; spikes and repetitions go, too.

    After Visvalingam, for all paths at once: in each pass go those corners that span less than both neighbours. Equal
    ones are told apart by a scattered number, so that a long straight line is gone in a few passes.
    """
    before, after = paths.preceding(), paths.following()
    places = np.arange(len(paths.xy))
    spans = _spans(paths.xy, before, places, after)
    if fixed is not None:
        spans[fixed] = np.inf
    candidates = np.flatnonzero(spans <= tolerance)
    stays = np.ones(len(places), np.bool_)
    while len(candidates):
        gone = candidates[_is_least(candidates, before, spans) & _is_least(candidates, after, spans)]
        stays[gone] = False
        earlier, later = before[gone], after[gone]
        after[earlier], before[later] = later, earlier
        touched = np.unique(np.concatenate([earlier, later]))
        touched = touched[stays[touched] & np.isfinite(spans[touched])]
        spans[touched] = _spans(paths.xy, before[touched], touched, after[touched])
        candidates = np.unique(np.concatenate([candidates, touched]))
        candidates = candidates[stays[candidates] & (spans[candidates] <= tolerance)]
    if stays.all():
        return paths
    kept = paths.keep_points(stays)
    return kept.keep_paths(kept.sizes > 0)


def _spans(xy: Floats, before: Indices, places: Indices, after: Indices) -> Floats:
    """Return the area of the triangle of each corner and its neighbours."""
    origin = xy[before]
    here, there = xy[places] - origin, xy[after] - origin
    spans: Floats = np.abs(here[:, 0] * there[:, 1] - there[:, 0] * here[:, 1]) / 2
    return spans


def _is_least(candidates: Indices, beside: Indices, spans: Floats) -> Flags:
    """Say which of the candidates span less than their neighbours on one side."""
    ours, others = spans[candidates], beside[candidates]
    theirs = spans[others]
    least: Flags = (ours < theirs) | ((ours == theirs) & (_scatter(candidates) <= _scatter(others)))
    return least


def _scatter(places: Indices) -> Indices:
    return (places * 2_654_435_761) & 0xFFFFFFFF


def _wound(paths: Paths, areas: Floats) -> Paths:
    """Return areas with exteriors of positive area and holes of negative."""
    turned = (areas > 0) != paths.is_exterior
    if not turned.any():
        return paths
    places = np.arange(len(paths.xy))
    sizes = paths.sizes
    mirrored = np.repeat(paths.starts[:-1] + paths.starts[1:] - 1, sizes) - places
    return paths.moved(paths.xy[np.where(np.repeat(turned, sizes), mirrored, places)])


def _valid(paths: Paths) -> Paths:
    """Return areas of which none crosses or touches itself along a line: rounding may have done that to some."""
    if not len(paths):
        return paths
    doubtful = _doubtful(paths)
    owners, firsts = np.unique(paths.owners[doubtful], return_index=True)
    if not len(owners):
        return paths
    checked = paths.take(doubtful)
    shapes = to_polygons(checked)
    whole = _grouped(shapes, checked.owners, firsts)
    broken = ~shapely.is_valid(whole)
    if not broken.any():
        return paths
    good = paths.take(np.flatnonzero(~np.isin(paths.owners, owners[broken])))
    mended = [_Cut(found).moved_to(owners[broken]) for found in read(_mended(whole[broken])) if found.kind == POLYGON]
    return join([good, *(_wound(found, found.areas()) for found in mended)])


def _grouped(shapes: Geometries, owners: Indices, firsts: Indices) -> Geometries:
    """Return one geometry for each owner: a polygon as it is, several as a multi-polygon."""
    counts = np.diff(np.append(firsts, len(owners)))
    whole = shapes[firsts]
    several = counts > 1
    if several.any():
        chosen = np.repeat(several, counts)
        numbers = np.repeat(np.arange(int(several.sum())), counts[several])
        whole[several] = shapely.multipolygons(shapes[chosen], indices=numbers)
    return whole


def _doubtful(paths: Paths) -> Indices:
    """Return the pieces that may be invalid: all but those alone in their feature that are seen whole from their middle.

    Seen from there every side of such a ring runs the same way round, once: it cannot cross itself. Most buildings and
    parcels are like that, and need no answer from GEOS.
    """
    firsts, after = paths.starts[:-1], paths.following()
    seen = paths.xy - np.repeat(_middles(paths, after), paths.sizes, axis=0)
    x, y = seen[:, 0], seen[:, 1]
    runs_on = np.minimum.reduceat(x * y[after] - x[after] * y, firsts) > 0
    rounds = np.add.reduceat(((y < 0) & (y[after] >= 0)).astype(np.int64), firsts)
    simple = (runs_on & (rounds == 1))[paths.pieces[:-1]] & (np.diff(paths.pieces) == 1)
    alone = np.bincount(paths.owners)[paths.owners] == 1
    return np.flatnonzero(~(simple & alone))


def _middles(paths: Paths, after: Indices) -> Floats:
    """Return the centroid of each ring."""
    here, there = paths.xy, paths.xy[after]
    parts = here[:, 0] * there[:, 1] - there[:, 0] * here[:, 1]
    sums = np.add.reduceat(np.column_stack([parts, (here + there) * parts[:, None]]), paths.starts[:-1])
    middles: Floats = sums[:, 1:] / (3 * sums[:, :1])
    return middles


def _mended(shapes: Geometries) -> Geometries:
    """Return valid areas on whole numbers that cover what the broken ones cover."""
    return np.array([_mend(shape) for shape in shapes], dtype=object)


def _mend(shape: BaseGeometry) -> BaseGeometry:
    """Return one area made valid. Snapping to whole numbers may break it once more; what resists is left out."""
    for _ in range(MOST_MENDINGS):
        parts = shapely.get_parts(shapely.make_valid(shape, method="structure", keep_collapsed=False))
        areas = parts[np.isin(shapely.get_type_id(parts), (3, 6))]
        shape = shapely.transform(shapely.union_all(areas, grid_size=1.0), np.rint)
        if shape.is_valid:
            return shape
    parts = shapely.get_parts(shape)
    parts = parts[shapely.is_valid(parts)]
    return parts[np.argmax(shapely.area(parts))] if len(parts) else shapely.Polygon()


def _with_specks(paths: Paths, before: Paths, detail: Detail) -> Paths:
    """Return the areas, and a speck for every feature whose middle is in the tile and of which nothing is left."""
    lost = np.flatnonzero(~np.isin(before.owners, paths.owners))
    if not len(lost):
        return paths
    _, firsts = np.unique(before.owners[lost], return_index=True)
    lost = lost[firsts]
    bounds = before.bounds()[lost]
    corners = np.floor((bounds[:, :2] + bounds[:, 2:]) / 2)
    inside = ((corners >= 0) & (corners < detail.extent)).all(axis=1)
    lost, corners = lost[inside], corners[inside]
    count = len(lost)
    specks = Paths(
        POLYGON,
        (corners[:, None, :] + SQUARE).reshape(-1, 2),
        offsets(np.full(count, 4)),
        np.arange(count + 1),
        before.owners[lost],
    )
    if detail.cell and count:
        specks = specks.take(_spread(specks, detail.cell))
    return join([paths, specks])

"""From streets as they are drawn to a network: cut where they meet, measured on the ground. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

type Floats = NDArray[np.float64]
type Numbers = NDArray[np.int64]

_ELLIPSOID = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Network:
    """Pieces of streets between nodes.

    Piece ``i`` belongs to street ``streets[i]``, is its ``parts[i]``-th, and has the positions from ``first[i]`` to
    ``last[i]``, included, of ``refs`` and ``lonlat``. ``nodes`` are the numbers of all ends, each once, ``places`` where
    they are.
    """

    refs: Numbers
    lonlat: Floats
    streets: Numbers
    parts: Numbers
    first: Numbers
    last: Numbers
    lengths_m: Floats
    nodes: Numbers
    places: Floats


def build_network(refs: Sequence[Sequence[int]], lonlat: Sequence[Floats]) -> Network:
    """Cut streets, each given by the numbers and positions of its points, where one of its points is met by another.

    A street that ends in itself is cut at its ends only. Streets of fewer than two points, and pieces without any
    length, are left out.
    """
    sizes = np.array([len(some) for some in refs], np.int64)
    flat = np.fromiter((number for some in refs for number in some), np.int64, int(sizes.sum()))
    places = np.concatenate([np.asarray(some, np.float64) for some in lonlat]) if len(flat) else np.empty((0, 2))
    ends = np.cumsum(sizes)
    begins = ends - sizes
    kept = sizes > 1
    owner = np.repeat(np.arange(len(sizes)), sizes)
    cuts = _cuts(flat, begins[kept], ends[kept] - 1, kept[owner])
    at = np.flatnonzero(cuts)
    same = owner[at[:-1]] == owner[at[1:]]
    first, last = at[:-1][same], at[1:][same]
    lengths = _lengths(places, first, last)
    long = lengths > 0
    first, last, lengths = first[long], last[long], lengths[long]
    streets = owner[first]
    nodes, where = np.unique(flat[np.concatenate([first, last])], return_index=True)
    return Network(
        flat,
        places,
        streets,
        _numbered(streets),
        first,
        last,
        lengths,
        nodes,
        places[np.concatenate([first, last])[where]],
    )


def _cuts(flat: Numbers, begins: Numbers, ends: Numbers, used: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where streets are cut: at their ends, and at points that occur more than once in all streets."""
    cuts = np.zeros(len(flat), np.bool_)
    _, where, counts = np.unique(flat[used], return_inverse=True, return_counts=True)
    cuts[used] = counts[where] > 1
    cuts[begins] = cuts[ends] = True
    return cuts


def _lengths(places: Floats, first: Numbers, last: Numbers) -> Floats:
    if len(places) < 2:
        return np.zeros(len(first))
    lon, lat = places[:, 0], places[:, 1]
    steps = np.concatenate([[0.0], _ELLIPSOID.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]])
    totals = np.cumsum(steps)  # steps[i] leads to position i
    lengths: Floats = totals[last] - totals[first]
    return lengths


def _numbered(streets: Numbers) -> Numbers:
    """Return the place of each piece within its street; pieces come street by street."""
    if not len(streets):
        return streets
    starts = np.flatnonzero(np.diff(streets, prepend=streets[0] - 1))
    numbers: Numbers = np.arange(len(streets)) - np.repeat(starts, np.diff(np.append(starts, len(streets))))
    return numbers

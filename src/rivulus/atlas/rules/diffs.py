"""What differs between two versions of a feature. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.rules.measuring import area_m2, is_in_romania, on_the_ground
from rivulus.atlas.rules.versions import Span


@dataclass(frozen=True, slots=True)
class AttributeDiff:
    """An attribute that was something else; None where it was, or is, not there."""

    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class GeometryDiff:
    """A geometry that was another: how far its farthest part moved (None outside of Romania), and its areas."""

    moved_m: float | None
    before_m2: float
    after_m2: float


@dataclass(frozen=True, slots=True)
class Diff:
    """What differs; nothing where two versions are the same."""

    attributes: tuple[AttributeDiff, ...] = ()
    geometry: GeometryDiff | None = None
    valid: tuple[Span, Span] | None = None

    def __bool__(self) -> bool:
        return bool(self.attributes or self.geometry or self.valid)


def diff_properties(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[AttributeDiff, ...]:
    """Return the attributes that differ, in the order in which they stand."""
    names = dict.fromkeys([*before, *after])
    return tuple(
        AttributeDiff(name, before.get(name), after.get(name))
        for name in names
        if not _same(before.get(name), after.get(name))
    )


def _same(before: object, after: object) -> bool:
    """JSON's true is no number one, and 1 is 1.0."""
    return before == after and isinstance(before, bool) == isinstance(after, bool)


def diff_geometry(before: BaseGeometry, after: BaseGeometry) -> GeometryDiff | None:
    """Return how far a geometry moved and grew; None where it is the same."""
    if shapely.to_wkb(before) == shapely.to_wkb(after):
        return None
    return GeometryDiff(_farthest_m(before, after), area_m2(before), area_m2(after))


def _farthest_m(before: BaseGeometry, after: BaseGeometry) -> float | None:
    """The distance of the place that is farthest from the other geometry (Hausdorff's)."""
    if not (is_in_romania(before) and is_in_romania(after)):
        return None
    return float(shapely.hausdorff_distance(on_the_ground(before), on_the_ground(after)))


def diff(
    before: tuple[Mapping[str, object], BaseGeometry, Span], after: tuple[Mapping[str, object], BaseGeometry, Span]
) -> Diff:
    """Return what differs between two versions: their properties, geometries and times."""
    return Diff(
        diff_properties(before[0], after[0]),
        diff_geometry(before[1], after[1]),
        None if before[2] == after[2] else (before[2], after[2]),
    )


@dataclass(frozen=True, slots=True)
class Clash:
    """An attribute that two people changed, starting from the same version; ``is_both`` where they did so differently.

    ``base`` is what both saw, ``theirs`` what is in force now, ``mine`` what the later one wants.
    """

    name: str
    base: object
    theirs: object
    mine: object

    @property
    def is_both(self) -> bool:
        """Say whether somebody has to choose."""
        return not (_same(self.base, self.theirs) or _same(self.base, self.mine) or _same(self.theirs, self.mine))


def clash(base: Mapping[str, object], theirs: Mapping[str, object], mine: Mapping[str, object]) -> tuple[Clash, ...]:
    """Return the attributes that either of two people changed."""
    names = dict.fromkeys([*base, *theirs, *mine])
    found = (Clash(name, base.get(name), theirs.get(name), mine.get(name)) for name in names)
    return tuple(c for c in found if not (_same(c.base, c.theirs) and _same(c.base, c.mine)))


def merge(clashes: tuple[Clash, ...], theirs: Mapping[str, object], keep_mine: frozenset[str]) -> dict[str, object]:
    """Return properties in which both have their say: what only one changed is kept; of the rest, what was chosen."""
    merged = dict(theirs)
    for one in clashes:
        wants_mine = one.name in keep_mine if one.is_both else not _same(one.base, one.mine)
        if wants_mine and one.mine is None:
            merged.pop(one.name, None)
        elif wants_mine:
            merged[one.name] = one.mine
    return merged

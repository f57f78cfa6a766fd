"""What a machine sees wrong with what was mapped: outside of its task, twice, over another, without what is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.rules.recipes.shapes import Geometries, on_the_ground
from rivulus.kernel.words import N_

OUTSIDE_M = 10.0  # a tree on the edge of a task is still its mapper's
SAME_POINT_M = 1.5
SAME_AREA = 0.8  # shared part of both


@dataclass(frozen=True, slots=True)
class Mapped:
    """A feature that is there, or was drawn; ``key`` tells it from others."""

    key: str
    geometry: BaseGeometry
    properties: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person should look at; ``stops`` what cannot be kept so."""

    key: str
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)
    stops: bool = False


def check(drawn: Sequence[Mapped], area: BaseGeometry, others: Sequence[Mapped]) -> list[Finding]:
    """Return what is wrong or doubtful with what was drawn in a task, beside what is there already."""
    if not drawn:
        return []
    ground = on_the_ground(_array(drawn))
    (edge,) = on_the_ground(np.array([area], dtype=object))
    found = [*_outside(drawn, ground, edge), *_twice(drawn, ground)]
    return found + _over_others(drawn, ground, others)


def _array(mapped: Sequence[Mapped]) -> Geometries:
    made = np.empty(len(mapped), dtype=object)
    made[:] = [each.geometry for each in mapped]
    return made


def _outside(drawn: Sequence[Mapped], ground: Geometries, edge: BaseGeometry) -> list[Finding]:
    distances = shapely.distance(ground, edge)
    return [
        Finding(
            each.key,
            N_("It lies %(metres)s m outside of the task."),
            {"metres": round(float(distance))},
            stops=True,
        )
        for each, distance in zip(drawn, distances, strict=True)
        if distance > OUTSIDE_M
    ]


def _twice(drawn: Sequence[Mapped], ground: Geometries) -> list[Finding]:
    first, second = shapely.STRtree(ground).query(ground, predicate="dwithin", distance=SAME_POINT_M)
    return [
        Finding(drawn[b].key, N_("It is the same as %(other)s, which was drawn as well."), {"other": drawn[a].key})
        for a, b in zip(first, second, strict=True)
        if a < b and _is_same(ground[a], ground[b])
    ]


def _over_others(drawn: Sequence[Mapped], ground: Geometries, others: Sequence[Mapped]) -> list[Finding]:
    own = {each.key for each in drawn}
    beside = [other for other in others if other.key not in own]
    if not beside:
        return []
    there = on_the_ground(_array(beside))
    left, right = shapely.STRtree(there).query(ground, predicate="dwithin", distance=SAME_POINT_M)
    found = []
    for a, b in zip(left, right, strict=True):
        if _is_same(ground[a], there[b]):
            found.append(
                Finding(drawn[a].key, N_("It seems to be on the map already: %(other)s."), {"other": beside[b].key})
            )
        elif _overlap(ground[a], there[b]):
            found.append(Finding(drawn[a].key, N_("It lies over %(other)s."), {"other": beside[b].key}))
    return found


def _is_same(one: BaseGeometry, other: BaseGeometry) -> bool:
    dimensions = {int(shapely.get_dimensions(one)), int(shapely.get_dimensions(other))}
    if dimensions == {0}:
        return bool(shapely.distance(one, other) <= SAME_POINT_M)
    if dimensions == {2}:
        shared = shapely.area(shapely.intersection(one, other))
        return bool(shared >= SAME_AREA * max(one.area, other.area))
    if dimensions == {1}:
        return bool(shapely.hausdorff_distance(one, other) <= SAME_POINT_M)
    return False


def _overlap(one: BaseGeometry, other: BaseGeometry) -> bool:
    if shapely.get_dimensions(one) != 2 or shapely.get_dimensions(other) != 2:
        return False
    return bool(shapely.area(shapely.intersection(one, other)) > 1.0)

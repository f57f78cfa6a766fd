"""Recipes over layers: nearest, within, buffer, intersection, per inhabitant, indicators by area. Pure."""

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.rules.recipes.shapes import Geometries, OutFeature, Result, Row, Shapes

type Floats = npt.NDArray[np.float64]
type Indices = npt.NDArray[np.intp]
type Flags = npt.NDArray[np.bool_]

SLIVER_M2 = 1.0


def nearest(one: Shapes, other: Shapes, *, within_m: float) -> Result:
    """For each feature of one layer the nearest of another: which, how far; and the share that is within a distance."""
    tree = shapely.STRtree(other.ground)
    near: Indices = tree.nearest(one.ground) if len(other) else np.zeros(0, np.intp)
    distances: Floats = shapely.distance(one.ground[: len(near)], other.ground[near])
    rows, features = [], []
    for index, (target, distance) in enumerate(zip(near, distances, strict=True)):
        key, name = one.keys[index], one.names[index]
        rows.append(Row(key, name, {"nearest": other.names[target], "distance_m": _round(distance)}))
        line = shapely.shortest_line(one.ground[index], other.ground[target])
        features.append(
            OutFeature(key, line, {"name": name, "nearest": other.names[target], "distance_m": _round(distance)})
        )
    is_near = distances <= within_m
    summary: dict[str, float | int | None] = {
        "features": len(one),
        "within_count": int(is_near.sum()),
        "within_share": _share(int(is_near.sum()), len(one)),
        "mean_m": _mean(distances),
        "median_m": _round(float(np.median(distances))) if len(distances) else None,
        "furthest_m": _round(float(distances.max())) if len(distances) else None,
    }
    rows.sort(key=lambda row: -float(row.numbers["distance_m"] or 0))
    return Result(summary, tuple(rows), tuple(f for f in features if f.geometry.length > 0))


def within(one: Shapes, other: Shapes, *, within_m: float, by: Shapes | None = None) -> Result:
    """For each feature of one layer how many of another lie on it or within a distance; the table by areas, if given."""
    counts = np.zeros(len(one), np.int64)
    if len(other):
        sources, _ = shapely.STRtree(other.ground).query(one.ground, predicate="dwithin", distance=max(within_m, 0.0))
        counts += np.bincount(sources, minlength=len(one))
    rows = [Row(key, name, {"count": int(n)}) for key, name, n in zip(one.keys, one.names, counts, strict=True)]
    features = [
        OutFeature(key, shape, {"name": name, "count": int(n)})
        for key, name, shape, n in zip(one.keys, one.names, one.ground, counts, strict=True)
    ]
    some = int((counts > 0).sum())
    summary: dict[str, float | int | None] = {
        "features": len(one),
        "with_some": some,
        "with_some_share": _share(some, len(one)),
        "mean_count": _mean(counts.astype(float)),
    }
    if by is not None:
        return Result(summary, _with_some(one, counts > 0, by), tuple(features))
    return Result(
        summary, tuple(sorted(rows, key=lambda row: (-int(row.numbers["count"] or 0), row.key))), tuple(features)
    )


def _with_some(one: Shapes, is_some: Flags, by: Shapes) -> tuple[Row, ...]:
    inside = areas_of(one, by)
    every = np.bincount(inside[inside >= 0], minlength=len(by))
    some = np.bincount(inside[(inside >= 0) & is_some], minlength=len(by))
    rows = [
        Row(key, name, {"features": int(n), "with_some": int(k), "with_some_share": _share(int(k), int(n))})
        for key, name, n, k in zip(by.keys, by.names, every, some, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: (-int(row.numbers["with_some"] or 0), row.name)))


def buffer(one: Shapes, *, within_m: float) -> Result:
    """Everything within a distance of a layer, as one area."""
    grown = shapely.union_all(shapely.buffer(one.ground, within_m, quad_segs=8)) if len(one) else shapely.Polygon()
    parts = [part for part in shapely.get_parts(grown) if not part.is_empty]
    features = [OutFeature(f"part-{n}", part, {"area_m2": _round(part.area)}) for n, part in enumerate(parts, 1)]
    summary: dict[str, float | int | None] = {"features": len(one), "parts": len(parts), "area_m2": _round(grown.area)}
    return Result(summary, tuple(Row(f.key, f.key, dict(f.properties)) for f in features), tuple(features))  # type: ignore[arg-type]


def intersection(one: Shapes, other: Shapes) -> Result:
    """What areas of two layers share: every pair with its common area."""
    rows, features = [], []
    if len(one) and len(other):
        left, right = shapely.STRtree(other.ground).query(one.ground, predicate="intersects")
        shared = shapely.intersection(one.ground[left], other.ground[right])
        for a, b, shape in zip(left, right, shared, strict=True):
            area = float(shape.area)
            if area < SLIVER_M2:
                continue
            key = f"{one.keys[a]}~{other.keys[b]}"[:80]
            numbers = {"other": other.names[b], "area_m2": _round(area), "share": _share(area, one.ground[a].area)}
            rows.append(Row(key, one.names[a], numbers))
            polygons = [part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == 2]
            whole = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
            features.append(OutFeature(key, whole, {"name": one.names[a], **numbers}))
    total = sum(float(row.numbers["area_m2"] or 0) for row in rows)
    summary: dict[str, float | int | None] = {"pairs": len(rows), "area_m2": _round(total)}
    rows.sort(key=lambda row: (-float(row.numbers["area_m2"] or 0), row.key))
    return Result(summary, tuple(rows), tuple(features))


def per_inhabitant(
    homes: Shapes,
    green: Shapes,
    *,
    within_m: float,
    people: Floats,
    smallest_m2: float,
    area: BaseGeometry | None = None,
    by: Shapes | None = None,
) -> Result:
    """How much area (or how many places) of a layer inhabitants have within a distance of home, and how many have any.

    ``people`` live in each of the ``homes``. Areas smaller than ``smallest_m2`` are no place to go to; of the others the
    whole area counts as soon as it is within reach, for one may walk into it. How much there is for each inhabitant is
    counted within the ``area`` of the homes, if one is given, and once where areas lie over one another. The table has a
    line for each home, or for each area of ``by``.
    """
    areas: Floats = shapely.area(green.ground)
    is_area = bool(len(green)) and bool((shapely.get_dimensions(green.ground) == 2).all())
    is_large = areas >= smallest_m2 if is_area else np.ones(len(green), bool)
    usable = np.flatnonzero(is_large)
    reached = np.zeros(len(homes))
    counts = np.zeros(len(homes), np.int64)
    if len(usable) and len(homes):
        found, which = shapely.STRtree(green.ground[usable]).query(homes.ground, predicate="dwithin", distance=within_m)
        counts = np.bincount(found, minlength=len(homes))
        reached = np.bincount(found, weights=areas[usable][which], minlength=len(homes))
    rows, features = [], []
    for index in range(len(homes)):
        numbers: dict[str, float | int | str | None] = {
            "inhabitants": _round(people[index]),
            "count": int(counts[index]),
            "area_m2": _round(reached[index]) if is_area else None,
        }
        rows.append(Row(homes.keys[index], homes.names[index], numbers))
        shown = {name: value for name, value in numbers.items() if value is not None}
        features.append(OutFeature(homes.keys[index], homes.ground[index], {"name": homes.names[index], **shown}))
    total, served = float(people.sum()), float(people[counts > 0].sum())
    here = _covered(green.ground[usable], area) if is_area else 0.0
    summary: dict[str, float | int | None] = {
        "inhabitants": round(total),
        "inhabitants_served": round(served),
        "served_share": _share(served, total),
        "area_m2": _round(here) if is_area else None,
        "m2_per_inhabitant": round(here / total, 2) if is_area and total else None,
    }
    if by is not None:
        surface = np.array([_covered(green.ground[usable], ground) for ground in by.ground]) if is_area else None
        return Result(summary, _served(homes, people, counts > 0, by, surface), tuple(features))
    rows.sort(key=lambda row: (int(row.numbers["count"] or 0) > 0, -float(row.numbers["inhabitants"] or 0), row.key))
    return Result(summary, tuple(rows), tuple(features))


def _served(homes: Shapes, people: Floats, is_served: Flags, by: Shapes, surface: Floats | None) -> tuple[Row, ...]:
    inside = areas_of(homes, by)
    known = inside >= 0
    totals = np.bincount(inside[known], weights=people[known], minlength=len(by))
    served = np.bincount(inside[known], weights=people[known] * is_served[known], minlength=len(by))
    rows = []
    for index, (key, name) in enumerate(zip(by.keys, by.names, strict=True)):
        numbers: dict[str, float | int | str | None] = {
            "inhabitants": round(totals[index]),
            "inhabitants_served": round(served[index]),
            "served_share": _share(served[index], totals[index]),
        }
        if surface is not None and totals[index] >= 1:
            numbers["m2_per_inhabitant"] = _round(surface[index] / totals[index])
        rows.append(Row(key, name, numbers))
    return tuple(
        sorted(rows, key=lambda row: (row.numbers["served_share"] is None, row.numbers["served_share"], row.name))
    )


def _covered(grounds: Geometries, area: BaseGeometry | None) -> float:
    """Return how much of an area, or of the ground, some surfaces cover, in square metres."""
    if area is not None:
        shapely.prepare(area)
        grounds = shapely.intersection(grounds[shapely.intersects(area, grounds)], area)
    return float(shapely.union_all(grounds).area) if len(grounds) else 0.0


def people_of(homes: Shapes, attribute: str) -> Floats:
    """Return how many live in each home, as an attribute says."""
    return np.array([_number(row.get(attribute)) for row in homes.properties], dtype=float)


def spread_people(homes: Shapes, people: int, *, storeys: str = "", alike: str = "use") -> Floats:
    """Return an estimate of how many live in each home: everybody together, by the floor area of each.

    The floor area is the area times the number of storeys. Where that is not known, it is the median of the homes of the
    same use (the attribute ``alike``) of which it is, or else one.
    """
    given = np.array([_number(row.get(storeys)) if storeys else 0.0 for row in homes.properties], dtype=float)
    uses = np.array([str(row.get(alike) or "") for row in homes.properties], dtype=object)
    for use in set(uses):
        is_alike = uses == use
        known = given[is_alike & (given > 0)]
        given[is_alike & (given <= 0)] = float(np.median(known)) if len(known) else 1.0
    floors: Floats = shapely.area(homes.ground) * given if len(homes) else np.zeros(0)
    total = float(floors.sum())
    return floors * (people / total) if total else floors


def areas_of(one: Shapes, by: Shapes) -> Indices:
    """Return in which area each feature lies, by a point of it; -1 for none."""
    found: Indices = np.full(len(one), -1, np.intp)
    if len(one) and len(by):
        points = shapely.point_on_surface(one.ground)
        source, area = shapely.STRtree(by.ground).query(points, predicate="intersects")
        found[source[::-1]] = area[::-1]  # the first of several
    return found


def indicators(areas: Shapes, other: Shapes, *, attribute: str = "") -> Result:
    """For each area: how many features of a layer it holds, their length or surface within it, the sum of an attribute.

    Lines and areas count with the part that lies within, an attribute with the same share; points as a whole.
    """
    rows, features = [], []
    dimensions = shapely.get_dimensions(other.ground) if len(other) else np.zeros(0, np.int32)
    sizes = (
        np.where(dimensions == 2, shapely.area(other.ground), shapely.length(other.ground))
        if len(other)
        else dimensions
    )
    amounts = np.array([_number(row.get(attribute)) for row in other.properties]) if attribute else np.zeros(len(other))
    totals = np.zeros((len(areas), 4))
    if len(areas) and len(other):
        left, right = shapely.STRtree(other.ground).query(areas.ground, predicate="intersects")
        shared = shapely.intersection(areas.ground[left], other.ground[right])
        part = np.where(dimensions[right] == 2, shapely.area(shared), shapely.length(shared))
        share = np.divide(part, sizes[right], out=np.ones(len(part)), where=sizes[right] > 0)
        is_inside = (dimensions[right] == 0) | (part > 0)
        for column, weight in (
            (0, is_inside.astype(float)),
            (1, np.where(dimensions[right] == 1, part, 0.0)),
            (2, np.where(dimensions[right] == 2, part, 0.0)),
            (3, amounts[right] * share * is_inside),
        ):
            totals[:, column] = np.bincount(left, weights=weight, minlength=len(areas))
    for index in range(len(areas)):
        count, length, surface, amount = totals[index]
        numbers: dict[str, float | int | str | None] = {"count": int(count)}
        if (dimensions == 1).any():
            numbers["length_m"] = _round(length)
        if (dimensions == 2).any():
            numbers |= {"area_m2": _round(surface), "share": _share(surface, areas.ground[index].area)}
        if attribute:
            numbers["sum"] = round(float(amount), 2)
        rows.append(Row(areas.keys[index], areas.names[index], numbers))
        features.append(OutFeature(areas.keys[index], areas.ground[index], {"name": areas.names[index], **numbers}))
    summary: dict[str, float | int | None] = {
        "areas": len(areas),
        "count": int(totals[:, 0].sum()),
        "length_m": _round(totals[:, 1].sum()) or None,
        "area_m2": _round(totals[:, 2].sum()) or None,
        "sum": round(float(totals[:, 3].sum()), 2) if attribute else None,
    }
    return Result(summary, tuple(rows), tuple(features))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _round(value: float) -> float:
    return round(float(value), 1)


def _share(part: float, whole: float) -> float | None:
    return round(100 * float(part) / float(whole), 2) if whole else None


def _mean(values: Floats) -> float | None:
    return _round(float(values.mean())) if len(values) else None

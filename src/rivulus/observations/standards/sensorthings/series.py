"""What is computed of a series when it is shown: the times it covers, and the area it looks at."""

import struct
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
import shapely

from rivulus.observations.queries import heads, records
from rivulus.observations.queries.annotations import annotations_of
from rivulus.observations.standards.sensorthings.asking import ask
from rivulus.observations.standards.sensorthings.geography import area_of
from rivulus.observations.standards.sensorthings.rendering import show_interval

COMPUTED = ("observedArea", "phenomenonTime", "resultTime")
AREAS = """SELECT d.id, d.observed_area, CASE WHEN d.observed_area IS NULL THEN l.geometry END
 FROM observations_datastream d LEFT JOIN observations_thing_locations x ON x.thing_id = d.thing_id
 LEFT JOIN observations_location l ON l.id = x.location_id WHERE d.id = ANY(%(ids)s::int4[]) ORDER BY l.id"""
POINT = struct.Struct("<BIdd")  # WKB: little-endian, 1, x, y
IS_POINT = (1, 1)

ANYTHING = "SELECT EXISTS (SELECT 1 FROM observations_annotation WHERE datastream = ANY(%(ids)s::int4[]))"


class End(NamedTuple):
    """The newest reading of a numeric series, and the time of the oldest (microseconds since 1970)."""

    first: int
    last: int
    value: float
    quality: int


@dataclass(slots=True)
class Ends:
    """Both ends of numeric series, looked up once for a request: for their times, and for the newest of each."""

    asked: frozenset[int] = frozenset()
    found: dict[int, End] = field(default_factory=dict)

    def of(self, ids: Sequence[int]) -> dict[int, End]:
        """Return the ends of the series that have any reading, and maybe those of others."""
        if not self.asked.issuperset(ids):
            self.asked, self.found = frozenset(ids), _ends(ids)
        return self.found


def _ends(ids: Sequence[int]) -> dict[int, End]:
    known = heads.ends(ids)
    newest, first = known.newest, known.first
    ids = newest.datastream.tolist()
    columns = (map(first.get, ids), newest.time.tolist(), newest.value.tolist(), newest.quality.tolist())
    found = zip(ids, map(End._make, zip(*columns, strict=True)), strict=True)
    return {number: end for number, end in found if end.first is not None}


def compute(
    ids: Sequence[int], names: Collection[str], ends: Ends, *, as_boxes: bool = False
) -> dict[int, dict[str, Any]]:
    """Return the computed properties that are asked for, by series; what nobody knows is left out.

    ``as_boxes``: areas that nobody gave are shown as boxes, which is what clients expect of MultiDatastreams.
    """
    found: dict[int, dict[str, Any]] = {number: {} for number in ids}
    if ids and "observedArea" in names:
        _add_areas(found, as_boxes=as_boxes)
    if ids and ("phenomenonTime" in names or "resultTime" in names):
        _add_times(found, names, ends)
    return found


def _add_areas(found: dict[int, dict[str, Any]], *, as_boxes: bool) -> None:
    places: defaultdict[int, list[bytes]] = defaultdict(list)
    for number, given, wkb in ask(AREAS, {"ids": list(found)}):
        if given is not None:
            found[number]["observedArea"] = given
        elif wkb is not None:
            places[number].append(wkb)
    for number, wkbs in places.items():
        found[number]["observedArea"] = _area(wkbs, as_box=as_boxes)


def _area(wkbs: Sequence[bytes], *, as_box: bool) -> msgspec.Raw:
    """Return the area of places as GeoJSON; one point, which nearly all of them are, without a detour."""
    if len(wkbs) == 1 and len(wkbs[0]) == POINT.size and not as_box:
        order, kind, x, y = POINT.unpack(wkbs[0])
        if (order, kind) == IS_POINT:
            return msgspec.Raw(f'{{"type":"Point","coordinates":[{x},{y}]}}'.encode())
    area: Any = area_of(None, list(wkbs))
    return msgspec.Raw(shapely.to_geojson(shapely.box(*area.bounds) if as_box else area).encode())


def _add_times(found: dict[int, dict[str, Any]], names: Collection[str], ends: Ends) -> None:
    """The time of results goes from that of the oldest observation to that of the newest."""
    numeric = {number: (end.first, end.last) for number, end in ends.of(list(found)).items() if number in found}
    others = [number for number in found if number not in numeric]
    extents = {**numeric, **(records.extent_of_records(others) if others else {})}
    keys = [(number, time) for number, both in extents.items() for time in both]
    said = annotations_of(keys) if ask(ANYTHING, {"ids": list(found)})[0][0] else {}
    for number, (first, last) in extents.items():
        begins, finishes = said.get((number, first)), said.get((number, last))
        end = (finishes.end_time if finishes else None) or last
        if "phenomenonTime" in names:
            found[number]["phenomenonTime"] = show_interval(first, end)
        results = [one.result_time for one in (begins, finishes) if one and one.result_time is not None]
        if "resultTime" in names and results:
            found[number]["resultTime"] = show_interval(min(results), max(results))

"""What is computed of a series when it is shown: the times it covers, and the area it looks at."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
import numpy as np
import shapely

from rivulus.observations.queries import readings, records
from rivulus.observations.queries.annotations import annotations_of
from rivulus.observations.standards.sensorthings.asking import ask
from rivulus.observations.standards.sensorthings.geography import area_of
from rivulus.observations.standards.sensorthings.rendering import show_interval

COMPUTED = ("observedArea", "phenomenonTime", "resultTime")
AREAS = """SELECT d.id, d.observed_area, ARRAY(SELECT l.geometry FROM observations_thing_locations x
 JOIN observations_location l ON l.id = x.location_id WHERE x.thing_id = d.thing_id AND l.geometry IS NOT NULL
 ORDER BY l.id) FROM observations_datastream d WHERE d.id = ANY(%(ids)s::int4[])"""

ANYTHING = "SELECT EXISTS (SELECT 1 FROM observations_annotation WHERE datastream = ANY(%(ids)s::int4[]))"


def compute(ids: Sequence[int], names: Collection[str], *, as_boxes: bool = False) -> dict[int, dict[str, Any]]:
    """Return the computed properties that are asked for, by series; what nobody knows is left out.

    ``as_boxes``: areas that nobody gave are shown as boxes, which is what clients expect of MultiDatastreams.
    """
    found: dict[int, dict[str, Any]] = {number: {} for number in ids}
    if ids and "observedArea" in names:
        _add_areas(found, as_boxes=as_boxes)
    if ids and ("phenomenonTime" in names or "resultTime" in names):
        _add_times(found, names)
    return found


def _add_areas(found: dict[int, dict[str, Any]], *, as_boxes: bool) -> None:
    places = []
    for number, given, wkbs in ask(AREAS, {"ids": list(found)}):
        if given is not None:
            found[number]["observedArea"] = given
        elif len(wkbs) == 1:
            places.append((number, wkbs[0]))
        elif (area := area_of(None, wkbs)) is not None:
            found[number]["observedArea"] = _written([area], as_boxes=as_boxes)[0]
    areas = _written(shapely.from_wkb([bytes(wkb) for _number, wkb in places]), as_boxes=as_boxes)
    for (number, _wkb), written in zip(places, areas, strict=True):
        found[number]["observedArea"] = written


def _written(areas: Sequence[Any], *, as_boxes: bool) -> list[msgspec.Raw]:
    """Return areas as GeoJSON, all at once."""
    shown = [shapely.box(*area.bounds) for area in areas] if as_boxes else areas
    return [msgspec.Raw(text.encode()) for text in shapely.to_geojson(np.asarray(shown, object))]


def _add_times(found: dict[int, dict[str, Any]], names: Collection[str]) -> None:
    """The time of results goes from that of the oldest observation to that of the newest."""
    extents = {**readings.extent(list(found)), **records.extent_of_records(list(found))}
    ends = [(number, time) for number, both in extents.items() for time in both]
    said = annotations_of(ends) if ask(ANYTHING, {"ids": list(found)})[0][0] else {}
    for number, (first, last) in extents.items():
        begins, finishes = said.get((number, first)), said.get((number, last))
        end = (finishes.end_time if finishes else None) or last
        if "phenomenonTime" in names:
            found[number]["phenomenonTime"] = show_interval(first, end)
        results = [one.result_time for one in (begins, finishes) if one and one.result_time is not None]
        if "resultTime" in names and results:
            found[number]["resultTime"] = show_interval(min(results), max(results))

"""Which series rules look at, and what these say: numbers as columns, words and truths as 1 and 0."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from django.db.models import QuerySet

from rivulus.observations.models import AutomationVersion, Datastream, TaskingCapability, Thing
from rivulus.observations.queries import heads, readings, records
from rivulus.observations.rules.automations.conditions import Known, SeriesRef
from rivulus.observations.rules.automations.measures import Times, Values, localise
from rivulus.observations.rules.automations.syntax import Bounds, Selector, SeriesTrigger, ValueCondition
from rivulus.observations.terms import DOUBTFUL, ResultKind

MOST_SERIES = 5_000
NUMBERS = (ResultKind.NUMBER,)
OTHERS = (ResultKind.BOOLEAN, ResultKind.TEXT)

type Columns = tuple[Times, Values]
NOTHING: Columns = (np.zeros(0, np.int64), np.zeros(0, np.float64))


def resolve(selector: Selector, *, only_simulated: bool = False, thing_id: int | None = None) -> tuple[SeriesRef, ...]:
    """Return the series that are meant, by number; at most 5,000. ``thing_id`` is the thing that fired."""
    rows = Datastream.objects.filter(kind__in=[*NUMBERS, *OTHERS]).select_related("thing", "observed_property")
    if selector.same_thing:
        rows = rows.filter(thing_id=thing_id or 0)
    rows = _narrow(rows, selector)
    if only_simulated:
        rows = rows.filter(is_simulated=True)
    found = list(rows.order_by("id")[:MOST_SERIES])
    places = _places({row.thing_id for row in found})
    return tuple(_ref(row, places.get(row.thing_id)) for row in found)


def series_of(version: AutomationVersion, trigger: SeriesTrigger) -> tuple[SeriesRef, ...]:
    """Return the series that a trigger of a version looks at: those that have the bound it asks for."""
    refs = resolve(trigger.series, only_simulated=version.is_demonstration)
    return tuple(ref for ref in refs if localise(trigger, ref.numbers) is not None)


def list_hidden(codes: Collection[str]) -> frozenset[str]:
    """Return those of the codes that belong to a series, a thing or a capability which is not for everybody."""
    if not codes:
        return frozenset()
    named = list(codes)
    series = Datastream.objects.filter(code__in=named).exclude(is_public=True, thing__is_public=True)
    things = Thing.objects.filter(code__in=named, is_public=False)
    capabilities = TaskingCapability.objects.filter(code__in=named, thing__is_public=False)
    found = [rows.order_by().values_list("code", flat=True) for rows in (series, things, capabilities)]
    return frozenset(str(code) for code in found[0].union(*found[1:], all=True))


def _narrow(rows: "QuerySet[Datastream]", selector: Selector) -> "QuerySet[Datastream]":
    if selector.codes:
        rows = rows.filter(code__in=selector.codes)
    if selector.property:
        rows = rows.filter(observed_property__code=selector.property)
    if selector.domain:
        rows = rows.filter(thing__domain=selector.domain)
    return rows.filter(thing__code=selector.thing) if selector.thing else rows


def refs_of(ids: Collection[int]) -> dict[int, SeriesRef]:
    """Return series by number."""
    rows = Datastream.objects.filter(pk__in=ids).select_related("thing", "observed_property")
    return {row.pk: _ref(row, None) for row in rows}


def _places(things: Collection[int]) -> dict[int, tuple[float, float]]:
    """Return the middle of the place of each thing, (longitude, latitude)."""
    through = Thing.locations.through.objects.filter(thing_id__in=things, location__box__isnull=False)
    found = {}
    box: Any
    for thing, box in through.order_by("-location_id").values_list("thing_id", "location__box"):
        found[thing] = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return found


def _ref(row: Datastream, place: tuple[float, float] | None) -> SeriesRef:
    return SeriesRef(
        id=row.pk,
        code=row.code or "",
        name=row.name,
        thing_id=row.thing_id,
        thing_name=row.thing.name,
        domain=row.thing.domain,
        property=(row.observed_property.code or "") if row.observed_property else "",
        unit=str((row.unit_of_measurement or {}).get("symbol") or ""),
        is_simulated=row.is_simulated,
        is_number=row.kind in NUMBERS,
        longitude=place[0] if place else None,
        latitude=place[1] if place else None,
        numbers=_numbers_of(row.thing.properties),
    )


def newest_us(refs: Iterable[SeriesRef]) -> dict[int, int]:
    """Return the time of the newest result of each series that has one."""
    listed = list(refs)
    numbers = [ref.id for ref in listed if ref.is_number]
    others = [ref.id for ref in listed if not ref.is_number]
    found: dict[int, int] = {}
    if numbers:
        latest = heads.latest(numbers)
        found.update(zip(latest.datastream.tolist(), latest.time.tolist(), strict=True))
    if others:
        found.update((record.datastream, record.time) for record in records.latest_records(others))
    return found


def read_columns(
    refs: Sequence[SeriesRef], bounds: Bounds | None, start_us: int, end_us: int, *, with_doubtful: bool = False
) -> dict[int, Columns]:
    """Return times and values of [start, end) by series, without doubtful readings unless these are wanted.

    Words and truths become numbers for the ``bounds`` that they are held against: 1 where they equal what is asked for.
    """
    equals = bounds.equals if bounds else None
    left_out = 0 if with_doubtful else int(DOUBTFUL)
    found = _read_numbers([ref.id for ref in refs if ref.is_number], start_us, end_us, left_out)
    if isinstance(equals, bool):
        found = {key: (times, (values == float(equals)).astype(np.float64)) for key, (times, values) in found.items()}
    others = [ref.id for ref in refs if not ref.is_number]
    return found | _read_others(others, equals, start_us, end_us, left_out) if others else found


def _read_numbers(ids: Sequence[int], start_us: int, end_us: int, left_out: int) -> dict[int, Columns]:
    if not ids:
        return {}
    rows = readings.read(ids, start_us, end_us)
    rows = rows.take((rows.quality & left_out) == 0)
    series, first = np.unique(rows.datastream, return_index=True)
    edges = [*first.tolist(), len(rows)]
    return {
        int(number): (rows.time[edges[place] : edges[place + 1]], rows.value[edges[place] : edges[place + 1]])
        for place, number in enumerate(series)
    }


def _read_others(ids: Sequence[int], equals: Any, start_us: int, end_us: int, left_out: int) -> dict[int, Columns]:
    kept: dict[int, tuple[list[int], list[float]]] = {}
    for record in records.read_records(ids, start_us, end_us):
        number = _number_of(record.result, equals)
        if record.quality & left_out or number is None:
            continue
        times, values = kept.setdefault(record.datastream, ([], []))
        times.append(record.time)
        values.append(number)
    return {key: (np.array(times, np.int64), np.array(values, np.float64)) for key, (times, values) in kept.items()}


def _number_of(result: Any, equals: Any) -> float | None:
    if equals is None and isinstance(result, str):
        return 0.0  # only that something was said matters
    if isinstance(equals, bool | str):
        return float(result == equals and isinstance(result, bool) == isinstance(equals, bool))
    return float(result) if isinstance(result, bool | int | float) else None


def _numbers_of(properties: Any) -> dict[str, float]:
    """Return the numbers that a thing carries in its properties: the bounds of a gauge, the places of a car park."""
    listed = properties.items() if isinstance(properties, dict) else ()
    return {
        key: float(value) for key, value in listed if isinstance(value, int | float) and not isinstance(value, bool)
    }


class LiveWorld:
    """What conditions ask, answered from the store. Simulated and real series never answer for one another."""

    def __init__(self, *, simulated: bool) -> None:
        self.simulated = simulated

    def known(self, condition: ValueCondition, fired: SeriesRef | None, moment_us: int) -> Sequence[Known]:
        """Return the newest value of each series meant."""
        simulated = fired.is_simulated if fired else self.simulated
        refs = resolve(condition.series, thing_id=fired.thing_id if fired else None)
        refs = tuple(ref for ref in refs if ref.is_simulated == simulated)
        columns = read_columns(refs, condition.bounds, moment_us - condition.not_older_us, moment_us + 1)
        return [
            Known(ref, int(columns[ref.id][0][-1]), float(columns[ref.id][1][-1])) for ref in refs if ref.id in columns
        ]

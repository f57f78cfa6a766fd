"""Hours and days of series, exact at any moment.

What is rolled up is read from the tables; hours that are still open, and those with late arrivals or corrections that
are not counted again yet, are counted from the readings for the question. The list of what is not counted is read
first: a recount that ends meanwhile only makes some of the counting unnecessary.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rivulus.kernel import clock
from rivulus.kernel.clock import CITY_ZONE
from rivulus.observations.queries.columns import Question, ask, columns_of, rows
from rivulus.observations.queries.packed import opened_days, opened_hours, question_of_days, question_of_hours
from rivulus.observations.queries.segments import both, questions_of_both, which
from rivulus.observations.rules.packing import overridden
from rivulus.observations.rules.readings import EARLIEST_US, HOUR_US, LATEST_US, Readings
from rivulus.observations.rules.rollups import Rollup, day_of, joined, midnight, roll_days, roll_up
from rivulus.observations.rules.weeks import microseconds, moment

FEW = 20  # series of which readings are asked for that may not be needed
COLUMNS = ("datastream", "start", "count", "flagged", "covered_s", "sum", "min", "max", "last", "last_time")
_VALUES = """count, flagged, covered_s, sum, coalesce(min, 'NaN') AS min, coalesce(max, 'NaN') AS max,
    coalesce(last, 'NaN') AS last, coalesce(last_time, '-infinity') AS last_time"""
_HOURLY = (
    f"SELECT datastream, hour AS start, {_VALUES} FROM observations_hourly WHERE {{}} AND hour >= %s AND hour < %s"  # noqa: S608
)
_DAILY = f"SELECT datastream, day, {_VALUES} FROM observations_daily WHERE {{}} AND day >= %s AND day <= %s"  # noqa: S608
_DIRTY = """SELECT (SELECT closed_until FROM observations_watermark),
    ARRAY(SELECT DISTINCT ROW(coalesce(datastream, 0), hour) FROM observations_dirty
        WHERE (datastream = ANY(%s::int4[]) OR datastream IS NULL) AND hour >= %s AND hour < %s)"""
_PERIODS = "SELECT id, period_s FROM observations_datastream WHERE id = ANY(%s::int4[]) OR %s"
_FROZEN = """SELECT datastream, raw_from FROM observations_head
    WHERE datastream = ANY(%s::int4[]) AND raw_from IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Hours whose rollup is not to be trusted: from `open_from` on, and single ones (series 0: every series)."""

    open_from: int
    hours: frozenset[tuple[int, int]]


def hourly(datastreams: Sequence[int], start_us: int, end_us: int) -> Rollup:
    """Return the hours (UTC) that begin in [start, end), by series and then start; hours without readings are absent."""
    ids = sorted({int(number) for number in datastreams})
    first, last = _whole_hours(start_us, end_us)
    if not ids or first >= last:
        return Rollup.none()
    likely = max(first, _likely_open_from(last)) if len(ids) <= FEW else last
    ahead = _questions_of_counting(ids, likely, last) if likely < last else ()
    dirty, columns, packed, *open_ones = ask(
        _question_of_dirty(ids, first, last), *_questions_of_hours(ids, first, last), *ahead
    )
    found, uncounted = _stored_hours(columns, packed, first, last), _uncounted(dirty)
    counted = None
    if open_ones and likely <= max(first, uncounted.open_from) < last:
        counted = _between(_counted(open_ones, likely, last), uncounted.open_from, last)
    return _recounted(found, ids, first, last, uncounted, counted)


def daily(datastreams: Sequence[int], first: dt.date, last: dt.date) -> Rollup:
    """Return the days of the city from `first` to `last`, both included, by series and then start."""
    ids = sorted({int(number) for number in datastreams})
    start, end = midnight(first, CITY_ZONE), midnight(last + dt.timedelta(days=1), CITY_ZONE)
    if not ids or first > last:
        return Rollup.none()
    dirty, columns, packed = ask(_question_of_dirty(ids, start - HOUR_US, end), *_questions_of_days(ids, first, last))
    found, uncounted = _stored_days(columns, packed, start, end), _uncounted(dirty)
    days = _days_to_count(_late_hours(ids, uncounted, start, end), uncounted.open_from, start, end)
    if not days:
        return found
    return joined(found.take(~np.isin(found.start, [begin for begin, _ in days])), _count_days(ids, days))


def stored_hours(ids: Sequence[int] | None, first: int, last: int) -> Rollup:
    """Return the hours that begin in [first, last) as they were counted last, by series and then start."""
    columns, packed = ask(*_questions_of_hours(ids, first, last))
    return _stored_hours(columns, packed, first, last)


def stored_days(ids: Sequence[int] | None, first: dt.date, last: dt.date) -> Rollup:
    """Return the days from `first` to `last`, both included, as they were counted last, by series and then start."""
    start, end = midnight(first, CITY_ZONE), midnight(last + dt.timedelta(days=1), CITY_ZONE)
    columns, packed = ask(*_questions_of_days(ids, first, last))
    return _stored_days(columns, packed, start, end)


def _questions_of_hours(ids: Sequence[int] | None, first: int, last: int) -> tuple[Question, Question]:
    """Ask for rows, then for what is packed: what is packed meanwhile is found twice."""
    condition, who = which(ids)
    of_rows = columns_of(_HOURLY.format(condition), [*who, moment(first), moment(last)], COLUMNS)
    return of_rows, question_of_hours(ids, first, last)


def _stored_hours(columns: Sequence[Any], packed: Iterable[tuple[Any, ...]], first: int, last: int) -> Rollup:
    return overridden(_sorted(Rollup(*columns)), opened_hours(packed, first, last))


def _questions_of_days(ids: Sequence[int] | None, first: dt.date, last: dt.date) -> tuple[Question, Question]:
    condition, who = which(ids)
    columns = (COLUMNS[0], "day - date '1970-01-01'", *COLUMNS[2:])
    start, end = midnight(first, CITY_ZONE), midnight(last + dt.timedelta(days=1), CITY_ZONE)
    of_rows = columns_of(_DAILY.format(condition), [*who, first, last], columns)
    return of_rows, question_of_days(ids, start, end)


def _stored_days(columns: Sequence[Any], packed: Sequence[tuple[Any, ...]], start: int, end: int) -> Rollup:
    datastream, day, *values = columns
    return overridden(_sorted(Rollup(datastream, _midnights(day), *values)), opened_days(packed, start, end))


def count_hours(ids: Sequence[int] | None, first: int, last: int) -> Rollup:
    """Return the hours that begin in [first, last), counted from the readings themselves; of every series for None."""
    return _counted(ask(*_questions_of_counting(ids, first, last)), first, last)


def _questions_of_counting(ids: Sequence[int] | None, first: int, last: int) -> tuple[Question, ...]:
    """Ask for the readings, which reach back to the hour before for the coverage of the first one, and for periods."""
    return *questions_of_both(ids, first - HOUR_US, last), _question_of_periods(ids)


def _counted(answers: Sequence[Any], first: int, last: int) -> Rollup:
    columns, packed, periods = answers
    found = both(columns, packed, first - HOUR_US, last)
    return _between(roll_up(found, dict(periods)), first, last)


def roll_between(found: Readings, first: int, last: int) -> Rollup:
    """Return the hours that begin in [first, last) of readings that reach back to the hour before."""
    return _between(roll_up(found, periods_of(np.unique(found.datastream).tolist())), first, last)


def _between(counted: Rollup, first: int, last: int) -> Rollup:
    return counted.take((counted.start >= first) & (counted.start < last))


def periods_of(ids: Sequence[int]) -> dict[int, int | None]:
    """Return how often each series is expected to have a reading, in seconds, where that is known."""
    return dict(ask(_question_of_periods(ids))[0])


def _question_of_periods(ids: Sequence[int] | None) -> Question:
    return Question(_PERIODS, [list(ids or ()), ids is None])


def raw_from(ids: Sequence[int]) -> dict[int, int]:
    """Return from when on there are still readings, for series whose older ones were dropped; older hours stay."""
    return {number: microseconds(at) for number, at in rows(_FROZEN, [list(ids)])}


def _likely_open_from(last: int) -> int:
    """Return from when on hours are open where the keeper of the store keeps up, or `last` where none is before it.

    The present hour is open for sure, the one before for some minutes: to ask for both at once saves a round trip.
    """
    present = microseconds(clock.now()) // HOUR_US * HOUR_US
    return present - HOUR_US if present < last else last


def _recounted(
    found: Rollup, ids: list[int], first: int, last: int, uncounted: Uncounted, open_ones: Rollup | None = None
) -> Rollup:
    """Put hours counted now in place of those that are not to be trusted; `open_ones` where they were counted already."""
    late = _late_hours(ids, uncounted, first, last)
    counted = [_count_late(late)] if late else []
    if uncounted.open_from < last:
        begin = max(first, uncounted.open_from)
        is_closed = found.start < begin
        found = found if is_closed.all() else found.take(is_closed)
        counted.append(count_hours(ids, begin, last) if open_ones is None else open_ones)
    if late:
        found = found.take(~_is_among(found, late))
    for part in counted:
        found = joined(found, part)
    return found


def _question_of_dirty(ids: list[int], first: int, last: int) -> Question:
    """Ask for the watermark, and which hours late arrivals have touched."""
    return Question(_DIRTY, [ids, moment(max(first - HOUR_US, EARLIEST_US)), moment(last)])


def _uncounted(found: Sequence[tuple[Any, ...]]) -> Uncounted:
    """Return what the answer says; the hour after one that was touched too, for its coverage."""
    closed, lines = found[0]
    hours = {(number, microseconds(hour)) for number, hour in lines}
    return Uncounted(microseconds(closed), frozenset(hours | {(number, hour + HOUR_US) for number, hour in hours}))


def _late_hours(ids: list[int], uncounted: Uncounted, first: int, last: int) -> dict[int, list[int]]:
    """Return the hours to be counted again by series, before the open ones; not those whose readings were dropped."""
    late: dict[int, set[int]] = {}
    for number, hour in uncounted.hours:
        if first <= hour < min(last, uncounted.open_from):
            for one in [number] if number else ids:
                late.setdefault(one, set()).add(hour)
    dropped = raw_from(list(late)) if late else {}
    kept = {one: sorted(h for h in hours if h >= dropped.get(one, h)) for one, hours in late.items()}
    return {one: hours for one, hours in kept.items() if hours}


def _count_late(late: dict[int, list[int]]) -> Rollup:
    """Count scattered hours: one question for each run of them that is not interrupted by more than a day."""
    counted = Rollup.none()
    by_run: dict[tuple[int, int], list[int]] = {}
    for one, hours in late.items():
        for begin, end in runs(hours):
            by_run.setdefault((begin, end), []).append(one)
    for (begin, end), ids in by_run.items():
        part = count_hours(ids, begin, end)
        counted = joined(counted, part.take(_is_among(part, late)))
    return counted


def runs(hours: Sequence[int], gap_us: int = 24 * HOUR_US) -> list[tuple[int, int]]:
    """Return the stretches [begin, end) that hold ascending hours, where gaps up to `gap_us` do not divide them."""
    found: list[tuple[int, int]] = []
    for hour in hours:
        if found and hour - found[-1][1] <= gap_us:
            found[-1] = (found[-1][0], hour + HOUR_US)
        else:
            found.append((hour, hour + HOUR_US))
    return found


def _is_among(found: Rollup, late: dict[int, list[int]]) -> NDArray[np.bool_]:
    mask = np.zeros(len(found), bool)
    for one, hours in late.items():
        begin, end = np.searchsorted(found.datastream, [one, one + 1])
        mask[begin:end] = np.isin(found.start[begin:end], hours)
    return mask


def _midnights(days: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return when days (counted from 1970) begin in the city."""
    distinct, place = np.unique(days, return_inverse=True)
    since = dt.date(1970, 1, 1)
    begins = [midnight(since + dt.timedelta(days=int(day)), CITY_ZONE) for day in distinct]
    found: NDArray[np.int64] = np.array(begins, np.int64)[place]
    return found


def _days_to_count(late: dict[int, list[int]], open_from: int, start: int, end: int) -> list[tuple[int, int]]:
    """Return the days [begin, end) with an hour that is not to be trusted."""
    begins = {day_of(hour, CITY_ZONE) for hours in late.values() for hour in hours}
    if open_from < end:
        day = day_of(max(start, open_from), CITY_ZONE)
        while midnight(day, CITY_ZONE) < end:
            begins.add(day)
            day += dt.timedelta(days=1)
    return [(midnight(day, CITY_ZONE), midnight(day + dt.timedelta(days=1), CITY_ZONE)) for day in sorted(begins)]


def _count_days(ids: list[int], days: list[tuple[int, int]]) -> Rollup:
    counted = Rollup.none()
    for begin, end in _stretches(days):
        counted = joined(counted, roll_days(hourly(ids, begin, end), CITY_ZONE))
    wanted = np.array([begin for begin, _ in days], np.int64)
    return counted.take(np.isin(counted.start, wanted))


def _stretches(days: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return days that follow one another as one stretch."""
    found: list[tuple[int, int]] = []
    for begin, end in days:
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found


def _whole_hours(start_us: int, end_us: int) -> tuple[int, int]:
    """Return the first and the last hour that begin in [start, end), the last one not included."""
    start, end = max(start_us, EARLIEST_US), min(end_us, LATEST_US)
    return -(-start // HOUR_US) * HOUR_US, -(-end // HOUR_US) * HOUR_US


def _sorted(found: Rollup) -> Rollup:
    """Put into order what the table gave; nearly always it is already."""
    if len(found) < 2:
        return found
    same = found.datastream[1:] == found.datastream[:-1]
    rises = np.where(same, found.start[1:] > found.start[:-1], found.datastream[1:] > found.datastream[:-1])
    return found if rises.all() else found.take(np.lexsort((found.start, found.datastream)))

"""Closing hours, and counting again those that late arrivals and corrections have touched.

Closing only moves the watermark, alone under the lock that whoever stores shares, and leaves a line for every hour it
closed. Counting takes lines away and writes what it finds in the same transaction: if it dies, the lines are there
again. A line that is committed later stands for readings that are committed later, and is taken away later.
"""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, LiteralString, cast

import numpy as np
import psycopg
from django.db import IntegrityError, OperationalError, connection, transaction
from numpy.typing import NDArray

from rivulus.kernel import clock
from rivulus.kernel.clock import CITY_ZONE
from rivulus.observations.actions.quality import Checked
from rivulus.observations.actions.store import columns
from rivulus.observations.actions.store.partitions import ensure_partitions
from rivulus.observations.queries import heads, segments
from rivulus.observations.queries.columns import rows
from rivulus.observations.queries.keeping import STORING, take_keeping
from rivulus.observations.queries.packed import packed_until
from rivulus.observations.queries.rollups import raw_from, roll_between, runs, stored_hours
from rivulus.observations.rules.packing import COPY_COLUMNS, copy_body
from rivulus.observations.rules.readings import EARLIEST_US, HOUR_US, Readings
from rivulus.observations.rules.rollups import NO_TIME, Rollup, day_starts, roll_days
from rivulus.observations.rules.weeks import WEEK_US, microseconds, moment

if TYPE_CHECKING:
    from rivulus.identity.models import Person

LAG = dt.timedelta(minutes=2)  # after the end of an hour, for what is on its way
PATIENCE_MS = 1500
HOURS_AT_ONCE, MOST_HOURS_AT_ONCE = 6, 168
FEW_READINGS = 500_000  # in one step: the next one may take twice as many hours
LINES_AT_ONCE = 20_000

_CLOSE = """INSERT INTO observations_dirty (hour, datastream)
    SELECT h, NULL FROM generate_series(%s::timestamptz, %s::timestamptz - interval '1 hour', interval '1 hour') h"""
_TAKE_HOURS = """DELETE FROM observations_dirty WHERE id IN (
    SELECT id FROM observations_dirty WHERE datastream IS NULL ORDER BY hour, id LIMIT %s) RETURNING hour"""
_WAITING = "SELECT DISTINCT hour FROM observations_dirty WHERE datastream IS NULL"
_TAKE_LINES = """DELETE FROM observations_dirty WHERE id IN (
    SELECT id FROM observations_dirty WHERE datastream IS NOT NULL ORDER BY datastream, hour LIMIT %s)
    RETURNING datastream, hour"""
_UPSERT: LiteralString = """INSERT INTO observations_{table}
    (datastream, {key}, count, flagged, covered_s, sum, min, max, last, last_time)
    SELECT d, {convert}, c, f, s, total, nullif(low, 'NaN'), nullif(high, 'NaN'), CASE WHEN c > 0 THEN l END,
        CASE WHEN c > 0 THEN t END
    FROM unnest(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) AS n (d, k, c, f, s, total, low, high, l, t)
    ON CONFLICT (datastream, {key}) DO UPDATE SET count = excluded.count, flagged = excluded.flagged,
        covered_s = excluded.covered_s, sum = excluded.sum, min = excluded.min, max = excluded.max,
        last = excluded.last, last_time = excluded.last_time"""
_HOURS: LiteralString = _UPSERT.format(table="hourly", key="hour", convert="k")
# The noon of a day of the city has the same date in UTC.
_DAYS: LiteralString = _UPSERT.format(
    table="daily", key="day", convert="((k + interval '12 hours') AT TIME ZONE 'UTC')::date"
)
_FORGET_HOURS: LiteralString = """DELETE FROM observations_hourly h USING unnest(%s, %s) AS k (d, t)
    WHERE h.datastream = k.d AND h.hour = k.t"""
_FORGET_DAYS: LiteralString = """DELETE FROM observations_daily y USING unnest(%s, %s) AS k (d, t)
    WHERE y.datastream = k.d AND y.day = ((k.t + interval '12 hours') AT TIME ZONE 'UTC')::date"""
_HEADS: LiteralString = """INSERT INTO observations_head AS h (datastream, first_time, last_time, last, quality)
    SELECT * FROM unnest(%s, %s, %s, %s, %s)
    ON CONFLICT (datastream) DO UPDATE SET first_time = least(h.first_time, excluded.first_time),
        last_time = greatest(h.last_time, excluded.last_time),
        last = CASE WHEN excluded.last_time >= h.last_time THEN excluded.last ELSE h.last END,
        quality = CASE WHEN excluded.last_time >= h.last_time THEN excluded.quality ELSE h.quality END"""
_COPY_HOURS: LiteralString = f"COPY observations_hourly {COPY_COLUMNS} FROM STDIN (FORMAT binary)"
_FORGET_HEADS = "DELETE FROM observations_head WHERE datastream = ANY(%s::int4[]) AND raw_from IS NULL"


@dataclass(frozen=True, slots=True)
class Recounted:
    """What one recount took away and wrote."""

    lines: int = 0
    hours: int = 0
    readings: int = 0


def close_hours(*, by: "Person | None", now: dt.datetime | None = None) -> int:
    """Close the hours that are over and return how many; 0 also where those who store keep the lock too long.

    Not journaled: it happens every hour, and the watermark says how far it is.
    """
    until = microseconds((now or clock.now()) - LAG) // HOUR_US * HOUR_US
    try:
        with transaction.atomic():
            return _close(until)
    except OperationalError:  # the lock was not to be had: the next call tries again
        return 0


def recount(*, by: "Person | None", most: int = 1000) -> Recounted:
    """Count again what is listed, in transactions of a bounded size, until nothing is left or `most` are done."""
    total, size = Recounted(), HOURS_AT_ONCE
    for _ in range(most):
        try:
            done = _recount_some(size)
        except OperationalError:  # somebody who stores was in the way of a flag: the lines are there again
            break
        if done is None:
            break
        total = Recounted(total.lines + done.lines, total.hours + done.hours, total.readings + done.readings)
        size = min(2 * size, MOST_HOURS_AT_ONCE) if done.readings < FEW_READINGS else max(1, size // 2)
    return total


def _close(until: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STORING])
        cursor.execute("SELECT closed_until FROM observations_watermark")
        closed = microseconds(cursor.fetchone()[0])
        if until <= closed:
            return 0
        stretches = [(closed, until)] if closed > EARLIEST_US else _weeks_until(until)
        cursor.executemany(_CLOSE, [(moment(first), moment(last)) for first, last in stretches])
        cursor.execute("UPDATE observations_watermark SET closed_until = %s", [moment(until)])
    return sum(last - first for first, last in stretches) // HOUR_US


def _weeks_until(until: int) -> list[tuple[int, int]]:
    """Return the weeks there are rows of, for the first time that hours are closed: the others need no counting."""
    return [(week, min(week + WEEK_US, until)) for week in segments.list_weeks() if week < until]


@transaction.atomic
def _recount_some(size: int) -> Recounted | None:
    if not take_keeping():
        return None
    hours = sorted({microseconds(row[0]) for row in rows(_TAKE_HOURS, [size])})
    if hours:
        return _count_everything(hours)
    lines = rows(_TAKE_LINES, [LINES_AT_ONCE])
    if not lines:
        return None
    late: dict[int, set[int]] = {}
    for number, hour in lines:
        late.setdefault(number, set()).add(microseconds(hour))
    return Recounted(len(lines), _count_late(late))


def _count_everything(hours: list[int]) -> Recounted:
    """Count hours of every series."""
    total, read, closed = 0, 0, _closed_until()
    for begin, end in runs(hours, 0):
        found = segments.read_both(None, begin - HOUR_US, end)
        found = Checked(found, begin, end).write()
        counted = _not_dropped(roll_between(found, begin, end))
        _append_hours(counted)
        _raise_heads(segments.within(found, begin, end))
        waiting = {microseconds(row[0]) for row in rows(_WAITING, [])}
        if end < closed and end not in waiting:  # the hour after was counted before: its coverage begins in this one
            _count_late({int(number): {end - HOUR_US} for number in np.unique(counted.datastream)})
        for day_begin, day_end in _days(begin, end, closed):
            if not any(day_begin <= hour < day_end for hour in waiting):
                _count_days(None, day_begin, day_end)
        total, read = total + len(counted), read + len(found)
    return Recounted(len(hours), total, read)


def _count_late(late: dict[int, set[int]]) -> int:
    """Count single hours of single series, and the ones after them, whose coverage may begin in them."""
    closed, dropped = _closed_until(), raw_from(list(late))
    wanted = {
        number: sorted(
            hour
            for hour in hours | {hour + HOUR_US for hour in hours}
            if dropped.get(number, EARLIEST_US) <= hour < closed
        )
        for number, hours in late.items()
    }
    by_run: dict[tuple[int, int], list[int]] = {}
    for number, hours in wanted.items():
        for run in runs(hours):
            by_run.setdefault(run, []).append(number)
    total = sum(_count_run(ids, begin, end, wanted) for (begin, end), ids in by_run.items())
    for (begin, end), ids in by_run.items():
        days = _days(begin, end, closed)
        if days:
            _count_days(ids, days[0][0], days[-1][1])
    _mend_heads([number for number, hours in wanted.items() if hours], wanted, closed)
    return total


def _count_run(ids: list[int], begin: int, end: int, wanted: dict[int, list[int]]) -> int:
    found = segments.read_both(ids, begin - HOUR_US, end)
    found = Checked(found, begin, end).write()
    counted = roll_between(found, begin, end)
    _write(_HOURS, counted)
    there = set(zip(counted.datastream.tolist(), counted.start.tolist(), strict=True))
    gone = [(one, hour) for one in ids for hour in wanted[one] if begin <= hour < end and (one, hour) not in there]
    _forget("observations_hourly", gone)
    return len(counted)


def _count_days(ids: list[int] | None, begin: int, end: int) -> None:
    """Count the days of the city between two midnights from their hours."""
    counted = roll_days(stored_hours(ids, begin, end), CITY_ZONE)
    _write(_DAYS, counted)
    if ids is not None:
        there = set(zip(counted.datastream.tolist(), counted.start.tolist(), strict=True))
        days = [day for day, _ in _days(begin, end, end)]
        _forget("observations_daily", [(one, day) for one in ids for day in days if (one, day) not in there])


def _days(begin: int, end: int, closed: int) -> list[tuple[int, int]]:
    """Return the days of the city that have a part of [begin, end), as far as they are over."""
    edges = day_starts(begin, end - 1, CITY_ZONE).tolist()
    return [(first, after) for first, after in pairwise(edges) if after <= closed]


def _not_dropped(counted: Rollup) -> Rollup:
    """Leave out hours whose readings were dropped: what was counted of them then stays."""
    dropped = raw_from(np.unique(counted.datastream).tolist())
    if not dropped:
        return counted
    ids, where = np.unique(counted.datastream, return_inverse=True)
    limits = np.array([dropped.get(int(number), NO_TIME) for number in ids], np.int64)
    return counted.take(counted.start >= limits[where])


def _raise_heads(found: Readings) -> None:
    """Tell the heads of hours that were closed: of each series the first and the last reading."""
    if not len(found):
        return
    is_first = np.ones(len(found), bool)
    is_first[1:] = found.datastream[1:] != found.datastream[:-1]
    starts = np.flatnonzero(is_first)
    ends = np.append(starts[1:], len(found)) - 1
    _write_heads(found.datastream[starts], found.time[starts], found.take(ends))


def _mend_heads(ids: list[int], touched: dict[int, list[int]], closed: int) -> None:
    """Look up both ends of series where a touched hour reaches them: an end may have been corrected, or removed."""
    known = {
        number: (microseconds(first), microseconds(last))
        for number, first, last in rows(
            "SELECT datastream, first_time, last_time FROM observations_head WHERE datastream = ANY(%s::int4[])", [ids]
        )
    }
    unsure = [number for number in ids if _reaches(touched[number], known.get(number))]
    if not unsure:
        return
    newest = heads.exact_edges(unsure, "DESC", moment(closed))
    oldest = heads.exact_edges(unsure, "ASC", moment(closed))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE observations_head SET first_time = 'infinity', last_time = '-infinity' "
            "WHERE datastream = ANY(%s::int4[])",
            [newest.datastream.tolist()],
        )
        cursor.execute(_FORGET_HEADS, [[number for number in unsure if number not in set(newest.datastream.tolist())]])
    _write_heads(newest.datastream, oldest.time, newest)


def _reaches(hours: list[int], known: tuple[int, int] | None) -> bool:
    return known is None or hours[0] <= known[0] or hours[-1] + HOUR_US > known[1]


def _write_heads(ids: NDArray[np.int32], first: NDArray[np.int64], last: Readings) -> None:
    columns.run(
        _raw(),
        _HEADS,
        columns.integers(ids),
        columns.times(first),
        columns.times(last.time),
        columns.numbers(last.value),
        columns.integers(last.quality),
    )


def _append_hours(counted: Rollup) -> None:
    """Copy in hours that were never counted before, as nearly all are when they close; the others are written over."""
    has_values = counted.count > 0
    try:
        with transaction.atomic(), connection.wrap_database_errors, psycopg.Cursor(_raw()).copy(_COPY_HOURS) as copy:
            copy.write(copy_body(counted.take(has_values)))
    except IntegrityError:
        _write(_HOURS, counted)
    else:
        _write(_HOURS, counted.take(~has_values))


def _write(statement: LiteralString, counted: Rollup) -> None:
    """Write hours or days over what was there; makes the partitions of months and years that are missing."""
    if not len(counted):
        return
    try:
        with transaction.atomic(), connection.wrap_database_errors:
            _upsert(statement, counted)
    except IntegrityError:
        ensure_partitions(int(counted.start.min()), int(counted.start.max()))
        _upsert(statement, counted)


def _upsert(statement: LiteralString, counted: Rollup) -> None:
    columns.run(
        _raw(),
        statement,
        columns.integers(counted.datastream),
        columns.times(counted.start),
        columns.integers(counted.count),
        columns.integers(counted.flagged),
        columns.integers(counted.covered_s),
        columns.numbers(counted.sum),
        columns.numbers(counted.min),
        columns.numbers(counted.max),
        columns.numbers(counted.last),
        columns.times(np.where(counted.count > 0, counted.last_time, counted.start)),
    )


def _forget(table: str, keys: list[tuple[int, int]]) -> None:
    """Remove hours or days that have no readings any more; of packed ones an empty row says it."""
    if not keys:
        return
    statement, write = (_FORGET_HOURS, _HOURS) if table == "observations_hourly" else (_FORGET_DAYS, _DAYS)
    ids, starts = np.array(keys, np.int64).T
    columns.run(_raw(), statement, columns.integers(ids), columns.times(starts))
    packed = starts <= (packed_until(f"{table}_block") or EARLIEST_US)
    if packed.any():
        _write(write, Rollup.empty(ids[packed].astype(np.int32), starts[packed]))


def _closed_until() -> int:
    return microseconds(rows("SELECT closed_until FROM observations_watermark", [])[0][0])


def _raw() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    return cast("psycopg.Connection[Any]", connection.connection)

"""Closed weeks become blocks, and their partitions go.

A week is compacted in one transaction: either all of it is in blocks, or nothing has changed. Reading and packing
hold nobody up. Only at the end, for a moment, are those who store kept out, together with those who read: whatever
arrived meanwhile has left a line for its hour, the series it names are packed again, and the partition is dropped. A
lock that is not to be had soon is given back, and tried again later, so that nobody queues behind it.
"""

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from django.db import OperationalError, connection, transaction

from rivulus.kernel import clock
from rivulus.observations.queries import segments
from rivulus.observations.queries.columns import fetch, rows
from rivulus.observations.queries.keeping import STORING, take_keeping
from rivulus.observations.rules import blocks
from rivulus.observations.rules.readings import Readings, concatenate
from rivulus.observations.rules.weeks import WEEK_US, microseconds, moment, week_name

if TYPE_CHECKING:
    from rivulus.identity.models import Person

OPEN_DAYS = 14  # that a week stays in rows after its end, because most late arrivals come soon
ROWS_AT_ONCE = 2_000_000
SMALL, TOGETHER = 1_024, 8  # so many blocks in a row of fewer readings each become one
REACH_US = 53 * WEEK_US  # that is looked back for small blocks
MOST_CHANGED = 5_000  # series that may be packed again under the lock
LOCK_MS, LOCK_ATTEMPTS, LOCK_PAUSE_S = 300, 40, 0.5

# From one series to the next by the index, without reading what lies between.
_SERIES = """WITH RECURSIVE s AS (
        SELECT min(datastream) AS d FROM {table}
        UNION ALL SELECT (SELECT min(datastream) FROM {table} WHERE datastream > s.d) FROM s WHERE s.d IS NOT NULL)
    SELECT d FROM s WHERE d IS NOT NULL"""
_ROWS = "SELECT time, value, datastream, quality FROM {table} WHERE datastream BETWEEN %s AND %s"
_LINES = "SELECT id, datastream FROM observations_dirty WHERE hour >= %s AND hour < %s"
_OVERLAPPING = """SELECT datastream, start, data FROM observations_block
    WHERE datastream = ANY(%s::int4[]) AND start < %s AND finish >= %s ORDER BY datastream, start"""
# The last blocks of each series before a week, where there are enough of them and all are small.
_SMALL = """WITH last AS (
        SELECT datastream, start, count, row_number() OVER (PARTITION BY datastream ORDER BY start DESC) AS place
        FROM observations_block WHERE datastream = ANY(%s::int4[]) AND finish < %s AND start >= %s)
    SELECT b.datastream, b.start, b.data FROM observations_block b
    JOIN last USING (datastream, start)
    WHERE place <= %s AND datastream IN (
        SELECT datastream FROM last WHERE place <= %s GROUP BY 1 HAVING count(*) = %s AND max(count) < %s)
    ORDER BY b.datastream, b.start"""
_FORGET = """DELETE FROM observations_block b USING unnest(%s::int4[], %s::timestamptz[]) AS k (datastream, start)
    WHERE b.datastream = k.datastream AND b.start = k.start"""
_KEEP = "COPY observations_block (start, finish, datastream, count, data) FROM STDIN (FORMAT binary)"


class _Later(Exception):
    """The store is too busy for this now."""


def compact(*, by: "Person | None", now: dt.datetime | None = None, most: int = 4) -> int:
    """Compact the oldest weeks that ended long enough ago, at most so many; return how many were.

    Stops where another keeper is at work, or a lock is not to be had: the next call goes on.
    """
    # Of hours that are not closed nobody would leave a line who changes them meanwhile.
    closed = rows("SELECT closed_until FROM observations_watermark", [])[0][0]
    before = microseconds(min((now or clock.now()) - dt.timedelta(days=OPEN_DAYS), closed))
    weeks = [week for week in segments.list_weeks() if week + WEEK_US <= before][:most]
    done = 0
    for week in weeks:
        try:
            compact_week(by=by, week_us=week)
        except (_Later, OperationalError):
            break
        done += 1
    return done


@transaction.atomic
def compact_week(*, by: "Person | None", week_us: int) -> int:
    """Put one week into blocks and drop its partition; return how many readings were packed."""
    if not take_keeping():
        raise _Later
    table = week_name(week_us)
    lines = _lines(week_us)
    total = 0
    for ids in _portions(table):
        total += _pack(_rows(table, ids[0], ids[-1]), ids, week_us)
    _keep_out_others()
    changed = sorted({number for line, number in _lines(week_us).items() if line not in lines})
    if 0 in changed or len(changed) > MOST_CHANGED:  # 0: every series
        raise _Later
    if changed:
        _pack(_rows_of(table, changed), changed, week_us)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {table}")
    return total


def cut_blocks(*, by: "Person | None", datastreams: Sequence[int], start_us: int, end_us: int) -> None:
    """Take the readings of [start, end) out of blocks; within the caller's transaction."""
    held = rows(_OVERLAPPING, [list(datastreams), moment(end_us), moment(start_us)])
    found = _decoded(held)
    _replace(held, [found.take((found.time < start_us) | (found.time >= end_us))])


def _portions(table: str) -> Iterator[list[int]]:
    """Return the series of a partition in portions of a bounded number of rows, as far as can be told beforehand."""
    ids = [row[0] for row in rows(_SERIES.format(table=table), [])]
    size = rows("SELECT greatest(reltuples, relpages * 100) FROM pg_class WHERE oid = %s::regclass", [table])[0][0]
    if not ids:
        return
    step = max(1, int(len(ids) * ROWS_AT_ONCE / max(size, ROWS_AT_ONCE)))
    for at in range(0, len(ids), step):
        yield ids[at : at + step]


def _rows(table: str, first: int, last: int) -> Readings:
    return Readings(*fetch(_ROWS.format(table=table), [first, last], segments.COLUMNS))


def _rows_of(table: str, ids: Sequence[int]) -> Readings:
    select = _ROWS.format(table=table).replace("BETWEEN %s AND %s", "= ANY(%s::int4[])")
    return Readings(*fetch(select, [list(ids)], segments.COLUMNS))


def _pack(from_rows: Readings, ids: Sequence[int], week_us: int) -> int:
    """Write the blocks of series of a week anew, from rows and from the blocks that reach into it.

    Small blocks before it become one, when there are eight of them, so that a series that speaks once an hour costs no row for each week. The
    newest week stays in blocks of its own: by their beginnings those who store know up to where weeks are compacted.
    """
    held = rows(_OVERLAPPING, [list(ids), moment(week_us + WEEK_US), moment(week_us)])
    found = segments.merge(from_rows, _decoded(held))
    small = rows(_SMALL, [list(ids), moment(week_us), moment(week_us - REACH_US), *[TOGETHER] * 3, SMALL])
    _replace([*held, *small], [found, _decoded(small)])
    return len(found)


def _decoded(held: Sequence[tuple[int, dt.datetime, bytes]]) -> Readings:
    return concatenate(blocks.decode(data, number) for number, _, data in held)


def _replace(held: Sequence[tuple[int, dt.datetime, bytes]], parts: Sequence[Readings]) -> None:
    """Write blocks in the place of others."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [[row[0] for row in held], [row[1] for row in held]])
        with cursor.copy(_KEEP) as copy:
            copy.set_types(["timestamptz", "timestamptz", "int4", "int4", "bytea"])
            for series in (one for part in parts for one in blocks.by_series(part)):
                for piece in blocks.split(series):
                    times = moment(int(piece.time[0])), moment(int(piece.time[-1]))
                    copy.write_row((*times, int(piece.datastream[0]), len(piece), blocks.encode(piece)))


def _lines(week_us: int) -> dict[int, int]:
    """Return the lines of hours of a week that wait to be counted again, and their series (0: every one)."""
    found = rows(_LINES, [moment(week_us), moment(week_us + WEEK_US)])
    return {line: number or 0 for line, number in found}


def _keep_out_others() -> None:
    """Wait until nobody stores or reads, without letting anybody wait for long behind us; raises _Later."""
    for _ in range(LOCK_ATTEMPTS):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = {LOCK_MS}")
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STORING])
                cursor.execute("LOCK TABLE observations_reading IN ACCESS EXCLUSIVE MODE")
                return
        except OperationalError:
            time.sleep(LOCK_PAUSE_S)
    raise _Later

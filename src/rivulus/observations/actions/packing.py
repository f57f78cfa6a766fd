"""Rollups of past months become one row for each series and year, and the rows they were go.

Only the keeper of the store writes rollups, so that nothing can arrive meanwhile. What is counted again later stands in
rows over what is packed, and is packed with it the next time.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from django.db import OperationalError, connection, transaction

from rivulus.kernel import clock
from rivulus.kernel.clock import CITY_ZONE
from rivulus.observations.queries.columns import rows
from rivulus.observations.queries.keeping import take_keeping
from rivulus.observations.queries.packed import packed_hours
from rivulus.observations.queries.rollups import stored_days, stored_hours
from rivulus.observations.rules.packing import pack_days, pack_hours
from rivulus.observations.rules.rollups import Rollup, joined, midnight
from rivulus.observations.rules.weeks import microseconds, moment

if TYPE_CHECKING:
    from rivulus.identity.models import Person

OPEN_DAYS = 14  # that a month stays in rows after its end
SERIES_AT_ONCE = 500
LOCK_MS = 1500

_PARTITIONS = """SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = %s::regclass ORDER BY 1"""
_SERIES = """WITH RECURSIVE s AS (
        SELECT min(datastream) AS d FROM {table}
        UNION ALL SELECT (SELECT min(datastream) FROM {table} WHERE datastream > s.d) FROM s WHERE s.d IS NOT NULL)
    SELECT d FROM s WHERE d IS NOT NULL"""
_KEEP = "COPY {table}_block (start, finish, datastream, count, data) FROM STDIN (FORMAT binary)"
_FORGET = "DELETE FROM {table}_block WHERE datastream = ANY(%s::int4[]) AND start >= %s AND start < %s"


def pack_rollups(*, by: "Person | None", now: dt.datetime | None = None) -> list[str]:
    """Pack the months that ended two weeks ago; return the partitions that were packed.

    One transaction for each; stops where another keeper is at work, or a lock is not to be had.
    """
    before = ((now or clock.now()) - dt.timedelta(days=OPEN_DAYS)).date().replace(day=1)
    done = []
    try:
        for name in _partitions("observations_hourly"):
            if name[-6:] < f"{before:%Y%m}" and _pack_month(name):
                done.append(name)
        for name in _partitions("observations_daily"):
            if int(name[-4:]) <= before.year and _pack_days_of_year(name, before):
                done.append(name)
    except OperationalError:
        pass
    return done


def cut_hours(*, by: "Person | None", datastreams: Sequence[int], start_us: int, end_us: int) -> None:
    """Take the hours that begin in [start, end) out of what is packed; within the caller's transaction."""
    ids = list(datastreams)
    for year in range(moment(start_us).year, moment(end_us - 1).year + 1):
        first, last = _year(year)
        found = packed_hours(ids, first, last)
        _replace(
            "observations_hourly", ids, found.take((found.start < start_us) | (found.start >= end_us)), first, last
        )


@transaction.atomic
def _pack_month(name: str) -> bool:
    if not take_keeping():
        return False
    year = int(name[-6:-2])
    first, last = _year(year)
    month = dt.datetime(year, int(name[-2:]), 1, tzinfo=dt.UTC)
    end = microseconds((month + dt.timedelta(days=31)).replace(day=1))
    for ids in _portions(name):
        # What is packed of the year, and the rows of this month over it: those of others wait for their own turn.
        older, rows_of_month = packed_hours(ids, first, last), stored_hours(ids, microseconds(month), end)
        outside = older.take((older.start < microseconds(month)) | (older.start >= end))
        _replace("observations_hourly", ids, joined(outside, rows_of_month), first, last)
    _drop(name)
    return True


@transaction.atomic
def _pack_days_of_year(name: str, before: dt.date) -> bool:
    if not take_keeping():
        return False
    year = int(name[-4:])
    until = min(before, dt.date(year + 1, 1, 1)) - dt.timedelta(days=1)
    first, last = midnight(dt.date(year, 1, 1), CITY_ZONE), midnight(dt.date(year + 1, 1, 1), CITY_ZONE)
    if not rows(f"SELECT EXISTS (SELECT FROM {name} WHERE day <= %s)", [until])[0][0]:  # noqa: S608
        return False
    for ids in _portions(name):
        _replace("observations_daily", ids, stored_days(ids, dt.date(year, 1, 1), until), first, last)
    if until == dt.date(year, 12, 31):
        _drop(name)
    else:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {name} WHERE day <= %s", [until])  # noqa: S608
    return True


def _replace(table: str, ids: list[int], found: Rollup, first: int, last: int) -> None:
    """Write the blocks of series of a year anew."""
    pack: Callable[[Rollup], bytes] = pack_hours if table == "observations_hourly" else pack_days
    with connection.cursor() as cursor:
        cursor.execute(_FORGET.format(table=table), [ids, moment(first), moment(last)])
        with cursor.copy(_KEEP.format(table=table)) as copy:
            copy.set_types(["timestamptz", "timestamptz", "int4", "int4", "bytea"])
            for part in _by_series(found):
                times = moment(int(part.start[0])), moment(int(part.start[-1]))
                copy.write_row((*times, int(part.datastream[0]), len(part), pack(part)))


def _by_series(found: Rollup) -> Iterator[Rollup]:
    edges = [0, *(np.flatnonzero(np.diff(found.datastream)) + 1).tolist(), len(found)]
    for begin, end in pairwise(edges):
        if begin < end:
            yield found.take(np.arange(begin, end))


def _drop(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {LOCK_MS}")
        cursor.execute(f"DROP TABLE {name}")


def _partitions(parent: str) -> list[str]:
    return [row[0] for row in rows(_PARTITIONS, [parent])]


def _portions(name: str) -> Iterator[list[int]]:
    ids = [row[0] for row in rows(_SERIES.format(table=name), [])]
    for at in range(0, len(ids), SERIES_AT_ONCE):
        yield ids[at : at + SERIES_AT_ONCE]


def _year(year: int) -> tuple[int, int]:
    first, last = (microseconds(dt.datetime(one, 1, 1, tzinfo=dt.UTC)) for one in (year, year + 1))
    return first, last

"""Partitions of the store, made before they are needed: weeks of readings, months and years of rollups.

A partition is made as a table of its own and then attached: that lets others write meanwhile, which making it as a
partition at once would not.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, cast

import psycopg
from django.db import connection as django_connection
from django.db import transaction

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules import weeks

LOCK = 7202  # one maker of partitions at a time
Partition = tuple[str, str, str, str]  # parent, name, from, to
_IS_DIVIDED = "SELECT relkind = 'p' FROM pg_class WHERE oid = '{}'::regclass"
_EXISTING = (
    "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = '{}'::regclass"
)


@transaction.atomic
def ensure_partitions(first_us: int, last_us: int) -> None:
    """Make what is missing for readings between two times (microseconds since 1970) and for their rollups."""
    with django_connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # begins the transaction, which psycopg would otherwise take for its own
    ensure(cast("psycopg.Connection[Any]", django_connection.connection), first_us, last_us)


def ensure(connection: psycopg.Connection[Any], first_us: int, last_us: int) -> None:
    """Do the same over a connection of psycopg."""
    every = range(weeks.week_of(first_us), weeks.week_of(last_us) + 1, weeks.WEEK_US)
    ensure_weeks(connection, every)
    first, last = weeks.moment(first_us).date(), weeks.moment(last_us).date() + dt.timedelta(days=1)
    _ensure(connection, "observations_hourly", [_month(day) for day in weeks.months_between(first, last)])
    first -= dt.timedelta(days=1)  # the city's days begin on another date than those of UTC
    _ensure(connection, "observations_daily", [_year(year) for year in range(first.year, last.year + 1)])


def ensure_weeks(connection: psycopg.Connection[Any], weeks_us: Iterable[int]) -> None:
    """Make the partitions of readings that are missing; raises Refused when a batch touches too many weeks."""
    wanted = [_week(week) for week in weeks_us]
    if len(wanted) > weeks.MOST_WEEKS:
        raise Refused(
            N_("This touches %(count)d weeks at once; send at most %(most)d."),
            count=len(wanted),
            most=weeks.MOST_WEEKS,
        )
    _ensure(connection, "observations_reading", wanted)


def _ensure(connection: psycopg.Connection[Any], parent: str, wanted: list[Partition]) -> None:
    if not _missing(connection, parent, wanted) or not _is_divided(connection, parent):
        return
    with connection.transaction():
        _run(connection, f"SELECT pg_advisory_xact_lock({LOCK})")
        for partition in _missing(connection, parent, wanted):
            _make(connection, partition)


def _is_divided(connection: psycopg.Connection[Any], parent: str) -> bool:
    """The sandbox keeps whole tables under the same names."""
    return bool((_run(connection, _IS_DIVIDED.format(parent)).fetchone() or (False,))[0])


def _missing(connection: psycopg.Connection[Any], parent: str, wanted: list[Partition]) -> list[Partition]:
    there = {str(row[0]) for row in _run(connection, _EXISTING.format(parent)).fetchall()}
    return [partition for partition in wanted if partition[1] not in there]


def _make(connection: psycopg.Connection[Any], partition: Partition) -> None:
    parent, name, start, end = partition
    _run(connection, f"CREATE TABLE {name} (LIKE {parent} INCLUDING DEFAULTS)")
    _run(connection, f"ALTER TABLE {parent} ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}')")


def _run(connection: psycopg.Connection[Any], statement: str) -> psycopg.Cursor[Any]:
    """Run a statement made of our own words only."""
    return psycopg.Cursor(connection).execute(statement)


def _week(week_us: int) -> Partition:
    start, end = weeks.moment(week_us), weeks.moment(week_us + weeks.WEEK_US)
    return "observations_reading", weeks.week_name(week_us), start.isoformat(), end.isoformat()


def _month(first: dt.date) -> Partition:
    after = weeks.months_between(first, first + dt.timedelta(days=31))[1]
    return "observations_hourly", f"observations_hourly_{first:%Y%m}", f"{first}T00:00Z", f"{after}T00:00Z"


def _year(year: int) -> Partition:
    return "observations_daily", f"observations_daily_{year:04d}", f"{year:04d}-01-01", f"{year + 1:04d}-01-01"

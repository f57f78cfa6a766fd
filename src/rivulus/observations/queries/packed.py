"""Rollups of past months, as they were packed."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from rivulus.kernel.clock import CITY_ZONE
from rivulus.observations.queries.columns import rows
from rivulus.observations.queries.segments import which
from rivulus.observations.rules.packing import unpack_days, unpack_hours
from rivulus.observations.rules.rollups import Rollup, joined_all, midnight
from rivulus.observations.rules.weeks import microseconds, moment

_HOURS = """SELECT datastream, data FROM observations_hourly_block
    WHERE {} AND start < %s AND finish >= %s ORDER BY datastream, start"""
_DAYS = """SELECT string_agg(data, ''::bytea ORDER BY datastream, start), array_agg(datastream ORDER BY datastream, start),
    array_agg(count ORDER BY datastream, start) FROM observations_daily_block
    WHERE {} AND start < %s AND finish >= %s"""


def packed_hours(ids: Sequence[int] | None, first: int, last: int) -> Rollup:
    """Return the packed hours that begin in [first, last), by series and then start."""
    condition, who = which(ids)
    found = rows(_HOURS.format(condition), [*who, moment(last), moment(first)])
    whole = joined_all([unpack_hours(data, number) for number, data in found])
    return within(whole, first, last)


def packed_days(ids: Sequence[int] | None, first: dt.date, last: dt.date) -> Rollup:
    """Return the packed days from one date to another, both included, by series and then start."""
    begin, end = midnight(first, CITY_ZONE), midnight(last + dt.timedelta(days=1), CITY_ZONE)
    condition, who = which(ids)
    data, numbers, sizes = rows(_DAYS.format(condition), [*who, moment(end), moment(begin)])[0]
    if data is None:
        return Rollup.none()
    return within(unpack_days(data, np.array(numbers, np.int32), np.array(sizes, np.int32)), begin, end)


def packed_until(table: str) -> int | None:
    """Return when the newest packed hour or day begins."""
    newest = rows(f"SELECT max(finish) FROM {table}", [])[0][0]  # noqa: S608
    return None if newest is None else microseconds(newest)


def within(found: Rollup, first: int, last: int) -> Rollup:
    """Return what begins in [first, last)."""
    inside = (found.start >= first) & (found.start < last)
    return found if inside.all() else found.take(inside)

"""Which partition a time belongs to: weeks of readings, months of hourly rollups, years of daily ones. Pure."""

import datetime as dt

import numpy as np
from numpy.typing import NDArray

WEEK_US = 7 * 86_400_000_000
MONDAY_US = -3 * 86_400_000_000  # Monday 1969-12-29, the first one before 1970
MOST_WEEKS = 600  # that one batch may touch: each new one is a table, and tables are locks
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def week_of(time_us: int) -> int:
    """Return the Monday 00:00 UTC at or before a time, in microseconds since 1970."""
    return (time_us - MONDAY_US) // WEEK_US * WEEK_US + MONDAY_US


def weeks_of(times_us: NDArray[np.int64]) -> list[int]:
    """Return the distinct weeks of many times, ascending."""
    return [int(week) for week in np.unique((times_us - MONDAY_US) // WEEK_US) * WEEK_US + MONDAY_US]


def week_name(week_us: int) -> str:
    """Return the name of the partition of a week."""
    return f"observations_reading_{moment(week_us):%Y%m%d}"


def moment(time_us: int) -> dt.datetime:
    """Return a time as an aware datetime (UTC)."""
    return _EPOCH + dt.timedelta(microseconds=time_us)


def microseconds(at: dt.datetime) -> int:
    """Return an aware datetime in microseconds since 1970."""
    return (at - _EPOCH) // dt.timedelta(microseconds=1)


def months_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the first day of each month from the one of `first` to the one of `last`, both included."""
    start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return [dt.date(number // 12, number % 12 + 1, 1) for number in range(start, end + 1)]

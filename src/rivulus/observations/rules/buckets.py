"""Stretches of equal kind (so many minutes, hours, days, months) and what is said of the readings in each. Pure.

Hours and minutes are counted in UTC, days and months in the city's zone. A day of the city has 23 or 25 hours twice a
year. Doubtful readings count in ``flagged`` and take part in nothing else.
"""

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.readings import Readings
from rivulus.observations.rules.rollups import Rollup, day_of, midnight
from rivulus.observations.terms import DOUBTFUL

MINUTE_US = 60_000_000
MOST_MINUTES = 1440
MOST_BUCKETS = 200_000  # series × stretches of one answer


class Unit(StrEnum):
    """What stretches are counted in."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class Aggregate(StrEnum):
    """What is said of the readings of a stretch."""

    AVERAGE = "average"
    MIN = "min"
    MAX = "max"
    SUM = "sum"
    COUNT = "count"
    PERCENTILE = "percentile"


@dataclass(frozen=True, slots=True)
class BucketStep:
    """So many minutes, hours, days or months."""

    unit: Unit
    count: int = 1

    @classmethod
    def of(cls, text: str) -> "BucketStep":
        """Read ``hour``, ``15 minutes``, ``3 months``, ``15minute``; raises Refused."""
        found = re.fullmatch(r"(\d{1,4})?\s*(minute|hour|day|month)s?", text.strip().lower())
        step = cls(Unit(found[2]), int(found[1] or 1)) if found else None
        most = {Unit.MINUTE: MOST_MINUTES, Unit.HOUR: 24, Unit.DAY: 366, Unit.MONTH: 120}
        if step is None or not 1 <= step.count <= most[step.unit]:
            raise Refused(
                N_("A stretch of time is so many minutes, hours, days or months: for instance “hour” or “15 minutes”.")
            )
        return step


@dataclass(frozen=True, slots=True)
class BucketFunction:
    """What is said of each stretch; `percent` of a percentile, between 0 and 100."""

    aggregate: Aggregate
    percent: float = 50.0

    @classmethod
    def of(cls, text: str) -> "BucketFunction":
        """Read ``average``, ``min``, ``max``, ``sum``, ``count`` or ``percentile(95)``; raises Refused."""
        found = re.fullmatch(r"(average|min|max|sum|count|percentile)(?:\((\d{1,3}(?:\.\d{1,6})?)\))?", text.strip())
        if not found or (found[1] == Aggregate.PERCENTILE) != (found[2] is not None) or float(found[2] or 0) > 100:
            raise Refused(
                N_("What can be asked of a stretch is: average, min, max, sum, count, or percentile(95) for instance.")
            )
        return cls(Aggregate(found[1]), float(found[2] or 50))


@dataclass(frozen=True, slots=True)
class Buckets:
    """One row for each series, one column for each stretch [start, end), in microseconds since 1970.

    ``value`` is NaN where there is nothing to say (a gap); ``count`` how many readings stood behind it, ``flagged`` how
    many doubtful ones did not.
    """

    datastream: NDArray[np.int32]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    value: NDArray[np.float64]
    count: NDArray[np.int64]
    flagged: NDArray[np.int64]


def edges(start_us: int, end_us: int, step: BucketStep, zone: ZoneInfo) -> NDArray[np.int64]:
    """Return where the stretches begin that touch [start, end), and where the last one ends."""
    if step.unit in {Unit.MINUTE, Unit.HOUR}:
        size = step.count * MINUTE_US * (60 if step.unit == Unit.HOUR else 1)
        steps: NDArray[np.int64] = np.arange(-(-end_us // size) - start_us // size + 1, dtype=np.int64)
        return steps * size + start_us // size * size
    found = [_begin(day_of(start_us, zone), step)]
    while midnight(found[-1], zone) < end_us:
        found.append(_next(found[-1], step))
    return np.array([midnight(day, zone) for day in found], np.int64)


def check_affordable(series: int, start_us: int, end_us: int, step: BucketStep) -> None:
    """Raise Refused when an answer would have too many stretches; before any of them is made."""
    longest = {
        Unit.MINUTE: MINUTE_US,
        Unit.HOUR: 60 * MINUTE_US,
        Unit.DAY: 1440 * MINUTE_US,
        Unit.MONTH: 44_640 * MINUTE_US,
    }
    if series * (end_us - start_us) / (longest[step.unit] * step.count) > MOST_BUCKETS:
        raise Refused(
            N_("This would be more than %(most)d stretches of time: ask for longer ones, or for a shorter time."),
            most=MOST_BUCKETS,
        )


def of_readings(
    found: Readings, ids: NDArray[np.int32], borders: NDArray[np.int64], function: BucketFunction
) -> Buckets:
    """Return the stretches between borders of readings that stand by series and then time."""
    shape = len(ids), len(borders) - 1
    group = np.searchsorted(ids, found.datastream) * shape[1] + np.searchsorted(borders, found.time, "right") - 1
    is_good = (found.quality & int(DOUBTFUL)) == 0
    size = shape[0] * shape[1]
    count = np.bincount(group[is_good], minlength=size)
    flagged = np.bincount(group, minlength=size) - count
    value = _values(found.value[is_good], group[is_good], count, function)
    return _buckets(ids, borders, value, count, flagged)


def of_rollup(found: Rollup, ids: NDArray[np.int32], borders: NDArray[np.int64], function: BucketFunction) -> Buckets:
    """Return the stretches between borders, each put together already (see rules.rollups.merge_by)."""
    size = len(ids) * (len(borders) - 1)
    place = np.searchsorted(ids, found.datastream) * (len(borders) - 1) + np.searchsorted(borders, found.start)
    count, flagged, value = np.zeros(size, np.int64), np.zeros(size, np.int64), np.full(size, np.nan)
    count[place], flagged[place] = found.count, found.flagged
    columns = {
        Aggregate.AVERAGE: found.mean,
        Aggregate.MIN: found.min,
        Aggregate.MAX: found.max,
        Aggregate.SUM: np.where(found.count > 0, found.sum, np.nan),
    }
    if function.aggregate == Aggregate.COUNT:
        value = count.astype(np.float64)
    else:
        value[place] = columns[function.aggregate]
    return _buckets(ids, borders, value, count, flagged)


def _values(
    numbers: NDArray[np.float64], group: NDArray[np.intp], count: NDArray[np.intp], function: BucketFunction
) -> NDArray[np.float64]:
    if function.aggregate == Aggregate.COUNT:
        return count.astype(np.float64)
    value = np.full(len(count), np.nan)
    there = np.flatnonzero(count)
    if not len(there):
        return value
    starts = np.cumsum(count[there]) - count[there]
    if function.aggregate == Aggregate.PERCENTILE:
        value[there] = _percentiles(numbers[np.lexsort((numbers, group))], starts, count[there], function.percent)
        return value
    reduce = {Aggregate.MIN: np.minimum, Aggregate.MAX: np.maximum}.get(function.aggregate, np.add)
    with np.errstate(over="ignore", invalid="ignore"):
        value[there] = reduce.reduceat(numbers, starts)
    if function.aggregate == Aggregate.AVERAGE:
        value[there] /= count[there]
    return value


def _percentiles(
    ascending: NDArray[np.float64], starts: NDArray[np.intp], count: NDArray[np.intp], percent: float
) -> NDArray[np.float64]:
    """Return what lies at a percentage of each group, between two readings in proportion (PostgreSQL's cont)."""
    place = (count - 1) * (percent / 100)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, count - 1)
    low, high = ascending[starts + below], ascending[starts + above]
    found: NDArray[np.float64] = low + (high - low) * (place - below)
    return found


def _buckets(
    ids: NDArray[np.int32],
    borders: NDArray[np.int64],
    value: NDArray[np.float64],
    count: NDArray[np.int64],
    flagged: NDArray[np.int64],
) -> Buckets:
    shape = len(ids), len(borders) - 1
    return Buckets(ids, borders[:-1], borders[1:], value.reshape(shape), count.reshape(shape), flagged.reshape(shape))


def _begin(day: dt.date, step: BucketStep) -> dt.date:
    """Return the first day of the stretch that a day is in; stretches are counted from 1970."""
    if step.unit == Unit.DAY:
        return day - dt.timedelta(days=(day - dt.date(1970, 1, 1)).days % step.count)
    month = (day.year * 12 + day.month - 1) // step.count * step.count
    return dt.date(month // 12, month % 12 + 1, 1)


def _next(day: dt.date, step: BucketStep) -> dt.date:
    if step.unit == Unit.DAY:
        return day + dt.timedelta(days=step.count)
    month = day.year * 12 + day.month - 1 + step.count
    return dt.date(month // 12, month % 12 + 1, 1)

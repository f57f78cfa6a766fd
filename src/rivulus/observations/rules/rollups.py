"""Hours and days of readings: how many, their sum, extremes and last, and how much of the time they stood for. Pure.

Doubtful readings are counted in ``flagged`` and take part in nothing else. A reading stands for its series' period, at
most for an hour, and no longer than until the next one; what of that lies in the following hour counts there.
One function makes every rollup (when an hour closes, when it is counted again, when a question reaches into an open
hour), and adds in order of time, so that a recount gives the same bits.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from rivulus.observations.rules.identifiers import TIME_BITS
from rivulus.observations.rules.readings import HOUR_US, MS, Readings
from rivulus.observations.terms import DOUBTFUL

NO_TIME = -9_222_425_352_054_775_808  # PostgreSQL's -infinity, in microseconds since 1970
LONGEST_S = 3600  # that one reading stands for
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

type Ints = NDArray[np.int64]
type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rollup:
    """Stretches of time of series, as columns of equal length, by series and then start.

    ``start`` in microseconds since 1970 (UTC) of the hour or of the city's day; ``min``, ``max``, ``last`` are NaN and
    ``last_time`` NO_TIME where every reading was doubtful.
    """

    datastream: NDArray[np.int32]
    start: Ints
    count: NDArray[np.int32]
    flagged: NDArray[np.int32]
    covered_s: NDArray[np.int32]
    sum: Floats
    min: Floats
    max: Floats
    last: Floats
    last_time: Ints

    def __len__(self) -> int:
        return len(self.start)

    @property
    def mean(self) -> Floats:
        """The average of the readings of each stretch; NaN where there is none."""
        found: Floats = np.divide(self.sum, self.count, out=np.full(len(self), np.nan), where=self.count > 0)
        return found

    @property
    def key(self) -> Ints:
        """Numbers whose order is by series, then by start."""
        numbers: Ints = self.datastream.astype(np.int64) << TIME_BITS
        numbers += self.start // MS
        return numbers

    @classmethod
    def none(cls) -> "Rollup":
        """Return no stretches."""
        small, large, number = np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0)
        return cls(small, large, small, small, small, number, number, number, number, large)

    @classmethod
    def empty(cls, datastream: NDArray[np.int32], start: Ints) -> "Rollup":
        """Return stretches that say of themselves that nothing is in them."""
        zero, nan, size = np.zeros(len(start), np.int32), np.full(len(start), np.nan), len(start)
        return cls(datastream, start, zero, zero, zero, np.zeros(size), nan, nan, nan, np.full(size, NO_TIME, np.int64))

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> "Rollup":
        """Return the stretches of a mask or an index array."""
        return Rollup(*(getattr(self, field.name)[which] for field in fields(self)))


def joined(first: Rollup, second: Rollup) -> Rollup:
    """Return the stretches of both, by series and then start; where one is in both, that of the first comes first."""
    if not len(first) or not len(second):
        return first if len(first) else second
    return _woven(first, second, "left") if len(first) < len(second) else _woven(second, first, "right")


def _woven(few: Rollup, many: Rollup, side: Literal["left", "right"]) -> Rollup:
    """Put a few stretches into their places among many, which is quicker than sorting them all."""
    before = np.searchsorted(many.key, few.key, side)
    if before[0] == len(many) or before[-1] == 0:
        return joined_all([few, many] if before[-1] == 0 else [many, few])
    places = before + np.arange(len(few))
    is_other = np.ones(len(few) + len(many), bool)
    is_other[places] = False
    columns = []
    for field in fields(Rollup):
        ours, theirs = getattr(few, field.name), getattr(many, field.name)
        column = np.empty(len(is_other), theirs.dtype)
        column[places], column[is_other] = ours, theirs
        columns.append(column)
    return Rollup(*columns)


def joined_all(parts: Sequence[Rollup]) -> Rollup:
    """Return the stretches of parts that stand by series and then start already."""
    if len(parts) < 2:
        return parts[0] if parts else Rollup.none()
    return Rollup(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Rollup)))


def roll_up(readings: Readings, periods_s: Mapping[int, int | None]) -> Rollup:
    """Return the hours (UTC) of readings that stand by series and then time.

    For the coverage of an hour to be right, the readings of the hour before must be among them.
    """
    if not len(readings):
        return Rollup.none()
    hour = readings.time // HOUR_US
    starts = np.flatnonzero(_is_new(readings.datastream, hour))
    group = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(readings)))
    is_good = (readings.quality & int(DOUBTFUL)) == 0
    everything = np.bincount(group, minlength=len(starts))
    good = readings.take(is_good)
    counted = _reduce(good, group[is_good], len(starts))
    ids, hours = readings.datastream[starts], hour[starts]
    covered = _cover(good, group[is_good], ids, hours, periods_s)
    count, total, low, high, last, last_time = counted
    flagged = (everything - count).astype(np.int32)
    return Rollup(ids, hours * HOUR_US, count, flagged, covered, total, low, high, last, last_time)


def roll_days(hours: Rollup, zone: ZoneInfo) -> Rollup:
    """Return the days of the city of hours that stand by series and then start (23, 24 or 25 hours each)."""
    if not len(hours):
        return Rollup.none()
    midnights = day_starts(int(hours.start.min()), int(hours.start.max()), zone)
    day = np.searchsorted(midnights, hours.start, "right") - 1
    return _merge(hours, hours.datastream, day, midnights[day])


def merge_by(hours: Rollup, edges: Ints) -> Rollup:
    """Return stretches between ascending edges, each put together from the hours (or days) that begin in it."""
    inside = (hours.start >= edges[0]) & (hours.start < edges[-1])
    hours = hours if inside.all() else hours.take(inside)
    if not len(hours):
        return Rollup.none()
    which = np.searchsorted(edges, hours.start, "right") - 1
    return _merge(hours, hours.datastream, which, edges[which])


def day_starts(first_us: int, last_us: int, zone: ZoneInfo) -> Ints:
    """Return the midnights of a zone from the one at or before `first_us` to the one after `last_us`."""
    day = day_of(first_us, zone)
    after = day_of(last_us, zone) + dt.timedelta(days=1)
    return np.array([midnight(day + dt.timedelta(days=n), zone) for n in range((after - day).days + 1)], np.int64)


def day_of(time_us: int, zone: ZoneInfo) -> dt.date:
    """Return the date in a zone."""
    return (_EPOCH + dt.timedelta(microseconds=time_us)).astimezone(zone).date()


def midnight(day: dt.date, zone: ZoneInfo) -> int:
    """Return when a day begins in a zone, in microseconds since 1970, to the hour (zones were uneven before 1931)."""
    at = dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC) - _EPOCH
    return at // dt.timedelta(hours=1) * HOUR_US


def _is_new(datastream: NDArray[np.int32], bucket: Ints) -> Mask:
    found = np.ones(len(bucket), bool)
    found[1:] = (datastream[1:] != datastream[:-1]) | (bucket[1:] != bucket[:-1])
    return found


def _reduce(good: Readings, group: Ints, groups: int) -> tuple[NDArray[np.int32], Floats, Floats, Floats, Floats, Ints]:
    """Return count, sum, min, max, last and its time of each group."""
    count = np.bincount(group, minlength=groups).astype(np.int32)
    total, low, high, last = np.zeros(groups), *(np.full(groups, np.nan) for _ in range(3))
    last_time = np.full(groups, NO_TIME, np.int64)
    there = np.flatnonzero(count)
    if len(there):
        starts = np.cumsum(count[there]) - count[there]
        with np.errstate(over="ignore", invalid="ignore"):  # huge values add up to infinity, and that is the answer
            total[there] = np.add.reduceat(good.value, starts)
        low[there], high[there] = np.minimum.reduceat(good.value, starts), np.maximum.reduceat(good.value, starts)
        ends = starts + count[there] - 1
        last[there], last_time[there] = good.value[ends], good.time[ends]
    return count, total, low, high, last, last_time


def _cover(
    good: Readings, group: Ints, ids: NDArray[np.int32], hours: Ints, periods_s: Mapping[int, int | None]
) -> NDArray[np.int32]:
    """Return the seconds of each hour (group) that lie within a period after a reading."""
    covered = np.zeros(len(ids), np.int64)
    if not len(good):
        return covered.astype(np.int32)
    until = good.time + _periods(good.datastream, periods_s)
    until[:-1] = np.where(
        good.datastream[1:] == good.datastream[:-1], np.minimum(until[:-1], good.time[1:]), until[:-1]
    )
    end = (hours[group] + 1) * HOUR_US
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    covered[group[starts]] = np.add.reduceat(np.minimum(until, end) - good.time, starts)
    over = until > end
    following = group[over] + 1  # the next group is the following hour, if it has readings at all
    carried = (until - end)[over]
    fits = following < len(ids)
    following, carried, before = following[fits], carried[fits], group[over][fits]
    is_next = (ids[following] == ids[before]) & (hours[following] == hours[before] + 1)
    np.add.at(covered, following[is_next], carried[is_next])
    return ((covered + 500_000) // 1_000_000).astype(np.int32)


def _periods(datastream: NDArray[np.int32], periods_s: Mapping[int, int | None]) -> Ints:
    """Return how long each reading stands, in microseconds."""
    ids, where = np.unique(datastream, return_inverse=True)
    seconds = [min(periods_s.get(int(number)) or LONGEST_S, LONGEST_S) for number in ids]
    found: Ints = np.array(seconds, np.int64)[where] * 1_000_000
    return found


def _merge(parts: Rollup, datastream: NDArray[np.int32], bucket: Ints, start: Ints) -> Rollup:
    """Return one stretch for each series and bucket; the parts stand by series and then start."""
    starts = np.flatnonzero(_is_new(datastream, bucket))
    # The last one that has a good reading: times rise within a series, and those without stand at NO_TIME.
    newest = np.maximum.reduceat(parts.last_time, starts)
    group = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(parts)))
    last = np.full(len(starts), np.nan)
    is_newest = (parts.last_time == newest[group]) & (parts.count > 0)
    last[group[is_newest]] = parts.last[is_newest]
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.add.reduceat(parts.sum, starts)
    return Rollup(
        datastream[starts],
        start[starts],
        np.add.reduceat(parts.count, starts),
        np.add.reduceat(parts.flagged, starts),
        np.add.reduceat(parts.covered_s, starts),
        total,
        np.fmin.reduceat(parts.min, starts),
        np.fmax.reduceat(parts.max, starts),
        last,
        newest,
    )

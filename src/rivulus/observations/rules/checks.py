"""What is looked at when an hour is counted: too fast, flat, after a gap, unlike its neighbours. Pure; flags only.

Limits of a property (or of one series): ``max_change_per_h`` in its unit, ``flat_after_s`` seconds, ``neighbour_distance_m``
metres and ``neighbour_deviations``, that many standard deviations (robust: 1.4826 × the median absolute deviation).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rivulus.observations.rules.readings import HOUR_US, Readings
from rivulus.observations.terms import DOUBTFUL, Flag

CHECKED = Flag.TOO_FAST | Flag.FLAT | Flag.AFTER_GAP | Flag.NEIGHBOUR
"""The flags that are given here, and taken back when the same hour is looked at again and there is no reason any more."""

GAP_PERIODS = 3  # silent for so many periods: the next reading comes after a gap
STEP_AGREES = 3  # so many readings in a row that agree with one another are a step, and not errors
LEAST_NEIGHBOURS = 3
LONGEST_BACK_S = 3 * 86_400  # that is looked at for a flat line or a gap
EARTH_M = 6_371_008.8  # mean radius, IUGG 1980
LEAST_SPREAD = 0.02  # of the median, so that neighbours who agree by chance do not condemn everybody else


@dataclass(frozen=True, slots=True)
class Limits:
    """What is plausible for one series; None where nothing is said."""

    period_s: int | None = None
    max_change_per_h: float | None = None
    flat_after_s: float | None = None
    neighbour_distance_m: float | None = None
    neighbour_deviations: float | None = None

    @classmethod
    def of(cls, period_s: int | None, given: Mapping[str, Any]) -> "Limits":
        """Read the limits of a property and its series, as one mapping."""
        names = ("max_change_per_h", "flat_after_s", "neighbour_distance_m", "neighbour_deviations")
        return cls(period_s or None, *(_positive(given.get(name)) for name in names))

    @property
    def back_s(self) -> float:
        """How far back the readings must be known for a flat line or a gap to be seen."""
        return min(LONGEST_BACK_S, max(self.flat_after_s or 0, GAP_PERIODS * (self.period_s or 0)))


def flags_of(found: Readings, limits: Mapping[int, Limits]) -> NDArray[np.int32]:
    """Return the flags (of CHECKED, without NEIGHBOUR) of readings that stand by series and then time."""
    flags = np.zeros(len(found), np.int32)
    if len(found) < 2:
        return flags
    ids, place = np.unique(found.datastream, return_inverse=True)
    known = [limits.get(int(number), Limits()) for number in ids]
    follows = np.zeros(len(found), bool)
    follows[1:] = found.datastream[1:] == found.datastream[:-1]
    since = np.diff(found.time, prepend=found.time[0])
    period = np.array([(one.period_s or np.inf) * 1e6 for one in known])[place]
    flags[follows & (since > GAP_PERIODS * period)] |= int(Flag.AFTER_GAP)
    flat_after = np.array([(one.flat_after_s or np.inf) * 1e6 for one in known])[place]
    flags[_unchanged_us(found, follows) >= flat_after] |= int(Flag.FLAT)
    fastest = np.array([one.max_change_per_h or np.inf for one in known])[place]
    with np.errstate(over="ignore", invalid="ignore"):
        is_fast = follows & (np.abs(np.diff(found.value, prepend=found.value[0])) > fastest * since / HOUR_US)
    for series in np.unique(place[is_fast]):
        begin, end = np.searchsorted(place, [series, series + 1])
        rate = known[series].max_change_per_h
        assert rate is not None  # only then can it be too fast
        flags[begin:end] |= _too_fast(found.take(slice(begin, end)), rate)
    return flags


def is_suspended(found: Readings, at_us: int) -> NDArray[np.int32]:
    """Return the series whose readings around a time leave open what came before.

    Those that were silent in the hour before it, or said in it nothing but what they said first after it: whether that
    is a gap or a flat line only older readings tell.
    """
    before = found.take(found.time < at_us)
    after = found.take(found.time >= at_us)
    ids, first = np.unique(after.datastream, return_index=True)
    open_ones = []
    for number, value in zip(ids.tolist(), after.value[first].tolist(), strict=True):
        begin, end = np.searchsorted(before.datastream, [number, number + 1])
        if begin == end or bool((before.value[begin:end] == value).all()):
            open_ones.append(number)
    return np.array(open_ones, np.int32)


def unlike_neighbours(
    means: Mapping[int, float], places: Mapping[int, tuple[float, float]], limits: Mapping[int, Limits]
) -> set[int]:
    """Return the series whose mean of an hour is far from those of their neighbours; all are of one property.

    ``places`` are longitude and latitude in degrees. Fewer than three neighbours say nothing.
    """
    ids = [number for number in means if number in places]
    if len(ids) <= LEAST_NEIGHBOURS:
        return set()
    distance = _distances([places[number] for number in ids])
    values = np.array([means[number] for number in ids])
    found = set()
    for at, number in enumerate(ids):
        limit = limits.get(number, Limits())
        if limit.neighbour_distance_m is None or limit.neighbour_deviations is None:
            continue
        near = distance[at] <= limit.neighbour_distance_m
        near[at] = False
        if near.sum() >= LEAST_NEIGHBOURS and _is_far(values[at], values[near], limit.neighbour_deviations):
            found.add(number)
    return found


def _is_far(value: float, others: NDArray[np.float64], deviations: float) -> bool:
    median = float(np.median(others))
    spread = 1.4826 * float(np.median(np.abs(others - median)))
    return abs(value - median) > deviations * max(spread, LEAST_SPREAD * abs(median), 1e-9)


def _unchanged_us(found: Readings, follows: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for how long each reading's value has been the same."""
    changes = ~follows
    changes[1:] |= found.value[1:] != found.value[:-1]
    begin = np.maximum.accumulate(np.where(changes, np.arange(len(found)), 0))
    unchanged: NDArray[np.int64] = found.time - found.time[begin]
    return unchanged


def _too_fast(found: Readings, fastest: float) -> NDArray[np.int32]:
    """Compare each reading of one series with the last one that was believed; a new level is believed in the end."""
    flags = np.zeros(len(found), np.int32)
    believed: int | None = None
    streak: list[int] = []
    doubtful = (found.quality & int(DOUBTFUL & ~CHECKED)) != 0
    times, values = found.time.tolist(), found.value.tolist()
    for at in np.flatnonzero(~doubtful).tolist():
        if believed is None or _is_slow(times, values, believed, at, fastest):
            believed, streak = at, []
            continue
        flags[at] = int(Flag.TOO_FAST)
        streak = [*streak, at] if streak and _is_slow(times, values, streak[-1], at, fastest) else [at]
        if len(streak) >= STEP_AGREES:
            believed, streak = at, []
    return flags


def _is_slow(times: Sequence[int], values: Sequence[float], one: int, other: int, fastest: float) -> bool:
    return abs(values[other] - values[one]) <= fastest * (times[other] - times[one]) / HOUR_US


def _distances(places: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Return the distances between places on the sphere (haversine), in metres."""
    degrees: NDArray[np.float64] = np.radians(np.array(places))
    longitude, latitude = degrees[:, 0], degrees[:, 1]
    up = np.sin((latitude[:, None] - latitude) / 2) ** 2
    across = np.sin((longitude[:, None] - longitude) / 2) ** 2 * np.cos(latitude[:, None]) * np.cos(latitude)
    found: NDArray[np.float64] = 2 * EARTH_M * np.arcsin(np.sqrt(np.minimum(1, up + across)))
    return found


def _positive(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None

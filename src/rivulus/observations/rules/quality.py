"""What the door to the store checks: whether a value can be, whether a clock can be right. It flags, and rarely refuses."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rivulus.kernel.words import N_
from rivulus.observations.rules.readings import Readings
from rivulus.observations.terms import Flag

AHEAD_REFUSED_US = 86_400_000_000  # a device a day ahead would hide what others say now
AHEAD_FLAGGED_US = 300_000_000  # more than networks and clocks that drift explain
CLOCK_AHEAD = N_("The time lies more than one day ahead: set the clock of the device.")


def flag_ranges(readings: Readings, limits: Mapping[int, Mapping[str, float]]) -> Readings:
    """Flag what is outside the plausible values of its series; ``limits`` gives ``minimum`` and ``maximum`` by series.

    Nothing is taken out. Series without limits, and limits that are absent, flag nothing.
    """
    if not len(readings):
        return readings
    series, place = np.unique(readings.datastream, return_inverse=True)
    known = [limits.get(int(number), {}) for number in series]
    low = np.array([_number(limit.get("minimum"), -np.inf) for limit in known])[place]
    high = np.array([_number(limit.get("maximum"), np.inf) for limit in known])[place]
    is_out = (readings.value < low) | (readings.value > high)
    return _flagged(readings, is_out, Flag.OUT_OF_RANGE)


def flag_clocks(readings: Readings, now_us: int) -> Readings:
    """Flag readings of devices whose clock runs ahead by more than five minutes."""
    return _flagged(readings, readings.time > now_us + AHEAD_FLAGGED_US, Flag.CLOCK)


def is_refused(time_us: NDArray[np.int64], now_us: int) -> NDArray[np.bool_]:
    """Say which times lie so far ahead that they are not stored."""
    refused: NDArray[np.bool_] = time_us > now_us + AHEAD_REFUSED_US
    return refused


def flags_of(value: float, time_us: int, minimum: float | None, maximum: float | None, now_us: int) -> int:
    """Return the flags of one reading: the same as the functions above, without arrays."""
    flags = 0
    if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        flags = int(Flag.OUT_OF_RANGE)
    return flags | int(Flag.CLOCK) if time_us > now_us + AHEAD_FLAGGED_US else flags


def _number(given: float | None, otherwise: float) -> float:
    return otherwise if given is None else float(given)


def _flagged(readings: Readings, which: NDArray[np.bool_], flag: Flag) -> Readings:
    if not which.any():
        return readings
    quality = readings.quality | np.where(which, np.int32(flag), np.int32(0))
    return Readings(readings.time, readings.value, readings.datastream, quality)

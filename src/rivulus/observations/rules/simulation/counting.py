"""Meters that count upwards: the sum of whole days since 2024, and the part of the day so far. Days are those of UTC, so that
a clock put back in autumn turns no meter back."""

import numpy as np

from rivulus.observations.rules.simulation.chance import Floats
from rivulus.observations.rules.simulation.moments import DAY_US, HOUR_US, Days, Moments, days_until

# Weight of each hour of a day, in local time.
PEOPLE = (1, 1, 1, 1, 1, 2, 5, 8, 7, 6, 5, 5, 6, 6, 5, 5, 6, 7, 8, 9, 8, 6, 4, 2)
OFFICE = (2, 2, 2, 2, 2, 3, 5, 8, 10, 10, 10, 10, 10, 10, 9, 8, 6, 4, 3, 3, 2, 2, 2, 2)
HEATING = (3, 3, 3, 3, 4, 6, 7, 7, 6, 5, 5, 4, 4, 4, 4, 4, 5, 5, 5, 5, 4, 4, 3, 3)
LIGHT = (0, 0, 0, 0, 0, 0, 1, 3, 6, 9, 12, 14, 14, 13, 11, 8, 5, 3, 1, 0, 0, 0, 0, 0)
STREET = (1, 1, 1, 1, 1, 2, 4, 7, 8, 7, 7, 7, 8, 8, 8, 8, 9, 9, 8, 7, 5, 4, 3, 2)


def days_of(at: Moments) -> Days:
    """Return the days up to the last of some moments."""
    return days_until(int(at.time_us.max() // DAY_US) + 1, at.seed)


def total(at: Moments, daily: Floats, shape: tuple[int, ...]) -> Floats:
    """Return what a meter shows, given each day's amount (as long as ``days_of(at)``) and the shape of a day."""
    first = days_of(at).first
    before = np.concatenate(([0.0], np.cumsum(daily)))
    place = np.clip(at.time_us // DAY_US - first, 0, len(daily) - 1)
    part = (at.time_us % DAY_US) / HOUR_US
    shares = np.concatenate(([0.0], np.cumsum(np.roll(shape, -2)))) / sum(shape)
    return np.asarray(before[place] + daily[place] * np.interp(part, np.arange(25.0), shares), np.float64)


def rate(at: Moments, daily: Floats, shape: tuple[int, ...]) -> Floats:
    """Return the amount per hour at some moments."""
    place = np.clip(at.time_us // DAY_US - days_of(at).first, 0, len(daily) - 1)
    hour = ((at.time_us % DAY_US) // HOUR_US).astype(np.int64)
    return np.asarray(daily[place] * np.roll(np.array(shape, np.float64), -2)[hour] / sum(shape), np.float64)

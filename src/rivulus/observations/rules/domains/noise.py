"""Noise: equivalent levels and the indicators of day, evening and night.

Levels are dB(A). Sources: Directive 2002/49/EC, annex I (Lden, Lnight), and Legea 121/2019, which keeps the periods:
day 07–19, evening 19–23, night 23–07, in local time. Limits for streets: Ordinul 152/558/1119/532/2008, whose subject
was read again and whose table was not (docs/reference/domains.md).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DAY, EVENING, NIGHT = (7, 19), (19, 23), (23, 7)
EVENING_PENALTY_DB, NIGHT_PENALTY_DB = 5.0, 10.0
LDEN_LIMIT_DB, LNIGHT_LIMIT_DB = 70.0, 60.0  # Ordinul 152/558/1119/532/2008, streets, highest allowed
LDEN_TARGET_DB, LNIGHT_TARGET_DB = 65.0, 50.0  # the same order, targets


def equivalent_level(levels: NDArray[np.float64], seconds: NDArray[np.float64] | None = None) -> float:
    """Return the level of the same energy (LAeq) of several, each lasting so many seconds; NaN ones are left out."""
    known = ~np.isnan(levels)
    weights = np.ones(len(levels)) if seconds is None else np.asarray(seconds, np.float64)
    total = float(weights[known].sum())
    if total <= 0:
        return math.nan
    return 10 * math.log10(float((weights[known] * 10 ** (levels[known] / 10)).sum()) / total)


def lden(day: float, evening: float, night: float) -> float:
    """Return Lden of the three periods: twelve, four and eight hours, evening 5 dB and night 10 dB heavier."""
    parts = ((12, day), (4, evening + EVENING_PENALTY_DB), (8, night + NIGHT_PENALTY_DB))
    return 10 * math.log10(sum(hours * 10 ** (level / 10) for hours, level in parts) / 24)


@dataclass(frozen=True, slots=True)
class NoiseDay:
    """The indicators of a day, or of many; NaN where a period was not measured. ``hours`` says how many hours were."""

    day: float
    evening: float
    night: float
    lden: float
    hours: int


def indicators(local_hour: NDArray[np.int64], levels: NDArray[np.float64]) -> NoiseDay:
    """Return the indicators of hourly LAeq and the local hour (0–23) that each began in; any number of days."""
    is_day = (local_hour >= DAY[0]) & (local_hour < DAY[1])
    is_evening = (local_hour >= EVENING[0]) & (local_hour < EVENING[1])
    masks = (is_day, is_evening, ~is_day & ~is_evening)
    day, evening, night = (equivalent_level(levels[mask]) for mask in masks)
    whole = math.nan if math.isnan(day + evening + night) else lden(day, evening, night)
    return NoiseDay(day, evening, night, whole, int(np.count_nonzero(~np.isnan(levels))))

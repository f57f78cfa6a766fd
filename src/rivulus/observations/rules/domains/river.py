"""Rivers: the level against the bars of defence, and how fast it rises.

Levels are centimetres at the gauge. Sources: the bars CA (attention), CI (flooding), CP (danger) of every gauge after the
regulation on emergencies from floods (Ordinul 459/78/2019 of the ministers of waters and of internal affairs).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

HOUR_US = 3_600_000_000


class Stage(StrEnum):
    """Where the level stands."""

    NORMAL = "normal"
    ATTENTION = "attention"
    FLOODING = "flooding"
    DANGER = "danger"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Bars:
    """The three bars of a gauge, in centimetres."""

    attention: float
    flooding: float
    danger: float


def stage_of(level: float, bars: Bars | None) -> Stage:
    """Return the stage of a level; reaching a bar is being there."""
    if bars is None or np.isnan(level):
        return Stage.UNKNOWN
    if level >= bars.danger:
        return Stage.DANGER
    if level >= bars.flooding:
        return Stage.FLOODING
    return Stage.ATTENTION if level >= bars.attention else Stage.NORMAL


def rise_per_hour(time_us: NDArray[np.int64], level: NDArray[np.float64], hours: float = 3) -> float | None:
    """Return the rise in cm per hour over the last hours (slope of a straight line); None with fewer than three readings."""
    if not len(time_us):
        return None
    recent = (time_us >= time_us[-1] - hours * HOUR_US) & ~np.isnan(level)
    if np.count_nonzero(recent) < 3:
        return None
    elapsed = (time_us[recent] - time_us[recent][0]) / HOUR_US
    return float(np.polyfit(elapsed, level[recent], 1)[0])


def hours_until(level: float, bar: float, rise: float | None) -> float | None:
    """Return the hours until a bar is reached at this rise; 0 when it is, None when the water does not rise."""
    if level >= bar:
        return 0.0
    return (bar - level) / rise if rise is not None and rise > 0 else None

"""Waste: how full bins are, when to empty them, what is recycled, how much each person leaves.

Fill is percent, weights kilograms. Sources: recycling of municipal waste 55 % by 2025, 60 % by 2030, 65 % by 2035
(Directive 2008/98/EC, article 11); the strategy's own steps are 15, 30, 50 and 75 % (chapter 4.2, pillar Me).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EMPTY_FROM = 80.0  # percent; the city's choice
EMPTIED_BY = 30.0  # a fall by so many points is an emptying
HOUR_US = 3_600_000_000
RECYCLED = frozenset({"paper", "plastic_metal", "glass", "bio"})
TARGETS: Mapping[int, float] = {2025: 55.0, 2030: 60.0, 2035: 65.0}


def find_emptyings(fill: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the places in a series at which the bin had been emptied: it fell by 30 points or more at one step."""
    return np.flatnonzero(np.diff(fill) <= -EMPTIED_BY) + 1


@dataclass(frozen=True, slots=True)
class Filling:
    """How a bin fills: percent now, percent per hour since the last emptying, hours until it should be emptied."""

    now: float
    per_hour: float
    hours_left: float | None

    @property
    def needs_emptying(self) -> bool:
        """Whether it should be emptied now."""
        return self.now >= EMPTY_FROM


def filling(time_us: NDArray[np.int64], fill: NDArray[np.float64]) -> Filling | None:
    """Return how a bin fills, from readings in order of time; None without any. A rate needs two since the emptying."""
    known = ~np.isnan(fill)
    times, values = time_us[known], fill[known]
    if not len(values):
        return None
    emptied = find_emptyings(values)
    first = int(emptied[-1]) if len(emptied) else 0
    hours = (times[-1] - times[first]) / HOUR_US
    rate = max(float(values[-1] - values[first]) / hours, 0.0) if hours > 0 else 0.0
    left = EMPTY_FROM - float(values[-1])
    return Filling(float(values[-1]), rate, max(left, 0.0) / rate if rate > 0 else (0.0 if left <= 0 else None))


def recycled_share(kilograms: Mapping[str, float]) -> float | None:
    """Return the share of what was collected apart for recycling, in percent of everything; None when nothing was weighed.

    Fractions are ``paper``, ``plastic_metal``, ``glass``, ``bio`` and ``residual``. It is the share *collected*: what
    sorting plants reject is not taken off, because the city does not weigh it.
    """
    total = sum(kilograms.values())
    return 100 * sum(kilograms.get(name, 0.0) for name in RECYCLED) / total if total > 0 else None


def per_person(kilograms: float, people: int, days: float) -> float | None:
    """Return kilograms per person and year, from some days; None without people or days."""
    return kilograms / people * 365 / days if people > 0 and days > 0 else None


def target_of(year: int) -> float:
    """Return the European target in force in a year, in percent; the first one before 2025."""
    held = [share for since, share in TARGETS.items() if since <= year]
    return max(held, default=TARGETS[2025])

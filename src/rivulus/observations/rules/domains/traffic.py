"""Traffic: counts of a day, the busiest hour, the share of bicycles. Counts are vehicles (or people) per interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FULL_DAY = 0.75  # a day of which less was counted is not put beside others (the same bar as for the air)


@dataclass(frozen=True, slots=True)
class DayCount:
    """What passed in a day: as counted, and as expected had every interval been counted; the busiest hour (local)."""

    counted: float
    covered: float
    estimate: float | None
    peak_hour: int | None
    peak: float


def count_day(local_hour: NDArray[np.int64], hourly: NDArray[np.float64]) -> DayCount:
    """Return the count of one day from its hourly counts (NaN: not counted) and the local hour of each.

    The estimate scales by the hours missing and is None below three quarters of the day.
    """
    known = ~np.isnan(hourly)
    counted, covered = float(hourly[known].sum()), float(known.mean()) if len(hourly) else 0.0
    estimate = counted / covered if covered >= FULL_DAY else None
    if not known.any():
        return DayCount(0.0, 0.0, None, None, 0.0)
    busiest = int(np.nanargmax(hourly))
    return DayCount(counted, covered, estimate, int(local_hour[busiest]), float(hourly[busiest]))


def share(part: float, *others: float) -> float | None:
    """Return the share of one kind among all, in percent; None when nothing passed."""
    total = part + sum(others)
    return 100 * part / total if total > 0 else None

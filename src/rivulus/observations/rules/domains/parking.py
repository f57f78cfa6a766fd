"""Parking: free places and when a lot is full."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

NEARLY_FULL = 0.10  # the city's choice: fewer than a tenth of the places free
FULL = 0.02  # sensors miscount a place or two, so a lot is full before the last one is gone


class LotState(StrEnum):
    """What a driver wants to know."""

    FREE = "free"
    NEARLY_FULL = "nearly_full"
    FULL = "full"
    UNKNOWN = "unknown"


def free_share(free: float, capacity: float) -> float | None:
    """Return the share of free places, 0–1; None without places. Miscounts below nothing or above all are cut off."""
    return None if capacity <= 0 or np.isnan(free) else min(max(free / capacity, 0.0), 1.0)


def state_of(free: float, capacity: float) -> LotState:
    """Return the state of a lot."""
    share = free_share(free, capacity)
    if share is None:
        return LotState.UNKNOWN
    if share <= FULL:
        return LotState.FULL
    return LotState.NEARLY_FULL if share < NEARLY_FULL else LotState.FREE


def full_share(free: NDArray[np.float64], capacity: float) -> float | None:
    """Return the share of the readings in which the lot was full, 0–1; None without readings."""
    known = free[~np.isnan(free)]
    return float(np.mean(known / capacity <= FULL)) if len(known) and capacity > 0 else None

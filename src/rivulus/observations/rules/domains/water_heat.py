"""Water and heat meters: use, leaks seen in the night, heat from flow and temperatures.

Sources: minimum night flow between two and four o'clock as a sign of leaks (IWA, water loss task force); heat from flow with
the volumetric heat capacity of water near 60 °C, 1.15 kWh per m³ and kelvin (EN 1434-1 uses the same product, tabulated).
"""

import math

import numpy as np
from numpy.typing import NDArray

NIGHT_HOURS = (2, 4)
LEAK_SHARE = 0.5  # the city's choice: at night half of the mean flow is more than people use
HEAT_KWH_PER_M3_K = 1.15


def night_flow(local_hour: NDArray[np.int64], flow: NDArray[np.float64]) -> float:
    """Return the lowest flow between two and four o'clock; NaN without any reading then."""
    night = flow[(local_hour >= NIGHT_HOURS[0]) & (local_hour < NIGHT_HOURS[1]) & ~np.isnan(flow)]
    return float(night.min()) if len(night) else math.nan


def is_leak_likely(local_hour: NDArray[np.int64], flow: NDArray[np.float64]) -> bool | None:
    """Say whether the flow of the night hints at a leak; None when the night, or the flow of the day, is not known."""
    lowest = night_flow(local_hour, flow)
    mean = float(np.nanmean(flow)) if np.any(~np.isnan(flow)) else math.nan
    if math.isnan(lowest) or math.isnan(mean) or mean <= 0:
        return None
    return lowest >= LEAK_SHARE * mean


def heat_kwh(volume_m3: float, supply_c: float, back_c: float) -> float:
    """Return the heat given by a volume of water between supply and return; never below zero."""
    return max(volume_m3 * HEAT_KWH_PER_M3_K * (supply_c - back_c), 0.0)

"""Meters that count upwards, and power that is summed to energy."""

import numpy as np
from numpy.typing import NDArray

HOUR_US = 3_600_000_000


def consumption(counter: NDArray[np.float64]) -> float:
    """Return what a counter ran through, in its unit; values in order of time.

    A fall is a meter that was replaced or began anew: what it shows then was consumed since, and is counted.
    """
    known = counter[~np.isnan(counter)]
    if len(known) < 2:
        return 0.0
    steps = np.diff(known)
    return float(np.where(steps >= 0, steps, known[1:]).sum())


def energy_kwh(time_us: NDArray[np.int64], power_w: NDArray[np.float64], longest_gap_s: float = 7200) -> float:
    """Return the energy of a power, each value standing until the next one, at most ``longest_gap_s``; the last for nothing.

    Times in order, microseconds since 1970; power in watts, NaN is no power known and adds nothing.
    """
    if len(time_us) < 2:
        return 0.0
    seconds = np.minimum(np.diff(time_us) / 1e6, longest_gap_s)
    return float(np.nansum(power_w[:-1] * seconds)) / 3.6e6

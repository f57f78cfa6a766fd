"""Public Wi-Fi: people connected and how long it works. Only counts are kept, never who: no address of a device comes in."""

import numpy as np
from numpy.typing import NDArray

FEWEST_SHOWN = 5  # fewer people at one place are not shown to the public


def uptime(is_up: NDArray[np.float64]) -> float | None:
    """Return the share of the readings (1 works, 0 does not) in which it worked, in percent; None without readings."""
    known = is_up[~np.isnan(is_up)]
    return 100 * float(known.mean()) if len(known) else None


def shown_users(users: float) -> int | None:
    """Return the number of people to show, or None when they are so few that somebody could be meant."""
    return None if np.isnan(users) or users < FEWEST_SHOWN else int(users)

"""Street lighting: lamps that fail, hours they burn, what dimming saves.

Powers are watts, times microseconds since 1970. The minimum of a dimmed street is the city's choice and stays within the
classes of SR EN 13201-2 (a class lower when traffic halves).
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

BURNS_FROM = 0.05  # below a twentieth of its rated power a lamp gives no light worth the name
LOWEST_DIMMING = 20.0  # percent; less looks like a failure


class LampState(StrEnum):
    """What a lamp does, against what it should."""

    BURNS = "burns"
    OFF = "off"
    DEAD = "dead"  # should burn and does not
    BURNS_BY_DAY = "burns_by_day"
    UNKNOWN = "unknown"


def state_of(power: float, rated: float, should_burn: bool) -> LampState:
    """Return the state of a lamp from its power, its rated power, and whether it should burn now."""
    if np.isnan(power) or rated <= 0:
        return LampState.UNKNOWN
    burns = power >= BURNS_FROM * rated
    if should_burn:
        return LampState.BURNS if burns else LampState.DEAD
    return LampState.BURNS_BY_DAY if burns else LampState.OFF


def burning_hours(
    time_us: NDArray[np.int64], power: NDArray[np.float64], rated: float, longest_gap_s: float = 7200
) -> float:
    """Return the hours in which a lamp burnt; each reading stands until the next, at most ``longest_gap_s``."""
    if len(time_us) < 2:
        return 0.0
    seconds = np.minimum(np.diff(time_us) / 1e6, longest_gap_s)
    return float(seconds[power[:-1] >= BURNS_FROM * rated].sum()) / 3600


def failure_share(states: list[LampState]) -> float | None:
    """Return the share of dead lamps among those of known state, 0–1; None when none is known."""
    known = [state for state in states if state is not LampState.UNKNOWN]
    return sum(state is LampState.DEAD for state in known) / len(known) if known else None


def saved_kwh(burnt_h: float, rated: float, used_kwh: float) -> float:
    """Return what dimming saved: the energy at full power during the hours burnt, less what was used; never below zero."""
    return max(burnt_h * rated / 1000 - used_kwh, 0.0)

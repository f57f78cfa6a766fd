"""When a question is asked once more, and after how long."""

import datetime as dt
from email.utils import parsedate_to_datetime

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


def is_worth_again(status: int) -> bool:
    """Say whether the same question may be answered another time: 429 and troubles of the server, not our own faults."""
    return status in AGAIN


def wait_s(attempt: int, *, chance: float, retry_after_s: float | None = None) -> float:
    """Return the seconds before attempt + 1: doubling, and by ``chance`` (0 to 1) apart from all others who failed.

    Never less than the source itself asks for.
    """
    longest = min(FIRST_WAIT_S * 2.0**attempt, LONGEST_WAIT_S)
    return max(longest * (0.5 + chance / 2), retry_after_s or 0.0)


def read_retry_after(header: str | None, now: dt.datetime) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3), or None."""
    if not header:
        return None
    if header.strip().isdecimal():
        return min(float(header.strip()[:9]), 86_400.0)
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        return None
    return min(max((moment - now).total_seconds(), 0.0), 86_400.0)

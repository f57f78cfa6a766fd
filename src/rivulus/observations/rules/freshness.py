"""How old a newest reading may be before the series counts as silent."""

from enum import StrEnum

USUAL_PERIOD_S = 3_600
PATIENCE = 3  # readings that may be missing
SHORTEST_S = 900


class Freshness(StrEnum):
    """Whether a series speaks."""

    LIVE = "live"
    SILENT = "silent"
    NEVER = "never"


def patience_s(period_s: int | None) -> int:
    """Return after how many seconds without a reading a series is silent: three periods, at least a quarter hour."""
    return max(SHORTEST_S, PATIENCE * (period_s or USUAL_PERIOD_S))


def freshness(last_us: int | None, period_s: int | None, now_us: int) -> Freshness:
    """Return whether a series speaks; times in microseconds since 1970."""
    if last_us is None:
        return Freshness.NEVER
    return Freshness.LIVE if now_us - last_us <= patience_s(period_s) * 1_000_000 else Freshness.SILENT

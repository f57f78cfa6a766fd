"""When an address elsewhere is asked again."""

import datetime as dt

HEALTHY_DAYS = 7
FIRST_AGAIN_H = 6
MOST_DAYS = 30


def next_check(now: dt.datetime, failures: int, *, seed: int) -> dt.datetime:
    """Return when to ask again: weekly while it answers; after failures first soon, then more and more seldom.

    A part of a day that depends on ``seed`` spreads what was asked at once.
    """
    spread = dt.timedelta(minutes=seed % 360)
    if not failures:
        return now + dt.timedelta(days=HEALTHY_DAYS) + spread
    wait = dt.timedelta(hours=FIRST_AGAIN_H * (1 << min(failures - 1, 10)))
    return now + min(wait, dt.timedelta(days=MOST_DAYS)) + spread


def is_alive(status: int) -> bool:
    """Say whether a status means that something is there: what asks for a key is there as well."""
    return 200 <= status < 400 or status in {401, 403, 405, 429}

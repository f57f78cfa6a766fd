"""The one place that reads the time, so that tests and reports can stand still."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Europe/Bucharest")
_frozen: ContextVar[dt.datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> dt.datetime:
    """Return the present instant, aware, in UTC."""
    return _frozen.get() or dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """Return the present date in the city."""
    return now().astimezone(CITY_ZONE).date()


@contextmanager
def frozen(at: dt.datetime) -> Iterator[None]:
    """Let the clock of this context stand at ``at`` (aware)."""
    if at.tzinfo is None:
        raise ValueError("A frozen clock needs a time zone.")
    token = _frozen.set(at.astimezone(dt.UTC))
    try:
        yield
    finally:
        _frozen.reset(token)

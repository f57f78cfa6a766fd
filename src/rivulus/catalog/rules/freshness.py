"""Whether data are as fresh as was promised."""

import datetime as dt
from enum import StrEnum

from rivulus.catalog.terms.vocabularies import FREQUENCIES


class Freshness(StrEnum):
    """How data stand against their rhythm."""

    FRESH = "fresh"
    LATE = "late"
    UNPROMISED = "unpromised"
    UNKNOWN = "unknown"


def freshness(frequency: str, changed_at: dt.datetime | None, *, now: dt.datetime, is_live: bool = False) -> Freshness:
    """Say how data stand. A live dataset answers from the present records: it is never late."""
    if is_live:
        return Freshness.FRESH
    rhythm = FREQUENCIES.get(frequency)
    if rhythm is None or rhythm.days is None:
        return Freshness.UNPROMISED
    if changed_at is None:
        return Freshness.UNKNOWN
    return Freshness.FRESH if now - changed_at <= dt.timedelta(days=rhythm.days) else Freshness.LATE

"""When a connector is asked again, and how it fares."""

import datetime as dt
from enum import StrEnum

from rivulus.kernel.words import N_

LONGEST_WAIT = dt.timedelta(hours=6)
FAILING_AFTER = 3


class Health(StrEnum):
    """How a connector fares."""

    OFF = "off"
    WAITING = "waiting"
    WELL = "well"
    TROUBLED = "troubled"  # the last run failed, or part of the answer was wrong
    FAILING = "failing"


class Outcome(StrEnum):
    """How a run ended."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"
    FAILED = "failed"


HEALTH_WORDS: dict[Health, str] = {
    Health.OFF: N_("switched off"),
    Health.WAITING: N_("not asked yet"),
    Health.WELL: N_("works"),
    Health.TROUBLED: N_("works with faults"),
    Health.FAILING: N_("does not work"),
}
OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.STORED: N_("stored"),
    Outcome.UNCHANGED: N_("nothing new"),
    Outcome.PARTIAL: N_("stored, but part of it was wrong"),
    Outcome.FAILED: N_("failed"),
}


def next_due(now: dt.datetime, *, every_min: int, failures: int, not_before: dt.datetime | None = None) -> dt.datetime:
    """Return when to ask again: at the declared pace, twice as late after each failure in a row, at most six hours.

    A source that says itself when to come back is believed, within those six hours.
    """
    pace = dt.timedelta(minutes=every_min)
    wait = max(pace, min(pace * 2 ** min(failures, 10), LONGEST_WAIT)) if failures else pace
    due = now + wait
    return due if not_before is None else max(due, min(not_before, now + LONGEST_WAIT))


def health(*, is_on: bool, outcome: str, failures: int) -> Health:
    """Return how a connector fares, by its last outcome and its failures in a row."""
    if not is_on:
        return Health.OFF
    if not outcome:
        return Health.WAITING
    if failures >= FAILING_AFTER:
        return Health.FAILING
    return Health.TROUBLED if outcome in {Outcome.FAILED, Outcome.PARTIAL} else Health.WELL

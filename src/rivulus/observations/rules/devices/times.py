"""Times as devices write them; what is stored is whole milliseconds since 1970 in UTC, in microseconds."""

import datetime as dt
import re
from typing import Any

from rivulus.kernel.words import N_
from rivulus.observations.rules.devices.messages import Finding, error, warning
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US, MS
from rivulus.observations.terms import Flag

# The door refuses a time more than a day ahead, and flags one more than five minutes ahead.
AHEAD_REFUSED = dt.timedelta(days=1)
AHEAD_FLAGGED = dt.timedelta(minutes=5)
LATE = dt.timedelta(days=1)
UNSET_CLOCK = dt.datetime(2000, 1, 2, tzinfo=dt.UTC)  # clocks that were never set begin at 1970 or 2000

SHAPE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d(:?\d\d)?)?", re.IGNORECASE)


def read_time(given: Any) -> int | Finding:
    """Return a time with its zone as microseconds since 1970, or the sentence about what is wrong with it.

    An interval (``start/end``) is read by its start, as the store keys it.
    """
    if isinstance(given, bool) or not isinstance(given, str):
        return error(N_("The time %(time)s is not a text such as 2026-11-22T08:15:00Z."), time=repr(given)[:60])
    text = given.partition("/")[0].strip()
    shape = SHAPE.fullmatch(text)
    if shape is None:
        return error(N_("The time “%(time)s” is not written as 2026-11-22T08:15:00Z."), time=given[:60])
    if not shape[3]:
        return error(N_("The time “%(time)s” has no zone: end it with Z for UTC, or with +02:00."), time=given[:60])
    try:
        moment = dt.datetime.fromisoformat(text.upper())
    except ValueError:
        return error(N_("There is no such time as “%(time)s”."), time=given[:60])
    return to_us(moment)


def from_epoch(given: Any, unit: str) -> str | Finding:
    """Return the text of a time that a device writes as seconds (s) or milliseconds (ms) since 1970."""
    try:
        moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(
            seconds=float(given) / {"s": 1, "ms": 1000}[unit]
        )
    except (TypeError, ValueError, OverflowError):
        return error(N_("The time %(time)s is no number of seconds or milliseconds since 1970."), time=repr(given)[:60])
    return moment.isoformat()


def to_us(moment: dt.datetime) -> int:
    """Return microseconds since 1970, of whole milliseconds."""
    since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) // MS * MS


def write_time(time_us: int) -> str:
    """Return a moment in ISO 8601, UTC, with milliseconds."""
    moment = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=time_us)  # noqa: DTZ001 (the Z is written below)
    return f"{moment.isoformat(timespec='milliseconds')}Z"


def judge_time(time_us: int, now: dt.datetime) -> tuple[Finding | None, int]:
    """Return what is to be said of a moment, seen from now, and its flag of quality."""
    ahead = dt.timedelta(microseconds=time_us - to_us(now))
    if not EARLIEST_US <= time_us <= LATEST_US:
        return error(N_("The time is before 1900 or after 2100.")), 0
    if ahead > AHEAD_REFUSED:
        return error(
            N_("The time lies %(hours)d hours ahead: set the clock of the device."), hours=ahead.total_seconds() // 3600
        ), 0
    if ahead > AHEAD_FLAGGED:
        sentence = N_("The clock of the device runs %(minutes)d minutes ahead; the value is kept, and marked.")
        return warning(sentence, minutes=ahead.total_seconds() // 60), int(Flag.CLOCK)
    if time_us < to_us(UNSET_CLOCK):
        return warning(N_("The time is so old that the clock of the device was probably never set.")), 0
    if -ahead > LATE:
        days = -ahead // dt.timedelta(days=1)
        return warning(
            N_("The value is %(days)d days old; late values are welcome, unless the clock is wrong."), days=days
        ), 0
    return None, 0

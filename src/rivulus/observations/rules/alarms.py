"""The life of an alarm: a table of moves, and who must be called when."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_


class AlarmState(StrEnum):
    """Where an alarm stands; silence of the series is a state of its own, not a kind of calm."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    NO_DATA = "no_data"
    CLEARED = "cleared"
    CLOSED = "closed"


class Move(StrEnum):
    """What happens to an alarm: by a rule, or by a person."""

    RAISE = "raise"  # it is wrong (again)
    LOSE = "lose"  # the series fell silent
    FIND = "find"  # the series speaks again, and it is still wrong
    CLEAR = "clear"  # it is right again
    ACKNOWLEDGE = "acknowledge"  # a person has seen it and sees to it
    CLOSE = "close"  # a person, or time, puts it away


OPEN, ACKNOWLEDGED, NO_DATA, CLEARED, CLOSED = AlarmState
MOVES: dict[AlarmState, dict[Move, AlarmState]] = {
    OPEN: {
        Move.RAISE: OPEN, Move.LOSE: NO_DATA, Move.FIND: OPEN, Move.CLEAR: CLEARED,
        Move.ACKNOWLEDGE: ACKNOWLEDGED, Move.CLOSE: CLOSED,
    },
    ACKNOWLEDGED: {
        Move.RAISE: ACKNOWLEDGED, Move.LOSE: NO_DATA, Move.FIND: ACKNOWLEDGED, Move.CLEAR: CLEARED, Move.CLOSE: CLOSED,
    },
    NO_DATA: {
        Move.RAISE: OPEN, Move.LOSE: NO_DATA, Move.FIND: OPEN, Move.CLEAR: CLEARED,
        Move.ACKNOWLEDGE: NO_DATA, Move.CLOSE: CLOSED,
    },
    CLEARED: {
        Move.RAISE: OPEN, Move.LOSE: CLEARED, Move.FIND: CLEARED, Move.CLEAR: CLEARED,
        Move.ACKNOWLEDGE: CLEARED, Move.CLOSE: CLOSED,
    },
    CLOSED: {},
}  # fmt: skip
"""Every state and every move that it knows; one that it does not know is refused."""

NOT_NOW: dict[Move, str] = {
    Move.ACKNOWLEDGE: N_("This alarm has been acknowledged already."),
    Move.CLOSE: N_("This alarm is closed already."),
}
CLOSED_ALREADY = N_("This alarm is closed; a new one is opened when it is wrong again.")
NOTE_NEEDED = N_("Say in a few words why you close an alarm that has not cleared.")
LONGEST_SILENCE = dt.timedelta(days=7)
LONGEST_MAINTENANCE = dt.timedelta(days=92)
WRONG_SPAN = N_("The end must come after the beginning and after now.")
TOO_LONG = N_("At most %(days)s days.")
REASON_NEEDED = N_("Give a reason that a colleague understands.")

# A cleared alarm that somebody has seen is put away after an hour, one that nobody has seen after a day: long enough
# for the next shift to find it.
CLOSE_SEEN_AFTER = dt.timedelta(hours=1)
CLOSE_UNSEEN_AFTER = dt.timedelta(days=1)


def after(state: AlarmState, move: Move, *, was_acknowledged: bool = False) -> AlarmState:
    """Return the state after a move; raises Refused for a move that the state does not know.

    A series that speaks again leads back to where the alarm stood: acknowledged, if somebody had.
    """
    found = MOVES[state].get(move)
    if found is None or (move is Move.ACKNOWLEDGE and was_acknowledged):
        raise Refused(CLOSED_ALREADY if state is CLOSED else NOT_NOW.get(move, CLOSED_ALREADY))
    if state is NO_DATA and found is OPEN and was_acknowledged:
        return ACKNOWLEDGED
    return found


def check_can_close(state: AlarmState, note: str) -> None:
    """Raise Refused unless the alarm may be closed: one that is still wrong needs a reason."""
    after(state, Move.CLOSE)
    if state is not CLEARED and not note.strip():
        raise Refused(NOTE_NEEDED)


def check_span(starts_at: dt.datetime, ends_at: dt.datetime, now: dt.datetime, longest: dt.timedelta) -> None:
    """Raise Refused unless a silence or maintenance lies ahead and is not too long."""
    if ends_at <= starts_at or ends_at <= now:
        raise Refused(WRONG_SPAN)
    if ends_at - starts_at > longest:
        raise Refused(TOO_LONG, days=longest.days)


def check_reason(reason: str) -> None:
    """Raise Refused when no reason is given."""
    if len(reason.strip()) < 3:
        raise Refused(REASON_NEEDED)


def closes_by_itself_at(*, cleared_at: dt.datetime, was_acknowledged: bool) -> dt.datetime:
    """Return when time puts a cleared alarm away."""
    return cleared_at + (CLOSE_SEEN_AFTER if was_acknowledged else CLOSE_UNSEEN_AFTER)


def was_in_time(acknowledged_at: dt.datetime | None, acknowledge_by: dt.datetime) -> bool:
    """Say whether somebody acknowledged an alarm by the time they should have."""
    return acknowledged_at is not None and acknowledged_at <= acknowledge_by


@dataclass(frozen=True, slots=True)
class Quiet:
    """What a silence is about."""

    automation_id: int | None
    thing_id: int | None
    domain: str


def is_silenced(silences: Iterable[Quiet], *, automation_id: int, thing_id: int | None, domain: str) -> bool:
    """Say whether one of the silences is about this alarm: all that it names must be so."""
    return any(
        (quiet.automation_id is None or quiet.automation_id == automation_id)
        and (quiet.thing_id is None or quiet.thing_id == thing_id)
        and (not quiet.domain or quiet.domain == domain)
        for quiet in silences
    )

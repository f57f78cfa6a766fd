"""What may become of an import into a layer, and the sentences for what may not. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_


class State(StrEnum):
    """Where an import is."""

    READING = "reading"
    DESCRIBED = "described"
    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    DONE = "done"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


MOVES: Mapping[State, frozenset[State]] = {
    State.READING: frozenset({State.DESCRIBED, State.FAILED}),
    State.DESCRIBED: frozenset({State.READING, State.CHECKING, State.WITHDRAWN}),
    State.CHECKING: frozenset({State.CHECKED, State.FAILED}),
    State.CHECKED: frozenset({State.DESCRIBED, State.CHECKING, State.IMPORTING, State.WITHDRAWN}),
    State.IMPORTING: frozenset({State.DONE, State.FAILED}),
    State.FAILED: frozenset({State.DESCRIBED, State.WITHDRAWN}),
    State.DONE: frozenset(),
    State.WITHDRAWN: frozenset(),
}
STATE_WORDS: Mapping[State, str] = {
    State.READING: N_("being read"),
    State.DESCRIBED: N_("waits for your answers"),
    State.CHECKING: N_("being checked"),
    State.CHECKED: N_("checked, waits for a yes"),
    State.IMPORTING: N_("being imported"),
    State.DONE: N_("imported"),
    State.FAILED: N_("failed"),
    State.WITHDRAWN: N_("withdrawn"),
}
SENTENCES: Mapping[State, str] = {
    State.READING: N_("This file cannot be read again now."),
    State.DESCRIBED: N_("The answers about this file can no longer be changed."),
    State.CHECKING: N_("This file is being worked on already."),
    State.CHECKED: N_("This file is not being checked."),
    State.IMPORTING: N_("A file is imported once, after it was checked."),
    State.DONE: N_("This file is not being imported."),
    State.FAILED: N_("This file is not being worked on."),
    State.WITHDRAWN: N_("A file that is being worked on, or was imported, cannot be withdrawn."),
}
WORKED_ON = frozenset({State.READING, State.CHECKING, State.IMPORTING})


def can_move(state: str, to: State) -> bool:
    """Say whether an import may go from one state to another."""
    return to in MOVES[State(state)]


def check_can_move(state: str, to: State) -> None:
    """Raise Refused with the sentence for this move unless it may be made."""
    if not can_move(state, to):
        raise Refused(SENTENCES[to])

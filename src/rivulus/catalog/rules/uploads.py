"""The way of an uploaded file: its states, its moves, and when it may be published."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from rivulus.catalog.rules.workbooks import sizes
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

LARGEST_BYTES = 5 * 1024**3
INLINE_BYTES = 48 * 1024**2
"""What is checked while its owner waits; a larger one is left to the worker."""
MOST_FAULTS = 100
MOST_ROWS = 20_000_000
SHORTEST_REASON = 10


class State(StrEnum):
    """Where an upload stands."""

    RECEIVED = "received"  # its columns are being guessed
    DESCRIBED = "described"  # somebody may change its columns
    CHECKING = "checking"
    CHECKED = "checked"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


STATE_NAMES: Mapping[State, str] = {
    State.RECEIVED: N_("The file is being read."),
    State.DESCRIBED: N_("Say what its columns are."),
    State.CHECKING: N_("The file is being checked."),
    State.CHECKED: N_("The file was checked."),
    State.PUBLISHING: N_("The file is being published."),
    State.PUBLISHED: N_("The data are published."),
    State.FAILED: N_("The file could not be read."),
    State.WITHDRAWN: N_("The file was withdrawn."),
}

MOVES: Mapping[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.DESCRIBED, State.FAILED, State.WITHDRAWN}),
    State.DESCRIBED: frozenset({State.CHECKING, State.FAILED, State.WITHDRAWN}),
    State.CHECKING: frozenset({State.CHECKED, State.FAILED, State.WITHDRAWN}),
    State.CHECKED: frozenset({State.DESCRIBED, State.CHECKING, State.PUBLISHING, State.WITHDRAWN}),
    State.PUBLISHING: frozenset({State.PUBLISHED, State.CHECKED, State.FAILED}),
    State.PUBLISHED: frozenset(),
    State.FAILED: frozenset({State.WITHDRAWN}),
    State.WITHDRAWN: frozenset(),
}
WORKING = frozenset({State.RECEIVED, State.CHECKING, State.PUBLISHING})


class Choice(StrEnum):
    """What becomes of a column that looks personal."""

    REMOVE = "remove"
    KEEP = "keep"


def check_can_move(state: str, wanted: State) -> None:
    """Refuse a move that the table does not know."""
    if wanted not in MOVES[State(state)]:
        raise Refused(N_("This cannot be done any more; look at the file again."))


def check_answers(findings: Sequence[Mapping[str, object]], answers: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse while a column that looks personal has no answer, or is kept without a reason."""
    columns = {str(finding["column"]) for finding in findings}
    for column in sorted(columns):
        answer = answers.get(column, {})
        choice = answer.get("choice", "")
        if choice not in set(Choice):
            raise Refused(N_("Say what becomes of the column “%(column)s”, which looks personal."), column=column)
        if choice == Choice.KEEP and len(answer.get("reason", "").strip()) < SHORTEST_REASON:
            raise Refused(N_("Say in a sentence why the column “%(column)s” may be published."), column=column)


def check_can_publish(
    state: str,
    *,
    rows: int | None,
    fault_count: int,
    findings: Sequence[Mapping[str, object]],
    answers: Mapping[str, Mapping[str, str]],
    columns: Sequence[str],
) -> None:
    """Refuse a file with errors, without rows, with open questions, or of which nothing would be left."""
    check_can_move(state, State.PUBLISHING)
    if fault_count:
        raise Refused(N_("The file has errors. Correct it and upload it again, or change the columns."))
    if not rows:
        raise Refused(N_("The file has no rows."))
    check_answers(findings, answers)
    if not [name for name in columns if answers.get(name, {}).get("choice") != Choice.REMOVE]:
        raise Refused(N_("No column would be left."))


def is_done_at_once(size: int, form: str) -> bool:
    """Tell whether a file is checked while its owner waits, or is left to the worker."""
    return size <= (sizes.INLINE_BYTES if sizes.is_workbook(form) else INLINE_BYTES)


def check_size(size: int) -> None:
    """Refuse a file larger than the catalog keeps."""
    if size > LARGEST_BYTES:
        raise Refused(N_("The file is larger than %(most)s GB. Split it into several files."), most=5)

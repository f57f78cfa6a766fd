"""Imports of history: taken up, described, checked, confirmed, and carried out chunk by chunk."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions.storing import store
from rivulus.observations.models import HistoryImport, ImportReject
from rivulus.observations.queries.connectors import find_targets_by_id
from rivulus.observations.rules import permissions, quality
from rivulus.observations.rules.imports import counting, states
from rivulus.observations.rules.imports.counting import Counts
from rivulus.observations.rules.imports.lines import Reject
from rivulus.observations.rules.imports.mapping import Layout, check_layout
from rivulus.observations.rules.imports.states import State
from rivulus.observations.rules.readings import Batch, Readings, Stored
from rivulus.observations.rules.weeks import microseconds

if TYPE_CHECKING:
    from rivulus.identity.models import Person

SUBJECT = "observations.history_import"
MOST_REJECTS = 100_000  # kept; all are counted


@transaction.atomic
def take_up(*, by: "Person | None", name: str, place: str, size: int, layout: Layout) -> HistoryImport:
    """Take up a file that was kept at a place in the media folder."""
    _check(by)
    return HistoryImport.objects.create(
        person=by, name=name[:200], file=place, size=size, mapping=layout.as_json(), created_at=clock.now()
    )


@transaction.atomic
def describe(*, by: "Person | None", import_id: int, layout: Layout) -> HistoryImport:
    """Keep what the columns are; a file that was checked must then be checked again."""
    _check(by)
    row = _locked(import_id)
    if row.state != State.DESCRIBED:
        states.check_can_move(row.state, State.DESCRIBED)
    row.mapping = layout.as_json()
    return _move(row, State.DESCRIBED, "mapping")


@transaction.atomic
def begin_check(*, by: "Person | None", import_id: int, layout: Layout) -> HistoryImport:
    """Let the worker look at the whole file; nothing is stored."""
    _check(by)
    row = _locked(import_id)
    states.check_can_move(row.state, State.CHECKING)
    row.mapping = check_layout(layout).as_json()
    _start_over(row, Counts())
    return _move(row, State.CHECKING, "mapping", "rows_read", "clock_us", "counts", "sentence", "values")


@transaction.atomic
def start_check_over(*, by: "Person | None", import_id: int) -> HistoryImport:
    """Check a file from its beginning again, because whoever checked it was stopped."""
    row = _locked(import_id)
    if row.state == State.CHECKING:
        _start_over(row, Counts())
        _move(row, State.CHECKING, "rows_read", "clock_us", "counts", "sentence", "values")
    return row


@transaction.atomic
def confirm(*, by: "Person | None", import_id: int) -> HistoryImport:
    """Let the worker import a file that was checked."""
    _check(by)
    row = _locked(import_id)
    states.check_can_move(row.state, State.IMPORTING)
    checked = counting.from_json(row.counts)
    if not checked.readings:
        raise Refused(N_("There is nothing in this file to import."))
    _start_over(row, Counts(total=checked.lines))
    _move(row, State.IMPORTING, "rows_read", "clock_us", "counts", "sentence", "values")
    content = {"name": row.name, "lines": checked.lines, "readings": checked.readings}
    journal.write(by=by, verb=f"{SUBJECT}.confirmed", subject=SUBJECT, subject_id=row.pk, content=content)
    return row


@transaction.atomic
def withdraw(*, by: "Person | None", import_id: int) -> HistoryImport:
    """Give up on a file of which nothing was imported."""
    _check(by)
    row = _locked(import_id)
    states.check_can_move(row.state, State.WITHDRAWN)
    return _move(row, State.WITHDRAWN)


@transaction.atomic
def forget_file(*, by: "Person | None", import_id: int) -> HistoryImport:
    """Note that the file was removed; what is known of the import stays."""
    row = _locked(import_id)
    row.file = ""
    row.save(update_fields=["file"])
    return row


@transaction.atomic
def note_chunk(
    *,
    by: "Person | None",
    import_id: int,
    state: State,
    from_row: int,
    counts: Counts,
    rejects: Sequence[Reject],
    clock_us: int | None,
    readings: Readings | None = None,
) -> bool:
    """Go on by one chunk: its readings (where they are stored), its rejects and the new place, all or nothing.

    Returns False where another worker has come here first, or the import is no longer in this state.
    """
    row = _locked(import_id)
    if row.state != state or row.rows_read != from_row:
        return False
    so_far = counting.from_json(row.counts)
    if readings is not None and len(readings):
        stored = _store(by, row, readings)
        counts = counts.plus(Counts(added=stored.added, replayed=stored.replayed, corrected=stored.corrected))
    _keep_rejects(row, rejects, so_far.rejected)
    row.counts = so_far.plus(counts).as_json()
    row.rows_read, row.clock_us, row.changed_at = from_row + counts.lines, clock_us, clock.now()
    row.save(update_fields=["counts", "rows_read", "clock_us", "changed_at"])
    return True


@transaction.atomic
def finish(*, by: "Person | None", import_id: int, state: State) -> HistoryImport:
    """Say that the whole file was checked, or imported."""
    row = _locked(import_id)
    states.check_can_move(row.state, state)
    counts = counting.from_json(row.counts)
    if state is State.DONE:
        content = {"name": row.name, **{k: v for k, v in counts.as_json().items() if v is not None}}
        journal.write(by=by, verb=f"{SUBJECT}.done", subject=SUBJECT, subject_id=row.pk, content=content)
    return _move(row, state)


@transaction.atomic
def fail(*, by: "Person | None", import_id: int, refused: Refused) -> HistoryImport:
    """Say why a file could not be worked on to its end; what was imported before stays and is a replay next time."""
    row = _locked(import_id)
    states.check_can_move(row.state, State.FAILED)
    row.sentence = refused.sentence
    row.values = {name: str(value)[:200] for name, value in refused.values.items()}
    return _move(row, State.FAILED, "sentence", "values")


def _check(by: "Person | None") -> None:
    """``by`` is None for the operator at the command line."""
    if by is not None:
        permissions.check_can("import_observations", identity.roles_of(by))


def _locked(import_id: int) -> HistoryImport:
    try:
        return HistoryImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    except HistoryImport.DoesNotExist:
        raise NotFound from None


def _start_over(row: HistoryImport, counts: Counts) -> None:
    ImportReject.objects.filter(history_import=row).delete()
    row.rows_read, row.clock_us, row.sentence, row.values = 0, None, "", {}
    row.counts = counts.as_json()


def _move(row: HistoryImport, state: State, *fields: str) -> HistoryImport:
    row.state, row.changed_at = state, clock.now()
    row.save(update_fields=["state", "changed_at", *fields])
    return row


def _store(by: "Person | None", row: HistoryImport, readings: Readings) -> Stored:
    limits = {
        pk: target.limits for pk, target in find_targets_by_id({int(n) for n in set(readings.datastream)}).items()
    }
    now_us = microseconds(clock.now())
    flagged = quality.flag_clocks(quality.flag_ranges(readings, limits), now_us)
    return store(by=by, batch=Batch(readings=flagged), source=f"import {row.pk}")


def _keep_rejects(row: HistoryImport, rejects: Sequence[Reject], kept: int) -> None:
    ImportReject.objects.bulk_create(
        [
            ImportReject(
                history_import=row,
                line=one.line,
                column=one.column,
                given=one.given,
                sentence=one.sentence,
                values=dict(one.values),
            )
            for one in rejects[: max(0, MOST_REJECTS - kept)]
        ],
        batch_size=1000,
    )

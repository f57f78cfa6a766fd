"""What the worker does for imports into layers; each may run twice."""

import datetime as dt

from django.tasks import task

from rivulus.atlas.actions import imports as actions
from rivulus.atlas.feeds.imports import keeping, working
from rivulus.atlas.models import LayerImport
from rivulus.atlas.queries import imports as queries
from rivulus.atlas.rules.imports.states import WORKED_ON, State
from rivulus.kernel import clock

STUCK_AFTER = dt.timedelta(minutes=30)
KEEP_FILES, KEEP_UNFINISHED = dt.timedelta(days=7), dt.timedelta(days=30)


@task
def read_import(import_id: int) -> None:
    """Find out what a file holds."""
    working.read(import_id)


@task
def check_import(import_id: int) -> None:
    """Look at every feature of a file."""
    working.check(import_id)


@task
def carry_out_import(import_id: int) -> None:
    """Import a file that was confirmed."""
    working.carry_out(import_id)


TASKS = {State.READING: read_import, State.CHECKING: check_import, State.IMPORTING: carry_out_import}


def enqueue(row: LayerImport) -> LayerImport:
    """Let the worker do what the state of an import asks for."""
    TASKS[State(row.state)].enqueue(row.pk)
    return row


def take_up_stuck() -> int:
    """Queue again what no worker has touched for half an hour, and return how many."""
    stuck = queries.list_untouched(clock.now() - STUCK_AFTER, WORKED_ON)
    for row in stuck:
        enqueue(row)
    return len(stuck)


def sweep() -> int:
    """Remove files that nobody needs any more, and return how many; what did not fit stays to be read."""
    now = clock.now()
    ended = queries.list_untouched(now - KEEP_FILES, (State.DONE, State.FAILED, State.WITHDRAWN))
    left = queries.list_untouched(now - KEEP_UNFINISHED, (State.DESCRIBED, State.CHECKED))
    for row in left:
        actions.withdraw(by=None, import_id=row.pk)
    rows = [row for row in (*ended, *left) if row.file]
    for row in rows:
        keeping.remove(row.file)
        actions.forget_file(by=None, import_id=row.pk)
    return len(rows)

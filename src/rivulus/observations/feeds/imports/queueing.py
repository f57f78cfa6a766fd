"""What the worker does for imports; each may run twice, and goes on where it was stopped."""

import datetime as dt

from django.tasks import task

from rivulus.kernel import clock
from rivulus.observations.actions import imports as actions
from rivulus.observations.feeds.imports import keeping, working
from rivulus.observations.queries import imports as queries
from rivulus.observations.rules.imports.states import State

STUCK_AFTER = dt.timedelta(minutes=10)
KEEP_FILES, KEEP_UNFINISHED = dt.timedelta(days=7), dt.timedelta(days=30)


@task
def check_import(import_id: int) -> None:
    """Look at a whole file without storing anything."""
    working.check(import_id)


@task
def carry_out_import(import_id: int) -> None:
    """Import a file that was confirmed."""
    working.carry_out(import_id)


def take_up_stuck() -> int:
    """Queue again what no worker has touched for ten minutes, and return how many."""
    stuck = queries.list_untouched(clock.now() - STUCK_AFTER, (State.CHECKING, State.IMPORTING))
    for row in stuck:
        (check_import if row.state == State.CHECKING else carry_out_import).enqueue(row.pk)
    return len(stuck)


def sweep() -> int:
    """Remove files that nobody needs any more, and return how many; what was rejected stays to be read."""
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

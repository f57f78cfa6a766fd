"""Sources are asked when it is their turn, each in a task of its own."""

from django.db import transaction
from django.tasks import task

from rivulus.kernel.tasks import periodic
from rivulus.observations.actions import connectors as actions
from rivulus.observations.feeds.connectors.declared import is_on, list_switched_on, read_declared
from rivulus.observations.feeds.connectors.running import run
from rivulus.observations.queries import connectors as queries


@task
def run_connector(code: str) -> None:
    """Ask one source; nothing happens where it is no longer declared, switched on, or is being asked already."""
    declaration = read_declared().find(code)
    state = queries.find_state(code)
    if declaration is not None and is_on(declaration) and not (state is not None and state.is_paused):
        run(declaration)


@periodic("* * * * *")
@task
def run_due_connectors() -> None:
    """Queue those whose turn it is."""
    with transaction.atomic():
        for code in actions.take_due(by=None, declarations=list_switched_on()):
            run_connector.enqueue(code)


@periodic("20 2 * * *")
@task
def forget_old_connector_runs() -> None:
    """Remove runs older than ninety days."""
    actions.forget_old_runs(by=None)

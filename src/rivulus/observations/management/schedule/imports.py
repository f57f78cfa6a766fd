"""Imports that a worker left are taken up again, and files that nobody needs are removed."""

from django.tasks import task

from rivulus.kernel.tasks import periodic
from rivulus.observations.feeds.imports import queueing


@periodic("*/10 * * * *")
@task
def take_up_stuck_imports() -> None:
    """Queue again what no worker has touched for ten minutes."""
    queueing.take_up_stuck()


@periodic("35 2 * * *")
@task
def sweep_imported_files() -> None:
    """Remove files a week after their import ended, or a month after nobody went on with it."""
    queueing.sweep()

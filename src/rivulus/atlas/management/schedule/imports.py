"""Imports that a worker left are taken up again; files and downloads that nobody needs are removed."""

from django.tasks import task

from rivulus.atlas.feeds.exports import writing
from rivulus.atlas.feeds.imports import queueing
from rivulus.kernel import clock
from rivulus.kernel.tasks import periodic


@periodic("*/10 * * * *")
@task
def take_up_stuck_layer_imports() -> None:
    """Queue again what no worker has touched for half an hour."""
    queueing.take_up_stuck()


@periodic("50 2 * * *")
@task
def sweep_layer_files() -> None:
    """Remove imported files after a week, forgotten ones after a month, and downloads after two days."""
    queueing.sweep()
    writing.sweep(clock.now())

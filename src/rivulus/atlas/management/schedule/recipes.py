"""Analyses that a worker left are taken up again, and those that follow their layers are asked."""

from django.tasks import task

from rivulus.atlas.feeds import recipes
from rivulus.kernel.tasks import periodic


@periodic("*/10 * * * *")
@task
def take_up_stuck_recipes() -> None:
    """Queue again what no worker has answered for twenty minutes."""
    recipes.take_up_stuck()


@periodic("*/5 * * * *")
@task
def follow_layers() -> None:
    """Ask the analyses of the pack once their layers are there, and again, at most once a day, when these change."""
    recipes.follow()

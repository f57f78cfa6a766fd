"""Analyses that a worker left are taken up again."""

from django.tasks import task

from rivulus.atlas.feeds import recipes
from rivulus.kernel.tasks import periodic


@periodic("*/10 * * * *")
@task
def take_up_stuck_recipes() -> None:
    """Queue again what no worker has answered for twenty minutes."""
    recipes.take_up_stuck()

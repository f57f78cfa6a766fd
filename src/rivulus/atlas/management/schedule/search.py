"""What people look for on the map follows the layers."""

from django.tasks import task

from rivulus.atlas.actions.base.searched_layers import refresh_search
from rivulus.kernel.tasks import periodic


@periodic("* * * * *")
@task
def refresh_places() -> None:
    """Look through the layers that changed, so that their named features are found."""
    refresh_search(by=None)

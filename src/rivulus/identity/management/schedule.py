"""What identity does regularly."""

from django.tasks import task

from rivulus.identity import actions
from rivulus.kernel.tasks import periodic


@periodic("25 1 * * *")
@task
def forget_old_sessions() -> None:
    """Remove sessions that ended, with the address and browser they came from; doing it twice removes nothing more."""
    actions.forget_old_sessions(by=None)

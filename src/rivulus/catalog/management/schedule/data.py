"""Live tables are kept current, snapshots taken, and what nobody can ask for any more is removed."""

from django.tasks import task

from rivulus.catalog.actions import tables as actions
from rivulus.catalog.feeds.tables import refreshing, sweeping
from rivulus.catalog.feeds.uploads import working
from rivulus.kernel import clock
from rivulus.kernel.tasks import periodic


@periodic("* * * * *")
@task
def refresh_tables() -> None:
    """Make every published table anew whose records have changed."""
    refreshing.refresh_all()


@periodic("10 1 * * *")
@task
def take_snapshots() -> None:
    """Keep which version each table has today, and forget the days that the rule does not keep."""
    refreshing.refresh_all()
    actions.keep_snapshots(by=None)
    actions.drop_old_snapshots(by=None, today=clock.today())


@periodic("50 2 * * *")
@task
def sweep_tables() -> None:
    """Remove old versions and uploads that nobody needs."""
    working.sweep()
    sweeping.sweep()


@periodic("*/10 * * * *")
@task
def take_up_stuck_uploads() -> None:
    """Queue again what no worker has finished."""
    working.take_up_stuck()

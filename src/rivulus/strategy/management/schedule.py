"""What the worker does for the strategy without being asked, and when (in UTC)."""

from django.tasks import task

from rivulus.kernel.tasks import periodic
from rivulus.strategy.actions import probes, reminders, reports


@periodic("10 6 * * *")
@task
def remind_project_teams() -> None:
    """Write to the teams whose report is due soon, or late."""
    reminders.remind_teams()


@periodic("50 2 * * *")
@task
def sweep_photos() -> None:
    """Remove photos that belong to no report."""
    reports.sweep_photos()


@periodic("30 3 * * *")
@task
def measure_probes() -> None:
    """Ask every probe, after the journal has been verified."""
    probes.measure_all()

"""What keeps the store of readings in order: counting hours, compacting weeks, dropping what need not be kept."""

from django.tasks import task

from rivulus.kernel.tasks import periodic
from rivulus.observations.actions import compaction, packing, retention, rollups


@periodic("3-58/5 * * * *")
@task
def count_hours() -> None:
    """Close the hours that are over, and count what late arrivals and corrections have touched."""
    rollups.close_hours(by=None)
    rollups.recount(by=None)


@periodic("20 1 * * *")
@task
def compact_weeks() -> None:
    """Put weeks that ended two weeks ago into blocks, and the rollups of past months together."""
    compaction.compact(by=None)
    packing.pack_rollups(by=None)


@periodic("40 2 * * *")
@task
def drop_old_readings() -> None:
    """Archive and drop what the retention of its property does not keep."""
    retention.apply_retention(by=None)

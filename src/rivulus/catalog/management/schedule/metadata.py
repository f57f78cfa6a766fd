"""What the catalog does by the clock: live datasets, scores, addresses, neighbours, counts."""

from django.tasks import task

from rivulus.catalog.actions import live, quality, usage
from rivulus.catalog.feeds import links
from rivulus.catalog.feeds.harvesting import queueing
from rivulus.kernel.tasks import periodic


@periodic("7 * * * *")
@task
def sync_live_datasets() -> None:
    """Make a dataset of every public table, and archive those whose table is gone."""
    live.sync_live_datasets(by=None)


@periodic("22 * * * *")
@task
def assess_datasets() -> None:
    """Assess all descriptions anew."""
    quality.assess_all(by=None)


@periodic("*/10 * * * *")
@task
def check_links() -> None:
    """Ask the addresses elsewhere that are due whether they answer."""
    links.check_due()


@periodic("*/15 * * * *")
@task
def visit_catalogs() -> None:
    """Queue a visit to every catalog elsewhere that is due."""
    queueing.queue_due()


@periodic("50 1 * * *")
@task
def forget_old_usage() -> None:
    """Remove counts that nobody looks at any more."""
    usage.forget_old_usage(by=None)

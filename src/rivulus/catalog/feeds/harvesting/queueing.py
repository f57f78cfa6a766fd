"""Visits that the worker makes later."""

from django.tasks import task

from rivulus.catalog.feeds.harvesting import running
from rivulus.catalog.models import HarvestSource
from rivulus.catalog.queries.harvest import find_source, list_due_sources


@task
def visit_catalog(source_id: int) -> None:
    """Visit one catalog; a second visit at the same time does nothing."""
    source = find_source(source_id)
    if source is not None:
        running.harvest(source)


def queue_visit(source: HarvestSource) -> None:
    """Queue a visit."""
    visit_catalog.enqueue(source.pk)


def queue_due() -> int:
    """Queue a visit to every catalog that is due, and return how many."""
    due = list(list_due_sources())
    for source in due:
        queue_visit(source)
    return len(due)

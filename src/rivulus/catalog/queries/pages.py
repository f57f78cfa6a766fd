"""The published datasets page by page, in a stable order, for programs that fetch all of them."""

from django.db.models import Count, Max, Sum

from rivulus.catalog.models import Dataset
from rivulus.catalog.queries.viewing import list_public

PER_PAGE = 100


def count_pages() -> tuple[int, int]:
    """Return how many datasets are published, and how many pages that makes (at least one)."""
    total = list_public().count()
    return total, max(1, -(-total // PER_PAGE))


def list_page(number: int) -> list[Dataset]:
    """Return one page of the published datasets, by code."""
    start = (number - 1) * PER_PAGE
    return list(list_public().select_related("organisation").order_by("code")[start : start + PER_PAGE])


def read_mark() -> str:
    """Return what changes whenever the catalog does, for ETags."""
    found = list_public().aggregate(number=Count("id"), changed=Max("changed_at"), revisions=Sum("revision"))
    return f"{found['number']}-{found['changed'] and found['changed'].timestamp()}-{found['revisions']}"

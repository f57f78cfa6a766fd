"""The catalogs elsewhere and what visits to them brought."""

from django.db.models import Count, Q, QuerySet

from rivulus.catalog.models import Dataset, HarvestRun, HarvestSource
from rivulus.catalog.terms import State
from rivulus.kernel import clock


def list_sources() -> QuerySet[HarvestSource]:
    """Return the catalogs elsewhere, by name."""
    return HarvestSource.objects.select_related("organisation").order_by("title", "id")


def list_due_sources() -> QuerySet[HarvestSource]:
    """Return the catalogs whose next visit is due."""
    return HarvestSource.objects.filter(is_active=True, next_at__lte=clock.now()).order_by("next_at", "id")


def find_source(source_id: int) -> HarvestSource | None:
    """Return one catalog elsewhere."""
    return HarvestSource.objects.select_related("organisation").filter(pk=source_id).first()


def find_source_by_code(code: str) -> HarvestSource | None:
    """Return the catalog elsewhere of this code."""
    return HarvestSource.objects.select_related("organisation").filter(code=code).first()


def list_runs(source: HarvestSource) -> QuerySet[HarvestRun]:
    """Return the visits to a catalog, the latest first."""
    return HarvestRun.objects.filter(source=source).order_by("-id")


def count_by_source() -> dict[str, int]:
    """Return how many datasets of each catalog are listed here."""
    rows = Dataset.objects.filter(~Q(harvested_from=""), state=State.PUBLISHED).order_by()
    return dict(rows.values_list("harvested_from").annotate(number=Count("id")))

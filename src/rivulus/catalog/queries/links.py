"""Which addresses elsewhere are to be asked whether they answer."""

from django.db.models import F, Q

from rivulus.catalog.models import Distribution
from rivulus.catalog.terms import State
from rivulus.kernel import clock


def list_due(limit: int) -> list[tuple[int, str]]:
    """Return number and address of what was never asked, or is due again: published datasets only."""
    rows = Distribution.objects.filter(withdrawn_at__isnull=True, dataset__state=State.PUBLISHED).exclude(url="")
    due = rows.filter(Q(link__isnull=True) | Q(link__next_at__lte=clock.now()))
    return list(due.order_by(F("link__next_at").asc(nulls_first=True), "id").values_list("id", "url")[:limit])

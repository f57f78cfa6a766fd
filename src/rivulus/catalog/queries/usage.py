"""How often datasets were looked at and fetched."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum

from rivulus.catalog.models import Usage
from rivulus.kernel import clock

PERIOD = dt.timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Use:
    """How often something happened since a day."""

    views: int = 0
    downloads: int = 0
    questions: int = 0
    since: dt.date | None = None


def get_use(dataset_id: int) -> Use:
    """Return how often a dataset was used in the last ninety days."""
    since = clock.today() - PERIOD
    rows = Usage.objects.filter(dataset=dataset_id, day__gte=since).order_by().values_list("kind")
    counts = dict(rows.annotate(number=Sum("count")))
    return Use(counts.get("view", 0), counts.get("download", 0), counts.get("api", 0), since)


def list_most_used(limit: int = 10) -> Sequence[tuple[int, int]]:
    """Return the datasets fetched most often in the last ninety days: number and count."""
    since = clock.today() - PERIOD
    rows = Usage.objects.filter(day__gte=since, kind__in=["download", "api"]).order_by().values_list("dataset_id")
    return list(rows.annotate(number=Sum("count")).order_by("-number", "dataset_id")[:limit])

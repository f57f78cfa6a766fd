"""How well the datasets of organisations are described, how fresh they are, and which addresses are dead."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Avg, Count, F, Q, QuerySet

from rivulus.catalog.models import Dataset, LinkCheck
from rivulus.catalog.queries.viewing import list_public
from rivulus.catalog.rules.freshness import Freshness, freshness
from rivulus.catalog.terms import Source
from rivulus.catalog.terms.vocabularies import FREQUENCIES
from rivulus.identity.queries import list_organisations
from rivulus.kernel import clock

EXCELLENT = 351


@dataclass(frozen=True, slots=True)
class Standing:
    """How an organisation stands: datasets, mean points, how many are excellent."""

    code: str
    name: str
    datasets: int
    points: float | None
    excellent: int


def list_standings() -> list[Standing]:
    """Return how the organisations that publish stand, the best described first."""
    rows = list_public().order_by().values("organisation")
    figures = rows.annotate(
        number=Count("id"),
        points=Avg("assessment__points"),
        best=Count("id", filter=Q(assessment__points__gte=EXCELLENT)),
    )
    found = {row["organisation"]: row for row in figures}
    standings = [
        Standing(one.code, one.name, found[one.pk]["number"], found[one.pk]["points"], found[one.pk]["best"])
        for one in list_organisations()
        if one.pk in found
    ]
    return sorted(standings, key=lambda one: (-(one.points or 0), one.code))


def list_dead_links(limit: int = 50) -> QuerySet[LinkCheck]:
    """Return addresses elsewhere that do not answer, the longest dead first."""
    rows = LinkCheck.objects.filter(is_alive=False, distribution__withdrawn_at__isnull=True)
    rows = rows.filter(distribution__dataset__in=list_public())
    return rows.select_related("distribution__dataset").order_by("-failures", "distribution_id")[:limit]


def list_late(limit: int = 50) -> list[Dataset]:
    """Return published datasets whose data are older than promised, the oldest first."""
    now, late = clock.now(), Q(pk__in=[])
    for code, rhythm in FREQUENCIES.items():
        if rhythm.days is not None:
            late |= Q(frequency=code, data_changed_at__lt=now - dt.timedelta(days=rhythm.days))
    rows = list_public().exclude(source=Source.LIVE).filter(late).select_related("organisation", "assessment")
    return list(rows.order_by("data_changed_at", "id")[:limit])


def count_fresh(rows: Sequence[tuple[str, dt.datetime | None, str]], now: dt.datetime) -> tuple[int, int]:
    """Return how many datasets keep a rhythm that they promised, and how many promise one: (rhythm, change, source)."""
    states = [freshness(rhythm, changed, now=now, is_live=source == Source.LIVE) for rhythm, changed, source in rows]
    return states.count(Freshness.FRESH), sum(one in {Freshness.FRESH, Freshness.LATE} for one in states)


def list_improvable(limit: int = 20) -> QuerySet[Dataset]:
    """Return the published datasets that are described worst."""
    rows = list_public().filter(harvested_from="").select_related("organisation", "assessment")
    return rows.order_by(F("assessment__points").asc(nulls_first=True), "id")[:limit]

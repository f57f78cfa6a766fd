"""The faults found in the text of the source."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from rivulus.kernel.words import fold
from rivulus.strategy import models
from rivulus.strategy.rules.anomalies import ABOUT_LABELS

ABOUT = tuple(ABOUT_LABELS)


@dataclass(frozen=True, slots=True)
class AnomalyFilter:
    """Which faults are wanted: about a kind of thing, about one thing, holding some words."""

    about: str = ""
    subject: str = ""
    search: str = ""


def list_anomalies(wanted: AnomalyFilter | None = None) -> Sequence[models.Anomaly]:
    """Return the faults, by what they are about; one query."""
    wanted = wanted or AnomalyFilter()
    rows = models.Anomaly.objects.all()
    if wanted.about:
        rows = rows.filter(about=wanted.about)
    if wanted.subject:
        rows = rows.filter(subject=wanted.subject)
    words = [fold(word) for word in wanted.search.split()]
    found = [row for row in rows.order_by("about", "subject", "code") if _holds(row, words)]
    return sorted(found, key=lambda row: (_place_of(row.about), _natural(row.subject), row.pk))


def _holds(row: models.Anomaly, words: list[str]) -> bool:
    if not words:
        return True
    content = fold(f"{row.code} {row.subject} {row.title} {row.description} {row.source_place}")
    return all(word in content for word in words)


def _place_of(about: str) -> int:
    return ABOUT.index(about) if about in ABOUT else len(ABOUT)


def _natural(subject: str) -> list[tuple[int, int, str]]:
    """Sort D1.10 after D1.2."""
    parts = "".join(sign if sign.isdigit() else f" {sign} " for sign in subject).split()
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts]


def list_general_anomalies(about: str) -> QuerySet[models.Anomaly]:
    """Return the faults about a kind of thing as a whole."""
    return models.Anomaly.objects.filter(about=about, subject="").order_by("id")


def map_anomalies(about: str, *, subject: str = "") -> dict[str, tuple[models.Anomaly, ...]]:
    """Return the faults about each thing of a kind, by its code; one query."""
    rows = models.Anomaly.objects.filter(about=about).exclude(subject="").order_by("id")
    if subject:
        rows = rows.filter(subject=subject)
    found: dict[str, tuple[models.Anomaly, ...]] = {}
    for row in rows:
        found[row.subject] = (*found.get(row.subject, ()), row)
    return found


def count_by_about() -> dict[str, int]:
    """Return how many faults there are about each kind of thing, in the order of :data:`ABOUT`."""
    rows = models.Anomaly.objects.order_by().values("about").annotate(number=Count("id"))
    counted = dict(rows.values_list("about", "number"))
    return {about: counted[about] for about in (*ABOUT, *counted) if about in counted}

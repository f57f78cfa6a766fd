"""The interactive strategy: pillars with their path, their directions and what these answer to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum

from rivulus.strategy import models
from rivulus.strategy.queries.matrix import Cell, Column, Matrix

PERIODS = ("2022", "2024", "2027", "2030", "2030+")


@dataclass(frozen=True, slots=True)
class Period:
    """What a pillar has, or was promised, in one period of its path."""

    name: str
    levels: tuple[int, ...]
    steps: tuple[models.PathStep, ...]


@dataclass(frozen=True, slots=True)
class DirectionSums:
    """A direction with the number of its projects and the money that chapter 5 states for them, in euros.

    ``once`` adds up amounts spent once, ``yearly`` amounts of every year; ``unstated`` counts projects without either.
    """

    direction: models.Direction
    projects: int
    once: Decimal
    yearly: Decimal
    unstated: int


def list_periods(pillar: models.Pillar) -> list[Period]:
    """Return the path of a pillar, period by period; periods of which nothing is said are left out."""
    steps = list(models.PathStep.objects.filter(pillar=pillar).order_by("order", "id"))
    periods = []
    for name in PERIODS:
        own = tuple(step for step in steps if step.period == name)
        if own:
            levels = tuple(sorted({step.level for step in own if step.level is not None}))
            periods.append(Period(name, levels, own))
    return periods


def list_direction_sums(pillar: models.Pillar | None = None) -> list[DirectionSums]:
    """Return the directions (of one pillar, or all) with their sums. One query."""
    stated = Q(projects__value_eur__isnull=False)
    rows = models.Direction.objects.select_related("pillar").annotate(
        number=Count("projects"),
        once=Sum("projects__value_eur", filter=stated & ~Q(projects__value_rhythm="yearly")),
        yearly=Sum("projects__value_eur", filter=stated & Q(projects__value_rhythm="yearly")),
        without=Count("projects", filter=~stated),
    )
    if pillar is not None:
        rows = rows.filter(pillar=pillar)
    return [
        DirectionSums(row, row.number, row.once or Decimal(0), row.yearly or Decimal(0), row.without)
        for row in rows.order_by("pillar__order", "order", "id")
    ]


def list_umbrella(pillar: models.Pillar | None = None) -> QuerySet[models.UmbrellaLink]:
    """Return which documents the directions answer to, local documents first."""
    links = models.UmbrellaLink.objects.filter(withdrawn=False)
    if pillar is not None:
        links = links.filter(direction__pillar=pillar)
    return links.select_related("direction", "document", "objective").order_by(
        "direction__pillar__order", "direction__order", "document_id", F("objective__order").asc(nulls_first=True), "id"
    )


def list_anomalies_about(*subjects: tuple[str, Sequence[str]]) -> QuerySet[models.Anomaly]:
    """Return the faults of the source about things, given as (kind, codes)."""
    wanted = Q(pk__in=[])
    for about, codes in subjects:
        wanted |= Q(about=about, subject__in=codes)
    return models.Anomaly.objects.filter(wanted).order_by("about", "subject", "code")


def list_documents() -> QuerySet[models.Document]:
    """Return the documents with the objectives of theirs that are known, in the order of the source."""
    objectives = models.DocumentObjective.objects.order_by("order", "id")
    links = Count("umbrella_links", filter=Q(umbrella_links__withdrawn=False), distinct=True)
    return (
        models.Document.objects.annotate(links=links)
        .prefetch_related(Prefetch("objectives", queryset=objectives, to_attr="known_objectives"))
        .order_by("id")
    )


def list_structure() -> QuerySet[models.StructurePart]:
    """Return the parts of the unit, parents before their parts."""
    return models.StructurePart.objects.select_related("parent").order_by("parent__order", "order", "id")


def list_helix() -> QuerySet[models.HelixGroup]:
    """Return the four groups of actors."""
    return models.HelixGroup.objects.order_by("order", "id")


def list_consultation() -> QuerySet[models.ConsultationResult]:
    """Return the answers of the questionnaire of 2022, question by question."""
    return models.ConsultationResult.objects.order_by("order", "id")


def list_visions() -> QuerySet[models.Vision]:
    """Return the vision for 2030 and its faces."""
    return models.Vision.objects.order_by("order", "id")


@dataclass(frozen=True, slots=True)
class Gap:
    """What keeps a pillar from its next level: the criteria of it that are not met yet."""

    pillar: models.Pillar
    next_level: int
    cells: tuple[Cell, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of the missing criteria."""
        return tuple(cell.code for cell in self.cells)


def list_gaps(matrix: Matrix) -> list[Gap]:
    """Return what each pillar lacks for its next level, the smallest gap first."""
    gaps = [gap for column in matrix.columns if (gap := _gap(column)) is not None]
    return sorted(gaps, key=lambda gap: (len(gap.codes), gap.pillar.order))


def _gap(column: Column) -> Gap | None:
    if not column.now.total:
        return None
    level = column.now.level + 1
    return Gap(column.pillar, level, tuple(cell for cell in column.cells[level] if not cell.is_met))

"""Declarations: those that wait for a second person, and all that were made."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q, QuerySet

from rivulus.strategy import models
from rivulus.strategy.queries.demonstration import shown
from rivulus.strategy.terms import Basis, Verdict


class Outcome(StrEnum):
    """What became of a declaration."""

    WAITING = "waiting"
    COUNTS = "counts"
    REFUSED = "refused"
    DEMONSTRATION = "demonstration"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class AssessmentFilter:
    """Which declarations are wanted; what is empty does not narrow."""

    outcome: Outcome = Outcome.WAITING
    pillar: str = ""
    criterion: str = ""


def list_declarations(wanted: AssessmentFilter) -> QuerySet[models.Assessment]:
    """Return the declarations wanted, the newest first, with criterion, persons and decision. One query."""
    rows = shown(models.Assessment.objects.filter(basis=Basis.DECLARED))
    if wanted.pillar:
        rows = rows.filter(criterion__pillar__code=wanted.pillar)
    if wanted.criterion:
        rows = rows.filter(criterion__code=wanted.criterion)
    return (
        _of_outcome(rows, wanted.outcome)
        .select_related("criterion__pillar", "declared_by", "decision__decided_by")
        .order_by("-declared_at", "-id")
    )


def get_declaration(pk: int) -> models.Assessment:
    """Return one declaration or raise ``Assessment.DoesNotExist``."""
    rows = shown(models.Assessment.objects.filter(basis=Basis.DECLARED))
    return rows.select_related("criterion__pillar", "declared_by", "decision__decided_by").get(pk=pk)


def count_waiting() -> int:
    """Return how many declarations wait for a second person; demonstrations are not counted."""
    return _of_outcome(models.Assessment.objects.filter(basis=Basis.DECLARED), Outcome.WAITING).count()


def _of_outcome(rows: QuerySet[models.Assessment], outcome: Outcome) -> QuerySet[models.Assessment]:
    real = rows.filter(is_demonstration=False)
    match outcome:
        case Outcome.WAITING:
            return real.filter(needs_confirmation=True, decision__isnull=True)
        case Outcome.COUNTS:
            return real.filter(Q(needs_confirmation=False) | Q(decision__verdict=Verdict.CONFIRMED))
        case Outcome.REFUSED:
            return real.filter(decision__verdict=Verdict.REFUSED)
        case Outcome.DEMONSTRATION:
            return rows.filter(is_demonstration=True)
    return rows

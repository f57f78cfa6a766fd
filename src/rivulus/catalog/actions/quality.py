"""Assessing descriptions, and noting whether addresses elsewhere answer."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from rivulus.catalog.models import Assessment, Dataset, Distribution, LinkCheck
from rivulus.catalog.queries.ways import as_described, list_ways_of
from rivulus.catalog.rules.links import next_check
from rivulus.catalog.rules.quality import assess
from rivulus.catalog.terms import State
from rivulus.kernel import clock

if TYPE_CHECKING:
    from rivulus.identity.models import Person

BATCH = 500
FIELDS = ["points", "dimensions", "missing", "revision", "made_at"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address said when it was asked."""

    distribution: int
    status: int | None
    is_alive: bool
    why: str = ""


def assess_all(*, by: "Person | None" = None) -> int:
    """Assess every published dataset, a part at a time, and return how many scores are new.

    Not journaled: a score follows from what is said, and what is said has its lines.
    """
    codes = Dataset.objects.filter(state=State.PUBLISHED).order_by("id").values_list("id", flat=True)
    numbers, changed = list(codes), 0
    for start in range(0, len(numbers), BATCH):
        changed += assess_some(by=by, numbers=numbers[start : start + BATCH])
    return changed


@transaction.atomic
def assess_some(*, by: "Person | None" = None, numbers: list[int]) -> int:
    """Assess some datasets and return how many scores are new."""
    rows = list(Dataset.objects.filter(pk__in=numbers).select_related("assessment").order_by("id"))
    ways, now, changed = list_ways_of(rows), clock.now(), []
    for row in rows:
        score = assess(as_described(row, ways[row.pk]))
        missing = [[one.code, one.points] for one in score.missing]
        kept = getattr(row, "assessment", None)
        if kept is None or (kept.points, kept.dimensions, kept.missing) != (score.points, score.dimensions, missing):
            changed.append(
                Assessment(
                    dataset=row,
                    points=score.points,
                    dimensions=score.dimensions,
                    missing=missing,
                    revision=row.revision,
                    made_at=now,
                )
            )
    Assessment.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["dataset"], update_fields=FIELDS, batch_size=BATCH
    )
    return len(changed)


@transaction.atomic
def note_answers(*, by: "Person | None" = None, answers: list[Answer], at: dt.datetime | None = None) -> int:
    """Note what addresses said, and when to ask again: the longer one is dead, the more seldom. Not journaled."""
    now = at or clock.now()
    there = set(Distribution.objects.filter(pk__in=[one.distribution for one in answers]).values_list("pk", flat=True))
    kept = LinkCheck.objects.in_bulk(list(there))
    rows = []
    for answer in answers:
        if answer.distribution not in there:
            continue
        before = kept.get(answer.distribution)
        failures = 0 if answer.is_alive else (before.failures if before is not None else 0) + 1
        rows.append(
            LinkCheck(
                distribution_id=answer.distribution,
                status=answer.status,
                is_alive=answer.is_alive,
                why=answer.why[:300],
                failures=failures,
                checked_at=now,
                next_at=next_check(now, failures, seed=answer.distribution),
            )
        )
    fields = ["status", "is_alive", "why", "failures", "checked_at", "next_at"]
    LinkCheck.objects.bulk_create(rows, update_conflicts=True, unique_fields=["distribution"], update_fields=fields)
    return len(rows)

"""The snapshot of an evaluation and its printed report."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ROUNDS = 3
LANGUAGE = "ro"


@dataclass(frozen=True, slots=True)
class ReportTimes:
    """Medians in seconds, and sizes."""

    scale: int
    criteria: int
    projects: int
    snapshot_s: float
    pdf_s: float
    pages: int
    pdf_bytes: int


def measure_report(scale: int) -> ReportTimes:
    """Measure the building of a snapshot, and of its PDF, at that many times the city.

    Needs Django and a database with the pack of facts, which is left as it was: what is added for a larger city (its
    criteria, indicators and projects once more, with codes of their own) is rolled back.
    """
    from django.db import transaction

    from rivulus.kernel import clock
    from rivulus.strategy.presenters import annual
    from rivulus.strategy.queries.snapshot import build_content
    from rivulus.strategy.rules.evaluations import digest
    from rivulus.strategy.terms import EvaluationKind

    day = clock.today()

    def snapshot() -> dict[str, Any]:
        made = build_content(kind=EvaluationKind.ANNUAL, at=day, title=str(day.year), note="")
        digest(made)
        return made

    with transaction.atomic():
        for number in range(1, scale):
            add_another_city(number)
        snapshot_s, content = _median(snapshot)
        transaction.set_rollback(True)
    pdf_s, pdf = _median(lambda: annual.build_pdf(content, language=LANGUAGE))
    return ReportTimes(
        scale=scale,
        criteria=len(content["criteria"]),
        projects=len(content["projects"]),
        snapshot_s=snapshot_s,
        pdf_s=pdf_s,
        pages=annual.count_pages(pdf),
        pdf_bytes=len(pdf),
    )


def add_another_city(number: int) -> None:
    """Add every criterion with its state, every indicator with its values, and every project once more."""
    from rivulus.strategy import models

    criteria = models.Criterion.objects.order_by("pk").filter(code__regex="^[A-Z]")
    _copy(criteria, f"{number}-", {"assessments": "criterion"}, ladder=None, step=None)
    indicators = models.Indicator.objects.order_by("pk").filter(code__regex="^[A-Z]")
    _copy(indicators, f"{number}-", {"values": "indicator"}, repeats=None)
    projects = models.Project.objects.order_by("pk").filter(code__regex="^[A-Z]")
    _copy(projects, f"{number}-", {}, shift=100 * number)


def _copy(rows: Any, prefix: str, parts: dict[str, str], *, shift: int = 0, **changed: object) -> None:
    for position, row in enumerate(list(rows)):
        children = [(name, child) for name in parts for child in getattr(row, name).all()]
        row.pk, row.code = None, f"{prefix}{position}"
        if shift:
            row.number += shift
        for name, value in changed.items():
            setattr(row, name, value)
        row._state.adding = True
        row.save(force_insert=True)
        for name, child in children:
            child.pk, child._state.adding = None, True
            setattr(child, parts[name], row)
            child.save(force_insert=True)


def report_part(scale: int) -> None:
    """Print how long the snapshot and the report take."""
    found = measure_report(scale)
    print(f"Report, {scale}×: {found.criteria} criteria, {found.projects} projects")
    print(f"  snapshot with its digest: {found.snapshot_s:.2f} s")
    print(f"  PDF/A: {found.pdf_s:.2f} s, {found.pages} pages, {found.pdf_bytes / 1e6:.1f} MB")


def _median[Thing](make: Callable[[], Thing]) -> tuple[float, Thing]:
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        made = make()
        times.append(time.perf_counter() - begin)
    return statistics.median(times), made

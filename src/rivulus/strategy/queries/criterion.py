"""One criterion opened down to its evidence: ladder, statements, measurements, projects, faults of the source."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q, QuerySet

from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.queries import matrix, projects, readings
from rivulus.strategy.queries.demonstration import shown
from rivulus.strategy.rules import assessments
from rivulus.strategy.rules import matrix as rules
from rivulus.strategy.rules.matrix import Standing
from rivulus.strategy.rules.projects import STATUS_OF_MATURITY
from rivulus.strategy.terms import Basis, Effect, Status, Verdict


class Place(StrEnum):
    """Where a statement stands among the others about its criterion."""

    IN_FORCE = "in_force"
    EARLIER = "earlier"
    CORRECTED = "corrected"
    OUTRANKED = "outranked"
    LATER = "later"
    WAITING = "waiting"
    REFUSED = "refused"
    DEMONSTRATION = "demonstration"


@dataclass(frozen=True, slots=True)
class Statement:
    """Something said of a criterion, with the second person's word where there is one, and its place."""

    row: models.Assessment
    decision: models.AssessmentDecision | None
    place: Place


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the criterion's ladder, and how it stands."""

    criterion: models.Criterion
    standing: Standing
    is_here: bool


@dataclass(frozen=True, slots=True)
class LinkedProject:
    """A project that would move the criterion, by interpretation."""

    link: models.ProjectCriterion
    project: models.Project
    status: Status
    percent: int | None
    effect: Effect


@dataclass(frozen=True, slots=True)
class CriterionView:
    """All that the page of a criterion shows, as of a day.

    ``evidence`` is the statement in force behind the present state: its own, or that of the step which implies it.
    """

    criterion: models.Criterion
    at: dt.date
    standing: Standing
    own: Standing
    evidence: models.Assessment | None
    steps: tuple[Step, ...]
    statements: tuple[Statement, ...]
    speaking: tuple[readings.Speaking, ...]
    linked: tuple[LinkedProject, ...]
    withdrawn_projects: tuple[models.ProjectCriterion, ...]
    withdrawn_probes: tuple[models.CriterionProbe, ...]
    anomalies: tuple[models.Anomaly, ...]
    previous: str | None
    following: str | None


def get_criterion(code: str) -> models.Criterion:
    """Return a criterion or raise ``Criterion.DoesNotExist``."""
    return models.Criterion.objects.select_related("pillar", "ladder").get(code=code)


def get_criterion_view(code: str, at: dt.date | None = None) -> CriterionView:
    """Return a criterion as of ``at`` (today when None), or raise ``Criterion.DoesNotExist``. Twelve queries at most."""
    day = at or clock.today()
    criterion = get_criterion(code)
    ladder = list(_list_ladder(criterion))
    own, standings = _standings(day, ladder)
    standing = standings[code]
    in_force = {row.criterion_id: row for row in matrix.list_in_force(day).filter(criterion__in=ladder)}
    source = next((c for c in ladder if c.code == standing.implied_by), criterion)
    links = list(_list_project_links(criterion))
    probe_links = list(_list_probe_links(criterion))
    previous, following = _neighbours(code)
    return CriterionView(
        criterion=criterion,
        at=day,
        standing=standing,
        own=own[code],
        evidence=in_force.get(source.pk),
        steps=tuple(Step(c, standings[c.code], c.code == code) for c in ladder) if criterion.ladder else (),
        statements=list_statements(criterion, day, in_force.get(criterion.pk)),
        speaking=readings.list_speaking(
            [link for link in probe_links if not link.withdrawn], before=matrix.end_of(day)
        ),
        linked=_linked([link for link in links if not link.withdrawn]),
        withdrawn_projects=tuple(link for link in links if link.withdrawn),
        withdrawn_probes=tuple(link for link in probe_links if link.withdrawn),
        anomalies=tuple(_list_anomalies(criterion)),
        previous=previous,
        following=following,
    )


def list_statements(
    criterion: models.Criterion, day: dt.date, in_force: models.Assessment | None
) -> tuple[Statement, ...]:
    """Return everything ever said of a criterion, the latest first, and what became of it. One query."""
    rows = list(
        shown(models.Assessment.objects.filter(criterion=criterion))
        .select_related("declared_by", "decision__decided_by")
        .order_by("-valid_from", "-id")
    )
    latest: dict[tuple[str, dt.date], int] = {}
    for row in rows:
        if _counts(row):
            key = (row.basis, row.valid_from)
            latest[key] = max(latest.get(key, 0), row.pk)
    return tuple(Statement(row, _decision(row), _place(row, day, in_force, latest)) for row in rows)


def list_measurements(criterion: models.Criterion) -> QuerySet[models.Measurement]:
    """Return every change of a probe's answer to a criterion, the latest first."""
    return (
        models.Measurement.objects.filter(criterion=criterion).select_related("reading", "link").order_by("-at", "-id")
    )


def _place(
    row: models.Assessment, day: dt.date, in_force: models.Assessment | None, latest: dict[tuple[str, dt.date], int]
) -> Place:
    decision = _decision(row)
    if row.is_demonstration:
        return Place.DEMONSTRATION
    if decision is not None and decision.verdict == Verdict.REFUSED:
        return Place.REFUSED
    if not _counts(row):
        return Place.WAITING
    if row.pk != latest[row.basis, row.valid_from]:
        return Place.CORRECTED
    if row.valid_from > day:
        return Place.LATER
    if in_force is not None and row.pk == in_force.pk:
        return Place.IN_FORCE
    return Place.EARLIER if in_force is not None and in_force.basis == row.basis else Place.OUTRANKED


def _counts(row: models.Assessment) -> bool:
    decision = _decision(row)
    return assessments.counts(
        basis=Basis(row.basis),
        needs_second=row.needs_confirmation,
        verdict=Verdict(decision.verdict) if decision else None,
        is_demonstration=row.is_demonstration,
    )


def _decision(row: models.Assessment) -> models.AssessmentDecision | None:
    return getattr(row, "decision", None)


def _standings(day: dt.date, ladder: list[models.Criterion]) -> tuple[dict[str, Standing], dict[str, Standing]]:
    """Return how each step stands by itself, and with what higher steps prove."""
    stated, measured = matrix.stated_at(day), matrix.measured_at(day)
    own = {c.code: rules.standing(stated.get(c.code), measured.get(c.code, ())) for c in ladder}
    return own, rules.climb(matrix.facts_of(ladder), own)


def _list_ladder(criterion: models.Criterion) -> QuerySet[models.Criterion]:
    """Return the steps of the criterion's ladder, the highest first; the criterion alone when it is on none."""
    all_of_them = models.Criterion.objects.select_related("pillar", "ladder")
    if criterion.ladder is None:
        return all_of_them.filter(pk=criterion.pk)
    return all_of_them.filter(ladder=criterion.ladder).order_by("-step", "id")


def _list_probe_links(criterion: models.Criterion) -> QuerySet[models.CriterionProbe]:
    return models.CriterionProbe.objects.filter(criterion=criterion).select_related("edited_by").order_by("probe", "id")


def _list_project_links(criterion: models.Criterion) -> QuerySet[models.ProjectCriterion]:
    return (
        models.ProjectCriterion.objects.filter(criterion=criterion)
        .select_related("project", "edited_by")
        .order_by(
            "-effect",
            "project__direction__pillar__order",
            "project__direction__order",
            "project__number",
            "id",
        )
    )


def _linked(links: list[models.ProjectCriterion]) -> tuple[LinkedProject, ...]:
    """Return linked projects with what was last reported of them. One query."""
    reports = (
        projects.list_counting_reports()
        .filter(project__in=[link.project_id for link in links])
        .order_by("project_id", "-year", "-half", "-id")
        .distinct("project_id")
        .values_list("project_id", "status", "percent")
    )
    reported = {project: (Status(status), percent) for project, status, percent in reports}
    return tuple(
        LinkedProject(
            link, link.project, *reported.get(link.project_id, _unreported(link.project)), Effect(link.effect)
        )
        for link in links
    )


def _unreported(project: models.Project) -> tuple[Status, int | None]:
    return STATUS_OF_MATURITY[project.maturity], None


def _list_anomalies(criterion: models.Criterion) -> QuerySet[models.Anomaly]:
    about = Q(about="criterion", subject=criterion.code) | Q(about="matrix", subject=criterion.code)
    return models.Anomaly.objects.filter(about).order_by("code")


def _neighbours(code: str) -> tuple[str | None, str | None]:
    codes = list(matrix.list_criteria().values_list("code", flat=True))
    place = codes.index(code)
    return codes[place - 1] if place else None, codes[place + 1] if place + 1 < len(codes) else None

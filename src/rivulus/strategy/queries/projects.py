"""The portfolio: projects with what was last reported of them, found by words and filters, in one query."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Exists, F, Func, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable, OrderBy
from django.db.models.functions import Coalesce, Concat

from rivulus.kernel import clock
from rivulus.kernel.words import fold
from rivulus.strategy import models
from rivulus.strategy.queries.demonstration import shown
from rivulus.strategy.rules import projects as rules
from rivulus.strategy.rules.projects import HalfYear
from rivulus.strategy.terms import Actor, Status

# The letters of the three languages and their neighbours; PostgreSQL folds them without any extension.
ACCENTED = "ăâîșşțţáàäéèëíìïóòöőôúùüűûçñĂÂÎȘŞȚŢÁÀÄÉÈËÍÌÏÓÒÖŐÔÚÙÜŰÛÇÑ"
PLAIN = "aaissttaaaeeeiiiooooouuuuucnAAISSTTAAAEEEIIIOOOOOUUUUUCN"
NO_PERIOD = HalfYear(0, 1)


class Order(StrEnum):
    """How a list of projects may be ordered; a leading minus turns it round. Unknown values come last."""

    CODE = "code"
    CODE_DOWN = "-code"
    VALUE = "value"
    VALUE_DOWN = "-value"
    HORIZON = "horizon"
    HORIZON_DOWN = "-horizon"
    PERCENT = "percent"
    PERCENT_DOWN = "-percent"


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """Which projects are wanted; what is empty or None does not narrow."""

    q: str = ""
    pillar: str = ""
    direction: str = ""
    status: str = ""
    priority: str = ""
    funding: str = ""
    year_from: int | None = None
    year_to: int | None = None
    value_min: Decimal | None = None
    value_max: Decimal | None = None
    order: Order = Order.CODE


EVERYTHING = ProjectFilter()


def list_projects(wanted: ProjectFilter = EVERYTHING, *, before: HalfYear | None = None) -> QuerySet[models.Project]:
    """Return the projects wanted, each with its direction, its pillar and these annotations:

    ``current_status`` (a value of :class:`Status`: reported, else from the maturity that chapter 5 prints) and the
    latest counting report: ``latest_year``, ``latest_half``, ``latest_status``, ``latest_percent`` and
    ``latest_spent_eur`` (None where nobody has reported). One query.
    """
    found = with_latest(models.Project.objects.select_related("direction__pillar"), before=before)
    return found.filter(_condition(wanted)).order_by(*_order(wanted.order))


def get_project(code: str) -> models.Project:
    """Return one project with the annotations of :func:`list_projects`, or raise ``Project.DoesNotExist``."""
    return with_latest(models.Project.objects.select_related("direction__pillar")).get(code=code)


def with_latest(projects: QuerySet[models.Project], *, before: HalfYear | None = None) -> QuerySet[models.Project]:
    """Annotate projects with their latest counting report (of a half-year before ``before``, when given)."""
    reports = list_counting_reports().filter(project=OuterRef("pk")).order_by("-year", "-half", "-id")
    if before is not None:
        reports = reports.filter(_earlier(before))
    latest = {
        f"latest_{name}": Subquery(reports.values(name)[:1])
        for name in ("year", "half", "status", "percent", "spent_eur")
    }
    return projects.annotate(**latest).annotate(current_status=Coalesce(F("latest_status"), _status_of_maturity()))


def find_projects(wanted: ProjectFilter = EVERYTHING) -> QuerySet[models.Project]:
    """Return the projects wanted, bare and in no order: what sums are made of."""
    projects = models.Project.objects.filter(_condition(replace(wanted, status="")))
    if wanted.status:
        reports = list_counting_reports().filter(project=OuterRef("pk")).order_by("-year", "-half", "-id")
        status = Coalesce(Subquery(reports.values("status")[:1]), _status_of_maturity())
        standing = models.Project.objects.annotate(current_status=status).filter(Q(current_status=wanted.status))
        projects = projects.filter(pk__in=standing.values("pk"))
    return projects


def list_counting_reports() -> QuerySet[models.ProgressReport]:
    """Return the reports that say something of the city: demonstrations never do."""
    return models.ProgressReport.objects.filter(is_demonstration=False)


def list_directions() -> QuerySet[models.Direction]:
    """Return the directions of action, pillar by pillar."""
    return models.Direction.objects.select_related("pillar").order_by("pillar__order", "order", "id")


def list_funding_sources() -> QuerySet[models.FundingSource]:
    """Return the possible sources of money, in the order of the alphabet of their codes."""
    return models.FundingSource.objects.order_by("code")


def list_funding_of(project: models.Project) -> QuerySet[models.FundingSource]:
    """Return the sources that chapter 5 names for a project."""
    return project.funding.order_by("code")


def list_criterion_links(project: models.Project) -> QuerySet[models.ProjectCriterion]:
    """Return the criteria that a project would move, by interpretation, from the first level up."""
    links = models.ProjectCriterion.objects.filter(project=project, withdrawn=False)
    return links.select_related("criterion__pillar").order_by(
        "criterion__pillar__order", "criterion__level", "criterion__order", "id"
    )


def list_anomalies(project: models.Project) -> QuerySet[models.Anomaly]:
    """Return the faults of the source about a project and about its direction."""
    about = Q(about="project", subject=project.code) | Q(about="direction", subject=project.direction.code)
    return models.Anomaly.objects.filter(about).order_by("about", "code").reverse()


def list_members(project: models.Project) -> QuerySet[models.ProjectMember]:
    """Return the present team of a project, the longest-serving first."""
    return _present_members().filter(project=project).select_related("person").order_by("since", "id")


def count_by_status() -> dict[Status, int]:
    """Return how many projects stand in each status now. One query, whatever their number."""
    rows = with_latest(models.Project.objects.order_by()).values_list("current_status")  # type: ignore[misc]  # annotated above
    counted: Counter[str] = Counter(status for (status,) in rows)
    return {Status(status): number for status, number in counted.items()}


def _present_members() -> QuerySet[models.ProjectMember]:
    return shown(models.ProjectMember.objects.filter(until__isnull=True), told_by="person")


def list_projects_of(person: Any) -> QuerySet[models.Project]:
    """Return the projects whose team a person belongs to now, with the annotations of :func:`list_projects`."""
    present = _present_members().filter(person_id=person.pk)
    return list_projects().filter(pk__in=present.values("project_id"))


def is_member(project: models.Project, person: Actor) -> bool:
    """Tell whether somebody belongs to the team of a project now."""
    return list_members(project).filter(person_id=person.id).exists()


@dataclass(frozen=True, slots=True)
class Late:
    """A project that owes the report of the half-year that ended last."""

    project: models.Project
    period: HalfYear
    due: dt.date
    days_late: int
    members: tuple[models.ProjectMember, ...]

    @property
    def is_late(self) -> bool:
        """Tell whether the due date has passed."""
        return self.days_late > 0


def list_owing(*, today: dt.date | None = None, pillar: str = "") -> list[Late]:
    """Return the projects that owe the report of the half-year that ended last, in the order of the portfolio.

    Whether a project owes one is decided by its status before that half-year was reported. Two queries.
    """
    day = today or clock.today()
    period = rules.last_ended(day)
    members = _present_members().select_related("person").order_by("since", "id")
    reported = list_counting_reports().filter(project=OuterRef("pk"), year=period.year, half=period.half)
    running = [str(status) for status in sorted(rules.RUNNING)]
    projects = (
        list_projects(ProjectFilter(pillar=pillar), before=period)
        .filter(~Exists(reported), Q(current_status__in=running))
        .prefetch_related(Prefetch("members", queryset=members, to_attr="present_members"))
    )
    late = (day - period.due).days
    return [Late(p, period, period.due, late, tuple(p.present_members)) for p in projects]


class Folded(Func):
    """Words without accents and capitals, as :func:`rivulus.kernel.words.fold` makes them."""

    template = f"lower(translate(%(expressions)s, '{ACCENTED}', '{PLAIN}'))"
    output_field = CharField()


def _condition(wanted: ProjectFilter) -> Q:
    condition = _words(wanted.q)
    plain: dict[str, object] = {
        "direction__pillar__code": wanted.pillar,
        "direction__code": wanted.direction,
        "current_status": wanted.status,
        "priority": wanted.priority,
        "horizon_year__gte": wanted.year_from,
        "horizon_year__lte": wanted.year_to,
        "value_eur__gte": wanted.value_min,
        "value_eur__lte": wanted.value_max,
    }
    for lookup, value in plain.items():
        if value not in ("", None):
            condition &= Q(**{lookup: value})
    if wanted.funding:
        through = models.Project.funding.through.objects.filter(fundingsource__code=wanted.funding)
        condition &= Q(pk__in=through.values("project_id"))
    return condition


def _words(q: str) -> Q:
    """All words must stand somewhere in the code, the title in any language, or the responsible."""
    condition = Q()
    text = Folded(_joined("code", "title_ro", "title_en", "title_hu", "responsible"))
    for word in fold(q).split():
        matching = models.Project.objects.annotate(folded=text).filter(folded__contains=word)
        condition &= Q(pk__in=matching.order_by().values("pk"))
    return condition


def _joined(*names: str) -> Combinable:
    parts: list[Combinable] = []
    for name in names:
        parts += [Coalesce(F(name), Value("")), Value(" ")]
    return Concat(*parts, output_field=CharField())


def _order(order: Order) -> tuple[OrderBy, ...]:
    down = order.startswith("-")
    column = {"value": "value_eur", "horizon": "horizon_year", "percent": "latest_percent"}.get(order.lstrip("-"))
    printed = ("direction__code", "number", "pk")
    if column is None:
        return tuple(F(name).desc() if down else F(name).asc() for name in printed)
    first = F(column).desc(nulls_last=True) if down else F(column).asc(nulls_last=True)
    return (first, *(F(name).asc() for name in printed))


def _status_of_maturity() -> Case:
    whens = [When(maturity=maturity, then=Value(str(status))) for maturity, status in rules.STATUS_OF_MATURITY.items()]
    return Case(*whens, default=Value(str(Status.IDEA)), output_field=CharField())


def _earlier(period: HalfYear) -> Q:
    return Q(year__lt=period.year) | Q(year=period.year, half__lt=period.half)

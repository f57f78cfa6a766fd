"""What the forecast is made of: criteria and how they stand, projects with their reports, and what joins them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.queries import matrix
from rivulus.strategy.queries.demonstration import runs, shown
from rivulus.strategy.rules import matrix as matrix_rules
from rivulus.strategy.rules.forecast import Forecast, Progress, ProjectFact
from rivulus.strategy.rules.matrix import CriterionFact
from rivulus.strategy.rules.projects import STATUS_OF_MATURITY, HalfYear
from rivulus.strategy.terms import Effect, Status

Links = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """A criterion in the reader's language."""

    code: str
    pillar: str
    text: str


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project in the reader's language, with what chapter 5 prints of its value and its year."""

    code: str
    title: str
    maturity: str
    value_eur: Decimal | None
    value_rhythm: str
    horizon_year: int | None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The matrix now and the projects, with the rows behind their codes."""

    pillars: Mapping[str, models.Pillar]
    criteria: Mapping[str, CriterionRow]
    projects: Mapping[str, ProjectRow]
    facts: tuple[CriterionFact, ...]
    met: frozenset[str]
    progress: Mapping[str, Progress]
    meets: Links
    contributes: Links

    def status_of(self, project: ProjectRow) -> Status:
        """Return the status last reported, or what the printed maturity is taken to be."""
        progress = self.progress.get(project.code)
        return progress.status if progress else STATUS_OF_MATURITY.get(project.maturity, Status.IDEA)


@dataclass(frozen=True, slots=True)
class Expected:
    """The forecast, and the portfolio it was worked out from."""

    portfolio: Portfolio
    forecast: Forecast
    has_demonstrations: bool


def get_forecast(*, today: dt.date | None = None, with_demonstrations: bool = False) -> Expected:
    """Return the forecast of a day (today when None). Nine queries, whatever the number of projects."""
    day = today or clock.today()
    portfolio = get_portfolio(today=day, with_demonstrations=with_demonstrations)
    projects = [
        ProjectFact(
            code=p.code,
            horizon_year=p.horizon_year,
            is_finished=portfolio.status_of(p) is Status.DONE,
            progress=portfolio.progress.get(p.code),
        )
        for p in portfolio.projects.values()
    ]
    forecast = Forecast(portfolio.facts, portfolio.met, projects, portfolio.meets, day)
    return Expected(portfolio, forecast, has_demonstration_reports())


def get_portfolio(*, today: dt.date | None = None, with_demonstrations: bool = False) -> Portfolio:
    """Return the matrix and the projects as of a day (today when None). Eight queries."""
    day = today or clock.today()
    criteria = list_criteria()
    facts = [fact for _, fact in criteria]
    met = matrix_rules.counted_as_met(facts, matrix.standings_at(day, facts))
    meets, contributes = list_links()
    return Portfolio(
        pillars={p.code: p for p in matrix.list_pillars()},
        criteria={row.code: row for row, _ in criteria},
        projects={p.code: p for p in list_projects()},
        facts=tuple(facts),
        met=met,
        progress=list_progress(with_demonstrations=with_demonstrations),
        meets=meets,
        contributes=contributes,
    )


def list_criteria() -> list[tuple[CriterionRow, CriterionFact]]:
    """Return the criteria, pillar by pillar, from the first level up: their words, and what the rules need."""
    rows = models.Criterion.objects.order_by("pillar__order", "level", "order", "id").values_list(
        "code", "pillar__code", "text", "level", "ladder__code", "step"
    )
    return [
        (CriterionRow(code, pillar, text), CriterionFact(code, pillar, level, ladder, step))
        for code, pillar, text, level, ladder, step in rows
    ]


def list_projects() -> list[ProjectRow]:
    """Return the projects in the order of chapter 5."""
    rows = models.Project.objects.order_by("direction__pillar__order", "direction__order", "number", "id").values_list(
        "code", "title", "maturity", "value_eur", "value_rhythm", "horizon_year"
    )
    return [ProjectRow(*row) for row in rows]


def list_links() -> tuple[Links, Links]:
    """Return, for each criterion, the projects that would satisfy it and those that would only help."""
    rows = (
        models.ProjectCriterion.objects.filter(withdrawn=False)
        .order_by("id")
        .values_list("criterion__code", "project__code", "effect")
    )
    found: dict[Effect, dict[str, set[str]]] = {effect: {} for effect in Effect}
    for criterion, project, effect in rows:
        found[Effect(effect)].setdefault(criterion, set()).add(project)
    meets, contributes = (
        {criterion: frozenset(projects) for criterion, projects in found[effect].items()}
        for effect in (Effect.MEETS, Effect.CONTRIBUTES)
    )
    return meets, contributes


def list_progress(*, with_demonstrations: bool = False) -> dict[str, Progress]:
    """Return what the first and the last report of each project say. Two queries."""
    reports = shown(models.ProgressReport.objects.all())
    if not with_demonstrations:
        reports = reports.filter(is_demonstration=False)
    names = ("project__code", "year", "half", "percent", "status", "expected_end")
    # A correction is a later row of the same half-year, so the highest id of a half-year counts at both ends.
    last = reports.order_by("project_id", "-year", "-half", "-id").distinct("project_id").values_list(*names)
    first = reports.order_by("project_id", "year", "half", "-id").distinct("project_id").values_list(*names)
    began = {code: (percent, HalfYear(year, half).end) for code, year, half, percent, _, _ in first}
    return {
        code: Progress(Status(status), percent, HalfYear(year, half).end, end, *began[code])
        for code, year, half, percent, status, end in last
    }


def has_demonstration_reports() -> bool:
    """Tell whether there are demonstration reports that a visitor might want to see counted."""
    return runs() and models.ProgressReport.objects.filter(is_demonstration=True).exists()

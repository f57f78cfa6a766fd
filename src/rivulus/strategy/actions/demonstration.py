"""The demonstration of the strategy: teams, reports, declarations, values and an evaluation, through the real actions.

Nothing of it counts: the people who act are demonstration accounts, and so is whatever they say.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.strategy import models
from rivulus.strategy.actions import assessments, indicators, reports, teams
from rivulus.strategy.actions.evaluations import make_evaluation
from rivulus.strategy.queries.indicators import find_city, latest_of, list_values_in_force
from rivulus.strategy.rules import demonstration as rules
from rivulus.strategy.rules.demonstration import Plan, Said, Told
from rivulus.strategy.terms import Actor, EvaluationKind, State

TOKEN = uuid.uuid5(uuid.NAMESPACE_DNS, "demo.invalid")
TEAM_NAMED_AT = dt.datetime(2023, 1, 16, 9, tzinfo=dt.UTC)
DAYS_TO_DECLARE, DAYS_TO_DECIDE = 9, 16


@dataclass(frozen=True, slots=True)
class Added:
    """How much was added."""

    members: int
    reports: int
    assessments: int
    decisions: int
    values: int
    evaluations: int

    @property
    def is_nothing(self) -> bool:
        """Tell whether everything was there already."""
        return not any((self.members, self.reports, self.assessments, self.decisions, self.values, self.evaluations))


@transaction.atomic
def add_demonstration(*, by: Actor, second: Actor, team: Actor) -> Added:
    """Add what is not there yet, all of it or nothing.

    ``by`` and ``second`` belong to the strategy unit, ``team`` to project teams; all three are demonstration accounts.
    A project, criterion or indicator of which somebody has said something meanwhile is left alone.
    """
    if not (by.is_demonstration and second.is_demonstration and team.is_demonstration):
        raise Refused(N_("Only demonstration accounts add demonstration data."))
    now = clock.now()
    chosen = rules.choose(_list_plans())
    members = _name_teams(by, team, chosen[:: rules.TEAM_EVERY])
    told = _report(by, team, chosen, now)
    declared, decided = _declare(by, second, now)
    return Added(members, told, declared, decided, _enter_values(by, now), _evaluate(by, now))


def _list_plans() -> list[Plan]:
    rows = models.Project.objects.order_by("id").values_list("code", "maturity", "value_eur", "horizon_year")
    return [Plan(*row) for row in rows]


def _rows_of(plans: Iterable[Plan]) -> dict[str, models.Project]:
    return {row.code: row for row in models.Project.objects.filter(code__in=[plan.code for plan in plans])}


def _name_teams(by: Actor, team: Actor, plans: Collection[Plan]) -> int:
    """Name the team of some projects; where somebody was named before, even until yesterday, nothing changes."""
    rows = _rows_of(plans)
    known = set(models.ProjectMember.objects.filter(project__in=rows.values()).values_list("project__code", flat=True))
    missing = [rows[plan.code] for plan in plans if plan.code not in known]
    with clock.frozen(TEAM_NAMED_AT):
        for project in missing:
            teams.assign_member(by=by, project=project, person=team)
    return len(missing)


def _report(by: Actor, team: Actor, plans: Collection[Plan], now: dt.datetime) -> int:
    """Report in the order of time, the team for its projects and the strategy unit for the others."""
    rows = _rows_of(plans)
    known = set(models.ProgressReport.objects.filter(project__in=rows.values()).values_list("project__code", flat=True))
    missing = [plan for plan in plans if plan.code not in known]
    stories = [(told, rows[plan.code]) for plan in missing for told in rules.tell(plan, now=now)]
    present = models.ProjectMember.objects.filter(person_id=team.id, until__isnull=True)
    theirs = set(present.values_list("project_id", flat=True))
    for told, project in sorted(stories, key=lambda story: (story[0].reported_at, story[1].code)):
        _report_one(team if project.pk in theirs else by, project, told)
    return len(stories)


def _report_one(by: Actor, project: models.Project, told: Told) -> None:
    with clock.frozen(told.reported_at):
        reports.report_progress(
            by=by,
            project=project,
            period=told.period,
            status=told.status,
            percent=told.percent,
            spent_eur=told.spent_eur,
            expected_end=told.expected_end,
            summary=told.summary,
            risks=told.risks,
            is_demonstration=True,
            token=TOKEN,
        )


def _declare(by: Actor, second: Actor, now: dt.datetime) -> tuple[int, int]:
    codes = [said.criterion for said in rules.SAID]
    rows = {row.code: row for row in models.Criterion.objects.filter(code__in=codes)}
    known = set(
        models.Assessment.objects.filter(is_demonstration=True, criterion__code__in=codes).values_list(
            "criterion__code", flat=True
        )
    )
    wanted = [
        said
        for said in sorted(rules.SAID, key=lambda said: said.valid_from)
        if said.criterion in rows and said.criterion not in known and _moment(said, DAYS_TO_DECIDE) <= now
    ]
    return len(wanted), sum(_declare_one(by, second, rows[said.criterion], said) for said in wanted)


def _declare_one(by: Actor, second: Actor, criterion: models.Criterion, said: Said) -> bool:
    """Declare, let the second person decide where the story has it, and tell whether they did."""
    is_met = said.state is State.MET
    with clock.frozen(_moment(said, DAYS_TO_DECLARE)):
        row = assessments.declare(
            by=by,
            criterion=criterion,
            state=said.state,
            valid_from=said.valid_from,
            reason=said.reason,
            document_title=rules.DOCUMENT if is_met else "",
            document_url=rules.DOCUMENT_URL if is_met else "",
            is_demonstration=True,
        )
    if said.verdict is None:
        return False
    with clock.frozen(_moment(said, DAYS_TO_DECIDE)):
        assessments.decide(by=second, assessment=row, verdict=said.verdict, reason=said.verdict_reason)
    return True


def _moment(said: Said, days: int) -> dt.datetime:
    return dt.datetime.combine(said.valid_from + dt.timedelta(days=days), dt.time(10), dt.UTC)


def _enter_values(by: Actor, now: dt.datetime) -> int:
    """Enter values of the last two ended years for some indicators that have a number to start from."""
    city = find_city()
    if city is None:
        return 0
    entered = 0
    for valued in rules.VALUED:
        indicator = models.Indicator.objects.filter(code=valued.indicator, kind="number", repeats=None).first()
        if indicator is None or _has_made_up_values(indicator):
            continue
        last = latest_of(list_values_in_force(places=[city]).filter(indicator=indicator))
        if last is None or last.value is None or (last.year or 0) >= now.year - 2:
            continue
        for years in (1, 2):
            value = rules.value_after(last.value, valued.drift_percent, years)
            entered += _enter_one(by, indicator, city, now.year - 3 + years, value)
    return entered


def _has_made_up_values(indicator: models.Indicator) -> bool:
    return models.IndicatorValue.objects.filter(indicator=indicator, is_demonstration=True).exists()


def _enter_one(by: Actor, indicator: models.Indicator, city: models.Place, year: int, value: Decimal) -> int:
    with clock.frozen(dt.datetime(year + 1, 3, 14, 11, tzinfo=dt.UTC)):
        indicators.enter_value(
            by=by,
            indicator=indicator,
            place=city,
            year=year,
            value=value,
            source_place=rules.VALUE_SOURCE,
            is_demonstration=True,
        )
    return 1


def _evaluate(by: Actor, now: dt.datetime) -> int:
    """Make the report of the year that ended last, unless a demonstration made one before."""
    if models.Evaluation.objects.filter(is_demonstration=True).exists():
        return 0
    at = dt.date(now.year - 1, 12, 31)
    with clock.frozen(min(now, dt.datetime(now.year, 2, 16, 9, tzinfo=dt.UTC))):
        make_evaluation(
            by=by,
            kind=EvaluationKind.ANNUAL,
            at=at,
            title=f"{rules.EVALUATION_TITLE} {at.year}",
            note=rules.EVALUATION_NOTE,
            is_demonstration=True,
        )
    return 1

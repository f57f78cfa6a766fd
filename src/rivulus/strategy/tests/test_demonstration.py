"""The demonstration: possible by the rules, the same on every machine, added once, and nothing of it counts."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from rivulus.identity.actions import add_demonstration_people
from rivulus.identity.models import Person
from rivulus.identity.terms import Role
from rivulus.journal.models import Line
from rivulus.journal.queries import verify
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.probes import list_probes
from rivulus.strategy import models
from rivulus.strategy.actions.demonstration import Added, add_demonstration
from rivulus.strategy.actions.reports import report_progress
from rivulus.strategy.queries.assessments import count_waiting
from rivulus.strategy.queries.matrix import get_matrix
from rivulus.strategy.queries.snapshot import build_content
from rivulus.strategy.rules import demonstration as rules
from rivulus.strategy.rules import projects as project_rules
from rivulus.strategy.rules.assessments import needs_confirmation
from rivulus.strategy.rules.demonstration import Plan, Told
from rivulus.strategy.rules.projects import STATUS_OF_MATURITY
from rivulus.strategy.terms import EvaluationKind, State, Status

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
PLANS = st.builds(
    Plan,
    code=st.from_regex(r"D[1-9]\.[1-9]\.[1-9][0-9]?", fullmatch=True),
    maturity=st.sampled_from(sorted(STATUS_OF_MATURITY)),
    value_eur=st.none() | st.decimals(0, 90_000_000, places=2),
    horizon_year=st.none() | st.integers(2022, 2040),
)
DAYS = st.dates(dt.date(2022, 1, 1), dt.date(2034, 1, 1)).map(lambda day: dt.datetime.combine(day, dt.time(9), dt.UTC))


def people() -> dict[str, Person]:
    return {person.email.partition("@")[0]: person for person in add_demonstration_people(password="Rivulus-1329")}


def add(folk: dict[str, Person] | None = None) -> Added:
    folk = folk or people()
    return add_demonstration(by=folk["ioana"], second=folk["mara"], team=folk["bogdan"])


@given(PLANS, DAYS)
def test_every_story_passes_the_rules_of_reports(plan: Plan, now: dt.datetime) -> None:
    known = project_rules.Standing(STATUS_OF_MATURITY[plan.maturity])
    for told in rules.tell(plan, now=now):
        status = told.status
        project_rules.check_can_move(known.status, status)
        project_rules.check_report(
            period=told.period,
            today=told.reported_at.date(),
            percent=told.percent,
            spent=told.spent_eur,
            status=status,
            summary=told.summary,
        )
        project_rules.check_numbers(known=known, percent=told.percent, spent=told.spent_eur, risks="")
        project_rules.check_expected_end(expected_end=told.expected_end, status=status, period=told.period)
        known = project_rules.Standing(status, told.percent, told.spent_eur)


@given(PLANS, DAYS, DAYS)
def test_what_was_told_does_not_change_as_time_goes_on(plan: Plan, one: dt.datetime, other: dt.datetime) -> None:
    early, late = sorted((one, other))
    before = rules.tell(plan, now=early)
    assert rules.tell(plan, now=late)[: len(before)] == before


def test_the_story_is_the_same_on_every_machine() -> None:
    plan = Plan("D3.2.3", "applied", Decimal(20_000_000), 2027)
    assert [(str(told.period), told.status, told.percent) for told in rules.tell(plan, now=NOW)][:3] == [
        ("2023-1", Status.APPLIED, 4),
        ("2023-2", Status.APPLIED, 8),
        ("2024-1", Status.IN_PROGRESS, 30),
    ]


def _moves(story: Iterable[Told]) -> set[Status]:
    return {told.status for told in story}


def test_the_city_of_the_demonstration_shows_every_kind_of_project(city: None) -> None:
    rows = models.Project.objects.order_by("id").values_list("code", "maturity", "value_eur", "horizon_year")
    chosen = rules.choose([Plan(*row) for row in rows])
    stories = [rules.tell(plan, now=NOW) for plan in chosen]
    assert len(chosen) == rules.PROJECTS
    assert set().union(*map(_moves, stories)) >= {Status.APPLIED, Status.IN_PROGRESS, Status.DONE, Status.SUSPENDED}
    days_late = [(told.reported_at.date() - told.period.due).days for story in stories for told in story]
    assert any(days > 0 for days in days_late)
    running = [story for story in stories if story and story[-1].status in project_rules.RUNNING]
    last = project_rules.last_ended(NOW.date())
    assert any(story[-1].period < last for story in running), "some team has gone quiet"


def test_declarations_of_the_demonstration_wait_are_confirmed_and_are_refused(city: None) -> None:
    rows = {row.code: row for row in models.Criterion.objects.filter(code__in=[s.criterion for s in rules.SAID])}
    assert len(rows) == len(rules.SAID)
    for said in rules.SAID:
        assert said.verdict is None or needs_confirmation(rows[said.criterion].level)
    waiting = [s for s in rules.SAID if s.verdict is None and needs_confirmation(rows[s.criterion].level)]
    assert len(waiting) >= 2
    assert {s.verdict for s in rules.SAID} == {None, "confirmed", "refused"}
    assert any(s.state is State.MET for s in rules.SAID)


@pytest.fixture
def picture() -> Any:
    """Everything that counts, as one thing to compare."""

    def take() -> dict[str, Any]:
        at = NOW.date()
        content = build_content(kind=EvaluationKind.ANNUAL, at=at, title="Same", note="")
        matrix = get_matrix(at)
        return {
            "content": content,
            "levels": [(c.pillar.code, c.now, c.in_progress, c.expected) for c in matrix.columns],
            "probes": {probe.name: probe.compute(NOW).value for probe in list_probes()},
            "inputs": {probe.name: dict(probe.compute(NOW).inputs) for probe in list_probes()},
            "waiting": count_waiting(),
        }

    return take


def _rows_marked() -> list[Any]:
    return [
        models.ProgressReport.objects.all(),
        models.Assessment.objects.filter(basis="declared"),
        models.IndicatorValue.objects.filter(origin="person"),
        models.Evaluation.objects.all(),
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("demonstration_runs")
def test_the_demonstration_is_added_whole_once_is_marked_and_counts_for_nothing(
    city: None, ioana: Person, picture: Any
) -> None:
    with clock.frozen(NOW), translation.override("ro"):
        real = _report_of_a_real_team(ioana)
        before = picture()
        folk = people()
        added = add(folk)
        assert picture() == before

        assert added.reports > 150
        assert models.ProgressReport.objects.values("project").distinct().count() == rules.PROJECTS
        assert models.ProgressReport.objects.filter(project=real.project).count() == 1, "a real team is left alone"
        assert added.members == len(range(0, rules.PROJECTS, rules.TEAM_EVERY))
        assert added.assessments == len(rules.SAID)
        assert added.decisions == sum(said.verdict is not None for said in rules.SAID)
        assert added.values == 2 * len(rules.VALUED)
        assert added.evaluations == 1
        for rows in _rows_marked():
            marked = rows.exclude(pk=real.pk) if rows.model is models.ProgressReport else rows
            assert set(marked.values_list("is_demonstration", flat=True)) == {True}

        lines = Line.objects.count()
        assert add(folk).is_nothing
        assert Line.objects.count() == lines
        assert not verify().faults


def _report_of_a_real_team(ioana: Person) -> models.ProgressReport:
    return report_progress(
        by=ioana,
        project=models.Project.objects.get(code="D3.2.3"),
        period=project_rules.HalfYear(2026, 1),
        status=Status.IN_PROGRESS,
        percent=5,
        spent_eur=Decimal(10),
        summary="Am semnat contractul.",
    )


@pytest.mark.django_db
def test_real_people_cannot_add_a_demonstration(city: None, ioana: Person, mara: Person, bogdan: Person) -> None:
    with pytest.raises(Refused):
        add_demonstration(by=ioana, second=mara, team=bogdan)
    assert not models.ProgressReport.objects.exists()


@pytest.mark.django_db
def test_the_people_of_the_demonstration_have_every_role() -> None:
    assert set().union(*(person.held_roles() for person in people().values())) == set(Role)


BADGE = 'data-component="demonstration"'
MARK = '"is_demonstration": true'


def _pages(folk: dict[str, Person]) -> Iterator[str]:
    """Every public page that shows something of a demonstration where it runs."""
    yield "/assessments/?outcome=all"
    yield "/assessments/?outcome=demonstration"
    yield "/forecast/?demonstration=on"
    yield "/evaluations/"
    said = models.Assessment.objects.filter(is_demonstration=True)
    yield from (f"/matrix/{code}/" for code in sorted(set(said.values_list("criterion__code", flat=True))))
    told = models.ProgressReport.objects.filter(is_demonstration=True).order_by("project__code")
    yield from (f"/projects/{code}/" for code in told.values_list("project__code", flat=True).distinct()[:10])
    valued = models.IndicatorValue.objects.filter(is_demonstration=True)
    yield from (f"/indicators/{code}/" for code in sorted(set(valued.values_list("indicator__code", flat=True))))


def _answers(client: Client) -> Iterator[tuple[str, str]]:
    """What the API says of them."""
    told = models.ProgressReport.objects.filter(is_demonstration=True).order_by("pk")[0]
    said = models.Assessment.objects.filter(is_demonstration=True).order_by("pk")[0]
    for path in (
        f"projects/{told.project.code}",
        f"criteria/{said.criterion.code}",
        "indicator-values?limit=1000",
        "evaluations",
    ):
        answer = client.get(f"/api/v1/strategy/{path}")
        assert answer.status_code == 200, path
        yield path, answer.content.decode()


ELSEWHERE = (
    "/", "/strategy/", "/strategy/umbrella/", "/matrix/", "/assessments/", "/probes/", "/projects/",
    "/projects/timeline/", "/projects/budget/", "/forecast/", "/indicators/", "/indicators/benchmark/", "/anomalies/",
)  # fmt: skip


@pytest.mark.django_db
def test_where_it_is_switched_off_nothing_of_it_is_shown(
    city: None, settings: Any, ioana: Person, client: Client, client_of: Callable[[Person], Client]
) -> None:
    with clock.frozen(NOW):
        settings.RIVULUS_DEMO = True
        folk = people()
        add(folk)
        pages = list(_pages(folk))
        evaluation = models.Evaluation.objects.get()
        team = models.ProjectMember.objects.filter(person__is_demonstration=True).order_by("pk")[0]
        inside = [f"/projects/{team.project.code}/", f"/projects/{team.project.code}/team/", "/projects/overdue/"]
        colleague = client_of(ioana)
        assert [page for page in pages if BADGE not in client.get(page).content.decode()] == []
        assert [page for page in inside if BADGE not in colleague.get(page).content.decode()] == []
        assert [path for path, answer in _answers(client) if MARK not in answer] == []

        settings.RIVULUS_DEMO = False
        cache.clear()
        for page in (*pages, *ELSEWHERE):
            answer = client.get(page)
            assert answer.status_code == 200, page
            assert BADGE not in answer.content.decode(), page
        assert [page for page in inside if BADGE in colleague.get(page).content.decode()] == []
        assert [path for path, answer in _answers(client) if MARK in answer] == []
        for path in (f"/evaluations/{evaluation.pk}/", f"/evaluations/{evaluation.pk}/report/ro/"):
            assert client.get(path).status_code == 404
        waiting = models.Assessment.objects.filter(is_demonstration=True, decision=None, needs_confirmation=True)
        assert colleague.get(f"/assessments/{waiting[0].pk}/decide/").status_code == 404

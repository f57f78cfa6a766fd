"""Facts about making evaluations: who may, what is frozen, and that nothing changes it afterwards."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from rivulus.identity.models import Person
from rivulus.identity.terms import Role
from rivulus.identity.tests.people import make_person
from rivulus.journal.models import Line
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.strategy import models
from rivulus.strategy.actions.evaluations import make_evaluation
from rivulus.strategy.queries import budget, projects, snapshot
from rivulus.strategy.queries import evaluations as queries
from rivulus.strategy.queries.matrix import get_matrix
from rivulus.strategy.rules import evaluations as rules
from rivulus.strategy.rules import permissions
from rivulus.strategy.terms import Basis, EvaluationKind, State

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
DAY = NOW.date()


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.frozen(NOW):
        yield


def _make(by: Person | None, **said: Any) -> models.Evaluation:
    wanted = {"kind": EvaluationKind.ANNUAL, "at": DAY, "title": "Raport 2026"} | said
    return make_evaluation(by=by, **wanted)


def _declare(code: str, state: State, by: Person, **more: Any) -> models.Assessment:
    criterion = models.Criterion.objects.get(code=code)
    facts = {"basis": Basis.DECLARED, "valid_from": DAY, "reason": "fapt", "declared_at": NOW, "declared_by": by}
    return models.Assessment.objects.create(criterion=criterion, state=state, **(facts | more))


def _report(code: str, by: Person, **more: Any) -> models.ProgressReport:
    project = models.Project.objects.get(code=code)
    facts = {"year": 2026, "half": 1, "status": "in_progress", "percent": 40, "spent_eur": Decimal("1000.50")}
    said = {"summary": "s", "reported_by": by, "reported_at": NOW}
    return models.ProgressReport.objects.create(project=project, **(facts | said | more))


@pytest.mark.parametrize("role", list(Role))
def test_only_the_strategy_unit_makes_an_evaluation(
    role: Role, city: None, ana: Person, dan: Person, ioana: Person, bogdan: Person, administrator: Person
) -> None:
    people = {
        Role.RESIDENT: ana,
        Role.DEPARTMENT: dan,
        Role.DISPATCHER: make_person("radu", Role.DISPATCHER),
        Role.SUPPLIER: make_person("livia", Role.SUPPLIER),
        Role.PUBLISHER: make_person("petra", Role.PUBLISHER),
        Role.STRATEGY_UNIT: ioana,
        Role.PROJECT_TEAM: bogdan,
        Role.ADMINISTRATOR: administrator,
    }
    if permissions.can("evaluate", {role}):
        assert _make(people[role]).made_by == people[role]
    else:
        with pytest.raises(Refused, match="strategy unit"):
            _make(people[role])
    assert permissions.can("evaluate", {role}) == (role is Role.STRATEGY_UNIT)


def test_somebody_without_a_role_makes_none(city: None, vlad: Person) -> None:
    with pytest.raises(Refused):
        _make(vlad)
    assert not models.Evaluation.objects.exists()


def test_the_snapshot_shows_what_the_matrix_shows(city: None, ioana: Person) -> None:
    _declare("E1.4", State.MET, ioana)
    content, matrix = _make(ioana).content, get_matrix(DAY)
    kept = {c["code"]: (c["state"], c["basis"], c["since"], c["implied_by"]) for c in content["criteria"]}
    assert kept == {
        c.code: (c.state, c.basis, c.since.isoformat() if c.since else None, c.implied_by) for c in matrix.cells
    }
    assert len(kept) == 127
    levels = {p["code"]: tuple(p["now"].values()) for p in content["pillars"]}
    assert levels == {c.pillar.code: (c.now.level, c.now.met, c.now.total) for c in matrix.columns}
    assert {s: content["counts"][s] for s in map(str, State)} == {str(s): matrix.count(s) for s in State}


def test_the_snapshot_shows_what_the_portfolio_shows(city: None, bogdan: Person, ioana: Person) -> None:
    _report("D1.1.1", bogdan)
    _report("D1.1.1", bogdan, percent=55, spent_eur=Decimal(2000), year=2026, half=2)
    content = _make(ioana).content
    shown = {p.code: (p.current_status, p.latest_percent) for p in projects.list_projects()}  # type: ignore[attr-defined]
    assert {p["code"]: (p["status"], p["percent"]) for p in content["projects"]} == shown
    assert len(shown) == 111
    assert content["sums"]["spent"] == "2000"
    assert Decimal(content["sums"]["planned"]) == budget.get_totals().amount
    assert content["sums"]["unstated"] == str(budget.get_totals().unstated)
    late = [o.project.code for o in projects.list_owing(today=DAY) if o.is_late]
    assert [o["project"] for o in content["overdue"]] == late


def test_every_indicator_of_chapter_6_4_is_in_the_snapshot(city: None, ioana: Person) -> None:
    content = _make(ioana).content
    assert len(content["indicators"]) == 68
    assert sum(len(i["values"]) for i in content["indicators"]) == 2 * 68
    assert content["counts"]["anomalies"] == models.Anomaly.objects.count()


def test_texts_stand_in_three_languages(city: None, ioana: Person) -> None:
    content = _make(ioana).content
    for kind, field in [("criteria", "text"), ("projects", "title"), ("indicators", "title"), ("pillars", "name")]:
        assert all(thing[field][language] for thing in content[kind] for language in ("ro", "en", "hu")), kind


def test_demonstrations_are_in_no_snapshot(city: None, ioana: Person, bogdan: Person) -> None:
    before = _make(ioana).content
    _declare("E1.4", State.MET, ioana, is_demonstration=True)
    _report("D1.1.1", bogdan, is_demonstration=True)
    after = _make(ioana).content
    assert after == before


def test_what_an_account_for_trying_out_makes_is_a_demonstration(city: None, ioana: Person) -> None:
    ioana.is_demonstration = True
    row = _make(ioana)
    assert row.is_demonstration
    assert row.content["evaluation"]["is_demonstration"] is True


def test_a_later_statement_is_not_in_an_evaluation_of_an_earlier_day(city: None, ioana: Person) -> None:
    _declare("E1.4", State.MET, ioana)
    content = _make(ioana, kind=EvaluationKind.EX_ANTE, at=dt.date(2022, 12, 31)).content
    assert next(c for c in content["criteria"] if c["code"] == "E1.4")["basis"] == "reconstructed"


def test_a_report_sent_after_the_half_year_counts_for_it_but_one_of_a_later_half_year_does_not(
    city: None, bogdan: Person
) -> None:
    _report("D1.1.1", bogdan, percent=40, year=2026, half=1)  # sent in November about June
    _report("D1.1.1", bogdan, percent=80, year=2026, half=2)
    project = models.Project.objects.get(code="D1.1.1")
    assert snapshot.list_reports_at(dt.date(2026, 7, 1))[project.pk].percent == 40
    assert project.pk not in snapshot.list_reports_at(dt.date(2026, 6, 29))
    assert snapshot.list_reports_at(DAY)[project.pk].percent == 80


def test_pressing_the_button_twice_makes_one_evaluation(city: None, ioana: Person) -> None:
    first, second = _make(ioana), _make(ioana)
    assert first == second
    assert models.Evaluation.objects.count() == 1
    assert Line.objects.filter(verb="strategy.evaluation.made").count() == 1


def test_the_journal_holds_the_digest(city: None, ioana: Person) -> None:
    row = _make(ioana)
    line = Line.objects.get(verb="strategy.evaluation.made")
    assert line.actor_id == ioana.id
    assert line.content["digest"] == row.digest == rules.digest(row.content)


def test_the_digest_survives_the_database(city: None, ioana: Person) -> None:
    row = models.Evaluation.objects.get(pk=_make(ioana).pk)
    assert rules.digest(row.content) == row.digest
    assert dict(queries.sealed_rows())[str(row.pk)]["digest"] == row.digest


@pytest.mark.parametrize("statement", ["UPDATE strategy_evaluation SET title = 'x'", "DELETE FROM strategy_evaluation"])
def test_an_evaluation_cannot_be_changed_or_removed_in_the_database(statement: str, city: None, ioana: Person) -> None:
    _make(ioana)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_annual_report_is_compared_with_the_annual_report_before(city: None, ioana: Person) -> None:
    assert _make(ioana, at=dt.date(2023, 12, 31), title="2023").content["previous"] is None
    _make(ioana, at=dt.date(2024, 6, 30), title="Interim", kind=EvaluationKind.INTERIM_1)
    annual = _make(ioana, at=dt.date(2024, 12, 31), title="2024")
    assert annual.content["previous"]["evaluation"]["title"] == "2023"
    interim = _make(ioana, at=dt.date(2025, 1, 31), title="Interim 2", kind=EvaluationKind.INTERIM_2)
    assert interim.content["previous"]["digest"] == annual.digest


def test_what_changed_is_found_from_one_snapshot_alone(city: None, ioana: Person, bogdan: Person) -> None:
    before = _make(ioana, at=dt.date(2025, 12, 31), title="2025")
    _declare("E1.4", State.MET, ioana)
    _report("D1.1.1", bogdan)
    after = _make(ioana)
    found = rules.compare(after.content["previous"], after.content)
    assert found == rules.compare(before.content, after.content)
    assert [(m.code, m.after) for m in found.criteria] == [("E1.4", "met")]
    assert [m.code for m in found.projects] == ["D1.1.1"]


def test_the_number_of_queries_does_not_grow_with_the_city(
    city: None, ioana: Person, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    def build() -> None:
        snapshot.build_content(kind=EvaluationKind.ANNUAL, at=DAY, title="x", note="")

    with django_assert_max_num_queries(45) as first:
        build()
    direction = models.Direction.objects.order_by("pk").first()
    for number in range(40):
        models.Project.objects.create(
            code=f"X{number}", direction=direction, number=500 + number, title="x", maturity="idea", priority="unstated"
        )
    with django_assert_max_num_queries(len(first.captured_queries)):
        build()

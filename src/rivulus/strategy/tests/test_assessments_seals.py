"""Facts about tampering: the database refuses it, and what gets past the database is named."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction

from rivulus.identity.models import Person
from rivulus.journal import queries as journal
from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.actions.assessments import decide, declare
from rivulus.strategy.actions.probes import measure_all
from rivulus.strategy.terms import Basis, State, Verdict

TABLES = (
    "strategy_assessment",
    "strategy_assessmentdecision",
    "strategy_probereading",
    "strategy_measurement",
    "strategy_progressreport",
    "strategy_indicatorvalue",
    "strategy_evaluation",
)


@contextmanager
def guards_off() -> Iterator[None]:
    """Act as somebody who has the rights to switch the triggers of the database off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = DEFAULT")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_histories_cannot_be_changed(city: None, table: str, statement: str) -> None:
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        _run(statement.format(table))


@pytest.fixture
def said(city: None, ioana: Person, mara: Person) -> models.Assessment:
    """A confirmed declaration."""
    row = declare(
        by=ioana,
        criterion=models.Criterion.objects.get(code="E4.1"),
        state=State.IN_PROGRESS,
        valid_from=clock.today(),
        reason="A început.",
    )
    decide(by=mara, assessment=row, verdict=Verdict.CONFIRMED)
    return row


def test_an_untouched_city_verifies(said: models.Assessment) -> None:
    verdict = journal.verify()
    assert verdict.is_intact, [str(fault) for fault in verdict.faults]
    assert verdict.facts >= 129


def _faults() -> list[str]:
    return [str(fault) for fault in journal.verify().faults]


def test_a_declared_state_changed_behind_the_triggers_is_named(said: models.Assessment) -> None:
    with guards_off():
        _run(f"UPDATE strategy_assessment SET state = 'met' WHERE id = {said.pk}")
    (fault,) = _faults()
    assert f"strategy.assessment {said.pk}" in fault and "state" in fault


def test_a_reconstructed_state_changed_behind_the_triggers_is_named(city: None) -> None:
    row = models.Assessment.objects.filter(basis=Basis.RECONSTRUCTED, state=State.NOT_MET).order_by("id")[0]
    with guards_off():
        _run(f"UPDATE strategy_assessment SET state = 'met' WHERE id = {row.pk}")
    (fault,) = _faults()
    assert f"strategy.assessment {row.pk}" in fault


def test_a_removed_statement_is_named(said: models.Assessment) -> None:
    with guards_off():
        _run(f"DELETE FROM strategy_assessmentdecision WHERE assessment_id = {said.pk}")
        _run(f"DELETE FROM strategy_assessment WHERE id = {said.pk}")
    assert any(f"strategy.assessment {said.pk}" in fault and "removed" in fault for fault in _faults())


def test_a_statement_slipped_in_without_an_action_is_named(city: None, ioana: Person) -> None:
    row = models.Assessment.objects.create(
        criterion=models.Criterion.objects.get(code="E1.4"),
        state=State.MET,
        basis=Basis.DECLARED,
        valid_from=dt.date(2026, 1, 1),
        reason="Crede-mă.",
        declared_by=ioana,
        declared_at=clock.now(),
    )
    (fault,) = _faults()
    assert f"strategy.assessment {row.pk}" in fault and "without a line" in fault


def test_a_decision_turned_round_is_named(said: models.Assessment) -> None:
    with guards_off():
        _run("UPDATE strategy_assessmentdecision SET verdict = 'refused'")
    (fault,) = _faults()
    assert "strategy.decision" in fault and "verdict" in fault


def test_a_measurement_and_its_reading_are_sealed_too(city: None) -> None:
    measure_all()
    assert _faults() == []
    row = models.Measurement.objects.order_by("id")[0]
    with guards_off():
        _run(f"UPDATE strategy_probereading SET value = 100 WHERE id = {row.reading_id}")
        _run(f"UPDATE strategy_measurement SET passed = NOT passed WHERE id = {row.pk}")
    assert any(f"strategy.measurement {row.pk}" in fault and "passed, value" in fault for fault in _faults())

"""Facts about declaring a state and deciding on it."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from rivulus.identity.models import Person
from rivulus.journal.models import Line
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.strategy import models
from rivulus.strategy.actions.assessments import decide, declare
from rivulus.strategy.queries import criterion as criteria
from rivulus.strategy.queries.criterion import Place
from rivulus.strategy.queries.matrix import get_matrix
from rivulus.strategy.terms import Basis, State, Verdict

DOCUMENT = {"document_title": "HCL 12/2026", "document_url": "https://example.test/hcl-12"}


def _criterion(code: str) -> models.Criterion:
    return models.Criterion.objects.get(code=code)


def _say(by: Person, code: str = "E1.4", state: State = State.MET, **more: Any) -> models.Assessment:
    said = {"valid_from": clock.today(), "reason": "Incubatorul s-a deschis.", **DOCUMENT} | more
    return declare(by=by, criterion=_criterion(code), state=state, **said)


def _cell(code: str) -> Any:
    return next(cell for cell in get_matrix().cells if cell.code == code)


def test_a_declaration_counts_at_once_below_level_four(city: None, ioana: Person) -> None:
    row = _say(ioana)
    assert not row.needs_confirmation
    cell = _cell("E1.4")
    assert (cell.state, cell.basis, cell.since) == (State.MET, Basis.DECLARED, clock.today())


@pytest.mark.parametrize("code", ["E4.1", "G5.5"])
def test_level_four_and_five_wait_for_a_second_person(city: None, ioana: Person, mara: Person, code: str) -> None:
    before = _cell(code).state
    row = _say(ioana, code)
    assert _cell(code).state is before
    decide(by=mara, assessment=row, verdict=Verdict.CONFIRMED)
    assert _cell(code).state is State.MET


def test_a_refused_declaration_never_counts_and_stays_in_the_history(city: None, ioana: Person, mara: Person) -> None:
    before = _cell("E4.1")
    row = _say(ioana, "E4.1")
    decide(by=mara, assessment=row, verdict=Verdict.REFUSED, reason="Documentul lipsește.")
    assert _cell("E4.1") == before
    places = {s.row.pk: s.place for s in criteria.get_criterion_view("E4.1").statements}
    assert places[row.pk] is Place.REFUSED


def test_a_correction_is_a_later_row_for_the_same_day(city: None, ioana: Person) -> None:
    first = _say(ioana)
    second = _say(ioana, state=State.IN_PROGRESS, reason="De fapt se deschide la toamnă.")
    assert _cell("E1.4").state is State.IN_PROGRESS
    places = {s.row.pk: s.place for s in criteria.get_criterion_view("E1.4").statements}
    assert places[first.pk] is Place.CORRECTED
    assert places[second.pk] is Place.IN_FORCE
    assert Place.OUTRANKED in places.values()  # what was read out of the strategy


def test_the_same_words_twice_are_one_declaration(city: None, ioana: Person, mara: Person) -> None:
    lines = Line.objects.count()
    assert _say(ioana).pk == _say(ioana).pk
    assert Line.objects.count() == lines + 1
    assert _say(mara).pk != _say(ioana).pk  # said by somebody else it is another


def test_the_same_words_after_a_refusal_are_a_new_declaration(city: None, ioana: Person, mara: Person) -> None:
    first = _say(ioana, "E4.1")
    decide(by=mara, assessment=first, verdict=Verdict.REFUSED, reason="Nu se vede.")
    assert _say(ioana, "E4.1").pk != first.pk


def test_what_a_demonstration_account_declares_never_counts(city: None, ioana: Person) -> None:
    ioana.is_demonstration = True
    before = _cell("E1.4")
    row = _say(ioana)
    assert row.is_demonstration
    assert _cell("E1.4") == before


def test_a_demonstration_account_cannot_confirm_what_is_real(city: None, ioana: Person, mara: Person) -> None:
    row = _say(ioana, "E4.1")
    mara.is_demonstration = True
    with pytest.raises(Refused, match="demonstration"):
        decide(by=mara, assessment=row, verdict=Verdict.CONFIRMED)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"reason": "  "}, "why"),
        ({"valid_from": dt.date(2999, 1, 1)}, "has not come"),
        ({"valid_from": dt.date(2014, 12, 31)}, "too far back"),
        ({"document_title": "", "document_url": ""}, "document that proves"),
        ({"document_title": "Hotărâre", "document_url": ""}, "both a title and an address"),
        ({"document_url": "javascript:alert(1)"}, "begins with https"),
    ],
)
def test_a_declaration_is_refused_with_a_sentence(city: None, ioana: Person, more: Any, told: str) -> None:
    before = models.Assessment.objects.count()
    with pytest.raises(Refused, match=told):
        _say(ioana, **more)
    assert models.Assessment.objects.count() == before


def test_who_declared_cannot_confirm(city: None, ioana: Person) -> None:
    row = _say(ioana, "E4.1")
    with pytest.raises(Refused, match="ask a colleague"):
        decide(by=ioana, assessment=row, verdict=Verdict.CONFIRMED)


def test_the_database_too_refuses_the_declarers_own_word(city: None, ioana: Person) -> None:
    row = _say(ioana, "E4.1")
    with pytest.raises(DatabaseError, match="second person"), transaction.atomic():
        models.AssessmentDecision.objects.create(
            assessment=row, verdict=Verdict.CONFIRMED, decided_by=ioana, decided_at=clock.now()
        )


def test_a_decision_is_made_once(city: None, ioana: Person, mara: Person) -> None:
    row = _say(ioana, "E4.1")
    first = decide(by=mara, assessment=row, verdict=Verdict.CONFIRMED)
    assert decide(by=mara, assessment=row, verdict=Verdict.CONFIRMED) == first  # pressed twice
    with pytest.raises(Refused, match="already decided"):
        decide(by=mara, assessment=row, verdict=Verdict.REFUSED, reason="M-am răzgândit.")


def test_a_refusal_says_why(city: None, ioana: Person, mara: Person) -> None:
    row = _say(ioana, "E4.1")
    with pytest.raises(Refused, match="why you refuse"):
        decide(by=mara, assessment=row, verdict=Verdict.REFUSED)


def test_a_declaration_that_needs_no_second_person_takes_no_decision(city: None, ioana: Person, mara: Person) -> None:
    row = _say(ioana, "E1.4")
    with pytest.raises(Refused, match="needs no second person"):
        decide(by=mara, assessment=row, verdict=Verdict.CONFIRMED)


PEOPLE = ("ana", "dan", "ioana", "mara", "bogdan", "vlad", "administrator")
UNIT = {"ioana", "mara"}


@pytest.mark.parametrize("moment", ["below level four", "level four"])
@pytest.mark.parametrize("person", PEOPLE)
def test_only_the_strategy_unit_declares(city: None, person: str, moment: str, request: pytest.FixtureRequest) -> None:
    by = request.getfixturevalue(person)
    code = "E1.4" if moment == "below level four" else "E4.1"
    if person in UNIT:
        assert _say(by, code).declared_by_id == by.id
    else:
        with pytest.raises(Refused, match="Only the strategy unit"):
            _say(by, code)


@pytest.mark.parametrize("moment", ["waiting", "decided", "not needed"])
@pytest.mark.parametrize("person", PEOPLE)
def test_only_another_member_of_the_unit_decides_and_only_while_it_waits(
    city: None, ioana: Person, mara: Person, person: str, moment: str, request: pytest.FixtureRequest
) -> None:
    by = request.getfixturevalue(person)
    row = _say(ioana, "E1.4" if moment == "not needed" else "E4.1")
    if moment == "decided":
        decide(by=mara, assessment=row, verdict=Verdict.REFUSED, reason="Nu ajunge.")
    if person == "mara" and moment == "waiting":
        assert decide(by=by, assessment=row, verdict=Verdict.CONFIRMED).decided_by_id == by.id
    else:
        with pytest.raises(Refused):
            decide(by=by, assessment=row, verdict=Verdict.CONFIRMED)


def test_every_declaration_and_decision_has_a_line_in_the_journal(city: None, ioana: Person, mara: Person) -> None:
    row = _say(ioana, "E4.1")
    decision = decide(by=mara, assessment=row, verdict=Verdict.CONFIRMED)
    lines = list(Line.objects.order_by("-sequence")[:2])
    assert [(line.verb, line.actor_id) for line in lines] == [
        ("strategy.assessment.decided", mara.id),
        ("strategy.assessment.declared", ioana.id),
    ]
    assert lines[1].content["state"] == "met"
    assert lines[0].content["assessment"] == row.pk == decision.assessment_id


def test_a_failed_declaration_leaves_no_line(city: None, ioana: Person) -> None:
    before = Line.objects.count()
    with pytest.raises(Refused):
        _say(ioana, reason="")
    assert Line.objects.count() == before
    assert not connection.needs_rollback

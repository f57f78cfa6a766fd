"""Facts about two people, or two presses of a button, at the same instant."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from rivulus.identity.models import Membership, Person
from rivulus.identity.terms import Role
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.strategy import models
from rivulus.strategy.actions.assessments import decide, declare
from rivulus.strategy.terms import State, Verdict

pytestmark = pytest.mark.django_db(transaction=True)


def _member(name: str) -> Person:
    person = Person.objects.create(email=f"{name}@example.test", full_name=name)
    Membership.objects.create(person=person, role=Role.STRATEGY_UNIT)
    return person


def _criterion() -> models.Criterion:
    words = {"name": "x", "goal": "x", "summary": "x", "source_place": "x"}
    pillar = models.Pillar.objects.create(code="X", objective="O9", order=9, **words)
    return models.Criterion.objects.create(code="X4.1", pillar=pillar, level=4, order=1, text="x", source_place="x")


def _at_once(*acts: Callable[[], object]) -> list[object]:
    """Let each act begin at the same instant in a thread of its own; return what each gave or raised."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _declare(by: Person, criterion: models.Criterion) -> models.Assessment:
    return declare(
        by=by,
        criterion=criterion,
        state=State.MET,
        valid_from=clock.today(),
        reason="Da.",
        document_title="HCL 1",
        document_url="https://example.test/1",
    )


def test_of_two_deciders_at_once_one_wins_and_the_other_is_told() -> None:
    ioana, mara, radu = _member("ioana"), _member("mara"), _member("radu")
    row = _declare(ioana, _criterion())
    results = _at_once(
        lambda: decide(by=mara, assessment=row, verdict=Verdict.CONFIRMED),
        lambda: decide(by=radu, assessment=row, verdict=Verdict.REFUSED, reason="Nu."),
    )
    won = [r for r in results if isinstance(r, models.AssessmentDecision)]
    told = [r for r in results if isinstance(r, Refused)]
    assert (len(won), len(told)) == (1, 1)
    assert models.AssessmentDecision.objects.get() == won[0]


def test_a_button_pressed_twice_at_once_declares_once() -> None:
    ioana, criterion = _member("ioana"), _criterion()
    first, second = _at_once(lambda: _declare(ioana, criterion), lambda: _declare(ioana, criterion))
    assert isinstance(first, models.Assessment) and isinstance(second, models.Assessment)
    assert first.pk == second.pk
    assert models.Assessment.objects.count() == 1

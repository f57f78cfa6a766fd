"""Facts about a button that is pressed twice at the same instant."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from rivulus.identity.models import Membership, Person
from rivulus.identity.terms import Role
from rivulus.journal.models import Line
from rivulus.kernel.errors import Refused
from rivulus.strategy import models
from rivulus.strategy.actions import umbrella

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_link_and_objective_from_two_people_at_once_are_kept_once() -> None:
    pillar = models.Pillar.objects.create(
        code="X", objective="O9", order=9, name="x", goal="x", summary="x", source_place="x"
    )
    direction = models.Direction.objects.create(code="D9.1", pillar=pillar, order=1, title="x", source_place="x")
    document = models.Document.objects.create(code="X", title="x", kind="local", source_place="x")
    people = [_member(name) for name in ("ioana", "mara")]
    lines = Line.objects.count()
    found = _at_once(
        *(
            lambda by=by: umbrella.add_link(
                by=by, direction=direction, document=document, objective=None, reason=by.full_name
            )
            for by in people
        )  # type: ignore[misc]
    )
    found += _at_once(
        *(
            lambda by=by: umbrella.add_objective(by=by, document=document, code="OS1", title=by.full_name)
            for by in people
        )  # type: ignore[misc]
    )
    assert sorted(type(one).__name__ for one in found) == ["DocumentObjective", "Refused", "Refused", "UmbrellaLink"]
    assert (direction.umbrella_links.count(), document.objectives.count()) == (1, 1)
    assert Line.objects.count() == lines + 2


def _member(name: str) -> Person:
    person = Person.objects.create(email=f"{name}@example.test", full_name=name)
    Membership.objects.create(person=person, role=Role.STRATEGY_UNIT)
    return person


def _at_once(*acts: Callable[[], object]) -> list[object]:
    barrier = threading.Barrier(len(acts))
    results: list[object] = []

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results.append(act())
        except Refused as refused:
            results.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results

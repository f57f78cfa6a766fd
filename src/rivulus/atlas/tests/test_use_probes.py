"""Facts about what plans, land, campaigns and analyses report, and about people in them."""

import datetime as dt
from typing import Any

import pytest

from rivulus.atlas.queries import people, use_probes
from rivulus.atlas.tests.test_land import enter
from rivulus.atlas.tests.test_plans import drafted, plan
from rivulus.identity.models import Organisation, Person
from rivulus.kernel import clock

__all__ = ["plan"]
NOW = dt.datetime(2026, 11, 29, 10, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with clock.frozen(NOW):
        yield


def test_the_register_is_evidence_for_its_projects(dan: Person, city: Organisation) -> None:
    assert use_probes.brownfields_planned_share(NOW).value is None
    enter(dan, city, uses=["solar"])
    enter(dan, city, code="b")
    assert use_probes.land_assets_listed(NOW).value == 2
    assert use_probes.brownfields_planned_share(NOW).value == 50


def test_approved_amendments_of_real_plans_count(plan: Any, dan: Person, mara: Person) -> None:
    from rivulus.atlas.actions import plans

    waiting = drafted(dan, plan)
    assert use_probes.plan_amendments_in_force(NOW).value == 0
    plans.decide(by=mara, amendment=waiting, verb="approve", reason="Agreed.")
    reading = use_probes.plan_amendments_in_force(NOW)
    assert (reading.value, reading.inputs["last_effective"]) == (1, "2027-03-01")
    plan.layer.origin = "illustrative"
    plan.layer.save(update_fields=["origin"])
    assert use_probes.plan_amendments_in_force(NOW).value == 0


def test_nothing_measured_is_no_number(db: None) -> None:
    assert use_probes.green_space_near_home_share(NOW).value is None
    assert use_probes.community_tasks_approved(NOW).value == 0


def test_a_person_is_told_what_they_proposed(plan: Any, dan: Person) -> None:
    drafted(dan, plan)
    assert people.tell_of(dan.pk)["amendments"] == [  # type: ignore[index]
        {"plan": "pug", "number": 1, "title": "Park instead of houses"}
    ]

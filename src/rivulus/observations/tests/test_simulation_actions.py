"""Facts about the simulated city in the database."""

import datetime as dt

import numpy as np
import pytest
from django.conf import settings
from django.test import override_settings

from rivulus.identity.models import Person
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.observations.actions import simulation, tasking
from rivulus.observations.feeds.observation_pack import load
from rivulus.observations.management.schedule import simulation as simulation_schedule
from rivulus.observations.models import Datastream, Location, Sensor, Simulation, TaskingCapability, Thing
from rivulus.observations.queries import readings
from rivulus.observations.queries.records import latest_records
from rivulus.observations.queries.simulation import list_told, numbers_of_series
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.terms import Domain

NOW = dt.datetime(2026, 11, 20, 20, 3, tzinfo=dt.UTC)
SHARE = 0.02  # every kind of device once


@pytest.fixture
def small(db: None) -> None:
    """A city with one device of each kind."""
    load(by=None, folder=settings.PACK_DIR)
    with clock.frozen(NOW):
        simulation.build_city(by=None, share=SHARE)


def test_it_needs_the_properties_of_the_pack(db: None) -> None:
    with pytest.raises(Refused):
        simulation.build_city(by=None, share=SHARE)


def test_every_domain_has_things_and_all_say_that_they_are_simulated(small: None) -> None:
    assert set(Thing.objects.values_list("domain", flat=True)) == {str(domain) for domain in Domain}
    assert not Thing.objects.filter(is_simulated=False).exists()
    assert not Datastream.objects.filter(is_simulated=False).exists()


def test_building_twice_changes_nothing(small: None) -> None:
    again = simulation.build_city(by=None, share=SHARE)
    assert (again.added, again.changed) == (0, 0)


def test_history_is_stored_once_however_often_it_is_filled(small: None) -> None:
    with clock.frozen(NOW):
        first = simulation.fill_history(by=None, days=2)
        again = simulation.fill_history(by=None, days=2)
    assert first.added > 1000
    assert (again.added, again.corrected) == (0, 0)


def test_a_tick_stores_what_is_due_and_a_second_one_nothing(small: None) -> None:
    with clock.frozen(NOW):
        simulation.fill_history(by=None, days=1)
    with clock.frozen(NOW + dt.timedelta(minutes=30)):
        assert simulation.tick(by=None).added > 0
        assert simulation.tick(by=None).added == 0


def test_ticks_say_the_same_as_the_history_would(small: None) -> None:
    numbers = list(numbers_of_series().values())
    with clock.frozen(NOW):
        simulation.fill_history(by=None, days=1)
    for minutes in (10, 25, 65, 140):
        with clock.frozen(NOW + dt.timedelta(minutes=minutes)):
            simulation.tick(by=None)
    start, end = microseconds(NOW - dt.timedelta(hours=5)), microseconds(NOW + dt.timedelta(hours=5))
    ticked = readings.read(numbers, start, end)
    with clock.frozen(NOW + dt.timedelta(minutes=140)):
        done = simulation.fill_history(by=None, days=1)
    assert (done.added, done.corrected) == (0, 0)
    assert np.array_equal(ticked.value, readings.read(numbers, start, end).value)


def test_a_long_sleep_is_caught_up_a_day_at_a_time(small: None) -> None:
    with clock.frozen(NOW):
        simulation.fill_history(by=None, days=1)
    later = NOW + dt.timedelta(days=1, hours=12)
    with clock.frozen(later):
        simulation.tick(by=None)
        assert Simulation.objects.get().filled_until == dt.datetime(2026, 11, 21, 20, 0, tzinfo=dt.UTC)
        simulation.tick(by=None)
        assert Simulation.objects.get().filled_until == dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)


def test_a_lamp_does_what_it_was_told(small: None) -> None:
    with clock.frozen(NOW):
        simulation.fill_history(by=None, days=1)
        capability = TaskingCapability.objects.get(thing__code="sim:lamp-001")
        task = tasking.ask_task(by=None, capability_id=capability.pk, parameters={"light": 30})
    with clock.frozen(NOW + dt.timedelta(minutes=1)):
        simulation.tick(by=None)
    with clock.frozen(NOW + dt.timedelta(minutes=65)):
        simulation.tick(by=None)
    task.refresh_from_db()
    assert task.state == "done"
    assert list_told() == {"sim:lamp-001": (microseconds(NOW + dt.timedelta(minutes=1)), 30.0)}
    dimming = Datastream.objects.get(code="sim:lamp-001:lamp_dimming")
    assert readings.latest([dimming.pk]).value.tolist() == [30.0]


def test_lamps_and_charging_points_say_words(small: None) -> None:
    with clock.frozen(NOW):
        simulation.fill_history(by=None, days=1)
    found = {row.result for row in latest_records()}
    assert found & {"on", "fault"} and found & {"AVAILABLE", "CHARGING", "OUTOFORDER"}


def test_removing_leaves_nothing_of_it_and_everything_else(small: None) -> None:
    other = Thing.objects.create(code="real", name="Stație", domain="air")
    with clock.frozen(NOW):
        simulation.fill_history(by=None, days=1)
        numbers = list(numbers_of_series().values())
        assert simulation.remove(by=None) == 20
    assert list(Thing.objects.all()) == [other]
    assert not Sensor.objects.exists() and not Location.objects.exists() and not Simulation.objects.exists()
    assert len(readings.latest(numbers)) == 0
    assert simulation.tick(by=None).added == 0


@pytest.mark.parametrize("is_on", [True, False])
def test_the_worker_lets_it_go_on_only_while_the_demonstration_is_on(small: None, is_on: bool) -> None:
    with clock.frozen(NOW), override_settings(RIVULUS_DEMO=is_on):
        simulation_schedule.go_on.call()
    assert (Simulation.objects.get().filled_until is not None) == is_on


def test_a_resident_may_not_remove_it(small: None) -> None:
    ana = Person.objects.create(email="ana@example.test", full_name="Ana")
    with pytest.raises(Refused):
        simulation.remove(by=ana)

"""A small city with stations and rules, and the people on duty, for the tests of rules and alarms."""

import datetime as dt
from collections.abc import Iterable

from django.test import Client

from rivulus.identity.models import Membership, Person
from rivulus.identity.terms import Role
from rivulus.kernel import clock
from rivulus.observations.actions import entities
from rivulus.observations.actions.automations import versions, watching
from rivulus.observations.actions.storing import store
from rivulus.observations.models import Automation, AutomationVersion, Datastream, Run
from rivulus.observations.rules.entities import (
    ActuatorSpec,
    CapabilitySpec,
    LocationSpec,
    PropertySpec,
    SensorSpec,
    SeriesSpec,
    ThingSpec,
)
from rivulus.observations.rules.readings import Batch, Readings

NOW = dt.datetime(2026, 3, 11, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
PM10 = PropertySpec(code="pm10", name="PM10", definition="http://dd.eionet.europa.eu/vocabulary/aq/pollutant/5")
SENSOR = SensorSpec(code="optical", name="Optical counter")
LIGHT = {
    "type": "DataRecord",
    "field": [
        {
            "type": "Quantity",
            "name": "light",
            "label": "Light",
            "uom": {"code": "%"},
            "constraint": {"interval": [[0, 100]]},
        }
    ],
}
RULE = """title: {ro: "Praf", en: "Dust", hu: "Por"}
domain: air
triggers:
  - id: dusty
    value:
      series: {property: pm10}
      above: 50
      clear: 45
      for: 10m
actions:
  - alarm: {severity: warning, acknowledge_within: 30m, escalate: [{after: 30m, roles: [department]}]}
  - notify:
      roles: [dispatcher]
      email: true
      message: {ro: "{thing}: {value}", en: "{thing}: {value}", hu: "{thing}: {value}"}
"""
TASK = "  - task: {same_thing: ':light', parameters: {light: 60}}\n"


def person(name: str, *roles: Role, is_demonstration: bool = False) -> Person:
    """Somebody with roles."""
    found = Person.objects.create(
        email=f"{name.lower()}@example.test", full_name=name, is_demonstration=is_demonstration
    )
    for role in roles:
        Membership.objects.create(person=found, role=role)
    return found


def signed_in(who: Person) -> Client:
    """A browser of theirs."""
    client = Client()
    client.force_login(who)
    return client


def station(code: str = "air-1", *, is_simulated: bool = False, **numbers: float) -> Datastream:
    """A station with one series of PM10, a lamp to dim, and numbers of its own."""
    entities.upsert_thing(
        by=None,
        spec=ThingSpec(
            code=code,
            name=f"Station {code}",
            domain="air",
            properties=numbers,
            locations=(LocationSpec(location={"type": "Point", "coordinates": [23.58, 47.66]}),),
            series=(
                SeriesSpec(
                    code=f"{code}:pm10", name="PM10", sensor=SENSOR, observed_property=PM10, is_simulated=is_simulated,
                    unit={"name": "microgram per cubic metre", "symbol": "ug/m3", "definition": None},
                ),
            ),
            capabilities=(
                CapabilitySpec(
                    code=f"{code}:light", name="Light", actuator=ActuatorSpec(code="dimmer", name="Dimmer"),
                    tasking_parameters=LIGHT,
                ),
            ),
            is_simulated=is_simulated,
        ),
    )  # fmt: skip
    return Datastream.objects.get(code=f"{code}:pm10")


def switched_on(text: str = RULE, code: str = "dust", *, at: dt.datetime = NOW) -> AutomationVersion:
    """A rule of the pack that is switched on."""
    with clock.frozen(at):
        version = versions.draft(by=None, code=code, text=text)
        return versions.activate(by=None, version_id=version.pk)


def forced_on(
    text: str, author: Person, second: Person, code: str = "street", *, at: dt.datetime = NOW
) -> AutomationVersion:
    """A rule that acts on the street, with two people behind it."""
    with clock.frozen(at):
        version = versions.draft(by=author, code=code, text=text)
        versions.confirm(by=second, version_id=version.pk)
        return versions.activate(by=author, version_id=version.pk)


def say(series: Datastream, rows: Iterable[tuple[float, float]], since: dt.datetime = NOW) -> None:
    """Store readings: minutes since ``since``, and values."""
    start = int(since.timestamp()) * 1_000_000
    readings = Readings.of((series.pk, start + int(minute * 60_000_000), value) for minute, value in rows)
    store(by=None, batch=Batch(readings=readings))


def look(version: AutomationVersion, minute: float) -> list[Run]:
    """Look at a rule some minutes after the beginning."""
    with clock.frozen(NOW + minute * MINUTE):
        return list(watching.watch(by=None, version_id=version.pk).runs)


def automation(code: str = "dust") -> Automation:
    """The rule."""
    return Automation.objects.get(code=code)

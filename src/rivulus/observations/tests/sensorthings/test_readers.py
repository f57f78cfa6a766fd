"""Who sees what: guests, suppliers with their keys, people on duty."""

from typing import Any

import pytest
from django.test import Client

from rivulus.identity.models import Person
from rivulus.observations.actions.entities import upsert_thing
from rivulus.observations.actions.suppliers import create_supplier, issue_key
from rivulus.observations.models import Actuator, ObservedProperty, Supplier, Thing
from rivulus.observations.rules.entities import (
    ActuatorSpec,
    CapabilitySpec,
    PartSpec,
    PropertySpec,
    SensorSpec,
    SeriesSpec,
    ThingSpec,
)
from rivulus.observations.rules.identifiers import observation_id
from rivulus.observations.tests.sensorthings.city import START_US, City, build

ROOT = "/sensorthings/v1.1"
pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return build()


def key(supplier: Supplier, *scopes: str, is_sandbox: bool = False) -> dict[str, str]:
    secret = issue_key(by=None, supplier=supplier, name="key", scopes=scopes, is_sandbox=is_sandbox).secret
    return {"Authorization": f"Bearer {secret}"}


def status(client: Client, path: str, headers: dict[str, str]) -> int:
    return client.get(f"{ROOT}/{path}", headers=headers).status_code


def test_a_key_that_may_read_sees_its_supplier_s_own(client: Client, city: City) -> None:
    own = key(city.supplier, "read")
    private = [
        f"Things({city.meter.pk})",
        f"Datastreams({city.private.pk})",
        f"Datastreams({city.private.pk})/Observations",
        f"Observations({observation_id(city.private.pk, START_US)})",
        f"Things({city.meter.pk})/Locations",
    ]
    other = key(create_supplier(by=None, code="bogdan", name="Bogdan"), "read", "describe", "task")
    for path in private:
        assert status(client, path, own) == 200, path
        assert status(client, path, key(city.supplier, "observe")) == 404, path
        assert status(client, path, key(city.supplier, "read", is_sandbox=True)) == 404, path
        assert status(client, path, other) == 404, path


def test_the_city_s_key_sees_all(client: Client, city: City) -> None:
    Supplier.objects.filter(pk=city.supplier.pk).update(is_city=True)
    city.supplier.refresh_from_db()
    found = client.get(f"{ROOT}/Things?$count=true", headers=key(city.supplier, "read")).json()
    assert found["@iot.count"] == 4


def test_a_key_that_nobody_has_is_refused_with_a_challenge(client: Client, city: City) -> None:
    for headers in ({"X-API-Key": "no"}, {"Authorization": "Bearer no"}, {"Authorization": "Basic bm86bm8="}):
        response = client.get(f"{ROOT}/Things", headers=headers)
        assert response.status_code == 401 and response.json()["code"] == 401
        assert "Basic" in response["WWW-Authenticate"]


def test_people_on_duty_see_all_and_residents_what_guests_see(
    client: Client, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = Person.objects.create(email="ana@example.org", full_name="Ana")
    client.force_login(ana)
    path = f"{ROOT}/Things({city.meter.pk})"
    assert client.get(path).status_code == 404
    roles: Any = frozenset({"dispatcher"})
    monkeypatch.setattr("rivulus.observations.standards.sensorthings.readers.roles_of", lambda person: roles)
    assert client.get(path).status_code == 200
    assert client.get(f"{ROOT}/Tasks").json()["value"][0]["properties"]["state"] == "accepted"


def test_what_only_private_things_use_is_as_private_as_they_are(client: Client) -> None:
    """Words of a property and the settings of an actuator say what somebody has at home."""
    supplier = create_supplier(by=None, code="spital", name="Spital")
    upsert_thing(by=None, spec=_ward(supplier.pk))
    own = key(supplier, "read")
    for name, entity in (("ObservedProperties", ObservedProperty), ("Actuators", Actuator)):
        secret, unused = entity.objects.get(code="secret"), entity.objects.create(name="unused")
        assert status(client, f"{name}({secret.pk})", {}) == 404 and status(client, f"{name}({secret.pk})", own) == 200
        assert status(client, f"{name}({unused.pk})", {}) == 200
        found = client.get(f"{ROOT}/{name}?$count=true&$filter=name eq 'Secret'").json()
        assert (found["@iot.count"], found["value"]) == (0, [])
    Thing.objects.update(is_public=True)
    for name in ("ObservedProperties", "Actuators"):
        assert client.get(f"{ROOT}/{name}?$count=true&$filter=name eq 'Secret'").json()["@iot.count"] == 1


def _ward(supplier: int) -> ThingSpec:
    secret = PropertySpec(code="secret", name="Secret", definition="http://example.org/secret")
    part = PartSpec(observed_property=secret)
    light = {"type": "DataRecord", "field": [{"type": "Text", "name": "say"}]}
    return ThingSpec(
        code="ward", name="Ward", supplier=supplier, is_public=False,
        series=(SeriesSpec(code="ward:many", name="Many", sensor=SensorSpec(code="s", name="S"), parts=(part, part)),),
        capabilities=(
            CapabilitySpec(
                code="ward:say", name="Say", actuator=ActuatorSpec(code="secret", name="Secret"), tasking_parameters=light
            ),
        ),
    )  # fmt: skip

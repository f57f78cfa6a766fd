"""Facts about writing with public software: the client of FROST, and the examples of its documentation."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client

from rivulus.identity.models import Membership, Person
from rivulus.observations.actions import sandbox
from rivulus.observations.actions.suppliers import create_supplier, issue_key
from rivulus.observations.models import (
    Actuator,
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    ObservedProperty,
    Sensor,
    Task,
    TaskingCapability,
    Thing,
)
from rivulus.observations.queries.readings import count, read
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US
from rivulus.observations.tests import frost

MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
EXAMPLES = Path(__file__).resolve().parents[5] / "shared" / "data" / "sensorthings"


@pytest.fixture
def secret(transactional_db: None) -> str:
    supplier = create_supplier(by=None, code="bogdan", name="Bogdan")
    return issue_key(by=None, supplier=supplier, name="test", scopes=("observe", "describe", "task")).secret


@pytest.fixture
def service(live_server: Any, secret: str) -> Any:
    client = frost.load()
    handler = client.AuthHandler(username="key", password=secret)
    return client.SensorThingsService(f"{live_server.url}/sensorthings/v1.1", auth_handler=handler)


def test_the_client_creates_changes_and_removes_every_entity(service: Any) -> None:
    client = frost.load()
    thing = client.Thing(name="Station", description="On the square", properties={"floor": 1})
    service.create(thing)
    location = client.Location(
        name="Square", description="", encoding_type="application/geo+json",
        location={"type": "Point", "coordinates": [23.58, 47.66]}, things=[thing],
    )  # fmt: skip
    service.create(location)
    sensor = client.Sensor(name="DHT22", description="", encoding_type="application/pdf", metadata="http://example.org")
    heat = client.ObservedProperty(name="Temperature", definition="http://example.org/t", description="")
    service.create(sensor)
    service.create(heat)
    unit = client.UnitOfMeasurement(name="degree Celsius", symbol="°C", definition="ucum:Cel")
    links = {"thing": thing, "sensor": sensor}
    series = client.Datastream(
        name="Temperature", description="", observation_type=MEASUREMENT, unit_of_measurement=unit,
        observed_property=heat, **links,
    )  # fmt: skip
    service.create(series)
    several = client.MultiDatastream(
        name="Two", description="", multi_observation_data_types=[MEASUREMENT, MEASUREMENT],
        unit_of_measurements=[unit, unit], observed_properties=[heat, heat], **links,
    )  # fmt: skip
    service.create(several)
    feature = client.FeatureOfInterest(
        name="Air", description="", encoding_type="application/geo+json",
        feature={"type": "Point", "coordinates": [23.58, 47.66]},
    )  # fmt: skip
    service.create(feature)
    seen = client.Observation(
        result=20.5, phenomenon_time="2026-03-01T08:00:00+02:00", datastream=series, feature_of_interest=feature
    )
    service.create(seen)
    line = client.HistoricalLocation(locations=[location], time="2025-03-01T08:00:00Z", thing=thing)
    service.create(line)
    actuator = client.Actuator(name="Dimmer", description="", encoding_type="text/plain", metadata="none")
    service.create(actuator)
    record = {"type": "DataRecord", "field": [{"name": "level", "type": "Count"}]}
    capability = client.TaskingCapability(
        name="Dim", description="", tasking_parameters=record, thing=thing, actuator=actuator
    )
    service.create(capability)
    task = client.Task(tasking_parameters={"level": 4}, tasking_capability=capability)
    service.create(task)
    assert (thing.id, location.id, series.id) == (Thing.objects.get().pk, Location.objects.get().pk, series.id)
    assert read([series.id], EARLIEST_US, LATEST_US).value.tolist() == [20.5]
    assert Task.objects.get().tasking_parameters == {"level": 4}

    thing.name, thing.properties = "New", {"floor": 2}
    service.update(thing)
    service.patch(thing, [{"op": "add", "path": "/properties/door", "value": "red"}])
    row = Thing.objects.get()
    assert (row.name, row.properties) == ("New", {"floor": 2, "door": "red"})
    for entity, model in (
        (location, Location), (sensor, Sensor), (heat, ObservedProperty), (feature, FeatureOfInterest),
        (actuator, Actuator), (capability, TaskingCapability), (series, Datastream), (several, Datastream),
    ):  # fmt: skip
        entity.name = "New"
        service.update(entity)
        assert model.objects.get(pk=entity.id).name == "New", model
    seen.result = 21.5
    service.update(seen)
    assert read([series.id], EARLIEST_US, LATEST_US).value.tolist() == [21.5]

    service.delete(seen)
    assert count([series.id], EARLIEST_US, LATEST_US) == 0
    for entity in (task, capability, actuator, line, several, series, feature, heat, sensor, location, thing):
        service.delete(entity)
    for model in (Thing, Location, Sensor, ObservedProperty, Datastream, HistoricalLocation, Actuator, Task):
        assert not model.objects.exists(), model


def test_the_client_inserts_deeply_and_sends_data_arrays(service: Any) -> None:
    client = frost.load()
    point = {"type": "Point", "coordinates": [23.58, 47.66]}
    unit = client.UnitOfMeasurement(name="degree Celsius", symbol="°C", definition="ucum:Cel")
    series = client.Datastream(
        name="Temperature", description="", observation_type=MEASUREMENT, unit_of_measurement=unit,
        observed_property=client.ObservedProperty(name="Temperature", definition="http://example.org/t", description=""),
        sensor=client.Sensor(name="DHT22", description="", encoding_type="application/pdf", metadata="x"),
    )  # fmt: skip
    place = client.Location(name="Square", description="", encoding_type="application/geo+json", location=point)
    service.create(client.Thing(name="Station", description="", locations=[place], datastreams=[series]))
    row = Datastream.objects.get()
    assert FeatureOfInterest.objects.get().feature == point
    values = client.model.ext.data_array_value.DataArrayValue()
    values.datastream = service.datastreams().find(row.pk)
    values.components = {values.Property.PHENOMENON_TIME, values.Property.RESULT}
    for hour in range(3):
        values.add_observation(client.Observation(result=hour, phenomenon_time=f"2026-03-01T0{hour}:00:00Z"))
    document = client.model.ext.data_array_document.DataArrayDocument()
    document.add_data_array_value(values)
    made = service.observations().create(document)
    assert len(made) == 3
    assert read([row.pk], EARLIEST_US, LATEST_US).value.tolist() == [0.0, 1.0, 2.0]


def test_the_examples_of_the_documentation_of_frost_are_taken_in(live_server: Any, secret: str) -> None:
    files = sorted(EXAMPLES.glob("frost_*_CreatingEntities_*.json"))
    if not files:
        pytest.skip("The examples of FROST's documentation are not on this machine.")
    bodies = {int(file.stem.rpartition("_")[2]): json.loads(file.read_text()) for file in files}
    root, headers = f"{live_server.url}/sensorthings/v1.1", {"X-API-Key": secret}

    def post(path: str, number: int, links: dict[str, Any] | None = None) -> str:
        body = bodies[number] | {k: v for k, v in (links or {}).items() if k in bodies[number]}
        answer = httpx.post(f"{root}/{path}", json=body, headers=headers, timeout=20)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def numbered(link: str) -> dict[str, int]:
        return {"@iot.id": int(link.rpartition("(")[2].rstrip(")"))}

    thing = numbered(post("Things", 1))
    post("Locations", 3, {"Things": [thing]})
    links = {
        "Thing": thing,
        "ObservedProperty": numbered(post("ObservedProperties", 4)),
        "Sensor": numbered(post("Sensors", 5)),
    }
    series = numbered(post("Datastreams", 7, links))
    post("Observations", 9, {"Datastream": series})
    post(f"Datastreams({series['@iot.id']})/Observations", 11)
    assert sorted(read([series["@iot.id"]], EARLIEST_US, LATEST_US).value.tolist()) == [21.0, 22.0]


def test_the_commands_of_the_how_to_do_what_it_says(live_server: Any, secret: str) -> None:
    page = Path(__file__).resolve().parents[4] / "docs" / "how-to" / "send-observations.md"
    bodies = [json.loads(body) for body in re.findall(r"-d '([^']+)'", page.read_text())]
    device, one, many, correction, _done = bodies
    root, headers = f"{live_server.url}/sensorthings/v1.1", {"X-API-Key": secret}
    heat = ObservedProperty.objects.create(name="Temperature", definition="http://example.org/t")
    device["Datastreams"][0]["ObservedProperty"]["@iot.id"] = heat.pk
    thing = httpx.post(f"{root}/Things", json=device, headers=headers)
    listed = httpx.get(thing.headers["Location"] + "/Datastreams?$select=id,name").json()["value"]
    series = listed[0]["@iot.id"]
    made = httpx.post(f"{root}/Datastreams({series})/Observations", json=one, headers=headers)
    many[0]["Datastream"]["@iot.id"] = series
    links = httpx.post(f"{root}/CreateObservations", json=many, headers=headers)
    assert (thing.status_code, made.status_code, links.status_code) == (201, 201, 201)
    assert "error" not in links.json()
    httpx.patch(made.headers["Location"], json=correction, headers=headers).raise_for_status()
    assert read([series], EARLIEST_US, LATEST_US).value.tolist() == [4.3, 4.2, 4.4]
    assert Thing.objects.get().domain == "weather"


def test_with_the_wrong_key_the_client_is_told(live_server: Any, secret: str) -> None:
    client = frost.load()
    handler = client.AuthHandler(username="key", password="rvk_wrong")
    service = client.SensorThingsService(f"{live_server.url}/sensorthings/v1.1", auth_handler=handler)
    with pytest.raises(Exception, match="401"):
        service.create(client.Thing(name="x", description=""))
    assert not Thing.objects.exists()


@pytest.mark.django_db
def test_a_browser_writes_with_the_token_of_its_session_only() -> None:
    dan = Person.objects.create(email="dan@example.org")
    Membership.objects.create(person=dan, role="department", granted_at="2026-01-01T00:00:00Z")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(dan)
    path, body, kind = "/sensorthings/v1.1/Things", '{"name": "Station"}', "application/json"
    assert browser.post(path, body, content_type=kind).status_code == 403
    browser.cookies["csrftoken"] = "a" * 32
    made = browser.post(path, body, content_type=kind, headers={"X-CSRFToken": "a" * 32})
    assert made.status_code == 201
    assert browser.delete(made["Location"], headers={"X-CSRFToken": "b" * 32}).status_code == 403
    assert Thing.objects.count() == 1
    assert Client().post(path, body, content_type=kind).status_code == 401


@pytest.mark.django_db
def test_in_the_sandbox_everything_works_and_the_city_sees_nothing() -> None:
    sandbox.rebuild()
    supplier = create_supplier(by=None, code="bogdan", name="Bogdan")
    key = issue_key(by=None, supplier=supplier, name="test", scopes=("describe", "observe"), is_sandbox=True).secret
    client, kind = Client(headers={"X-API-Key": key}), "application/json"
    series = {
        "name": "T",
        "observationType": MEASUREMENT,
        "Sensor": {"name": "S"},
        "ObservedProperty": {"name": "T", "definition": "http://example.org/t"},
        "Observations": [{"result": 5, "phenomenonTime": "2026-03-01T08:00:00Z"}],
    }
    body = json.dumps({"name": "Station", "Datastreams": [series]})
    made = client.post("/sandbox/sensorthings/v1.1/Things", body, content_type=kind)
    assert made.status_code == 201 and "/sandbox/" in made["Location"]
    shown = client.get(made["Location"] + "/Datastreams?$expand=Observations").json()["value"][0]
    assert [seen["result"] for seen in shown["Observations"]] == [5]
    link = shown["Observations"][0]["@iot.selfLink"]
    assert client.patch(link, '{"result": 6}', content_type=kind).status_code == 200
    assert not Thing.objects.exists() and not Sensor.objects.exists()
    assert client.delete(made["Location"]).status_code == 200
    assert client.post("/sensorthings/v1.1/Things", body, content_type=kind).status_code == 403

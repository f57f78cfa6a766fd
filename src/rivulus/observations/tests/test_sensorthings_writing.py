"""Facts about writing through SensorThings: every entity, references, patches, who may, and what is refused."""

import json
import threading
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rivulus.identity.models import Membership, Person
from rivulus.journal.models import Line
from rivulus.kernel.limits import Limit
from rivulus.observations.actions.suppliers import create_supplier, issue_key
from rivulus.observations.models import (
    Actuator,
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    ObservedProperty,
    Sensor,
    SupplierKey,
    Task,
    TaskingCapability,
    Thing,
)
from rivulus.observations.queries.annotations import annotations_of
from rivulus.observations.queries.readings import count, latest, read
from rivulus.observations.queries.records import read_records
from rivulus.observations.rules.identifiers import split_observation_id
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US
from rivulus.observations.standards.sensorthings import access, writing

pytestmark = pytest.mark.django_db
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
SQUARE = {"type": "Point", "coordinates": [23.5795, 47.6587]}
BRIDGE = {"type": "Point", "coordinates": [23.5712, 47.6561]}
UNIT = {"name": "degree Celsius", "symbol": "°C", "definition": "ucum:Cel"}
PLACE = {"name": "Square", "description": "", "encodingType": "application/geo+json", "location": SQUARE}
SENSOR = {
    "name": "DHT22",
    "description": "",
    "encodingType": "application/pdf",
    "metadata": "http://example.org/dht.pdf",
}
HEAT = {"name": "Air temperature", "description": "", "definition": "http://example.org/temperature"}
SERIES = {
    "name": "Temperature",
    "description": "",
    "observationType": MEASUREMENT,
    "unitOfMeasurement": UNIT,
    "Sensor": SENSOR,
    "ObservedProperty": HEAT,
}
STATION = {"name": "Station", "description": "On the square", "Locations": [PLACE], "Datastreams": [SERIES]}
NEWS = {"type": "DataRecord", "field": [{"name": "level", "type": "Quantity", "constraint": {"interval": [[0, 100]]}}]}


class Client:
    """Somebody who writes with a key."""

    def __init__(self, secret: str = "", user: object = None) -> None:
        self.secret, self.user = secret, user or AnonymousUser()

    def send(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json", **headers: str
    ) -> HttpResponse:
        raw = body if isinstance(body, bytes | str) else json.dumps(body) if body is not None else ""
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        where = f"/sensorthings/v1.1/{path}"
        request = RequestFactory().generic(method, where, raw, content_type, headers=headers)
        request.user = self.user  # type: ignore[assignment]
        return writing.write(request, path.partition("?")[0])

    def make(self, path: str, body: Any) -> int:
        response = self.send("POST", path, body)
        assert response.status_code == 201, response.content
        link = response["Location"]
        assert json.loads(response.content)["@iot.selfLink"] == link
        return int(link.rpartition("(")[2].rstrip(")"))

    def refused(self, method: str, path: str, body: Any = None, **rest: Any) -> tuple[int, str]:
        response = self.send(method, path, body, **rest)
        told = json.loads(response.content)
        assert told["code"] == response.status_code and told["type"] == "error", told
        return response.status_code, told["message"]


def key_of(code: str, scopes: tuple[str, ...] = ("observe", "describe", "task"), **changes: Any) -> Client:
    supplier = create_supplier(by=None, code=code, name=code, **changes)
    return Client(issue_key(by=None, supplier=supplier, name="test", scopes=scopes).secret)


@pytest.fixture
def bogdan() -> Client:
    return key_of("bogdan")


@pytest.fixture
def vlad() -> Client:
    return key_of("vlad")


def station(client: Client) -> tuple[int, int]:
    thing = client.make("Things", STATION)
    return thing, Datastream.objects.get(thing=thing).pk


# Creating.


def test_a_whole_tree_is_added_with_one_line_in_the_journal(bogdan: Client) -> None:
    readings = [{"result": 20.5, "phenomenonTime": "2026-03-01T08:00:00Z"}, {"result": 21}]
    thing = bogdan.make("Things", STATION | {"Datastreams": [SERIES | {"Observations": readings}]})
    row = Datastream.objects.get(thing=thing)
    assert (row.sensor.name, row.observed_property.name, row.kind) == ("DHT22", "Air temperature", "number")
    assert row.thing.supplier.code == "bogdan"
    place = row.thing.locations.get()
    assert HistoricalLocation.objects.get(thing=thing).locations.get() == place
    assert FeatureOfInterest.objects.get(location=place).feature == SQUARE
    assert count([row.pk], EARLIEST_US, LATEST_US) == 2
    line = Line.objects.get(verb="observations.thing.created")
    assert line.content["made"] == {"Datastream": 1, "Location": 1, "ObservedProperty": 1, "Sensor": 1, "Thing": 1}
    assert line.content["supplier"] == "bogdan"


def test_each_entity_is_made_by_itself_and_linked_by_number(bogdan: Client) -> None:
    thing = bogdan.make("Things", {"name": "Station", "description": "", "properties": {"domain": "air"}})
    place = bogdan.make("Locations", PLACE | {"Things": [{"@iot.id": thing}]})
    sensor, heat = bogdan.make("Sensors", SENSOR), bogdan.make("ObservedProperties", HEAT)
    links = {"Thing": {"@iot.id": thing}, "Sensor": {"@iot.id": sensor}, "ObservedProperty": {"@iot.id": heat}}
    series = bogdan.make("Datastreams", SERIES | links)
    below = bogdan.make(f"Things({thing})/Datastreams", SERIES | {k: v for k, v in links.items() if k != "Thing"})
    feature = bogdan.make(
        "FeaturesOfInterest", {"name": "Air", "encodingType": "application/geo+json", "feature": BRIDGE}
    )
    seen = bogdan.make(
        f"Datastreams({series})/Observations",
        {"result": 3, "phenomenonTime": "2026-03-01T08:00:00Z", "FeatureOfInterest": {"@iot.id": feature}},
    )
    assert Thing.objects.get(pk=thing).domain == "air"
    assert set(Thing.objects.get(pk=thing).datastreams.values_list("id", flat=True)) == {series, below}
    assert list(Location.objects.get(pk=place).things.values_list("id", flat=True)) == [thing]
    assert annotations_of([split_observation_id(seen)])[split_observation_id(seen)].feature == feature


def test_an_observation_may_bring_its_feature_with_it(bogdan: Client) -> None:
    _, series = station(bogdan)
    document = {
        "result": 3,
        "Datastream": {"@iot.id": series},
        "FeatureOfInterest": {"name": "Air", "encodingType": "application/geo+json", "feature": BRIDGE},
    }
    seen = bogdan.make("Observations", document)
    made = FeatureOfInterest.objects.get(location=None)
    assert annotations_of([split_observation_id(seen)])[split_observation_id(seen)].feature == made.pk
    below = bogdan.make(
        f"FeaturesOfInterest({made.pk})/Observations",
        {"result": 4, "Datastream": {"@iot.id": series}, "phenomenonTime": "2026-03-01T08:00:00Z"},
    )
    assert annotations_of([split_observation_id(below)])[split_observation_id(below)].feature == made.pk


def test_many_observations_within_a_series_cost_few_questions(
    bogdan: Client, django_assert_max_num_queries: Any
) -> None:
    hours = [{"result": n, "phenomenonTime": f"2026-03-01T{n // 60:02}:{n % 60:02}:00Z"} for n in range(1000)]
    with django_assert_max_num_queries(60):
        thing = bogdan.make("Things", STATION | {"Datastreams": [SERIES | {"Observations": hours}]})
    assert count([Datastream.objects.get(thing=thing).pk], EARLIEST_US, LATEST_US) == 1000


def test_a_series_of_several_properties_takes_lists(bogdan: Client) -> None:
    document = {
        "name": "Both",
        "multiObservationDataTypes": [MEASUREMENT, MEASUREMENT],
        "unitOfMeasurements": [UNIT, UNIT],
        "Thing": {"name": "Station"},
        "Sensor": SENSOR,
        "ObservedProperties": [HEAT, HEAT | {"name": "Dew point"}],
        "Observations": [{"result": [1, 2.5]}],
    }
    number = bogdan.make("MultiDatastreams", document)
    assert [record.result for record in read_records([number], EARLIEST_US, LATEST_US)] == [[1, 2.5]]
    assert bogdan.refused("POST", f"MultiDatastreams({number})/Observations", {"result": 5})[0] == 400
    assert bogdan.refused("POST", f"Datastreams({number})/Observations", {"result": 5})[0] == 404
    short = document | {"unitOfMeasurements": [UNIT], "Observations": []}
    assert "as many" in bogdan.refused("POST", "MultiDatastreams", short)[1]


def test_a_data_array_answers_row_by_row(bogdan: Client) -> None:
    _, series = station(bogdan)
    rows = [["2026-03-01T08:00:00Z", 1], ["2026-03-01T08:10:00Z", "warm"], ["2026-03-01T08:20:00Z", 3]]
    body = [
        {"Datastream": {"@iot.id": series}, "components": ["phenomenonTime", "result"], "dataArray": rows},
        {"Datastream": {"@iot.id": 999_999}, "components": ["phenomenonTime", "result"], "dataArray": rows[:1]},
    ]
    response = bogdan.send("POST", "CreateObservations", body)
    links = json.loads(response.content)
    assert response.status_code == 201
    assert [link == "error" for link in links] == [False, True, False, True]
    assert count([series], EARLIEST_US, LATEST_US) == 2


def test_a_simulated_thing_says_so_and_its_series_are_simulated(bogdan: Client) -> None:
    thing = bogdan.make("Things", STATION | {"properties": {"simulated": True, "floor": 2}})
    row = Thing.objects.get(pk=thing)
    assert row.is_simulated and row.properties == {"floor": 2}
    assert Datastream.objects.get(thing=thing).is_simulated


def test_with_prefer_minimal_there_is_no_body(bogdan: Client) -> None:
    response = bogdan.send("POST", "Things", {"name": "Station"}, Prefer="return=minimal")
    assert (response.status_code, response.content) == (204, b"")
    assert response["Location"].endswith(f"/Things({Thing.objects.get().pk})")


# Changing.


def test_a_patch_changes_what_it_names_and_nothing_else(bogdan: Client) -> None:
    thing, series = station(bogdan)
    assert bogdan.send("PATCH", f"Things({thing})", {"properties": {"floor": 1}}).status_code == 200
    row = Thing.objects.get(pk=thing)
    assert (row.name, row.properties) == ("Station", {"floor": 1})
    assert bogdan.send("PATCH", f"Datastreams({series})", {"name": "Warmth"}).status_code == 200
    assert Datastream.objects.get(pk=series).name == "Warmth"
    assert bogdan.send("PATCH", f"Things({thing})/Datastreams({series})", {"name": "Heat"}).status_code == 200
    assert bogdan.refused("PATCH", f"Things({thing + 1})/Datastreams({series})", {"name": "x"})[0] == 404
    assert (
        "stays as it is"
        in bogdan.refused(
            "PATCH",
            f"Datastreams({series})",
            {"observationType": MEASUREMENT.replace("Measurement", "TruthObservation")},
        )[1]
    )


def test_put_gives_defaults_to_what_it_does_not_name(bogdan: Client) -> None:
    thing, _ = station(bogdan)
    bogdan.send("PATCH", f"Things({thing})", {"properties": {"floor": 1}})
    assert bogdan.send("PUT", f"Things({thing})", {"@iot.id": thing, "name": "New"}).status_code == 200
    row = Thing.objects.get(pk=thing)
    assert (row.name, row.description, row.properties) == ("New", "", {})
    assert bogdan.refused("PUT", f"Things({thing})", {"description": "x"}) == (400, "A Thing needs name.")


def test_json_patches_and_merge_patches_reach_into_properties(bogdan: Client) -> None:
    thing = bogdan.make("Things", {"name": "Station", "properties": {"a": {"b": 1, "c": 2}, "list": [1, 2]}})
    merge = {"properties": {"a": {"b": None, "d": 4}}}
    bogdan.send("PATCH", f"Things({thing})", merge, content_type="application/merge-patch+json")
    assert Thing.objects.get().properties == {"a": {"c": 2, "d": 4}, "list": [1, 2]}
    patch = [
        {"op": "test", "path": "/properties/a/c", "value": 2},
        {"op": "add", "path": "/properties/list/-", "value": 3},
        {"op": "move", "from": "/properties/a/d", "path": "/properties/d"},
        {"op": "replace", "path": "/name", "value": "New"},
    ]
    bogdan.send("PATCH", f"Things({thing})", patch, content_type="application/json-patch+json")
    row = Thing.objects.get()
    assert (row.name, row.properties) == ("New", {"a": {"c": 2}, "list": [1, 2, 3], "d": 4})
    lost = [{"op": "remove", "path": "/properties/nothing"}]
    assert bogdan.refused("PATCH", f"Things({thing})", lost, content_type="application/json-patch+json")[0] == 400


def test_a_new_place_of_a_thing_is_kept_in_its_history(bogdan: Client) -> None:
    thing, _ = station(bogdan)
    new = bogdan.make(f"Things({thing})/Locations", PLACE | {"name": "Bridge", "location": BRIDGE})
    row = Thing.objects.get(pk=thing)
    assert list(row.locations.values_list("id", flat=True)) == [new]
    assert HistoricalLocation.objects.filter(thing=thing).count() == 2
    old = Location.objects.get(name="Square").pk
    bogdan.send("PATCH", f"Things({thing})", {"Locations": [{"@iot.id": old}]})
    assert list(row.locations.values_list("id", flat=True)) == [old]
    assert HistoricalLocation.objects.filter(thing=thing).count() == 3


def test_a_line_of_history_that_is_the_newest_moves_the_thing(bogdan: Client) -> None:
    thing, _ = station(bogdan)
    bridge = bogdan.make("Locations", PLACE | {"name": "Bridge", "location": BRIDGE})
    line = {"Thing": {"@iot.id": thing}, "Locations": [{"@iot.id": bridge}]}
    bogdan.make("HistoricalLocations", line | {"time": "2020-01-01T00:00:00Z"})
    assert Thing.objects.get(pk=thing).locations.get().name == "Square"
    number = bogdan.make("HistoricalLocations", line | {"time": "2090-01-01T00:00:00Z"})
    assert Thing.objects.get(pk=thing).locations.get().name == "Bridge"
    assert bogdan.send("PATCH", f"HistoricalLocations({number})", {"time": "2091-01-01T00:00:00Z"}).status_code == 200
    assert bogdan.refused("POST", "HistoricalLocations", line | {"time": "yesterday"})[0] == 400


def test_a_corrected_observation_keeps_what_it_was(bogdan: Client) -> None:
    _, series = station(bogdan)
    seen = bogdan.make(f"Datastreams({series})/Observations", {"result": 20, "phenomenonTime": "2026-03-01T08:00:00Z"})
    assert bogdan.send("PATCH", f"Observations({seen})", {"result": 21}).status_code == 200
    assert read([series], EARLIEST_US, LATEST_US).value.tolist() == [21.0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM observations_correction")
        assert cursor.fetchall() == [(20.0,)]
    note = {"parameters": {"by": "hand"}, "validTime": "2026-03-01T08:00:00Z/2026-03-01T09:00:00Z"}
    bogdan.send("PATCH", f"Observations({seen})", note)
    kept = annotations_of([split_observation_id(seen)])[split_observation_id(seen)]
    assert kept.parameters == {"by": "hand"} and kept.valid_to is not None
    bogdan.send("PATCH", f"Observations({seen})", {"resultQuality": "good"})
    kept = annotations_of([split_observation_id(seen)])[split_observation_id(seen)]
    assert (kept.parameters, kept.result_quality) == ({"by": "hand"}, "good")
    assert bogdan.refused("PATCH", f"Observations({seen})", {"phenomenonTime": "2026-03-01T09:00:00Z"})[0] == 409
    assert bogdan.send("DELETE", f"Observations({seen})").status_code == 200
    assert bogdan.refused("DELETE", f"Observations({seen})")[0] == 404
    assert len(latest([series])) == 0


# Removing.


def test_what_cannot_be_without_a_thing_goes_with_it(bogdan: Client) -> None:
    thing, series = station(bogdan)
    bogdan.make(f"Datastreams({series})/Observations", {"result": 20})
    assert bogdan.send("DELETE", f"Things({thing})").status_code == 200
    assert not Datastream.objects.exists() and not HistoricalLocation.objects.exists()
    assert Sensor.objects.count() == Location.objects.count() == 1
    assert count([series], EARLIEST_US, LATEST_US) == 0


@pytest.mark.parametrize("path", ["Sensors", "ObservedProperties", "Datastreams"])
def test_series_go_with_their_sensor_and_their_property(bogdan: Client, path: str) -> None:
    _, series = station(bogdan)
    bogdan.make(f"Datastreams({series})/Observations", {"result": 20})
    number = (
        {"Sensors": Sensor, "ObservedProperties": ObservedProperty, "Datastreams": Datastream}[path].objects.get().pk
    )
    assert bogdan.send("DELETE", f"{path}({number})").status_code == 200
    assert not Datastream.objects.exists() and Thing.objects.exists()
    assert count([series], EARLIEST_US, LATEST_US) == 0


def test_a_location_goes_with_its_history_and_frees_its_feature(bogdan: Client) -> None:
    station(bogdan)
    feature = FeatureOfInterest.objects.get()
    assert "place of a thing" in bogdan.refused("DELETE", f"FeaturesOfInterest({feature.pk})")[1]
    assert bogdan.send("DELETE", f"Locations({Location.objects.get().pk})").status_code == 200
    assert not HistoricalLocation.objects.exists() and Thing.objects.exists()


def test_observations_go_with_the_feature_they_name(bogdan: Client) -> None:
    _, series = station(bogdan)
    feature = bogdan.make("FeaturesOfInterest", {"name": "Air", "feature": BRIDGE})
    about = {"result": 3, "FeatureOfInterest": {"@iot.id": feature}}
    bogdan.make(f"Datastreams({series})/Observations", about)
    bogdan.make(f"Datastreams({series})/Observations", {"result": 4, "phenomenonTime": "2026-03-01T08:00:00Z"})
    assert bogdan.send("DELETE", f"FeaturesOfInterest({feature})").status_code == 200
    assert count([series], EARLIEST_US, LATEST_US) == 1


# References.


def test_references_join_and_part(bogdan: Client) -> None:
    thing, series = station(bogdan)
    bridge = bogdan.make("Locations", PLACE | {"name": "Bridge", "location": BRIDGE})
    other = bogdan.make("Things", {"name": "Other"})
    assert bogdan.send("POST", f"Things({thing})/Locations/$ref", {"@iot.id": bridge}).status_code == 200
    assert Thing.objects.get(pk=thing).locations.count() == 2
    assert bogdan.send("DELETE", f"Things({thing})/Locations({bridge})/$ref").status_code == 200
    assert bogdan.refused("DELETE", f"Things({thing})/Locations({bridge})/$ref")[0] == 404
    old = Location.objects.get(name="Square").pk
    assert bogdan.send("DELETE", f"Things({thing})/Locations/$ref?$id=x/v1.1/Locations({old})").status_code == 200
    assert Thing.objects.get(pk=thing).locations.count() == 0
    link = {"@odata.id": f"http://testserver/sensorthings/v1.1/Things({other})"}
    assert bogdan.send("PUT", f"Datastreams({series})/Thing/$ref", link).status_code == 200
    assert Datastream.objects.get(pk=series).thing_id == other
    assert bogdan.send("POST", f"Things({thing})/Datastreams/$ref", {"@iot.id": series}).status_code == 200
    assert Datastream.objects.get(pk=series).thing_id == thing
    assert bogdan.refused("DELETE", f"Datastreams({series})/Thing/$ref")[0] == 400


# Tasks.


def lamp(client: Client) -> int:
    actuator = {"name": "Dimmer", "encodingType": "text/plain", "metadata": ""}
    document = {"name": "Dim", "taskingParameters": NEWS, "Actuator": actuator, "Thing": {"name": "Lamp"}}
    return client.make("TaskingCapabilities", document)


def test_a_task_is_asked_for_carried_out_and_reported(bogdan: Client) -> None:
    capability = lamp(bogdan)
    task = bogdan.make(f"TaskingCapabilities({capability})/Tasks", {"taskingParameters": {"level": 40}})
    assert Task.objects.get(pk=task).state == "accepted"
    done = {"properties": {"state": "done", "note": "40 %"}}
    assert bogdan.send("PATCH", f"Tasks({task})", {"properties": {"state": "sent"}}).status_code == 200
    assert bogdan.send("PATCH", f"Tasks({task})", done).status_code == 200
    assert bogdan.send("PATCH", f"Tasks({task})", done).status_code == 200
    assert bogdan.refused("PATCH", f"Tasks({task})", {"properties": {"state": "sent"}})[0] == 409
    assert list(
        Line.objects.filter(subject="observations.task").order_by("sequence").values_list("verb", flat=True)
    ) == [
        "observations.task.accepted",
        "observations.task.sent",
        "observations.task.done",
    ]
    assert bogdan.send("DELETE", f"Tasks({task})").status_code == 200


def test_the_same_wish_sent_twice_is_one_task(bogdan: Client) -> None:
    capability = lamp(bogdan)
    asked = {"taskingParameters": {"level": 40}, "TaskingCapability": {"@iot.id": capability}}
    first = bogdan.send("POST", "Tasks", asked, **{"Idempotency-Key": "a1"})
    again = bogdan.send("POST", "Tasks", asked, **{"Idempotency-Key": "a1"})
    assert first["Location"] == again["Location"] and Task.objects.count() == 1
    other = asked | {"taskingParameters": {"level": 41}}
    assert bogdan.refused("POST", "Tasks", other, **{"Idempotency-Key": "a1"})[0] == 409


def test_parameters_are_checked_against_what_the_capability_takes(bogdan: Client) -> None:
    capability = lamp(bogdan)
    path = f"TaskingCapabilities({capability})/Tasks"
    assert bogdan.refused("POST", path, {"taskingParameters": {"level": 400}}) == (
        400,
        "The parameter level is 400; allowed is 0…100.",
    )
    assert bogdan.refused("POST", path, {"taskingParameters": {}})[1] == "The parameter level is missing."
    assert bogdan.refused("POST", path, {})[0] == 400
    assert bogdan.refused("POST", "TaskingCapabilities", {"name": "x", "taskingParameters": {"type": "List"}})[0] == 400
    assert Actuator.objects.count() == TaskingCapability.objects.count() == 1
    assert bogdan.send("DELETE", f"Actuators({Actuator.objects.get().pk})").status_code == 200
    assert not TaskingCapability.objects.exists()


# Who may.


def test_without_a_key_nothing_is_written() -> None:
    response = Client().send("POST", "Things", {"name": "x"})
    assert response.status_code == 401
    assert "Basic" in response["WWW-Authenticate"]
    assert Client("rvk_wrong").refused("POST", "Things", {"name": "x"})[0] == 401
    assert not Thing.objects.exists()


def test_a_key_works_as_bearer_as_basic_and_by_its_own_header(bogdan: Client) -> None:
    import base64

    basic = base64.b64encode(f"anything:{bogdan.secret}".encode()).decode()
    for headers in ({"Authorization": f"Basic {basic}"}, {"X-API-Key": bogdan.secret}):
        assert Client().send("POST", "Things", {"name": "x"}, **headers).status_code == 201


def test_a_key_opens_what_its_scopes_say() -> None:
    listener = key_of("listener", ("observe",))
    assert "describe" in listener.refused("POST", "Things", {"name": "x"})[1]
    writer = key_of("writer", ("describe",))
    thing, series = station(writer)
    assert writer.refused("POST", f"Datastreams({series})/Observations", {"result": 1})[0] == 403
    assert (
        writer.refused("POST", "Datastreams", SERIES | {"Thing": {"@iot.id": thing}, "Observations": [{"result": 1}]})[
            0
        ]
        == 403
    )
    assert Datastream.objects.count() == 1


def test_a_sandbox_key_writes_nothing_into_the_city(bogdan: Client) -> None:
    SupplierKey.objects.update(is_sandbox=True)
    assert bogdan.refused("POST", "Things", {"name": "x"})[0] == 403


def test_two_suppliers_cannot_touch_each_other(bogdan: Client, vlad: Client) -> None:
    thing, series = station(bogdan)
    seen = bogdan.make(f"Datastreams({series})/Observations", {"result": 1, "phenomenonTime": "2026-03-01T08:00:00Z"})
    capability = lamp(bogdan)
    task = bogdan.make(f"TaskingCapabilities({capability})/Tasks", {"taskingParameters": {"level": 1}})
    place, sensor, heat = Location.objects.get().pk, Sensor.objects.get().pk, ObservedProperty.objects.get().pk
    before = Line.objects.count()
    own = vlad.make("Things", {"name": "Mine"})
    tries = [
        ("PATCH", f"Things({thing})", {"name": "x"}),
        ("PUT", f"Things({thing})", {"name": "x"}),
        ("DELETE", f"Things({thing})", None),
        ("PATCH", f"Datastreams({series})", {"name": "x"}),
        ("PATCH", f"Datastreams({series})", {"Thing": {"@iot.id": own}}),
        ("DELETE", f"Datastreams({series})", None),
        ("POST", f"Things({thing})/Datastreams", SERIES),
        ("POST", f"Things({thing})/Locations", PLACE),
        ("POST", "Things", {"name": "x", "Datastreams": [{"@iot.id": series}]}),
        ("POST", "Locations", PLACE | {"Things": [{"@iot.id": thing}]}),
        (
            "POST",
            "HistoricalLocations",
            {"time": "2026-03-01T08:00:00Z", "Thing": {"@iot.id": thing}, "Locations": [PLACE]},
        ),
        ("PATCH", f"Locations({place})", {"location": BRIDGE}),
        ("DELETE", f"Locations({place})", None),
        ("PATCH", f"Sensors({sensor})", {"name": "x"}),
        ("DELETE", f"Sensors({sensor})", None),
        ("DELETE", f"ObservedProperties({heat})", None),
        ("POST", "Things", {"name": "x", "Datastreams": [SERIES | {"Sensor": {"@iot.id": sensor}}]}),
        ("POST", "Things", {"name": "x", "Locations": [{"@iot.id": place}]}),
        ("POST", f"Datastreams({series})/Observations", {"result": 5}),
        ("PATCH", f"Observations({seen})", {"result": 5}),
        ("DELETE", f"Observations({seen})", None),
        ("POST", f"Things({own})/Datastreams/$ref", {"@iot.id": series}),
        ("PUT", f"Datastreams({series})/Thing/$ref", {"@iot.id": own}),
        ("DELETE", f"Things({thing})/Locations({place})/$ref", None),
        ("POST", f"TaskingCapabilities({capability})/Tasks", {"taskingParameters": {"level": 1}}),
        ("PATCH", f"Tasks({task})", {"properties": {"state": "done"}}),
        ("DELETE", f"Tasks({task})", None),
    ]
    for method, path, body in tries:
        assert vlad.refused(method, path, body)[0] == 403, (method, path)
    array = [{"Datastream": {"@iot.id": series}, "components": ["result"], "dataArray": [[5]]}]
    assert json.loads(vlad.send("POST", "CreateObservations", array).content) == ["error"]
    assert Line.objects.count() == before + 1
    assert read([series], EARLIEST_US, LATEST_US).value.tolist() == [1.0]


def test_what_is_the_citys_may_be_used_and_not_changed(bogdan: Client) -> None:
    heat = ObservedProperty.objects.create(name="Temperature", definition="http://example.org/t")
    city = Thing.objects.create(name="City")
    document = STATION | {"Datastreams": [SERIES | {"ObservedProperty": {"@iot.id": heat.pk}}]}
    bogdan.make("Things", document)
    assert bogdan.refused("PATCH", f"ObservedProperties({heat.pk})", {"name": "x"})[0] == 403
    assert bogdan.refused("DELETE", f"ObservedProperties({heat.pk})")[0] == 403
    assert bogdan.refused("PATCH", f"Things({city.pk})", {"name": "x"})[0] == 403


def test_what_the_things_of_others_use_stays_as_it_is(bogdan: Client) -> None:
    station(bogdan)
    sensor, heat = Sensor.objects.get(), ObservedProperty.objects.get()
    city = Thing.objects.create(name="City")
    Datastream.objects.create(
        thing=city, sensor=sensor, observed_property=heat, kind="number", observation_type=MEASUREMENT, name="x"
    )
    assert bogdan.refused("PATCH", f"Sensors({sensor.pk})", {"name": "x"})[0] == 409
    assert bogdan.refused("DELETE", f"Sensors({sensor.pk})")[0] == 409
    assert Datastream.objects.count() == 2


def test_the_citys_own_key_may_change_everything(bogdan: Client) -> None:
    thing, _ = station(bogdan)
    city = key_of("city", is_city=True)
    assert city.send("PATCH", f"Things({thing})", {"name": "x"}).status_code == 200
    assert Thing.objects.get(pk=thing).supplier.code == "bogdan"


@pytest.mark.parametrize(
    ("role", "status"), [("department", 201), ("administrator", 201), ("resident", 403), ("dispatcher", 403)]
)
def test_somebody_signed_in_may_describe_things_by_their_role(role: str, status: int) -> None:
    dan = (
        Person.objects.create_user("dan@example.org")
        if hasattr(Person.objects, "create_user")
        else Person.objects.create(email="dan@example.org")
    )
    Membership.objects.create(person=dan, role=role, granted_at="2026-01-01T00:00:00Z")
    client = Client(user=dan)
    client.send = _unforced(client.send)  # type: ignore[method-assign]
    assert client.send("POST", "Things", {"name": "x"}).status_code == status


def test_a_session_without_its_token_writes_nothing() -> None:
    dan = Person.objects.create(email="dan@example.org")
    Membership.objects.create(person=dan, role="department", granted_at="2026-01-01T00:00:00Z")
    assert Client(user=dan).refused("POST", "Things", {"name": "x"})[0] == 403
    assert Client(user=dan).refused("PATCH", "Things(1)", {"name": "x"})[0] == 403


def _unforced(send: Any) -> Any:
    def with_token(method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        token = "a" * 32
        request = RequestFactory(headers={"Cookie": f"csrftoken={token}"}).generic(
            method, f"/sensorthings/v1.1/{path}", json.dumps(body), "application/json", headers={"X-CSRFToken": token}
        )
        request.user = send.__self__.user
        return writing.write(request, path)

    return with_token


# What is refused.


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("Things", "", "no body"),
        ("Things", "{", "not JSON"),
        ("Things", "[]", "JSON object"),
        ("Things", '{"name": NaN}', "not JSON"),
        ("Things", b"\xff\xfe", "not JSON"),
        ("Things", "[" * 100_000, "nested|not JSON"),
        ("Things", '{"name": "x", "properties": ' + '{"a":' * 40 + "1" + "}" * 41, "levels deep"),
        ("Things", '{"name": "\\u0000"}', "NUL"),
        ("Things", '{"name": 5}', "must be a text"),
        ("Things", '{"name": null}', "needs name"),
        ("Things", '{"name": "x", "description": {}}', "must be a text"),
        ("Things", '{"name": "x", "properties": []}', "JSON object"),
        ("Things", '{"name": "x", "nmae": "y"}', "has no nmae"),
        ("Things", '{"name": "x", "@iot.id": 7}', "leave @iot.id out"),
        ("Things", '{"name": "x", "Locations": {}}', "must be a list"),
        ("Things", '{"name": "x", "Locations": [{"@iot.id": "a"}]}', "positive whole"),
        ("Things", '{"name": "x", "Locations": [{"@iot.id": 12}]}', "no Location with the number 12"),
        ("Things", '{"name": "x", "Locations": [{"@iot.id": 99999999999999}]}', "no Location"),
        ("Things", '{"name": "x", "Locations": [{"name": "y", "location": {"type": "Point"}}]}', "GeoJSON"),
        ("Things", '{"name": "x", "Datastreams": [{"name": "y"}]}', "needs observationType"),
        ("Things", '{"name": "x", "HistoricalLocations": [{"time": "2026-03-01T08:00:00Z"}]}', "needs Locations"),
        ("Datastreams", json.dumps(SERIES), "needs Thing"),
        ("Locations", json.dumps(PLACE | {"location": {"type": "Point", "coordinates": [23.5, 147]}}), "Longitudes"),
        ("Sensors", '{"name": "x", "metadata": ' + "9" * 400 + "}", "too large|not JSON"),
        ("Observations", '{"result": 1}', "Datastream"),
        ("Observations", '{"result": 1, "Datastream": {"@iot.id": 999}}', "no such series"),
        ("CreateObservations", "{}", "standard says"),
    ],
)
def test_hostile_and_broken_bodies_are_refused_in_words(bogdan: Client, path: str, body: Any, sentence: str) -> None:
    status, told = bogdan.refused("POST", path, body)
    assert status == 400
    assert pytest.importorskip("re").search(sentence, told), told
    assert not Thing.objects.exists() and not Location.objects.exists()


def test_deep_and_wide_inserts_are_bounded(bogdan: Client) -> None:
    deep: dict[str, Any] = {"name": "x"}
    for _ in range(5):
        deep = {"name": "x", "Locations": [PLACE | {"Things": [deep]}]}
    assert "deep" in bogdan.refused("POST", "Things", deep)[1]
    wide = {"name": "x", "Locations": [{"@iot.id": 1}] * 10} | {"Datastreams": [{}] * 10_001}
    assert "at most" in bogdan.refused("POST", "Things", wide)[1]


def test_a_body_of_more_than_ten_megabytes_is_refused(bogdan: Client) -> None:
    assert bogdan.refused("POST", "Things", b" " * (10 * 1024 * 1024 + 1))[0] == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "", 405),
        ("POST", "Things(1)", 404),
        ("POST", "Nothings", 404),
        ("DELETE", "Things", 405),
        ("DELETE", "Things(999)", 404),
        ("DELETE", "Things(99999999999999999)", 404),
        ("DELETE", "Things('a')", 404),
        ("DELETE", "Observations(1)", 404),
        ("DELETE", "Observations(9223372036854775807)", 404),
        ("PATCH", "Things(1)/name", 405),
        ("PUT", "Things(1)/name/$value", 405),
        ("PATCH", "Things(1)/Datastreams", 404),
        ("PURGE", "Things", 405),
        ("PATCH", "CreateObservations", 405),
        ("POST", "Things/$ref", 405),
    ],
)
def test_addresses_that_cannot_be_written_say_so(bogdan: Client, method: str, path: str, status: int) -> None:
    assert bogdan.refused(method, path, {"name": "x"})[0] == status


def test_whoever_describes_too_often_is_asked_to_wait(bogdan: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "WRITES", Limit(name="test-writes", most=2))
    bogdan.make("Things", {"name": "One"})
    assert bogdan.refused("POST", "Things", {})[0] == 400
    response = bogdan.send("POST", "Things", {"name": "Three"})
    assert response.status_code == 429 and int(response["Retry-After"]) > 0
    assert Thing.objects.count() == 1


def test_the_quotas_of_a_supplier_bound_what_it_sends() -> None:
    few = key_of("few", quota_per_minute=3, quota_per_day=100)
    _, series = station(few)
    rows = [[f"2026-03-01T08:0{n}:00Z", n] for n in range(4)]
    array = [{"Datastream": {"@iot.id": series}, "components": ["phenomenonTime", "result"], "dataArray": rows}]
    assert "minute" in few.refused("POST", "CreateObservations", array)[1]
    array[0]["dataArray"] = rows[:3]
    assert few.send("POST", "CreateObservations", array).status_code == 201
    assert count([series], EARLIEST_US, LATEST_US) == 3


def test_a_tree_with_one_fault_leaves_nothing_behind(bogdan: Client) -> None:
    before = Line.objects.count()
    wrong = STATION | {"Datastreams": [SERIES | {"Observations": [{"result": 1}, {"result": "warm"}]}]}
    assert "finite number" in bogdan.refused("POST", "Things", wrong)[1]
    assert not Thing.objects.exists() and not Sensor.objects.exists()
    assert Line.objects.count() == before


# Twice is once.

names = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(
    lambda text: text.strip()
)
leaves = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | names
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=6
)
changes = st.fixed_dictionaries(
    {}, optional={"name": names, "description": names, "properties": st.dictionaries(names, values, max_size=3)}
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=changes, patch=changes, kind=st.sampled_from(["application/json", "application/merge-patch+json"]))
def test_a_patch_twice_is_a_patch_once(bogdan: Client, first: dict[str, Any], patch: dict[str, Any], kind: str) -> None:
    thing = bogdan.make("Things", {"name": "Station"} | first)
    assert bogdan.send("PATCH", f"Things({thing})", patch, content_type=kind).status_code == 200
    once = Thing.objects.values("name", "description", "properties").get(pk=thing)
    lines = Line.objects.count()
    assert bogdan.send("PATCH", f"Things({thing})", patch, content_type=kind).status_code == 200
    assert Thing.objects.values("name", "description", "properties").get(pk=thing) == once
    assert Line.objects.count() == lines
    if kind == "application/json":
        assert {key: once[key] for key in patch} == {k: v for k, v in patch.items() if k != "simulated"}


@pytest.mark.django_db(transaction=True)
def test_those_who_write_at_once_wait_for_one_another() -> None:
    client = key_of("bogdan")
    thing = client.make("Things", {"name": "Station"})
    statuses: list[int] = []

    def write(number: int) -> None:
        try:
            new = PLACE | {"name": f"Place {number}"}
            statuses.append(client.send("POST", f"Things({thing})/Locations", new).status_code)
            statuses.append(client.send("PATCH", f"Things({thing})", {"properties": {"n": number}}).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 4 + [201] * 4
    assert Thing.objects.get().locations.count() == 1
    assert HistoricalLocation.objects.count() == 4

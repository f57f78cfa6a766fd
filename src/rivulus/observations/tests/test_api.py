"""Facts about the lists beside SensorThings."""

import csv
import datetime as dt

import pytest
from django.test import Client

from rivulus.identity.terms import Role
from rivulus.kernel import clock, publishing
from rivulus.observations.tests.alarmed import NOW as DUSTY
from rivulus.observations.tests.alarmed import look, person, say, signed_in, station, switched_on
from rivulus.observations.tests.places import make_series, make_station, measure

NOW = dt.datetime(2026, 11, 20, 9, 10, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def city(db: None) -> object:
    with clock.frozen(NOW):
        for number in range(3):
            measure(make_series(make_station(f"s{number}")), [10.0 + number])
        make_series(make_station("secret", is_public=False), "hidden")
        make_series(make_station("half"), "private", is_public=False)
        yield


def test_the_newest_values_are_a_list_a_table_and_a_map(client: Client) -> None:
    found = client.get("/api/v1/observations/latest?lang=en").json()
    assert found["count"] == 3
    assert [row["value"] for row in found["items"]] == [10.0, 11.0, 12.0]
    assert found["items"][0]["name"] == "PM10 particles"
    assert found["items"][0]["unit"] == "µg/m³"
    table = b"".join(client.get("/api/v1/observations/latest.csv?lang=en").streaming_content).decode()
    assert [row["value"] for row in csv.DictReader(table.splitlines())] == ["10.0", "11.0", "12.0"]
    features = client.get("/api/v1/observations/latest.geojson").json()["features"]
    assert [feature["geometry"]["coordinates"] for feature in features] == [[23.5825, 47.6583]] * 3


def test_pages_of_a_list_join_to_the_whole(client: Client) -> None:
    first = client.get("/api/v1/observations/things?limit=2").json()
    second = client.get(first["next"].replace("http://testserver", "")).json()
    assert len(first["items"]) == 2
    assert [row["name"] for row in first["items"] + second["items"]] == [
        "Stația half", "Stația s0", "Stația s1", "Stația s2",
    ]  # fmt: skip
    assert second["next"] is None


def test_what_is_not_public_is_in_no_list(client: Client) -> None:
    for address in ("things", "latest", "latest.geojson"):
        text = client.get(f"/api/v1/observations/{address}").content.decode()
        assert "secret" not in text
        assert "private" not in text


def test_a_misspelt_filter_is_no_answer(client: Client) -> None:
    assert client.get("/api/v1/observations/latest?domian=air").status_code == 400
    assert client.get("/api/v1/observations/latest?domain=moon").status_code == 400


@pytest.fixture
def dusty(city: object) -> None:
    """A rule that has raised an alarm, acknowledged by nobody yet."""
    with clock.frozen(DUSTY):
        version = switched_on()
        say(station(), [(minute, 60.0) for minute in range(12)])
    look(version, 12)


def test_everybody_reads_rules_and_notices(client: Client, dusty: None) -> None:
    found = client.get("/api/v1/observations/rules?lang=en").json()["items"]
    assert [(row["code"], row["title"], row["state"], row["version"]) for row in found] == [
        ("dust", "Dust", "active", 1)
    ]
    assert "above 50" in found[0]["when"][0]
    assert any("alarm" in words for words in found[0]["then"])
    assert client.get("/api/v1/observations/rules?state=off").json()["count"] == 0
    assert client.get("/api/v1/observations/notices").json() == {"count": 0, "next": None, "items": []}


@pytest.mark.parametrize("address", ["alarms", "alarms.csv", "runs", "runs.csv"])
def test_alarms_and_runs_are_for_the_duty_as_on_the_pages(address: str) -> None:
    dispatcher, vlad = signed_in(person("Vasile", Role.DISPATCHER)), signed_in(person("Vlad"))
    assert Client().get(f"/api/v1/observations/{address}").status_code == 403
    refused = vlad.get(f"/api/v1/observations/{address}")
    assert refused.status_code == 403
    assert refused.json()["error"]["message"]
    assert dispatcher.get(f"/api/v1/observations/{address}").status_code == 200
    assert f"observations_{address}" not in {one.name for one in publishing.list_collections()}


def test_the_duty_reads_alarms_and_runs_in_machine_units_and_without_names(dusty: None) -> None:
    vasile = signed_in(person("Vasile Pop", Role.DISPATCHER))
    (alarm,) = vasile.get("/api/v1/observations/alarms?lang=en&severity=warning").json()["items"]
    assert (alarm["rule"], alarm["title"], alarm["state"]) == ("dust", "Dust", "open")
    assert (alarm["value"], alarm["threshold"], alarm["unit"]) == (60.0, 50.0, "ug/m3")
    assert vasile.get("/api/v1/observations/alarms?state=closed").json()["count"] == 0
    run = vasile.get("/api/v1/observations/runs?lang=en&rule=dust").json()["items"][0]
    assert (run["signal"], run["unit"], run["thing_name"]) == ("raised", "ug/m3", "Station air-1")
    assert "60 µg/m³" in run["why"][0]
    table = b"".join(vasile.get("/api/v1/observations/alarms.csv").streaming_content).decode()
    assert [row["rule"] for row in csv.DictReader(table.splitlines())] == ["dust"]
    assert "Vasile" not in table + str(alarm) + str(run)
    assert vasile.get("/api/v1/observations/alarms?state=broken").status_code == 400

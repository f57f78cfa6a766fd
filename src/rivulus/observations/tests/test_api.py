"""Facts about the lists beside SensorThings."""

import csv
import datetime as dt

import pytest
from django.test import Client

from rivulus.kernel import clock
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

"""Other forms of an answer: data array, CSV, GeoJSON, Parquet, time buckets."""

import csv
import io
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client

from rivulus.observations.standards.sensorthings import formats
from rivulus.observations.tests.sensorthings.city import City, build

ROOT = "/sensorthings/v1.1"
pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return build()


def body(client: Client, path: str) -> bytes:
    response: Any = client.get(f"{ROOT}/{path}")
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def table(client: Client, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client, path).decode())))


def test_a_data_array_holds_the_same_observations(client: Client, city: City) -> None:
    path = f"{ROOT}/Observations?$top=90&$count=true"
    plain = client.get(path).json()["value"]
    arrays = client.get(f"{path}&$resultFormat=dataArray").json()
    assert arrays["@iot.count"] == 83
    first = arrays["value"][0]
    assert first["components"][:3] == ["id", "phenomenonTime", "resultTime"]
    assert first["dataArray@iot.count"] == len(first["dataArray"])
    rows = {row[0]: row[3] for part in arrays["value"] for row in part["dataArray"]}
    assert rows == {one["@iot.id"]: one["result"] for one in plain}
    assert {name for part in arrays["value"] for name in part if "navigationLink" in name} == {
        "Datastream@iot.navigationLink",
        "MultiDatastream@iot.navigationLink",
    }


def test_a_data_array_shows_the_components_that_are_selected(client: Client, city: City) -> None:
    path = (
        f"{ROOT}/Datastreams({city.no2.pk})/Observations?$top=2&$select=result,phenomenonTime&$resultFormat=dataArray"
    )
    part = client.get(path).json()["value"][0]
    assert part["components"] == ["phenomenonTime", "result"]
    assert part["dataArray"] == [["2026-11-02T00:00:00Z/2026-11-02T01:00:00Z", 10], ["2026-11-02T01:00:00Z", 11.5]]


def test_a_table_holds_every_row_however_many_pages_it_takes(
    client: Client, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "PAGE", 7)
    monkeypatch.setattr(formats, "PAGE_ENTITIES", 2)
    rows = table(client, "Observations?$resultFormat=CSV")
    assert len(rows) == len({row["id"] for row in rows}) == 83
    assert {row["result"] for row in rows} >= {"wet", "[12.5,3]", "11.5"}
    assert any(row["parameters"] == '{"simulated":true}' for row in rows)
    assert len(table(client, "Observations?$resultFormat=CSV&$top=10")) == 10
    things = table(client, "Things?$resultFormat=CSV&$select=id,name&$orderby=name")
    assert [list(row) for row in things] == [["id", "name"]] * 3
    assert [row["name"] for row in things] == ["Lamp", "Park", "Piața Libertății"]


def test_a_wrong_question_is_refused_before_a_file_begins(client: Client, city: City) -> None:
    for path in (
        "Observations?$resultFormat=CSV&$filter=nothing eq 1",
        "Things?$resultFormat=Parquet",
        "Observations?$resultFormat=GeoJSON",
        f"Things({city.square.pk})?$resultFormat=CSV",
    ):
        assert client.get(f"{ROOT}/{path}").status_code == 400, path


def test_places_come_as_geojson(client: Client, city: City) -> None:
    import json

    places = json.loads(body(client, "Locations?$resultFormat=GeoJSON"))
    assert places["type"] == "FeatureCollection"
    assert {one["properties"]["name"] for one in places["features"]} == {"Square", "Park"}
    things = json.loads(body(client, "Things?$resultFormat=GeoJSON"))
    square = next(one for one in things["features"] if one["id"] == city.square.pk)
    assert square["geometry"] == {"type": "Point", "coordinates": [23.58, 47.66]}
    assert square["properties"]["properties"]["kind"] == "urban"
    assert next(one for one in things["features"] if one["id"] == city.lamp.pk)["geometry"] is None
    assert json.loads(body(client, "Things?$resultFormat=GeoJSON&$filter=false"))["features"] == []


def test_observations_come_as_parquet(client: Client, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "PAGE", 20)
    found = pq.read_table(io.BytesIO(body(client, "Observations?$resultFormat=Parquet")))
    assert found.num_rows == 83
    assert found.schema.names == ["datastream", "time", "number", "result", "quality", "simulated"]
    assert sum(found.column("simulated").to_pylist()) == 30


def test_buckets_show_averages_counts_and_gaps(client: Client, city: City) -> None:
    base = f"{ROOT}/Datastreams({city.no2.pk})/Observations"
    hours = client.get(f"{base}?bucket=hour&aggregate=max&$count=true").json()
    assert hours["@iot.count"] == len(hours["value"]) >= 50
    third = hours["value"][2]
    assert third["result"] is None and third["count"] == 0 and third["flagged"] == 1
    days = client.get(
        f"{base}?bucket=day&$filter=phenomenonTime ge 2026-11-02T22:00:00Z and phenomenonTime lt 2026-11-03T22:00:00Z"
    ).json()["value"]
    assert [one["count"] for one in days] == [24]
    half = client.get(f"{base}?bucket=30m&aggregate=percentile(95)").json()["value"]
    assert half[0]["result"] == 10 and half[1]["result"] is None
    for wrong in ("bucket=week", "bucket=hour&aggregate=mode", "bucket=hour&$filter=result gt 5", "aggregate=min"):
        assert client.get(f"{base}?{wrong}").status_code == 400, wrong
    assert client.get(f"{ROOT}/Datastreams({city.state.pk})/Observations?bucket=hour").status_code == 400

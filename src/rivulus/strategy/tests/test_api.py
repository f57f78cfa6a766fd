"""Facts about the API of the strategy."""

import csv
import io

import pytest
from django.test import Client

LISTS = [
    "pillars",
    "criteria",
    "projects",
    "indicators",
    "indicator-values",
    "documents",
    "directions",
    "umbrella",
    "anomalies",
    "probes",
]


def rows_of(response: object) -> list[list[str]]:
    content = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(content, newline="")))


@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_a_twin_for_spreadsheets_with_the_same_rows(city: None, client: Client, name: str) -> None:
    body = client.get(f"/api/v1/strategy/{name}?limit=1000").json()
    header, *rows = rows_of(client.get(f"/api/v1/strategy/{name}.csv?limit=1000"))
    assert body["count"] == len(body["items"]) == len(rows)
    assert list(body["items"][0]) == header


def test_the_matrix_has_every_criterion_and_the_level_of_every_pillar(city: None, client: Client) -> None:
    body = client.get("/api/v1/strategy/matrix").json()
    assert len(body["criteria"]) == 127
    assert [pillar["code"] for pillar in body["pillars"]] == ["E", "C", "Me", "L", "Mo", "G"]


def test_before_the_strategy_nothing_is_known(city: None, client: Client) -> None:
    body = client.get("/api/v1/strategy/matrix?at=2021-06-30").json()
    assert {criterion["state"] for criterion in body["criteria"]} == {"unknown"}


def test_texts_come_in_the_language_asked_for(city: None, client: Client) -> None:
    names = {
        lang: client.get(f"/api/v1/strategy/pillars?lang={lang}").json()["items"][0]["name"]
        for lang in ("ro", "en", "hu")
    }
    assert len(set(names.values())) == 3


@pytest.mark.parametrize(
    "query", ["at=yesterday", "at=1066-10-14", "lang=de", "limit=0", "limit=100000", "level=9", "colour=green"]
)
def test_a_wrong_parameter_is_named(city: None, client: Client, query: str) -> None:
    response = client.get(f"/api/v1/strategy/criteria?{query}")
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == "bad_request"
    assert query.split("=")[0] in error["details"][0]["parameter"]


def test_an_unknown_criterion_is_not_found(city: None, client: Client) -> None:
    response = client.get("/api/v1/strategy/criteria/X9.9")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_a_criterion_opens_its_evidence(city: None, client: Client) -> None:
    body = client.get("/api/v1/strategy/criteria/Mo4.5?lang=en").json()
    assert body["criterion"]["code"] == "Mo4.5"
    assert body["statements"][0]["basis"] == "reconstructed"
    assert body["statements"][0]["source_place"]


def test_projects_are_filtered_as_on_the_page(city: None, client: Client) -> None:
    body = client.get("/api/v1/strategy/projects?pillar=Mo&order=-value&limit=3").json()
    assert body["count"] == 21
    assert [item["pillar"] for item in body["items"]] == ["Mo"] * 3
    values = [float(item["value_eur"]) for item in body["items"]]
    assert values == sorted(values, reverse=True)


def test_a_project_opens_what_it_would_move(city: None, client: Client) -> None:
    body = client.get("/api/v1/strategy/projects/D5.1.6?lang=hu").json()
    assert "L3.1" in {link["criterion"] for link in body["criteria"]}


def test_an_indicator_says_what_the_source_prints_of_city_and_region(city: None, client: Client) -> None:
    items = client.get("/api/v1/strategy/indicators?pillar=E&limit=1").json()["items"]
    assert (float(items[0]["value"]), float(items[0]["region_value"])) == (36.75, 51.56)
    assert items[0]["year"] is None  # the source does not state it


def test_pages_of_a_list_follow_one_another(city: None, client: Client) -> None:
    first = client.get("/api/v1/strategy/criteria?limit=100").json()
    second = client.get(first["next"]).json()
    assert len(first["items"]) == 100
    assert len(second["items"]) == 27
    assert second["next"] is None


def test_the_matrix_costs_a_fixed_number_of_queries(city: None, client: Client, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    client.get("/api/v1/strategy/matrix")
    with django_assert_max_num_queries(12):
        client.get("/api/v1/strategy/matrix")


def test_the_description_of_the_api_is_complete(client: Client, db: None) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {f"/api/v1/strategy/{name}" for name in [*LISTS, "matrix"]} <= paths.keys()

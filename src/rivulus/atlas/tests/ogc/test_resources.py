"""Landing page, description, collections, tiles, records, styles; the same as pages for people."""

import re
from typing import Any

import mapbox_vector_tile
import pytest
from django.test import Client

from rivulus.atlas.models import Layer
from rivulus.atlas.rules.tiles.grid import tile_at
from rivulus.atlas.standards.ogc.root import CONFORMS_TO

pytestmark = pytest.mark.django_db
ONE = "/ogc/collections/plots"
RESOURCES = [
    "/ogc", "/ogc/conformance", "/ogc/api", "/ogc/collections", ONE, f"{ONE}/items", f"{ONE}/items/p1", f"{ONE}/queryables",
    f"{ONE}/schema", f"{ONE}/tiles", f"{ONE}/tiles/WebMercatorQuad", f"{ONE}/styles", "/ogc/tileMatrixSets",
    "/ogc/tileMatrixSets/WebMercatorQuad", "/ogc/styles", "/ogc/styles/plots", "/ogc/styles/plots-dark",
    "/ogc/styles/plots/metadata", "/ogc/collections/records", "/ogc/collections/records/items",
    "/ogc/collections/records/items/plots",
]  # fmt: skip
PAGES = [path for path in RESOURCES if not re.search(r"queryables|schema|Quad$|styles/|items/p1$", path)] + [
    f"{ONE}/items/p1", "/ogc/tileMatrixSets/WebMercatorQuad",
]  # fmt: skip


def links_in(content: Any) -> list[dict[str, Any]]:
    """Every link of an answer, however deep."""
    if isinstance(content, dict):
        own = (
            [content]
            if {"href", "rel"} <= content.keys() and "templated" not in content and isinstance(content["href"], str)
            else []
        )
        return own + [link for value in content.values() for link in links_in(value)]
    return [link for value in content for link in links_in(value)] if isinstance(content, list) else []


@pytest.mark.parametrize("path", RESOURCES)
def test_every_resource_answers_everybody_from_anywhere_and_keeps_its_secrets(
    client: Client, plots: Layer, path: str
) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert "json" in response["Content-Type"]
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "public" in response["Cache-Control"]
    assert b"SECRET" not in response.content
    assert b"owner_phone" not in response.content
    assert client.get(path, {"ooga": "booga"}).status_code == 400
    assert client.get(path, {"f": "pdf"}).status_code == 400
    assert client.options(path).status_code == 204
    assert client.put("/ogc").status_code == 405


@pytest.mark.parametrize("path", RESOURCES)
def test_every_link_leads_somewhere(client: Client, plots: Layer, path: str) -> None:
    for link in links_in(client.get(path).json()):
        href = link["href"]
        if href.startswith("http://testserver"):
            found = client.get(href.removeprefix("http://testserver"))
            assert found.status_code == 200, href
            if link.get("type"):
                assert found["Content-Type"].split(";")[0] == link["type"].split(";")[0], href


@pytest.mark.parametrize(("path", "language"), [(path, ("ro", "en", "hu")[n % 3]) for n, path in enumerate(PAGES)])
def test_the_same_is_a_page_for_people(client: Client, plots: Layer, path: str, language: str) -> None:
    response = client.get(path, headers={"Accept": "text/html,*/*", "Accept-Language": language})
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    text = response.content.decode()
    assert f'<html lang="{language}"' in text
    assert "<h1>" in text
    assert "SECRET" not in text
    assert "owner_phone" not in text


def test_what_is_not_there_is_said_in_the_one_form(client: Client, plots: Layer) -> None:
    for path in (
        "/ogc/nothing",
        "/ogc/collections/nothing",
        f"{ONE}/items/nothing",
        f"{ONE}/tiles/WebMercatorQuad/1/5/0",
    ):
        refusal = client.get(path)
        assert refusal.status_code == 404
        assert refusal.json().keys() == {"code", "description"}
    page = client.get(f"{ONE}/items/nothing", {"f": "html"})
    assert page.status_code == 404
    assert page["Content-Type"].startswith("text/html")


def test_the_table_of_features_is_paged_and_filtered(client: Client, plots: Layer) -> None:
    page = client.get(f"{ONE}/items", {"f": "html", "limit": 3, "filter": "kind = 'park'"}).content.decode()
    assert "Șura 5" in page
    assert "Șura 7" not in page
    following = re.search(r'href="(\?[^"]+)" rel="next"', page)
    assert following
    following_page = client.get(f"{ONE}/items" + following[1].replace("&amp;", "&")).content.decode()
    assert "Șura 7" in following_page
    assert "Șura 5" not in following_page
    assert "Parc" in page  # what the code means


def test_a_collection_says_where_it_is_and_in_which_systems(client: Client, plots: Layer) -> None:
    found = client.get(ONE, headers={"Accept-Language": "en"}).json()
    assert found["title"] == "Plots"
    assert found["extent"]["spatial"]["bbox"] == [[23.5, 47.6, 23.598, 47.608]]
    assert found["crs"][0].endswith("CRS84")
    assert len(found["crs"]) == 4


def test_queryables_are_what_may_be_asked(client: Client, plots: Layer) -> None:
    found = client.get(f"{ONE}/queryables").json()
    assert found["properties"].keys() == {
        "geometry", "key", "valid_from", "valid_until", "updated", "name", "kind", "area", "floors", "is_public", "built",
    }  # fmt: skip
    assert found["properties"]["kind"]["enum"] == ["park", "yard"]
    for name in found["properties"]:
        test = f"{name} IS NULL"
        assert client.get(f"{ONE}/items", {"filter": test}).status_code == 200, name


def test_the_conformance_is_declared_and_documented(client: Client) -> None:
    assert client.get("/ogc/conformance").json()["conformsTo"] == list(CONFORMS_TO)


def test_a_tile_comes_by_row_and_column(client: Client, plots: Layer) -> None:
    tile = tile_at(23.504, 47.604, 14)
    response = client.get(f"{ONE}/tiles/WebMercatorQuad/14/{tile.y}/{tile.x}")
    assert "plots" in mapbox_vector_tile.decode(response.content)
    assert client.get(f"/tiles/plots/14/{tile.x}/{tile.y}.mvt").content == response.content
    found = client.get(f"{ONE}/tiles/WebMercatorQuad").json()
    limits = next(one for one in found["tileMatrixSetLimits"] if one["tileMatrix"] == "14")
    assert limits["minTileCol"] <= tile.x <= limits["maxTileCol"]
    assert limits["minTileRow"] <= tile.y <= limits["maxTileRow"]
    tilejson = client.get(f"{ONE}/tiles/WebMercatorQuad", {"f": "tilejson"}).json()
    assert tilejson["vector_layers"][0]["id"] == "plots"


def test_a_style_draws_the_layer_from_its_tiles(client: Client, plots: Layer) -> None:
    light, dark = (client.get(f"/ogc/styles/{name}").json() for name in ("plots", "plots-dark"))
    assert light["version"] == 8
    assert [layer["id"] for layer in light["layers"]] == ["background", "plots-fill", "plots-outline"]
    assert light["layers"][0] != dark["layers"][0]
    template = light["sources"]["plots"]["tiles"][0].removeprefix("http://testserver")
    tile = tile_at(23.504, 47.604, 14)
    assert client.get(template.format(z=14, x=tile.x, y=tile.y)).status_code == 200


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ({}, 1), ({"q": "parcele"}, 1), ({"q": "PLOTS"}, 1), ({"q": "altceva"}, 0), ({"bbox": "23.5,47.6,23.6,47.7"}, 1),
        ({"bbox": "1,1,2,2"}, 0), ({"ids": "plots,other"}, 1), ({"ids": "other"}, 0), ({"type": "service"}, 0),
    ],
)  # fmt: skip
def test_records_are_found(client: Client, plots: Layer, parameters: dict[str, str], count: int) -> None:
    found = client.get("/ogc/collections/records/items", parameters).json()
    assert found["numberMatched"] == found["numberReturned"] == len(found["features"]) == count


def test_records_come_in_pages(client: Client, plots: Layer) -> None:
    from rivulus.atlas.tests.layers import make_layer

    for number in range(4):
        make_layer(f"other-{number}")
    path, found = "/ogc/collections/records/items?limit=2", []
    while path:
        page = client.get(path).json()
        found += [one["id"] for one in page["features"]]
        path = next((link["href"] for link in page["links"] if link["rel"] == "next"), "").removeprefix(
            "http://testserver"
        )
    assert sorted(found) == ["other-0", "other-1", "other-2", "other-3", "plots"]

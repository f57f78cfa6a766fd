"""Tiles over HTTP: for whom, how long they are kept, what they hold and what they never hold."""

import datetime as dt
import gzip
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.models import Feature, Layer
from rivulus.atlas.queries import tiles as queries
from rivulus.atlas.rules.tiles.grid import tile_at
from rivulus.atlas.rules.versions import NewFeature, RemovedFeature, Span
from rivulus.atlas.standards.tiles import drawing, shelf
from rivulus.atlas.terms import ChangeKind
from rivulus.atlas.tests.layers import bench, make_layer, make_university, square
from rivulus.identity.models import Person

pytestmark = pytest.mark.django_db
TILE = tile_at(23.58, 47.66, 15)


@pytest.fixture(autouse=True)
def _own_shelf(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def benches(dan: Person) -> Layer:
    layer = make_layer()
    add(layer, bench("a", name="Sub castani", seats=3, phone="SECRET"), bench("b", 23.581))
    return layer


def add(layer: Layer, *features: NewFeature) -> None:
    apply_changes(by=None, layer=layer, kind=ChangeKind.PACK, additions=features)


def address(code: str = "benches", tile: Any = TILE) -> str:
    return f"/tiles/{code}/{tile.z}/{tile.x}/{tile.y}.mvt"


def read(response: Any, code: str = "benches") -> list[dict[str, Any]]:
    assert response.status_code in {200, 204}, response.content
    content = gzip.decompress(response.content) if response.get("Content-Encoding") else response.content
    layers = mapbox_vector_tile.decode(content) if content else {}
    return layers[code]["features"] if code in layers else []


def test_a_tile_holds_the_features_with_their_keys_and_open_attributes(client: Client, benches: Layer) -> None:
    response = client.get(address(), headers={"Accept-Encoding": "gzip"})
    assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert response["Content-Encoding"] == "gzip"
    assert [feature["properties"] for feature in read(response)] == [
        {"key": "a", "name": "Sub castani", "seats": 3},
        {"key": "b"},
    ]
    assert response["Rivulus-Features"] == "shown=2, found=2"


def test_it_is_not_packed_for_those_who_cannot_unpack(client: Client, benches: Layer) -> None:
    response = client.get(address())
    assert "Content-Encoding" not in response
    assert len(read(response)) == 2


def test_private_attributes_are_in_no_tile_not_even_for_the_owner(client: Client, benches: Layer, dan: Person) -> None:
    benches.style = {
        "label": "phone",
        "by": {"attribute": "phone", "classes": [{"value": "SECRET", "colour": "#112233"}]},
    }
    benches.save()
    client.force_login(dan)
    for zoom in (8, 15):
        assert b"SECRET" not in client.get(address(tile=tile_at(23.58, 47.66, zoom))).content


def test_a_layer_that_not_everybody_sees_is_not_there_for_strangers_and_in_no_shared_cache(
    client: Client, benches: Layer, dan: Person, ana: Person
) -> None:
    Layer.objects.update(visibility="staff")
    assert client.get(address()).status_code == 404
    client.force_login(ana)
    assert client.get(address()).status_code == 404
    assert client.get("/tiles/benches.json").status_code == 404
    client.force_login(dan)
    response = client.get(address())
    assert len(read(response)) == 2
    assert response["Cache-Control"] == "private, no-cache"
    assert "Cookie" in response["Vary"]
    assert "Access-Control-Allow-Origin" not in response


def test_what_belongs_to_one_owner_is_for_no_other(client: Client, benches: Layer, dan: Person, flavia: Person) -> None:
    Layer.objects.update(visibility="owner", owner=make_university())
    client.force_login(dan)
    assert client.get(address()).status_code == 404
    client.force_login(flavia)
    assert len(read(client.get(address()))) == 2


def test_a_tile_is_drawn_once_and_asks_then_for_the_layer_only(
    client: Client,
    benches: Layer,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.RIVULUS_KEEP_PAGES = True  # programs ask for no page: none is looked for
    first = client.get(address())
    monkeypatch.setattr(drawing, "draw", None)
    with django_assert_num_queries(1):
        second = client.get(address())
    assert first.content == second.content
    assert first["Rivulus-Features"] == second["Rivulus-Features"]


def test_the_reader_who_has_it_is_told_so_until_something_changes(client: Client, benches: Layer) -> None:
    tag = client.get(address())["ETag"]
    assert client.get(address(), headers={"If-None-Match": tag}).status_code == 304
    add(benches, bench("c"))
    response = client.get(address(), headers={"If-None-Match": tag})
    assert len(read(response)) == 3


def test_an_address_with_the_revision_may_be_kept_for_long(client: Client, benches: Layer) -> None:
    assert client.get(address() + f"?v={benches.revision}")["Cache-Control"] == "public, max-age=86400"
    assert client.get(address() + "?v=0")["Cache-Control"] == "public, max-age=60"
    assert client.get(address())["Cache-Control"] == "public, max-age=60"
    assert client.get(address())["Access-Control-Allow-Origin"] == "*"


def test_a_tile_shows_what_holds_on_the_day(client: Client, benches: Layer) -> None:
    add(benches, bench("later", valid=Span(dt.date(2040, 1, 1), None)))
    assert {feature["properties"]["key"] for feature in read(client.get(address()))} == {"a", "b"}
    found = read(client.get(address() + "?datetime=2040-05-01"))
    assert {feature["properties"]["key"] for feature in found} == {"a", "b", "later"}
    assert len(read(client.get(address() + "?datetime=2040-05-01T10:00:00Z"))) == 3


def test_what_was_removed_is_gone(client: Client, benches: Layer) -> None:
    client.get(address())
    apply_changes(by=None, layer=benches, kind=ChangeKind.PACK, removals=[RemovedFeature("a", None)])
    assert [feature["properties"]["key"] for feature in read(client.get(address()))] == ["b"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/benches/15/1/1.mvt", 204),
        ("/tiles/benches/2/4/0.mvt", 404),
        ("/tiles/benches/40/1/1.mvt", 404),
        ("/tiles/benches/99999999999999999999/1/1.mvt", 404),
        ("/tiles/nothing/1/1/1.mvt", 404),
        ("/tiles/benches/1/1/1.mvt?style=x", 400),
        ("/tiles/benches/1/1/1.mvt?datetime=yesterday", 400),
        ("/tiles/benches.json?x=1", 400),
        ("/tiles/nothing.json", 404),
    ],
)
def test_what_is_not_there_is_said(client: Client, benches: Layer, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_the_description_says_where_tiles_are_and_what_they_hold(client: Client, benches: Layer) -> None:
    found = client.get("/tiles/benches.json").json()
    assert found["tilejson"] == "3.0.0"
    assert found["bounds"] == [23.58, 47.66, 23.581, 47.66]
    assert found["vector_layers"][0]["fields"] == {"key": "string", "name": "string", "seats": "integer"}
    template = found["tiles"][0].removeprefix("http://testserver")
    response = client.get(template.format(z=TILE.z, x=TILE.x, y=TILE.y))
    assert len(read(response)) == 2
    assert "86400" in response["Cache-Control"]


def test_where_too_many_would_stand_the_largest_are_drawn_and_it_is_said(
    client: Client, dan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = make_layer("plots", geometry_type="polygon")
    add(layer, *(NewFeature(square(23.5 + n * 1e-4, 47.6, 1e-5 * (1 + n % 3)), {}, f"p{n}") for n in range(40)))
    monkeypatch.setattr(queries, "MOST_DRAWN", 20)
    monkeypatch.setattr(queries, "ROWS", queries.ROWS.replace(str(25_001), "21"))
    tile = tile_at(23.502, 47.6, 14)
    response = client.get(address("plots", tile))
    shown = read(response, "plots")
    assert 0 < len(shown) <= 20
    assert response["Rivulus-Features"] == f"shown={len(shown)}, found=40"


def test_the_shelf_gives_nobody_another_tile_and_keeps_nothing_too_large(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(shelf, "SLOTS", 1)
    shelf.keep("one", b"1")
    assert shelf.find("one") == b"1"
    shelf.keep("two", b"2")
    assert shelf.find("one") is None
    assert shelf.find("two") == b"2"
    shelf.keep("three", b"3" * (shelf.LARGEST + 1))
    assert shelf.find("three") is None
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_the_rows_are_those_of_the_layer(client: Client, benches: Layer) -> None:
    other = make_layer("others")
    add(other, bench("z"))
    assert [feature["id"] for feature in read(client.get(address()))] == list(
        Feature.objects.filter(layer=benches).order_by("id").values_list("id", flat=True)
    )

"""Facts about the base map: its style, the schematic, tiles out of an archive, and the map page."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from rivulus.atlas.models import BaseImport, Layer
from rivulus.atlas.presenters.basemap import build_style
from rivulus.atlas.queries import base
from rivulus.atlas.rules.versions import NewFeature
from rivulus.atlas.tests.test_plans import fill, make_layer, plot
from rivulus.identity.models import Organisation

TILE = gzip.compress(b"a tile", mtime=0)
BOX = (23.5, 47.6, 23.7, 47.7)


@pytest.fixture
def imported(db: None, settings: Any, tmp_path: Path) -> BaseImport:
    """A base map of one tile."""
    settings.HOME = tmp_path
    with (tmp_path / "base.pmtiles").open("wb") as file:
        writer = Writer(file)
        writer.write_tile(zxy_to_tileid(6, 36, 22), TILE)
        writer.finalize(
            {
                "tile_compression": Compression.GZIP, "tile_type": TileType.MVT, "min_zoom": 6, "max_zoom": 6,
                "min_lon_e7": 235_000_000, "min_lat_e7": 476_000_000, "max_lon_e7": 237_000_000,
                "max_lat_e7": 477_000_000, "center_zoom": 6, "center_lon_e7": 236_000_000, "center_lat_e7": 476_500_000,
            },
            {},
        )  # fmt: skip
    cache.clear()
    return BaseImport.objects.create(name="x.osm.pbf", checksum="0" * 64, file="base.pmtiles", box=BOX, is_current=True)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ro", "en", "hu"])
@pytest.mark.django_db
def test_every_layer_of_a_style_draws_from_a_source_that_is_there(theme: str, language: str) -> None:
    cache.clear()
    style = build_style(theme, language)
    names = [layer["id"] for layer in style["layers"]]  # type: ignore[attr-defined]
    assert len(names) == len(set(names))
    for layer in style["layers"]:  # type: ignore[attr-defined]
        assert layer["type"] == "background" or layer["source"] in style["sources"]  # type: ignore[operator]
        for font in layer.get("layout", {}).get("text-font", []):
            assert font in style["font-faces"]  # type: ignore[operator]


def test_an_imported_style_names_its_layers_and_its_source(imported: BaseImport) -> None:
    style = build_style("light", "ro")
    source = style["sources"]["base"]  # type: ignore[index]
    assert source["type"] == "vector"
    assert "OpenStreetMap" in source["attribution"]
    assert all(layer.get("source-layer") for layer in style["layers"] if layer["type"] != "background")  # type: ignore[attr-defined]


def test_a_style_has_whole_addresses(db: None, client: Client) -> None:
    cache.clear()
    answer = client.get("/basemap/style.json", {"theme": "dark", "lang": "hu"})
    assert answer.json()["sources"]["base"]["data"].startswith("http://testserver/basemap/")
    assert client.get("/basemap/style.json", {"theme": "pink"}).status_code == 404


def test_the_schematic_of_the_pack_is_sound(db: None, client: Client) -> None:
    cache.clear()
    answer = client.get("/basemap/schematic.geojson")
    features = answer.json()["features"]
    names = {feature["properties"]["name"] for feature in features}
    assert {"Săsar", "Baia Mare", "DN18", "Ferneziu"} <= names
    west, south, east, north = base.home_bounds()
    assert west < 23.58 < east and south < 47.66 < north
    assert sum(feature["properties"]["kind"] == "neighbourhoods-name" for feature in features) == sum(
        feature["properties"]["kind"] == "neighbourhoods" for feature in features
    )


def test_tiles_come_out_of_the_archive(imported: BaseImport, client: Client) -> None:
    answer = client.get("/basemap/6/36/22.mvt", {"r": str(imported.pk)})
    assert (answer.content, answer["Content-Encoding"]) == (TILE, "gzip")
    assert "immutable" in answer["Cache-Control"]
    assert client.get("/basemap/6/36/23.mvt").status_code == 204
    assert client.get("/basemap/2/9/0.mvt").status_code == 404


def test_the_archive_is_sent_by_ranges(imported: BaseImport, client: Client) -> None:
    whole = b"".join(client.get("/basemap/base.pmtiles"))
    part = client.get("/basemap/base.pmtiles", headers={"Range": "bytes=0-6"})
    assert (part.status_code, part.content) == (206, whole[:7])
    assert part["Content-Range"] == f"bytes 0-6/{len(whole)}"
    assert client.get("/basemap/base.pmtiles", headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    changed = client.get("/basemap/base.pmtiles", headers={"Range": "bytes=0-6", "If-Range": '"other"'})
    assert b"".join(changed) == whole


def test_without_an_import_there_are_no_tiles(db: None, client: Client) -> None:
    cache.clear()
    assert client.get("/basemap/6/36/22.mvt").status_code == 404
    assert client.get("/basemap/base.pmtiles").status_code == 404


# --- the map page ------------------------------------------------------------------------------------


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def benches(city: Organisation) -> Layer:
    schema = [
        {"name": "name", "type": "string", "is_name": True},
        {"name": "seats", "type": "integer", "title": {"en": "Seats", "ro": "Locuri"}},
        {"name": "owner", "type": "string", "is_private": True},
    ]
    layer = make_layer("benches", schema)
    fill(layer, NewFeature(plot(0, 0, 10, 10), {"name": "Banca 7", "seats": 3, "owner": "Vlad"}, "b7"))
    return layer


def test_the_map_page_lists_layers_and_draws_those_of_its_address(benches: Layer, client: Client) -> None:
    cache.clear()
    page = client.get("/en/atlas/", {"layers": "benches,nothing"})
    assert page.context["shown"] == "benches"
    assert 'value="benches" checked' in page.content.decode()
    assert "schematic" in text_of(page)
    assert client.get("/en/atlas/", {"layers": ""}).context["shown"] == ""


def test_hidden_layers_are_not_on_the_page(benches: Layer, client: Client) -> None:
    benches.visibility = "owner"
    benches.save(update_fields=["visibility"])
    assert "benches" not in client.get("/en/atlas/").content.decode()


def test_what_is_at_a_place_is_told_without_scripts_and_without_secrets(benches: Layer, client: Client) -> None:
    middle = plot(0, 0, 10, 10).centroid
    asked = {"lon": middle.x, "lat": middle.y}
    page = text_of(client.get("/en/atlas/at/", asked))
    assert "Banca 7" in page and "Seats 3" in page
    assert "Vlad" not in page
    part = client.get("/en/atlas/at/", asked | {"part": "1"}).content.decode()
    assert "<html" not in part and "Banca 7" in part
    assert "Nothing of the layers shown" in text_of(client.get("/en/atlas/at/", {"lon": 20, "lat": 45}))
    assert client.get("/en/atlas/at/", {"lon": "x", "lat": 1}).status_code == 404

"""Facts about guessing encodings, coordinate systems and columns; and about asking addresses for features."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st

from rivulus.atlas.feeds.imports import asking
from rivulus.atlas.rules.imports.choices import Choices, Form, Mode, check_choices, choices_from
from rivulus.atlas.rules.imports.encodings import guess_encoding
from rivulus.atlas.rules.imports.guessing import guess_columns, guess_type
from rivulus.atlas.rules.imports.systems import epsg_of, guess_system
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.tests.serving import serving
from rivulus.kernel.errors import Refused

ROMANIAN = "Şcoala din oraşul Baia Mare, str. Ţesătorilor; pădure, câmp, în"
HUNGARIAN = "Nagybánya, Főtér, Híd utca, tűzoltóság, ősz"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250", "cp852", "iso8859-2"])
@pytest.mark.parametrize("text", [ROMANIAN, HUNGARIAN])
def test_the_encoding_is_told_by_the_letters(text: str, encoding: str) -> None:
    sample = text.encode(encoding)
    assert sample.decode(guess_encoding(sample, is_whole=True)).lstrip("\ufeff") == text


@given(st.binary(max_size=300))
def test_any_bytes_have_some_encoding(sample: bytes) -> None:
    sample.decode(guess_encoding(sample), errors="replace")


@pytest.mark.parametrize(
    ("said", "bounds", "epsg", "swapped", "told"),
    [
        (0, (393_000, 684_000, 395_000, 686_000), 3844, False, "does not say"),
        (0, (684_000, 393_000, 686_000, 395_000), 3844, True, "does not say"),
        (0, (23.5, 47.6, 23.6, 47.7), 4326, False, "does not say"),
        (0, (47.6, 23.5, 47.7, 23.6), 4326, True, "does not say"),
        (0, (2_620_000, 6_045_000, 2_630_000, 6_055_000), 3857, False, "does not say"),
        (0, (1e9, 1e9, 2e9, 2e9), 0, False, "No known system"),
        (3844, (393_000, 684_000, 395_000, 686_000), 3844, False, ""),
        (4326, (47.6, 23.5, 47.7, 23.6), 4326, True, "opposite order"),
        (3857, (393_000, 684_000, 395_000, 686_000), 3857, False, "far from Romania"),
        (4326, None, 4326, False, ""),
        (0, None, 0, False, "does not say"),
    ],
)
def test_the_system_is_told_by_where_things_would_be(
    said: int, bounds: Any, epsg: int, swapped: bool, told: str
) -> None:
    guess = guess_system(said, bounds)
    assert (guess.epsg, guess.is_swapped) == (epsg, swapped)
    assert told in guess.sentence if told else guess.sentence == ""


def test_the_number_of_a_system_is_found_in_what_files_say() -> None:
    from pyproj import CRS

    assert epsg_of(CRS.from_epsg(3844).to_wkt("WKT1_ESRI")) == 3844
    assert (epsg_of("EPSG:4326"), epsg_of(None), epsg_of("nonsense")) == (4326, 0, 0)


def test_columns_find_their_attributes_by_name_title_or_first_word() -> None:
    schema = read_schema(
        [
            {"name": "species", "title": {"ro": "Specie"}},
            {"name": "girth", "title": {"ro": "Circumferința trunchiului"}},
            {"name": "health"},
        ]
    )
    assert guess_columns(["Specie", "CIRCUMFERINTA", "health", "x", "specie"], schema) == {
        "Specie": "species", "CIRCUMFERINTA": "girth", "health": "health", "x": "", "specie": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("samples", "type_"),
    [
        (["1", "2"], "integer"), (["1", "2,5"], "number"), (["0722", "1"], "string"), (["da", "nu"], "boolean"),
        (["01.02.2024", ""], "date"), ([1, 2.0], "integer"), ([None, ""], "string"), ([True], "boolean"), (["a"], "string"),
    ],
)  # fmt: skip
def test_the_type_of_a_column_is_the_narrowest_that_fits(samples: list[object], type_: str) -> None:
    assert guess_type(samples) == type_


def test_choices_survive_being_kept_in_their_order() -> None:
    choices = Choices(columns={"z": "a", "b": "c"}, mode=Mode.UPDATE, key="z", epsg=3844)
    again = choices_from(json.loads(json.dumps(choices.as_json())))
    assert again == choices and list(again.columns) == ["z", "b"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"epsg": 1}, "coordinate system"),
        ({"epsg": 3844, "encoding": "rot13"}, "encoding"),
        ({"epsg": 3844, "x_column": "x", "y_column": "x"}, "columns the positions"),
        ({"epsg": 3844, "x_column": "x", "y_column": "y", "key": "k"}, "no column called k"),
        ({"epsg": 3844, "x_column": "x", "y_column": "y", "mode": Mode.UPDATE}, "which column is the key"),
        ({"epsg": 3844, "x_column": "x", "y_column": "y", "columns": {"x": "a", "y": "a"}}, "same attribute"),
        ({"epsg": 3844, "x_column": "x", "y_column": "y", "columns": {"x": "zz"}}, "no attribute called zz"),
    ],
)
def test_what_cannot_be_said_of_a_file_is_refused(said: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused) as caught:
        check_choices(Choices(**said), form=Form.CSV, columns=["x", "y"], schema=read_schema([{"name": "a"}]))
    assert told in str(caught.value)


# Addresses elsewhere.


class Server(BaseHTTPRequestHandler):
    """A small OGC API, a WFS, and some traps."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        status, body = self.answer(url.path, asked)
        if status in (301, 302):
            self.send_response(status)
            self.send_header("Location", body.decode())
            self.end_headers()
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self, path: str, asked: dict[str, str]) -> tuple[int, bytes]:
        if path == "/collections":
            return 200, json.dumps({"collections": [{"id": "trees"}, {"id": "roads"}]}).encode()
        if path == "/collections/trees/items":
            start = int(asked.get("offset", "0"))
            page: dict[str, Any] = {"type": "FeatureCollection", "features": [point(start), point(start + 1)]}
            if start < 4:
                page["links"] = [{"rel": "next", "href": f"/collections/trees/items?offset={start + 2}"}]
            return 200, json.dumps(page).encode()
        if path == "/wfs":
            start, count = int(asked["startIndex"]), int(asked["count"])
            found = [point(n) for n in range(start, min(start + count, 1500))]
            return 200, json.dumps({"type": "FeatureCollection", "features": found}).encode()
        if path == "/loop":
            return 302, b"/loop"
        if path == "/inside":
            return 302, b"http://127.0.0.2:1/"
        if path == "/csv":
            return 200, b"lon,lat\n1,2\n"
        if path == "/huge":
            return 200, b'{"type": "FeatureCollection", "features": [' + b" " * 65_000_000 + b"]}"
        return 404, b""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def point(n: int) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [23, 47]}, "properties": {"n": n}}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving(Server) as address:
        yield address


def fetched(url: str) -> list[int]:
    kept = asking.fetch(url, private_hosts=["127.0.0.1"])
    with default_storage.open(kept.place) as stream:
        return [feature["properties"]["n"] for feature in json.load(stream)["features"]]


def test_a_collection_and_a_wfs_are_read_page_by_page(server: str) -> None:
    assert fetched(f"{server}/collections/trees") == [0, 1, 2, 3, 4, 5]
    assert fetched(f"{server}/wfs?SERVICE=WFS&typeName=trees") == list(range(1500))
    assert asking.fetch(f"{server}/csv", private_hosts=["127.0.0.1"]).form == Form.CSV


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/collections", "There are: trees, roads"),
        ("/wfs?service=WFS", "Name the layer"),
        ("/loop", "without end"),
        ("/inside", "inside a private network"),
        ("/none", "status 404"),
        ("/huge", "larger than 64 MB"),
    ],
)
def test_an_address_without_features_says_so(server: str, path: str, told: str) -> None:
    with pytest.raises(Refused) as caught:
        asking.fetch(server + path, private_hosts=["127.0.0.1"])
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://x/y", "http://u:p@example.org/", "gopher://x", "/vsicurl/x"]
)
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="not an address"):
        asking.fetch(url)


def test_addresses_inside_are_not_asked_unless_named(server: str) -> None:
    with pytest.raises(Refused, match="inside a private network"):
        asking.fetch(f"{server}/collections/trees")

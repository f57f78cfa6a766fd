"""Facts about GML: what a WFS answers by itself, in the order of axes that its system says; nothing else is opened."""

import io
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.storage import default_storage

from rivulus.atlas.feeds.imports import asking, keeping, markup, reading
from rivulus.atlas.models import Layer
from rivulus.atlas.rules.imports.choices import Form
from rivulus.atlas.rules.imports.states import State
from rivulus.atlas.tests import files
from rivulus.atlas.tests.layers import make_layer
from rivulus.atlas.tests.serving import serving
from rivulus.atlas.tests.test_imports import _opened_here, checked, imported, sent  # noqa: F401 (a fixture of every test)
from rivulus.identity.models import Person
from rivulus.kernel.errors import Refused

pytestmark = pytest.mark.django_db

GML_32 = 'xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2"'
GML_31 = 'xmlns:wfs="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml"'
DEGREES = [(north, east) for east, north in files.PLACES]
METRES = [tuple(reversed(files.TO_STEREO.transform(*place))) for place in files.PLACES]


def gml(space: str, system: str, places: list[tuple[float, float]], about: str = "", before: str = "") -> bytes:
    """Two benches as a WFS writes them."""
    member = ("<wfs:member>", "</wfs:member>") if space == GML_32 else ("<gml:featureMember>", "</gml:featureMember>")
    benches = "".join(
        f'{member[0]}<app:banci gml:id="banci.{n}"><app:nume>{name}</app:nume><app:seats>{n + 2}</app:seats><app:geom>'
        f'<gml:Point srsName="{system}" gml:id="p{n}"><gml:pos>{a!r} {b!r}</gml:pos></gml:Point></app:geom></app:banci>'
        f"{member[1]}"
        for n, (name, (a, b)) in enumerate(zip(("Băncuţă", "Şcoala"), places, strict=True), 1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<wfs:FeatureCollection {space} xmlns:app="http://example.org/a" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://example.org/a /etc/a.xsd" {about}>'
        f"{benches}</wfs:FeatureCollection>"
    ).encode()


@pytest.mark.parametrize("space", [GML_32, GML_31], ids=["3.2", "3.1"])
@pytest.mark.parametrize(
    ("system", "places"),
    [
        ("urn:ogc:def:crs:EPSG::4326", DEGREES),
        ("urn:ogc:def:crs:EPSG::3844", METRES),
        ("http://www.opengis.net/def/crs/EPSG/0/3844", METRES),
        ("EPSG:3844", [(east, north) for north, east in METRES]),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", files.PLACES),
        ("EPSG:4326", DEGREES),  # some servers write it so: the two are noticed to stand in the opposite order
    ],
    ids=["urn-degrees", "urn-stereo", "http-stereo", "plain-stereo", "old-degrees", "plain-swapped"],
)
def test_benches_stand_in_baia_mare_whichever_axis_comes_first(
    dan: Person, space: str, system: str, places: list[tuple[float, float]]
) -> None:
    layer = make_layer()
    row = sent(dan, layer, gml(space, system, places))
    assert row.state == State.DESCRIBED, row.sentence % row.values
    # only where a server writes the short name, and means the order of the long one, somebody has to be asked
    assert row.found["layers"][0]["is_swapped"] is (system == "EPSG:4326")
    row = imported(checked(row, columns={"nume": "name", "seats": "seats"}))
    assert row.state == State.DONE, row.sentence % row.values
    found = sorted(
        (feature.key, feature.properties["name"], feature.properties["seats"]) for feature in _features(layer)
    )
    assert found == [("banci.1", "Băncuţă", 3), ("banci.2", "Şcoala", 4)]
    boxes = sorted(feature.box[:2] for feature in _features(layer))
    assert boxes == [pytest.approx(place, abs=1e-7) for place in files.PLACES]


def _features(layer: Layer) -> list[object]:
    return list(layer.features.all())


@pytest.mark.own_process
def test_the_process_of_its_own_opens_gml_too_alone_or_packed(dan: Person) -> None:
    data = gml(GML_32, "urn:ogc:def:crs:EPSG::3844", METRES)
    for sent_ in (data, files.packed({"banci.gml": data})):
        row = sent(dan, make_layer(f"l{len(sent_)}"), sent_)
        assert (row.state, row.found["layers"][0]["epsg"], row.found["layers"][0]["count"]) == (
            State.DESCRIBED,
            3844,
            2,
        )


LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (gml(GML_32, "EPSG:3844", METRES, before=LAUGHS), "declares a document type or entities"),
        (gml(GML_32, "EPSG:3844", METRES, before=OUTSIDE), "declares a document type or entities"),
        (gml(GML_32, "EPSG:3844", METRES, before='<!DOCTYPE a SYSTEM "http://example.org/a.dtd">'), "declares"),
        (gml(GML_32, "EPSG:3844", METRES, before=f"<!--{' ' * 2_000_000}-->"), "broken"),
        (gml(GML_32, "EPSG:3844", METRES, before=f"<!--{' ' * 70_000}-->"), "broken"),  # its schema is looked for no further
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"<wfs:Feature", "broken"),
        (b"<OGRVRTDataSource></OGRVRTDataSource>", "no GML with features"),
        (b"<ows:ExceptionReport><ows:ExceptionText>No such &lt;layer&gt;</ows:ExceptionText></ows:ExceptionReport>",
         "answers: No such <layer>"),
        (files.packed({"a.gml": b"<!DOCTYPE a><FeatureCollection/>"}), ""),
    ],
    ids=["laughs", "outside", "dtd", "long", "late", "html", "cut", "vrt", "report", "packed"],
)  # fmt: skip
def test_xml_that_declares_or_leads_elsewhere_is_refused_before_it_is_opened(
    monkeypatch: pytest.MonkeyPatch, data: bytes, sentence: str
) -> None:
    def opened(*_given: object) -> None:
        raise AssertionError("it was opened")

    monkeypatch.setattr(reading, "_run", opened)
    with pytest.raises(Refused) as caught:
        reading.describe(keeping.keep(io.BytesIO(data)).place)
    assert sentence in str(caught.value)


def test_no_schema_is_looked_for_and_nothing_is_written_beside_the_kept_file(dan: Person) -> None:
    kept = keeping.keep(io.BytesIO(gml(GML_31, "EPSG:3844", METRES)))
    with keeping.unpacked(kept.place) as (form, path, _folder):
        assert form is Form.GML and b"schemaLocation" not in path.read_bytes() and b"/etc/a.xsd" in path.read_bytes()
    before = set(default_storage.listdir(keeping.FOLDER)[1])
    reading.describe(kept.place)
    assert set(default_storage.listdir(keeping.FOLDER)[1]) == before
    environment = reading._environment(Form.GML, path)
    assert environment["GML_DOWNLOAD_SCHEMA"] == "NO" and environment["GML_SKIP_RESOLVE_ELEMS"] == "ALL"


# Services that give no GeoJSON.

REPORT = b"<ows:ExceptionReport><ows:ExceptionText>InvalidParameterValue</ows:ExceptionText></ows:ExceptionReport>"


class Server(BaseHTTPRequestHandler):
    """Some kinds of WFS, by their path."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        status, body = self.answer(url.path, {name: values[0] for name, values in parse_qs(url.query).items()})
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self, path: str, asked: dict[str, str]) -> tuple[int, bytes]:
        assert "outputFormat" in asked or "count" not in asked
        if path == "/strict" and "outputFormat" in asked:
            return 400, REPORT
        if path == "/report" or (path == "/old" and asked["version"] != "1.1.0"):
            return 200, REPORT
        if path == "/unmoved" and "srsName" in asked:
            return 400, b""
        if path == "/old":
            assert asked["typeName"] == "app:banci" and asked["map"] == "city"
            return 200, gml(GML_31, "urn:ogc:def:crs:EPSG::4326", DEGREES)
        about = 'numberMatched="900" numberReturned="2"' if path == "/part" else 'numberMatched="unknown"'
        return 200, gml(GML_32, asked.get("srsName", "urn:ogc:def:crs:EPSG::4326"), DEGREES, about)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving(Server) as address:
        yield address


@pytest.mark.parametrize("path", ["/strict", "/careless", "/old", "/unmoved", "/own"])
def test_a_service_that_gives_no_geojson_is_asked_for_gml(server: str, path: str) -> None:
    own = "&outputFormat=gml32" if path == "/own" else ""
    kept = asking.fetch(f"{server}{path}?map=city&service=WFS&typeName=app:banci{own}", private_hosts=["127.0.0.1"])
    assert kept.form == Form.GML
    with default_storage.open(kept.place) as stream:
        assert markup.root_of(stream).name == "FeatureCollection"


@pytest.mark.parametrize(
    ("path", "told"), [("/part", "gives 2 of its 900"), ("/report", "answers: InvalidParameterValue")]
)
def test_a_part_of_the_features_and_a_report_are_told(server: str, path: str, told: str) -> None:
    with pytest.raises(Refused) as caught:
        asking.fetch(f"{server}{path}?service=WFS&typeNames=app:banci", private_hosts=["127.0.0.1"])
    assert told in str(caught.value)

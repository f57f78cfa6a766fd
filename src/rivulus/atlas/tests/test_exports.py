"""Facts about downloads, published tables, probes and the layers of the pack: what is private is in none of them."""

import csv
import datetime as dt
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from django.test import Client
from django.urls import reverse

from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.feeds.exports import writing
from rivulus.atlas.feeds.pack.layers import load_layers
from rivulus.atlas.models import Layer
from rivulus.atlas.queries import probes
from rivulus.atlas.queries.publishing import list_tables
from rivulus.atlas.rules.exporting import short_names
from rivulus.atlas.rules.versions import NewFeature, Span
from rivulus.atlas.terms import ChangeKind
from rivulus.atlas.tests.layers import SCHEMA, bench, make_layer, square
from rivulus.identity.models import Organisation, Person
from rivulus.kernel import clock, publishing
from rivulus.kernel.errors import Refused

pytestmark = pytest.mark.django_db
SECRET = "0722-SECRET"
EVIL = '=HYPERLINK("http://evil")'


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def layer(dan: Person) -> Layer:
    layer = make_layer(schema=[*SCHEMA, {"name": "opened", "type": "date"}, {"name": "is_new", "type": "boolean"}])
    additions = [
        bench("a", 23.58, 47.66, name="Băncuță", seats=3, phone=SECRET, opened="2024-02-01", is_new=True),
        bench("b", 23.60, 47.65, name=EVIL),
        bench("gone", 23.60, 47.65, name="Veche", valid=Span(None, dt.date(2020, 1, 1))),
    ]
    apply_changes(by=dan, layer=layer, kind=ChangeKind.EDIT, additions=additions)
    return layer


def got(layer: Layer, query: str, client: Client | None = None) -> bytes:
    response = (client or Client()).get(reverse("atlas:layer_download", args=[layer.code]) + "?" + query)
    assert response.status_code == 200, response.status_code
    return response.getvalue()


def read(data: bytes, ending: str) -> tuple[dict[str, Any], Any, dict[str, list[Any]]]:
    path = Path(tempfile.mkdtemp()) / f"x{ending}"
    path.write_bytes(data)
    meta, _ids, wkb, columns = pyogrio.raw.read(path, datetime_as_string=True)
    return meta, shapely.from_wkb(wkb), dict(zip(meta["fields"].tolist(), [c.tolist() for c in columns], strict=True))


def test_a_geopackage_in_both_systems(layer: Layer) -> None:
    meta, shapes, columns = read(got(layer, "format=gpkg"), ".gpkg")
    assert meta["crs"] == "EPSG:4326" and set(columns["key"]) == {"a", "b"}
    assert columns["name"] == ["Băncuță", EVIL] and "phone" not in columns
    assert columns["opened"][0].startswith("2024-02-01")
    meta, stereo, _ = read(got(layer, "format=gpkg&crs=3844"), ".gpkg")
    assert meta["crs"] == "EPSG:3844"
    assert (stereo[0].x, stereo[0].y) == (pytest.approx(393_500, abs=2000), pytest.approx(685_500, abs=2000))
    assert shapes[0].x == pytest.approx(23.58)


def test_a_shapefile_is_whole_and_its_names_are_short(layer: Layer) -> None:
    data = got(layer, "format=shp&crs=3844")
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert {Path(name).suffix for name in names} >= {".shp", ".shx", ".dbf", ".prj", ".cpg"}
    _meta, shapes, columns = read(data, ".zip")
    assert columns["name"][0] == "Băncuță" and "phone" not in columns and len(shapes) == 2
    assert short_names(["circumference_1", "circumference_2", "key"]) == ["circumfere", "circumfe_1", "key"]


def test_geojson_and_csv_are_streamed_and_safe(layer: Layer) -> None:
    collection = json.loads(got(layer, "format=geojson"))
    assert [feature["id"] for feature in collection["features"]] == ["a", "b"]
    assert collection["features"][0]["properties"]["is_new"] is True
    text = got(layer, "format=csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0]["longitude"] == "23.58" and rows[1]["name"] == "'" + EVIL
    assert SECRET not in text and SECRET not in json.dumps(collection)


def test_a_drawing_holds_the_shapes(dan: Person) -> None:
    areas = make_layer("areas", geometry_type="polygon", schema=[])
    apply_changes(by=dan, layer=areas, kind=ChangeKind.EDIT, additions=[NewFeature(square(), {}, "a")])
    _meta, shapes, columns = read(got(areas, "format=dxf&crs=3844"), ".dxf")
    assert columns["Layer"] == ["areas"] and shapely.bounds(shapes[0])[0] > 300_000


def test_what_was_then_is_downloaded_as_of_then(layer: Layer) -> None:
    then = json.loads(got(layer, "format=geojson&on=2019-05-01"))
    assert {feature["id"] for feature in then["features"]} == {"a", "b", "gone"}


def test_the_owner_downloads_no_private_attribute_either(layer: Layer, dan: Person) -> None:
    client = Client()
    client.force_login(dan)
    for query in ("format=geojson", "format=csv", "format=gpkg", "format=shp", "format=dxf"):
        assert SECRET.encode() not in got(layer, query, client)


def test_a_download_is_made_once_for_each_revision_and_a_large_one_by_the_worker(
    layer: Layer, dan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rivulus.atlas.views import exports

    got(layer, "format=gpkg")
    kept = writing.place_of(layer, writing.Format.GPKG, 4326, clock.today())
    assert kept.exists()
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    assert got(layer, "format=gpkg")
    apply_changes(by=dan, layer=layer, kind=ChangeKind.EDIT, additions=[bench("c")])
    asked: list[Any] = []
    monkeypatch.setattr(exports.queueing, "make_download", type("T", (), {"enqueue": lambda *a: asked.append(a)}))
    url = reverse("atlas:layer_download", args=[layer.code]) + "?format=gpkg"
    assert [Client().get(url).status_code for _ in range(2)] == [202, 202] and len(asked) == 1
    assert writing.sweep(clock.now() + dt.timedelta(days=3)) == 1 and not kept.exists()


@pytest.mark.parametrize(
    "query", ["", "format=exe", "format=gpkg&crs=99", "format=geojson&crs=3844", "format=csv&on=x"]
)
def test_what_cannot_be_downloaded_is_said(layer: Layer, query: str) -> None:
    response = Client().get(reverse("atlas:layer_download", args=[layer.code]) + "?" + query, follow=True)
    assert response.status_code == 200 and response.context["messages"]


def test_each_public_layer_is_a_table_without_what_is_private(layer: Layer) -> None:
    make_layer("staff", visibility="staff")
    make_layer("shut", licence="not-open")
    tables = {table.name: table for table in list_tables()}
    assert set(tables) == {"atlas_benches"}
    table = tables["atlas_benches"]
    rows = list(table.rows())
    assert [column.name for column in table.columns] == [
        "key", "name", "seats", "opened", "is_new", "valid_from", "valid_until", "geometry",
    ]  # fmt: skip
    assert rows[0][:5] == ["a", "Băncuță", 3, dt.date(2024, 2, 1), True]
    assert rows[0][-1] == {"type": "Point", "coordinates": [23.58, 47.66]}
    assert SECRET not in repr(rows)
    before = table.revision()
    Layer.objects.filter(pk=layer.pk).update(visibility="owner", revision=9)
    assert list(table.rows()) == [] and table.revision() != before
    assert publishing.find_table("atlas_benches") is None


def test_probes_count_what_is_real_filled_and_public(layer: Layer, dan: Person) -> None:
    now = clock.now()
    make_layer("empty")
    for code, fields in (
        ("drawn", {"origin": "schematic"}),
        ("staff", {"visibility": "staff"}),
        ("plan", {"theme": "planning", "update_rhythm": "ANNUAL"}),
        ("pipes", {"theme": "utilities", "update_rhythm": "DAILY"}),
    ):
        made = make_layer(code, **fields)
        apply_changes(by=None, layer=made, kind=ChangeKind.RECIPE, additions=[bench("x")])
    Layer.objects.filter(code="pipes").update(changed_at=now - dt.timedelta(days=9))
    values = {probe.name: probe.compute(clock.now()).value for probe in probes.PROBES}
    assert values == {
        "gis_layers_public": 3.0,
        "gis_layers_kept_current_share": 50.0,
        "gis_provider_layers_public": 1.0,
        "gis_plan_layers_public": 1.0,
        "gis_changes_last_year": 3.0,
    }


def test_with_nothing_there_is_nothing_to_measure(city: Organisation) -> None:
    assert probes.gis_layers_kept_current_share(clock.now()).value is None
    assert probes.gis_layers_public(clock.now()).value == 0


def test_the_pack_describes_layers_that_wait_for_features(city: Organisation) -> None:
    count = load_layers()
    assert count >= 8 and Layer.objects.count() == count
    revisions = list(Layer.objects.values_list("revision", flat=True))
    load_layers()
    assert list(Layer.objects.values_list("revision", flat=True)) == revisions
    assert not Layer.objects.exclude(visibility="staff").exists()
    assert not Layer.objects.filter(title_hu="").exists()


def test_a_pack_that_cannot_be_read_says_why(tmp_path: Path, city: Organisation) -> None:
    assert load_layers(folder=tmp_path) == 0
    (tmp_path / "atlas").mkdir()
    for text, told in (("layers: 3", "no list"), ("layers: [{code: a, titel: x}]", "titel"), ("{", "cannot be read")):
        (tmp_path / "atlas" / "layers.yaml").write_text(text)
        with pytest.raises(Refused, match=told):
            load_layers(folder=tmp_path)

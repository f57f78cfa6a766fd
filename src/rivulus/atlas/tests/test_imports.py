"""Facts about importing files into layers: what people send, what is broken, what is meant to do harm."""

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely

from rivulus.atlas.actions import imports as actions
from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.feeds.imports import keeping, opening, reading, working
from rivulus.atlas.models import Change, Layer, LayerImport
from rivulus.atlas.rules.imports.choices import Choices, Form, Mode, choices_from
from rivulus.atlas.rules.imports.states import State
from rivulus.atlas.terms import ChangeKind
from rivulus.atlas.tests import files
from rivulus.atlas.tests.layers import bench, make_layer, rows_of, square
from rivulus.identity.models import Person
from rivulus.kernel.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _opened_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting a process for each file takes a second; tests about the process itself, and hostile files, do."""
    if not request.node.get_closest_marker("own_process"):
        monkeypatch.setattr(reading, "_run", lambda job, form, folder: opening.do(job))


def sent(by: Person, layer: Layer, data: bytes, name: str = "file") -> LayerImport:
    """A file that was uploaded and read."""
    kept = keeping.keep(io.BytesIO(data))
    row = actions.take_up(by=by, layer=layer, name=name, place=kept.place, size=kept.size)
    working.read(row.pk)
    row.refresh_from_db()
    return row


def checked(row: LayerImport, **said: Any) -> LayerImport:
    """The same file after somebody said what it is."""
    guessed = choices_from(row.choices)
    choices = Choices(**{**{name: getattr(guessed, name) for name in Choices.__dataclass_fields__}, **said})
    actions.begin_check(by=row.person, import_id=row.pk, choices=choices)
    working.check(row.pk)
    row.refresh_from_db()
    return row


def imported(row: LayerImport) -> LayerImport:
    """The same file after a yes."""
    actions.confirm(by=row.person, import_id=row.pk)
    working.carry_out(row.pk)
    row.refresh_from_db()
    return row


def sentences(row: LayerImport) -> list[str]:
    return [problem.sentence % problem.values for problem in row.problems.order_by("id")]


def benches_csv() -> bytes:
    return "lon;lat;Nume;seats\n23,58;47,66;Băncuţă;3\n23,60;47,65;Şcoala;4\n".encode("cp1250")


def benches_gpkg() -> bytes:
    shapes = [shapely.Point(place) for place in files.PLACES]
    columns = {"nume": ["Băncuţă", "Şcoala"], "seats": [3, 4]}
    return files.written("GPKG", ".gpkg", shapes, columns, crs="EPSG:4326").read_bytes()


def benches_geojson() -> bytes:
    return files.geojson(
        (shapely.Point(files.PLACES[0]), {"Nume": "Băncuţă", "seats": 3}),
        (shapely.Point(files.PLACES[1]), {"Nume": "Şcoala", "seats": 4}),
    )


@pytest.mark.own_process
def test_a_file_is_opened_by_a_process_of_its_own(dan: Person) -> None:
    layer = make_layer()
    assert imported(checked(sent(dan, layer, files.shapefile()))).state == State.DONE
    assert layer.features.count() == 2


@pytest.mark.parametrize("make", [benches_csv, benches_gpkg, benches_geojson, files.shapefile])
def test_the_same_benches_come_in_from_every_kind_of_file(dan: Person, make: Callable[[], bytes]) -> None:
    layer = make_layer()
    row = checked(sent(dan, layer, make()))
    assert (row.state, row.counts["faulty"], row.counts["added"]) == (State.CHECKED, 0, 2), sentences(row)
    assert not layer.features.exists()
    row = imported(row)
    assert row.state == State.DONE and row.change is not None and row.change.added == 2
    found = sorted((feature.properties["name"], feature.properties["seats"]) for feature in layer.features.all())
    assert found == [("Băncuţă", 3), ("Şcoala", 4)]
    boxes = sorted(feature.box[:2] for feature in layer.features.all())
    assert boxes == [pytest.approx(place, abs=1e-7) for place in files.PLACES]
    assert row.file == ""


def test_closed_lines_of_a_drawing_become_areas(dan: Person) -> None:
    layer = make_layer(geometry_type="polygon", schema=[{"name": "layer_name", "type": "string"}])
    outline = files.in_stereo(square()).exterior
    data = files.written(
        "DXF", ".dxf", [shapely.LineString(outline.coords)], {"Layer": ["PARC"]}, crs="EPSG:3844"
    ).read_bytes()
    row = sent(dan, layer, data)
    assert row.found["layers"][0]["epsg"] == 3844 and "does not say" in row.found["layers"][0]["sentence"]
    row = imported(checked(row, columns={"Layer": "layer_name"}))
    feature = layer.features.get()
    assert feature.properties == {"layer_name": "PARC"}
    assert shapely.area(shapely.from_wkb(bytes(feature.geometry))) == pytest.approx(1e-4, rel=0.01)


def test_a_shapefile_without_its_system_is_asked_about_and_a_wrong_one_noticed(dan: Person) -> None:
    layer = make_layer()
    found = sent(dan, layer, files.shapefile(without=(".prj", ".cpg"))).found["layers"][0]
    assert found["epsg"] == 3844 and "does not say" in found["sentence"]
    found = sent(dan, layer, files.shapefile(crs="EPSG:3857")).found["layers"][0]
    assert "far from Romania" in found["sentence"]
    swapped = files.geojson((shapely.Point(47.66, 23.58), {"Nume": "a"}))
    found = sent(dan, layer, swapped).found["layers"][0]
    assert found["is_swapped"] and "opposite order" in found["sentence"]


def test_a_wrong_system_is_said_in_words_with_the_feature(dan: Person) -> None:
    layer = make_layer()
    row = checked(sent(dan, layer, files.shapefile()), epsg=4326)
    assert row.counts["faulty"] == 2 and row.counts["stops"]
    assert "is the coordinate system right" in sentences(row)[0]
    with pytest.raises(Refused, match="do not fit"):
        actions.confirm(by=dan, import_id=row.pk)
    assert not layer.features.exists() and not Change.objects.exists()


def test_an_outline_that_crosses_itself_says_where_and_is_repaired_after_a_yes(dan: Person) -> None:
    layer = make_layer(geometry_type="polygon", schema=[])
    bowtie = shapely.Polygon([(23.5, 47.6), (23.6, 47.7), (23.6, 47.6), (23.5, 47.7)])
    row = checked(sent(dan, layer, files.geojson((square(), {}), (bowtie, {}))))
    assert sentences(row) == ["The outline crosses itself at 23.550000, 47.650000."]
    problem = row.problems.get()
    assert (problem.ordinal, problem.can_be_repaired) == (2, True)
    assert (problem.x, problem.y) == (pytest.approx(23.55), pytest.approx(47.65))
    actions.describe(by=dan, import_id=row.pk)
    row.refresh_from_db()
    row = imported(checked(row, repairs=True))
    assert row.counts["repaired"] == 1 and layer.features.count() == 2


def test_every_misfit_is_told_by_feature_and_attribute_and_may_be_left_out_after_a_yes(dan: Person) -> None:
    layer = make_layer()
    lines = ["lon,lat,key,seats", "23.5,47.6,a,3", "23.5,47.6,b,many", "abc,47.6,c,3", "23.5,47.6,a,99", "23.5,47.6,,1"]
    row = checked(sent(dan, layer, "\n".join(lines).encode()))
    told = [(problem.ordinal, problem.attribute) for problem in row.problems.order_by("id")]
    assert told == [(2, "seats"), (3, ""), (4, ""), (4, "seats"), (5, "")]
    assert row.counts["faulty"] == 4 and row.counts["added"] == 1
    actions.describe(by=dan, import_id=row.pk)
    row.refresh_from_db()
    imported(checked(row, skips_faulty=True))
    assert set(rows_of(layer)) == {"a"}


def test_lines_in_another_encoding_are_named(dan: Person) -> None:
    data = "lon,lat,Nume\n23.5,47.6,Băncuță\n".encode() + "23.5,47.6,Şcoală\n".encode("cp1250")
    row = sent(dan, make_layer(), data)
    row = checked(row, encoding="utf-8", delimiter=",", x_column="lon", y_column="lat", columns={"Nume": "name"})
    assert [(problem.ordinal, problem.sentence) for problem in row.problems.all()] == [
        (2, "The texts are in another encoding than the rest of the file.")
    ]


def test_a_file_updates_adds_or_replaces_by_key(dan: Person) -> None:
    layer = make_layer()
    known = [bench("a", 23.5, 47.6, seats=1), bench("b", 23.5, 47.6, seats=1)]
    apply_changes(by=dan, layer=layer, kind=ChangeKind.EDIT, additions=known)
    data = b"lon,lat,key,seats\n23.5,47.6,a,2\n23.5,47.6,c,3\n"
    row = checked(sent(dan, layer, data), mode=Mode.ADD)
    assert row.counts["known"] == 1 and row.counts["stops"]
    row = checked(sent(dan, layer, data), mode=Mode.REPLACE)
    assert [row.counts[name] for name in ("added", "changed", "removed", "same")] == [1, 1, 1, 0]
    row = imported(checked(sent(dan, layer, data), mode=Mode.UPDATE, since=dt.date(2026, 3, 1)))
    assert {(r.key, r.properties["seats"], r.valid.lower) for r in layer.features.all()} == {
        ("a", 1, None),
        ("a", 2, dt.date(2026, 3, 1)),
        ("b", 1, None),
        ("c", 3, dt.date(2026, 3, 1)),
    }


def test_the_columns_of_a_file_become_the_attributes_of_a_layer_that_has_none(dan: Person) -> None:
    layer = make_layer(schema=[])
    data = "x;y;Cod poștal;Suprafață (m²);Data;E bun\n394000;685000;0430;12,5;01.02.2024;da\n".encode()
    row = imported(checked(sent(dan, layer, data)))
    layer.refresh_from_db()
    assert [(entry["name"], entry["type"]) for entry in layer.schema] == [
        ("cod_postal", "string"),
        ("suprafata_m2", "number"),
        ("data", "date"),
        ("e_bun", "boolean"),
    ]
    assert layer.features.get().properties == {
        "cod_postal": "0430",
        "suprafata_m2": 12.5,
        "data": "2024-02-01",
        "e_bun": True,
    }
    assert row.state == State.DONE


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"<OGRVRTDataSource></OGRVRTDataSource>", "no GML"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x00\x01\x02\x03" * 50, "not known here"),
        (files.packed({"readme.md": b"hello"}), "holds no Shapefile"),
        (files.packed({"../../etc/data.geojson": b"{}"}), "outside of its folder"),
        (files.packed({"/data.geojson": b"{}"}), "outside of its folder"),
        (files.packed({"a.geojson": b"{}", "b.geojson": b"{}"}), "several files"),
        (files.packed({f"{n}.geojson": b"{}" for n in range(201)}), "more than 200"),
        (files.packed({"data.geojson": b" " * 30_000_000}), "unpacks to far more"),
        (b"PK\x03\x04 and nothing more", "broken"),
        (files.shapefile(without=(".dbf",)), "its file .dbf is missing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_a_map_is_refused_before_it_is_kept(data: bytes, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        keeping.keep(io.BytesIO(data))
    assert sentence in str(caught.value)


@pytest.mark.own_process
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'{"type": "FeatureCollection", "features": [', "cannot be opened"),
        (b'{"type": "Topology", "objects": {}}', "cannot be opened"),
        (b"SQLite format 3\x00" + b"\x00" * 100, "cannot be opened"),
        (b"lon,lat\n", "nothing in this file"),
        (files.lying_bomb(), "broken"),
        (b'{"a":' * 50_000, "cannot be opened"),
    ],
)
def test_a_broken_or_hostile_file_fails_with_a_sentence_and_leaves_nothing(
    dan: Person, data: bytes, sentence: str
) -> None:
    layer = make_layer()
    row = sent(dan, layer, data)
    assert row.state == State.FAILED
    told = row.sentence % row.values
    assert sentence in told and "/tmp" not in told
    assert not layer.features.exists()


@pytest.mark.own_process
def test_a_process_that_takes_too_much_is_stopped(dan: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MEMORY", 60 * 1024**2)
    row = sent(dan, make_layer(), benches_gpkg())
    assert row.state == State.FAILED
    assert "memory" in row.sentence or "cannot be opened" in row.sentence


def test_the_process_that_opens_files_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIVULUS_SECRET_KEY", "s3cret")
    given = reading._environment(Form.GPKG, Path("/x"))
    assert not [name for name in given if name.startswith(("RIVULUS", "DATABASE", "DJANGO"))]
    assert "GPKG" not in given["OGR_SKIP"].split(",") and {"OGR_VRT", "WFS", "GeoJSON"} <= set(
        given["OGR_SKIP"].split(",")
    )


def test_files_are_imported_by_the_owner_only_and_not_into_what_the_platform_keeps(dan: Person, flavia: Person) -> None:
    layer = make_layer()
    with pytest.raises(Refused, match="another organisation"):
        actions.take_up(by=flavia, layer=layer, name="x", place="x", size=1)
    with pytest.raises(Refused, match="kept up to date by the platform"):
        actions.take_up(by=dan, layer=make_layer("osm", is_kept_by_machine=True), name="x", place="x", size=1)


def test_a_worker_that_was_stopped_does_nothing_twice(dan: Person) -> None:
    layer = make_layer()
    row = checked(sent(dan, layer, benches_csv()))
    actions.confirm(by=dan, import_id=row.pk)
    working.carry_out(row.pk)
    working.carry_out(row.pk)
    working.check(row.pk)
    assert layer.features.count() == 2 and Change.objects.count() == 1


def test_what_nobody_foresaw_is_said_and_leaves_nothing(dan: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = make_layer()
    row = sent(dan, layer, benches_csv())
    monkeypatch.setattr(working.Converter, "convert", lambda *given: 1 / 0)
    row = checked(row)
    assert row.state == State.FAILED and row.values == {"what": "ZeroDivisionError"}
    assert not layer.features.exists()


def test_the_same_file_a_second_time_adds_nothing_even_without_keys(dan: Person) -> None:
    layer = make_layer()
    imported(checked(sent(dan, layer, benches_csv())))
    again = checked(sent(dan, layer, benches_csv()))
    assert (again.counts["added"], again.counts["known"], again.counts["stops"]) == (0, 2, True)


def test_a_mistyped_position_does_not_hide_the_system_of_the_others(dan: Person) -> None:
    layer = make_layer("trees")
    lines = [f"{47.65 + n / 1000:.4f};{23.58 + n / 1000:.4f};t{n}" for n in range(12)]
    lines[4] = "99,9;23,58;t4"
    row = sent(dan, layer, "\n".join(["lat;lon;cod", *lines]).encode(), "copaci.csv")
    assert row.found["layers"][0]["epsg"] == 4326

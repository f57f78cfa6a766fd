"""An extract becomes the base map: everything in one step, the same again changes nothing, what fails changes nothing."""

import gzip
from io import StringIO

import mapbox_vector_tile
import osmium
import pytest
import shapely
from django.core.cache import cache
from django.core.management import CommandError, call_command
from pmtiles.reader import MmapSource, Reader
from pmtiles.reader import all_tiles as read_all

from rivulus.atlas.actions.base import imports as actions
from rivulus.atlas.feeds.osm import cutting, importing, reading
from rivulus.atlas.feeds.osm.importing import import_extract
from rivulus.atlas.models import BaseImport, Feature, Layer, Place, StreetEdge, StreetNode
from rivulus.atlas.queries.base import find_base
from rivulus.atlas.rules.base.everyday import SERVICES, WATERS
from rivulus.atlas.rules.base.layers import BUILDINGS, CYCLEWAYS, GREEN, STREETS
from rivulus.atlas.tests.base.town import SOUTH, STEP, WEST, make_town, shared_data
from rivulus.atlas.tests.layers import make_city
from rivulus.journal.models import Line
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import from_wkb

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(settings, tmp_path, city):
    settings.HOME = tmp_path / "home"
    cache.clear()


@pytest.fixture
def town(tmp_path):
    return make_town().write(tmp_path / "town.osm.pbf")


def archives(settings):
    return sorted((settings.HOME / importing.FOLDER).glob("*.pmtiles"))


def layer_rows(code):
    return {row.key: row for row in Feature.objects.filter(layer__code=code)}


def test_everything_of_a_town_is_in_force(town):
    row = import_extract(by=None, file=town)

    assert row.is_current and row.name == "town.osm.pbf" and len(row.checksum) == 64
    assert {code: found["total"] for code, found in row.report.items() if code != "read"} == {
        "places": Place.objects.count(),
        "street_nodes": StreetNode.objects.count(),
        "street_pieces": StreetEdge.objects.count(),
        BUILDINGS: 3,
        GREEN: 2,
        CYCLEWAYS: 2,
        STREETS: 3,
        SERVICES: 1,
        WATERS: 1,
    }
    assert Line.objects.filter(verb="atlas.base.imported").count() == 1


def test_streets_are_a_network(town):
    import_extract(by=None, file=town)

    pieces = {row.key: row for row in StreetEdge.objects.all()}

    assert set(pieces) == {"10:0", "11:0", "12:0", "12:1", "13:0", "14:0"}
    assert (pieces["10:0"].start_id, pieces["10:0"].end_id) == (1, 2)
    assert pieces["10:0"].speed_kmh == 30
    assert pieces["12:0"].is_drivable_on and not pieces["12:0"].is_drivable_back
    assert pieces["13:0"].is_walkable and not pieces["13:0"].is_drivable_on
    assert from_wkb(pieces["10:0"].geometry).length == pytest.approx(5 * STEP)
    assert pieces["10:0"].length_m == pytest.approx(376, abs=2)


def test_features_of_layers_have_attributes_and_holes(town):
    import_extract(by=None, file=town)

    assert layer_rows(BUILDINGS)["w21"].properties == {
        "use": "flats", "levels": 10, "street": "Strada Ștefan cel Mare", "house_number": "14",
    }  # fmt: skip
    assert layer_rows(STREETS)["w12"].properties["is_one_way"] is True
    assert layer_rows(CYCLEWAYS)["w12"].properties["kind"] == "lane"
    grass = from_wkb(layer_rows(GREEN)["r42"].geometry)
    assert len(grass.interiors) == 1
    layer = Layer.objects.get(code=GREEN)
    assert (layer.licence, layer.visibility, layer.is_kept_by_machine) == ("ODbL-1.0", "public", True)


def test_tiles_show_what_was_read(town, settings):
    import_extract(by=None, file=town)

    with archives(settings)[0].open("rb") as stream:
        source = MmapSource(stream)
        tiles = {place: mapbox_vector_tile.decode(gzip.decompress(content)) for place, content in read_all(source)}
        header = Reader(source).header()
    assert (header["min_zoom"], header["max_zoom"]) == (7, 14)
    assert {z for z, _, _ in tiles} == set(range(7, 15))  # a town is drawn from zoom 7 on
    finest = [tile for (z, _, _), tile in tiles.items() if z == 14]
    classes = {
        (name, one["properties"].get("class")) for tile in finest for name in tile for one in tile[name]["features"]
    }
    assert {("road", "primary"), ("road", "cycleway"), ("landuse", "park"), ("water", "water"), ("building", "building"),
            ("place", "town"), ("waterway", "river"), ("address", None)} <= classes  # fmt: skip
    names = {
        one["properties"].get("name_hu") for tile in finest for one in tile.get("place", {"features": []})["features"]
    }
    assert "Kisbánya" in names
    assert all("building" not in tile for (z, _, _), tile in tiles.items() if z < 13)


def test_pieces_of_a_street_are_drawn_in_one(town, settings):
    import_extract(by=None, file=town)

    with archives(settings)[0].open("rb") as stream:
        tiles = [gzip.decompress(content) for place, content in read_all(MmapSource(stream)) if place[0] == 13]
    streets = [
        one
        for tile in map(mapbox_vector_tile.decode, tiles)
        for one in tile.get("road", {"features": []})["features"]
        if one["properties"].get("name") == "Strada Ștefan cel Mare"
    ]
    assert len(streets) <= len(tiles)
    assert all(one["geometry"]["type"] == "LineString" for one in streets)


def test_the_same_again_changes_nothing_and_keeps_rows(town, settings):
    import_extract(by=None, file=town)
    before = set(Place.objects.values_list("pk", flat=True)), set(StreetEdge.objects.values_list("pk", flat=True))

    row = import_extract(by=None, file=town)

    assert [
        (code, found) for code, found in row.report.items()
        if code != "read" and (found["added"], found["changed"], found["removed"]) != (0, 0, 0)
    ] == []  # fmt: skip
    assert before == (
        set(Place.objects.values_list("pk", flat=True)),
        set(StreetEdge.objects.values_list("pk", flat=True)),
    )
    assert BaseImport.objects.filter(is_current=True).count() == 1


def test_a_newer_extract_says_what_changed(town, tmp_path):
    import_extract(by=None, file=town)
    newer = make_town()
    del newer.ways[20]  # a house was pulled down
    newer.square(22, 3, 6, 0.3, building="house", addr__street="Strada Ștefan cel Mare", addr__housenumber="16")
    newer.square(21, 2, 6, 0.3, building="apartments", building__levels="11", addr__street="Strada Ștefan cel Mare",
                 addr__housenumber="14")  # fmt: skip
    newer.way(12, [4, 2, 5], highway="primary", name="Bulevardul Unirii", cycleway="lane", ref="DN18")  # both ways now

    row = import_extract(by=None, file=newer.write(tmp_path / "newer.osm.pbf"))

    assert row.report[BUILDINGS] == {"added": 1, "changed": 1, "removed": 1, "total": 3}
    assert row.report["places"] == {"added": 1, "changed": 0, "removed": 1, "total": Place.objects.count()}
    assert row.report["street_pieces"]["changed"] == 2
    assert row.report["street_nodes"]["removed"] == 0


def test_a_street_that_is_gone_takes_its_nodes_along(town, tmp_path):
    import_extract(by=None, file=town)
    newer = make_town()
    del newer.ways[13], newer.ways[14]

    row = import_extract(by=None, file=newer.write(tmp_path / "newer.osm.pbf"))

    assert row.report["street_pieces"]["removed"] == 2
    assert row.report["street_nodes"]["removed"] == 1
    assert not StreetNode.objects.filter(pk=6).exists()


@pytest.mark.parametrize("step", ["write_tiles", "put_base", "_edges"])
def test_an_import_that_breaks_off_leaves_the_old_base(town, tmp_path, settings, monkeypatch, step):
    import_extract(by=None, file=town)
    before = find_base(), archives(settings), Place.objects.count(), Feature.objects.count()

    def breaks(*_args, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, step, breaks)
    with pytest.raises(KeyboardInterrupt):
        import_extract(by=None, file=make_town().write(tmp_path / "other.osm.pbf"))

    assert (find_base(), archives(settings), Place.objects.count(), Feature.objects.count()) == before


def test_a_failure_in_the_database_takes_everything_back(town, tmp_path, settings, monkeypatch):
    import_extract(by=None, file=town)
    kept = archives(settings)
    monkeypatch.setattr(actions, "_keep", lambda *_args: 1 / 0)
    empty = make_town()
    del empty.ways[20], empty.ways[10]

    with pytest.raises(ZeroDivisionError):
        import_extract(by=None, file=empty.write(tmp_path / "other.osm.pbf"))

    assert StreetEdge.objects.filter(key="10:0").exists()
    assert "w20" in layer_rows(BUILDINGS)
    assert archives(settings) == kept


@pytest.mark.parametrize("content", [b"", b"not an extract", b"\x00\x00\x00\x0d" + b"\x00" * 4000])
def test_a_file_that_is_no_extract_gets_a_sentence(tmp_path, content):
    file = tmp_path / "broken.osm.pbf"
    file.write_bytes(content)

    with pytest.raises(Refused, match=r"broken\.osm\.pbf"):
        import_extract(by=None, file=file)

    assert not BaseImport.objects.exists()


def test_a_file_cut_off_in_the_middle_gets_a_sentence(town):
    town.write_bytes(town.read_bytes()[:-40])

    with pytest.raises(Refused, match="cannot be read"):
        import_extract(by=None, file=town)


def test_only_what_lies_in_the_box_is_taken(town):
    side = (WEST - STEP, SOUTH + 5.5 * STEP, WEST + 4 * STEP, SOUTH + 8 * STEP)

    row = import_extract(by=None, file=town, box=side)

    assert set(layer_rows(BUILDINGS)) == {"w20", "w21"}
    assert row.box == side
    with pytest.raises(Refused, match="nothing to draw"):
        import_extract(by=None, file=town, box=(10, 10, 11, 11))


def test_what_crosses_the_edge_of_the_box_is_whole(town, tmp_path, settings):
    """A street leaves the box, a forest lies half outside with an outline far away, a lake beyond touches nothing of it."""
    larger = make_town()
    larger.node(60, 60, 5)
    larger.way(61, [3, 60], highway="secondary", name="Drumul Lung")  # six kilometres without a node between
    outline = [larger.node(70 + at, *place) for at, place in enumerate([(8, 3), (90, 3), (90, 6), (8, 6)])]
    larger.way(75, outline[:2])
    larger.way(76, [*outline[1:], outline[0]])
    larger.square(77, 80, 4, 1)  # a clearing, far outside
    larger.relation(78, [("w", 75, "outer"), ("w", 76, "outer"), ("w", 77, "inner")], type="multipolygon",
                    landuse="forest", name="Pădurea")  # fmt: skip
    larger.square(79, 500, 500, 3, natural="water", name="Lacul Altora")
    larger.way(82, [larger.node(80, 500, 490), larger.node(81, 510, 490)], highway="primary", name="Strada Altora")
    file = larger.write(tmp_path / "country.osm.pbf")
    box = (WEST - STEP, SOUTH - STEP, WEST + 11 * STEP, SOUTH + 11 * STEP)

    whole = import_extract(by=None, file=town, box=box)
    before = set(StreetEdge.objects.values_list("key", flat=True))
    row = import_extract(by=None, file=file, box=box)

    assert row.box == box and row.report["read"]["passed_over"] == whole.report["read"]["passed_over"] == 0
    assert set(StreetEdge.objects.values_list("key", flat=True)) - before == {"61:0"}
    assert StreetEdge.objects.get(key="61:0").length_m == pytest.approx(3751, rel=0.01)
    forest = from_wkb(layer_rows(GREEN)["r78"].geometry)
    assert forest.bounds[2] == pytest.approx(WEST + 90 * STEP) and len(forest.interiors) == 1
    assert not Place.objects.filter(name__in=["Lacul Altora", "Strada Altora"]).exists()


def test_a_box_of_a_larger_extract_is_what_the_smaller_extract_holds(tmp_path):
    """Of a country only what the box needs comes near the memory."""
    larger = make_town()
    for number in range(1000, 1300):
        larger.square(number, 200 + number, 300, 0.5, building="house")
    cut_out = cutting.cut(larger.write(tmp_path / "country.osm.pbf"), (WEST, SOUTH, WEST + 0.01, SOUTH + 0.01),
                          tmp_path / "cut.osm.pbf", keys=("landuse",), tell=lambda _count: None)  # fmt: skip

    found = {(thing.type_str(), thing.id) for thing in osmium.FileProcessor(str(cut_out))}
    assert {("w", 10), ("w", 40), ("w", 41), ("r", 42), ("n", 50)} <= found
    assert not [thing for thing in found if thing[1] >= 1000 and thing[0] == "w"]


def test_a_whole_country_without_a_box_is_refused_before_it_is_read(town, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST_WHOLE", 100)

    with pytest.raises(Refused, match="--box"):
        import_extract(by=None, file=town)

    assert import_extract(by=None, file=town, box=(WEST, SOUTH, WEST + STEP * 10, SOUTH + STEP * 10)).is_current


def test_a_way_that_leaves_the_extract_is_drawn_as_far_as_it_is_known(tmp_path):
    town = make_town()
    del town.nodes[1]
    row = import_extract(by=None, file=town.write(tmp_path / "cut.osm.pbf"))

    assert row.report["read"]["passed_over"] >= 1
    assert "w12" in layer_rows(STREETS) and "w10" not in layer_rows(STREETS)


def test_two_imports_at_once_are_refused(town, monkeypatch):
    def another(*_args, **_more):
        import_extract(by=None, file=town)

    monkeypatch.setattr(importing, "write_tiles", another)
    with pytest.raises(Refused, match="Another import"):
        import_extract(by=None, file=town)


def test_the_command_says_what_it_does_and_what_changed(town):
    said = StringIO()
    call_command("import_osm", str(town), stdout=said)

    assert "Drawing" in said.getvalue()
    assert "buildings" in said.getvalue() and "+3" in said.getvalue()
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_osm", "/nowhere.osm.pbf")
    with pytest.raises(CommandError, match="four numbers"):
        call_command("import_osm", str(town), box="1,2,3")


def test_the_archive_is_served(town, client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        import_extract(by=None, file=town)

    style = client.get("/basemap/style.json?theme=light&lang=hu").json()
    assert style["sources"]["base"]["type"] == "vector"
    begin = client.get("/basemap/base.pmtiles", headers={"Range": "bytes=0-6"})
    assert (begin.status_code, begin.content) == (206, b"PMTiles")


def test_a_small_country_is_read():
    row = import_extract(by=None, file=shared_data("osm", "li_liechtenstein.osm.pbf"))

    assert row.report["street_pieces"]["total"] > 1000
    assert row.report[BUILDINGS]["total"] > 1000
    shapes = [from_wkb(wkb) for wkb in Feature.objects.filter(layer__code=GREEN).values_list("geometry", flat=True)]
    assert shapely.is_valid(shapes).all()
    assert make_city().pk

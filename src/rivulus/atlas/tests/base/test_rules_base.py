"""Rules of the base map: what tags mean, who may use a street, how it becomes a network, which tile shows what."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from rivulus.atlas.rules.base import access, classes, layers, places, tiling
from rivulus.atlas.rules.base.network import build_network
from rivulus.atlas.rules.specs import check_spec


@pytest.mark.parametrize(
    ("tags", "layer", "name"),
    [
        ({"building": "yes"}, "building", "building"),
        ({"landuse": "forest"}, "landuse", "forest"),
        ({"natural": "water"}, "water", "water"),
        ({"leisure": "park", "landuse": "grass"}, "landuse", "park"),
        ({"landuse": "quarry"}, "landuse", "quarry"),
    ],
)
def test_areas_are_drawn_by_their_tags(tags, layer, name):
    drawn = classes.class_of_area(tags)

    assert (drawn.layer, drawn.name) == (layer, name)


@pytest.mark.parametrize("tags", [{"building": "no"}, {"building": "demolished"}, {"leisure": "unknown"}, {}])
def test_what_is_no_longer_there_is_not_drawn(tags):
    assert classes.class_of_area(tags) is None


def test_a_covered_stream_and_the_edge_of_a_square_are_not_drawn_as_lines():
    assert classes.class_of_line({"waterway": "stream", "tunnel": "culvert"}) is None
    assert classes.class_of_line({"highway": "pedestrian", "area": "yes"}) is None
    assert classes.class_of_line({"waterway": "river"}).name == "river"


def test_greater_roads_are_there_from_farther_away():
    zooms = [
        classes.class_of_line({"highway": kind}).min_zoom for kind in ("trunk", "secondary", "residential", "path")
    ]

    assert zooms == sorted(zooms)


@pytest.mark.parametrize(
    ("tags", "walk", "cycle", "drive"),
    [
        ({"highway": "residential"}, True, (True, True), (True, True)),
        ({"highway": "residential", "oneway": "yes"}, True, (True, False), (True, False)),
        ({"highway": "residential", "oneway": "-1"}, True, (False, True), (False, True)),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, True, (True, True), (True, False)),
        ({"highway": "residential", "oneway": "yes", "cycleway": "opposite_lane"}, True, (True, True), (True, False)),
        ({"highway": "primary", "junction": "roundabout"}, True, (True, False), (True, False)),
        ({"highway": "motorway"}, False, (False, False), (True, False)),
        ({"highway": "footway"}, True, (False, False), (False, False)),
        ({"highway": "footway", "bicycle": "yes"}, True, (True, True), (False, False)),
        ({"highway": "pedestrian", "motor_vehicle": "destination"}, True, (False, False), (True, True)),
        ({"highway": "cycleway"}, True, (True, True), (False, False)),
        ({"highway": "service", "access": "private", "foot": "yes"}, True, (False, False), (False, False)),
        ({"highway": "trunk_link", "foot": "no"}, False, (True, True), (True, True)),
    ],
)
def test_who_may_use_a_street(tags, walk, cycle, drive):
    found = access.access_of(tags)

    assert found.walk is walk
    assert (found.cycle_on, found.cycle_back) == cycle
    assert (found.drive_on, found.drive_back) == drive


@pytest.mark.parametrize(
    "tags", [{"highway": "construction"}, {"highway": "path", "access": "no"}, {"railway": "rail"}]
)
def test_what_nobody_may_use_is_not_part_of_the_network(tags):
    assert access.access_of(tags) is None


@pytest.mark.parametrize(
    ("signed", "kmh"), [("30", 30), ("RO:urban", 50), ("20 mph", 32), ("fast", 50), ("0", 50), ("999", 50), ("", 50)]
)
def test_a_limit_is_read_where_it_is_signed_and_usual_elsewhere(signed, kmh):
    assert access.access_of({"highway": "primary", "maxspeed": signed}).speed_kmh == kmh


def test_streets_are_cut_where_they_meet():
    west_east = np.array([(23.0, 47.0), (23.01, 47.0), (23.02, 47.0)])
    south_north = np.array([(23.01, 46.99), (23.01, 47.0), (23.01, 47.01)])

    network = build_network([[1, 2, 3], [4, 2, 5]], [west_east, south_north])

    assert network.streets.tolist() == [0, 0, 1, 1]
    assert network.parts.tolist() == [0, 1, 0, 1]
    assert network.nodes.tolist() == [1, 2, 3, 4, 5]
    along = Geod(ellps="WGS84").inv(23.0, 47.0, 23.01, 47.0)[2]
    assert network.lengths_m[0] == pytest.approx(along, rel=1e-9)


def test_a_ring_goes_from_its_node_to_its_node_and_nothing_of_no_length_is_left():
    ring = np.array([(23.0, 47.0), (23.01, 47.0), (23.01, 47.01), (23.0, 47.0)])
    point = np.array([(23.0, 47.0), (23.0, 47.0)])

    network = build_network([[1, 2, 3, 1], [1, 9], [7]], [ring, point, ring[:1]])

    assert network.streets.tolist() == [0]
    assert network.refs[network.first].tolist() == network.refs[network.last].tolist() == [1]


def test_no_streets_are_no_network():
    assert not len(build_network([], []).streets)


@given(
    st.lists(st.lists(st.integers(1, 12), min_size=2, max_size=6), min_size=1, max_size=8),
)
def test_the_network_is_as_long_as_its_streets(refs):
    places = {number: (23 + number * 0.01, 47 + (number * 7 % 5) * 0.01) for number in range(1, 13)}
    lonlat = [np.array([places[number] for number in some]) for some in refs]

    network = build_network(refs, lonlat)

    geod = Geod(ellps="WGS84")
    whole = sum(geod.line_length(line[:, 0], line[:, 1]) for line in lonlat)
    assert network.lengths_m.sum() == pytest.approx(whole, abs=1e-3)
    inner = {
        network.refs[at]
        for first, last in zip(network.first, network.last, strict=True)
        for at in range(first + 1, last)
    }
    assert not inner & set(network.nodes.tolist())  # nobody can turn where there is no node


def test_the_layers_from_openstreetmap_can_be_made():
    for spec in layers.SPECS.values():
        check_spec(spec)
        assert set(spec.title) == {"ro", "en", "hu"}


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"highway": "cycleway"}, "track"),
        ({"highway": "cycleway", "foot": "designated"}, "shared"),
        ({"highway": "footway", "bicycle": "designated"}, "shared"),
        ({"highway": "path", "bicycle": "designated", "segregated": "yes"}, "track"),
        ({"highway": "primary", "cycleway:right": "lane"}, "lane"),
        ({"highway": "primary", "cycleway:both": "track"}, "track"),
    ],
)
def test_what_is_made_for_bicycles(tags, kind):
    assert layers.cycle_way(tags)["kind"] == kind


@pytest.mark.parametrize("tags", [{"highway": "primary"}, {"highway": "path", "bicycle": "yes"}, {"cycleway": "lane"}])
def test_what_only_bears_bicycles_is_no_cycle_way(tags):
    assert layers.cycle_way(tags) is None


def test_a_house_that_is_a_school_is_found_as_a_school():
    assert places.named_by({"building": "yes", "amenity": "school", "name": "Școala 5"}).kind is places.PlaceKind.SCHOOL
    assert places.named_by({"building": "yes", "name": "Casa Olarului"}).kind is places.PlaceKind.BUILDING
    assert places.named_by({"building": "yes"}) is None
    assert places.named_by({"name": "Nimic"}) is None


def test_a_number_needs_a_street_or_a_village():
    assert places.house_of({"addr:housenumber": "5"}) is None
    assert places.house_of({"addr:housenumber": "5 a", "addr:city": "Recea"}) == places.House(
        "5A", "Recea", "Recea", ""
    )


def naive_pairs(bounds, zoom, box):
    """One thing and one tile at a time."""
    found = {}
    margin = tiling.BUFFER / 4096
    first, last = tiling._tiles_of(box, zoom)
    for number, (west, north, east, south) in enumerate(bounds):
        for x in range(first[0], last[0] + 1):
            for y in range(first[1], last[1] + 1):
                touches_x = west * 2**zoom - margin < x + 1 and east * 2**zoom + margin >= x
                if touches_x and north * 2**zoom - margin < y + 1 and south * 2**zoom + margin >= y:
                    found.setdefault((x, y), []).append(number)
    return found


@given(
    st.lists(st.tuples(st.floats(0.5, 0.6), st.floats(0.3, 0.4), st.floats(0, 0.05), st.floats(0, 0.05)), max_size=12),
    st.integers(2, 7),
)
def test_every_tile_gets_what_may_show_in_it(places_, zoom):
    bounds = np.array([(x, y, x + w, y + h) for x, y, w, h in places_]).reshape(-1, 4)
    box = (2.0, 40.0, 35.0, 60.0)

    found = {tile: some.tolist() for tile, some in tiling.pairs_at(bounds, zoom, box)}

    assert found == naive_pairs(bounds, zoom, box)

"""Tiles read back by somebody else's decoder say what was put in: places, attributes, valid areas wound as they must be."""

import math
from itertools import pairwise
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from rivulus.atlas.rules.tiles.attributes import plain
from rivulus.atlas.rules.tiles.cutting import FULL, Detail, detail_at
from rivulus.atlas.rules.tiles.encoding import TileLayer, encode_layer, encode_tile
from rivulus.atlas.rules.tiles.grid import Tile, lat_of, lon_of, tile_at, world
from rivulus.atlas.rules.tiles.paths import to_world
from rivulus.atlas.rules.tiles.varints import lengths_of, pack, varint, zigzag

TILE = Tile(14, 9265, 5717)
"""A part of Baia Mare."""


def read(content: bytes, name: str = "x") -> list[dict[str, Any]]:
    """The features of a layer as another program reads them, y down as they are written."""
    layers = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    return layers[name]["features"] if name in layers else []


def on_tile(x: float, y: float, tile: Tile = TILE, extent: int = 4096) -> tuple[float, float]:
    """Longitude and latitude of a place given in units of the tile."""
    side = 2.0**-tile.z
    return lon_of((tile.x + x / extent) * side), lat_of((tile.y + y / extent) * side)


def area(*corners: tuple[float, float], holes: Any = ()) -> shapely.Polygon:
    """An area given in units of the tile."""
    return shapely.Polygon(
        [on_tile(*corner) for corner in corners], [[on_tile(*corner) for corner in hole] for hole in holes]
    )


def draw(*geometries: Any, detail: Detail = FULL, tile: Tile = TILE, **more: Any) -> list[dict[str, Any]]:
    """What a tile shows of these geometries."""
    layer = TileLayer("x", np.array(geometries, dtype=object), **more)
    return read(encode_tile(tile, [layer], detail))


def corners_of(feature: dict[str, Any]) -> set[tuple[int, int]]:
    return {tuple(map(int, pair)) for pair in shapely.get_coordinates(shape(feature["geometry"]))}


SQUARE = ((100, 100), (300, 100), (300, 300), (100, 300))


def test_a_point_stands_where_it_is() -> None:
    (found,) = draw(shapely.Point(*on_tile(1000, 2000)))
    assert found["geometry"] == {"type": "Point", "coordinates": [1000, 2000]}


def test_an_area_keeps_its_corners() -> None:
    (found,) = draw(area(*SQUARE))
    assert corners_of(found) == set(SQUARE)


def test_a_line_keeps_its_corners_and_its_direction() -> None:
    (found,) = draw(shapely.LineString([on_tile(10, 10), on_tile(20, 15), on_tile(400, 10)]))
    assert found["geometry"] == {"type": "LineString", "coordinates": [[10, 10], [20, 15], [400, 10]]}


def test_several_parts_stay_one_feature() -> None:
    points = shapely.MultiPoint([on_tile(1, 2), on_tile(3, 4)])
    lines = shapely.MultiLineString([[on_tile(1, 1), on_tile(9, 1)], [on_tile(1, 5), on_tile(9, 5)]])
    areas = shapely.MultiPolygon([area(*SQUARE), area((500, 500), (600, 500), (600, 700))])
    found = draw(points, lines, areas, properties=[{"n": 0}, {"n": 1}, {"n": 2}])
    kinds = {feature["properties"]["n"]: feature["geometry"]["type"] for feature in found}
    assert kinds == {0: "MultiPoint", 1: "MultiLineString", 2: "MultiPolygon"}


def test_a_collection_is_drawn_kind_by_kind_under_one_number() -> None:
    mixed = shapely.GeometryCollection([shapely.Point(*on_tile(5, 5)), area(*SQUARE)])
    found = draw(mixed, ids=np.array([77]))
    assert [(feature["id"], feature["geometry"]["type"]) for feature in found] == [(77, "Polygon"), (77, "Point")]


@pytest.mark.parametrize("turned", [False, True])
def test_exteriors_run_clockwise_on_the_screen_and_holes_the_other_way(turned: bool) -> None:
    hole = ((150, 150), (200, 150), (200, 200), (150, 200))
    corners, inner = (SQUARE[::-1], hole[::-1]) if turned else (SQUARE, hole)
    (found,) = draw(area(*corners, holes=[inner]))
    exterior, inside = found["geometry"]["coordinates"]
    assert surveyed(exterior) == 200 * 200
    assert surveyed(inside) == -50 * 50


def surveyed(ring: list[list[float]]) -> float:
    """The surveyor's formula of the standard, in units of the tile with y down."""
    return sum(x * later_y - later_x * y for (x, y), (later_x, later_y) in pairwise(ring)) / 2


def test_what_leaves_the_tile_is_clipped_at_the_buffer() -> None:
    (found,) = draw(area((-900, 100), (900, 100), (900, 300), (-900, 300)))
    assert shape(found["geometry"]).bounds == (-64, 100, 900, 300)
    (line,) = draw(shapely.LineString([on_tile(-900, 50), on_tile(9000, 50)]))
    assert line["geometry"]["coordinates"] == [[-64, 50], [4160, 50]]


def test_an_area_around_the_whole_tile_fills_it() -> None:
    (found,) = draw(area((-9000, -9000), (9000, -9000), (9000, 9000), (-9000, 9000)))
    assert shape(found["geometry"]).bounds == (-64, -64, 4160, 4160)


def test_what_is_elsewhere_is_not_in_the_tile() -> None:
    assert draw(shapely.Point(*on_tile(-500, 5)), area((5000, 0), (5100, 0), (5100, 90)), shapely.Point()) == []


def test_a_tile_of_nothing_has_no_bytes() -> None:
    assert encode_tile(TILE, [TileLayer("x", np.array([], dtype=object))]) == b""
    assert encode_tile(TILE, [TileLayer("x", np.array([None, shapely.Polygon()], dtype=object))]) == b""


def test_a_point_on_the_line_between_tiles_is_in_both_with_a_buffer_and_in_one_without() -> None:
    edge = shapely.Point(*on_tile(4096, 700))
    east = Tile(TILE.z, TILE.x + 1, TILE.y)
    assert [feature["geometry"]["coordinates"] for feature in draw(edge)] == [[4096, 700]]
    assert [feature["geometry"]["coordinates"] for feature in draw(edge, tile=east)] == [[0, 700]]
    bare = Detail(buffer=0)
    assert draw(edge, detail=bare) == []
    assert len(draw(edge, detail=bare, tile=east)) == 1


@given(st.floats(-180, 180, exclude_max=True), st.floats(-85, 85), st.integers(0, 18))
def test_every_point_of_the_world_is_in_its_tile(lon: float, lat: float, z: int) -> None:
    tile = tile_at(lon, lat, z)
    west, south, east, north = tile.bounds()
    assert west - 1e-9 <= lon <= east + 1e-9
    assert south - 1e-9 <= lat <= north + 1e-9
    assert len(draw(shapely.Point(lon, lat), tile=tile)) == 1


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_projecting_and_back_is_the_same_place(lon: float, lat: float) -> None:
    x, y = world(np.array([[lon, lat]]))[0]
    assert math.isclose(lon_of(x), lon, abs_tol=1e-9)
    assert math.isclose(lat_of(y), lat, abs_tol=1e-9)


def test_what_was_projected_before_is_drawn_the_same() -> None:
    shapes = np.array([area(*SQUARE), shapely.Point(*on_tile(9, 9))], dtype=object)
    plainly = encode_tile(TILE, [TileLayer("x", shapes)])
    assert encode_tile(TILE, [TileLayer("x", to_world(shapes), in_world=True)]) == plainly


def test_heights_are_left_out() -> None:
    (found,) = draw(shapely.Point(*on_tile(5, 6), 230.0))
    assert found["geometry"]["coordinates"] == [5, 6]


def test_layers_stand_beside_each_other() -> None:
    point = np.array([shapely.Point(*on_tile(5, 6))], dtype=object)
    content = encode_tile(TILE, [TileLayer("a", point), TileLayer("b", point), TileLayer("c", point[:0])])
    assert set(mapbox_vector_tile.decode(content)) == {"a", "b"}


def test_attributes_come_back_in_their_types() -> None:
    given_ = {"t": "Ș ț", "yes": True, "one": 1, "float": 1.0, "minus": -7, "big": 2**60, "f": 0.1, "long": "x" * 300}
    (found,) = draw(shapely.Point(*on_tile(1, 1)), properties=[{**given_, "nothing": None, "nan": math.nan}])
    assert found["properties"] == given_
    assert [type(value) for value in found["properties"].values()] == [type(value) for value in given_.values()]


def test_lists_dates_and_numbers_without_end_are_written_as_text() -> None:
    assert plain(["a", "ă"]) == '["a", "ă"]'
    assert plain({"a": 1}) == '{"a": 1}'
    assert plain(2**70) == str(2**70)
    (found,) = draw(shapely.Point(*on_tile(1, 1)), properties=[{"l": [1]}])
    assert found["properties"] == {"l": "[1]"}


values = st.one_of(
    st.text(max_size=200),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)


@given(st.lists(st.dictionaries(st.text(min_size=1, max_size=8), values, max_size=5), min_size=1, max_size=8))
def test_any_attributes_come_back(rows: list[dict[str, Any]]) -> None:
    points = [shapely.Point(*on_tile(number, 5)) for number in range(len(rows))]
    found = draw(*points, properties=rows, ids=np.arange(len(rows)) + 1)
    assert [(feature["id"], feature["properties"]) for feature in found] == list(enumerate(rows, 1))


@given(st.lists(st.integers(0, 2**64 - 1), max_size=50))
def test_numbers_are_packed_as_one_by_one(numbers: list[int]) -> None:
    values = np.array(numbers, np.uint64)
    assert pack(values, lengths_of(values)).tobytes() == b"".join(varint(number) for number in numbers)


@given(st.integers(-(2**40), 2**40))
def test_signed_numbers_alternate(number: int) -> None:
    (packed,) = zigzag(np.array([number], np.int64))
    assert int(packed) == (2 * number if number >= 0 else -2 * number - 1)


def test_corners_on_a_straight_line_and_repetitions_are_dropped() -> None:
    line = [(100 + step / 3, 100) for step in range(600)]
    (found,) = draw(area(*line, (300, 300), (300, 300.2), (100, 300)))
    assert len(found["geometry"]["coordinates"][0]) == 5


def test_at_low_zooms_small_corners_are_dropped() -> None:
    jagged = [(x, 100 + x % 2) for x in range(100, 300)]
    (found,) = draw(area(*jagged, (300, 300), (100, 300)), detail=detail_at(10))
    assert len(found["geometry"]["coordinates"][0]) < 20
    assert abs(shape(found["geometry"]).area - 200 * 200) < 400


def test_small_rings_are_dropped() -> None:
    tiny = ((150, 150), (151, 150), (151, 151), (150, 151))
    (found,) = draw(area(*SQUARE, holes=[tiny]))
    assert len(found["geometry"]["coordinates"]) == 1
    assert draw(area(*tiny)) == []
    both = shapely.MultiPolygon([area(*SQUARE), area((500, 500), (501, 500), (501, 501))])
    (found,) = draw(both)
    assert found["geometry"]["type"] == "Polygon"


def test_at_low_zooms_what_is_too_small_is_a_speck_and_specks_do_not_cover_each_other() -> None:
    tiny = [area((x, 20), (x + 0.4, 20), (x + 0.4, 20.4)) for x in (20, 21, 200)]
    found = draw(*tiny, detail=detail_at(10), properties=[{"n": n} for n in range(3)])
    assert [feature["properties"]["n"] for feature in found] == [0, 2]
    assert [shape(feature["geometry"]).area for feature in found] == [4, 4]


def test_at_low_zooms_one_point_stands_for_those_it_covers() -> None:
    points = [shapely.Point(*on_tile(x, 5)) for x in (1, 2, 3, 700)]
    assert len(draw(*points, detail=detail_at(10))) == 2
    assert len(draw(*points)) == 4


def test_it_is_said_how_many_are_shown() -> None:
    shapes = np.array([area(*SQUARE), shapely.Point(0, 0), shapely.Point(*on_tile(1, 1))], dtype=object)
    assert encode_layer(TILE, TileLayer("x", shapes)).shown == 2


coordinate = st.integers(-200, 4300).map(lambda n: n / 1.7)
spots = st.tuples(coordinate, coordinate)


@given(st.lists(st.lists(spots, min_size=3, max_size=14), min_size=1, max_size=4), st.sampled_from([16, 9]))
@settings(max_examples=60)
def test_every_area_is_valid_and_where_it_was(rings: list[list[tuple[float, float]]], z: int) -> None:
    """Whatever was drawn, crossing itself or not: GEOS made it an area, so the tile has to show one."""
    made = [shapely.make_valid(area(*ring)) for ring in rings]
    parts = [part for geometry in made for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    whole = shapely.union_all(parts)
    for feature in draw(whole, detail=detail_at(z)):
        geometry = shape(feature["geometry"])
        assert geometry.is_valid
        assert geometry.geom_type in {"Polygon", "MultiPolygon"}
        for polygon in shapely.get_parts(geometry):
            assert not polygon.exterior.is_ccw or surveyed(list(polygon.exterior.coords)) > 0
            assert all(surveyed(list(ring.coords)) < 0 for ring in polygon.interiors)
    if z == 16:
        shown = shapely.union_all([shape(feature["geometry"]) for feature in draw(whole)])
        window = shapely.box(-64, -64, 4160, 4160)
        placed = shapely.transform(whole, lambda lonlat: (world(lonlat) * 2**TILE.z - (TILE.x, TILE.y)) * 4096)
        expected = placed.intersection(window)
        # A side moves by at most about a unit when its ends are rounded; what is small or thin may go.
        assert shown.symmetric_difference(expected).area <= expected.length * 1.5 + 4 * len(parts) + 16

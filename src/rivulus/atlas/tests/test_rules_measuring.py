"""Facts about lengths, areas and distances."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from rivulus.atlas.rules import measuring

CENTRE = shapely.Point(23.5795, 47.6597)
PLACES = st.tuples(st.floats(23.4, 23.7), st.floats(47.55, 47.75)).map(shapely.Point)


def test_baia_mare_lies_where_the_land_book_says() -> None:
    ground = measuring.on_the_ground(CENTRE)
    assert ground.x == pytest.approx(393_400, abs=500)
    assert ground.y == pytest.approx(685_300, abs=500)


@given(PLACES)
def test_there_and_back_is_where_one_started_to_half_a_centimetre(place: shapely.Point) -> None:
    back = measuring.from_the_ground(measuring.on_the_ground(place))
    assert back.distance(place) < 5e-8


@given(PLACES, PLACES)
def test_distances_are_those_of_the_ellipsoid(one: shapely.Point, other: shapely.Point) -> None:
    truth = Geod(ellps="GRS80").inv(one.x, one.y, other.x, other.y)[2]
    assert measuring.distance_m(one, other) == pytest.approx(truth, rel=5e-4, abs=0.01)


@given(st.floats(10, 2000))
def test_a_circle_has_its_area(radius: float) -> None:
    circle = measuring.buffer_m(CENTRE, radius)
    assert measuring.area_m2(circle) == pytest.approx(3.1366 * radius**2, rel=0.01)


def test_lines_and_points_have_no_area() -> None:
    assert measuring.area_m2(CENTRE) == 0
    assert measuring.area_m2(shapely.LineString([(23.5, 47.6), (23.6, 47.6)])) == 0


def test_outside_romania_the_ellipsoid_measures() -> None:
    box = shapely.box(8.5, 47.3, 8.6, 47.4)
    assert measuring.area_m2(box) == pytest.approx(7_540 * 11_119, rel=0.01)
    assert measuring.length_m(shapely.LineString([(8.5, 47.3), (8.6, 47.3)])) == pytest.approx(7_563, rel=0.01)


@given(PLACES, st.floats(1, 3000))
def test_a_box_around_holds_everything_within(place: shapely.Point, metres: float) -> None:
    wide = shapely.box(*measuring.box_around(place.bounds, metres))
    assert wide.contains(measuring.buffer_m(place, metres * 0.999))

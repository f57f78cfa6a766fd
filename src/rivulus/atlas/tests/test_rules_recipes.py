"""Facts about analyses, against slow and plain ways of working the same out."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import Affine, from_origin

from rivulus.atlas.rules.recipes import raster, vector
from rivulus.atlas.rules.recipes.raster import Raster
from rivulus.atlas.rules.recipes.shapes import Shapes, from_the_ground, on_the_ground

COORDINATE = st.integers(-500, 500)
POINTS = st.lists(st.tuples(COORDINATE, COORDINATE).map(shapely.Point), max_size=8)
BOXES = st.lists(
    st.tuples(COORDINATE, COORDINATE, st.integers(1, 300), st.integers(1, 300)).map(
        lambda b: shapely.box(b[0], b[1], b[0] + b[2], b[1] + b[3])
    ),
    max_size=6,
)


def layer(*geometries: shapely.Geometry, **columns: list[float]) -> Shapes:
    keys = [f"k{number}" for number in range(len(geometries))]
    properties = [{name: values[number] for name, values in columns.items()} for number in range(len(geometries))]
    ground = np.empty(len(geometries), dtype=object)
    ground[:] = geometries
    return Shapes(keys, [key.upper() for key in keys], properties, ground)


@given(POINTS, POINTS, st.integers(0, 800))
def test_nearest_is_the_least_of_all_distances(ones: list, others: list, within_m: int) -> None:
    found = vector.nearest(layer(*ones), layer(*others), within_m=within_m)
    if not others:
        assert found.rows == ()
        return
    least = {f"k{n}": min(one.distance(other) for other in others) for n, one in enumerate(ones)}
    assert {row.key: row.numbers["distance_m"] for row in found.rows} == pytest.approx(least, abs=0.06)
    assert found.summary["within_count"] == sum(distance <= within_m for distance in least.values())


@given(BOXES, POINTS, st.integers(0, 200))
def test_within_counts_what_a_walk_over_all_counts(ones: list, others: list, within_m: int) -> None:
    found = vector.within(layer(*ones), layer(*others), within_m=within_m)
    plain = {f"k{n}": sum(one.distance(other) <= within_m for other in others) for n, one in enumerate(ones)}
    assert {row.key: row.numbers["count"] for row in found.rows} == plain


@given(BOXES, BOXES)
def test_shared_areas_are_those_of_every_pair(ones: list, others: list) -> None:
    found = vector.intersection(layer(*ones), layer(*others))
    plain = [one.intersection(other).area for one in ones for other in others]
    assert found.summary["area_m2"] == pytest.approx(sum(area for area in plain if area >= 1), abs=1)


@given(BOXES, BOXES, st.integers(0, 400), st.integers(0, 20_000))
def test_whoever_lives_near_enough_has_green(homes: list, green: list, within_m: int, smallest: int) -> None:
    people = [float(10 * (n + 1)) for n in range(len(homes))]
    found = vector.per_inhabitant(
        layer(*homes), layer(*green), within_m=within_m, people=np.array(people), smallest_m2=smallest
    )
    usable = [park for park in green if park.area >= smallest]
    served = sum(
        count
        for home, count in zip(homes, people, strict=True)
        if any(home.distance(park) <= within_m for park in usable)
    )
    assert found.summary["inhabitants_served"] == served
    if homes:
        assert found.summary["served_share"] == pytest.approx(100 * served / sum(people), abs=0.01)


@given(BOXES, BOXES)
def test_indicators_add_up_where_areas_do_not_overlap(areas: list, others: list) -> None:
    apart = [shapely.box(x, -800, x + 400, 800) for x in (-800, -400, 0, 400)]
    amounts = [7.0] * len(others)
    found = vector.indicators(layer(*apart), layer(*others, trees=amounts), attribute="trees")
    assert found.summary["area_m2"] or pytest.approx(sum(other.area for other in others), abs=1) == 0
    assert found.summary["sum"] == pytest.approx(7.0 * len(others), abs=0.1)
    assert len(areas) < 7


def test_a_buffer_is_one_area_where_its_parts_meet() -> None:
    found = vector.buffer(layer(shapely.Point(0, 0), shapely.Point(100, 0), shapely.Point(1000, 0)), within_m=60)
    assert found.summary["parts"] == 2
    assert found.summary["area_m2"] < 3 * math.pi * 60**2


def test_lines_count_with_the_part_within() -> None:
    found = vector.indicators(layer(shapely.box(0, 0, 10, 10)), layer(shapely.LineString([(-5, 5), (5, 5)])))
    assert found.rows[0].numbers == {"count": 1, "length_m": 5.0}


GRID = Raster(np.arange(100, dtype=float).reshape(10, 10), from_origin(0, 100, 10, 10))


def test_the_mean_of_an_area_is_that_of_its_cells() -> None:
    found = raster.zonal(layer(shapely.box(0, 80, 20, 100), shapely.box(500, 500, 600, 600)), GRID)
    by_key = {row.key: row.numbers for row in found.rows}
    assert by_key["k0"] == {"cells": 4, "mean": 5.5, "lowest": 0.0, "highest": 11.0}
    assert by_key["k1"] == {"cells": 0, "mean": None, "lowest": None, "highest": None}


@settings(max_examples=30)
@given(st.lists(st.floats(-50, 50) | st.just(math.nan), min_size=16, max_size=16), BOXES)
def test_zonal_means_are_those_of_a_walk_over_the_cells(values: list, boxes: list) -> None:
    cells = np.array(values).reshape(4, 4)
    grid = Raster(cells, Affine(100, 0, -200, 0, -100, 200))
    found = {row.key: row.numbers for row in raster.zonal(layer(*boxes), grid).rows}
    for number, box in enumerate(boxes):
        inside = [
            cells[r, c] for r in range(4) for c in range(4)
            if box.contains(shapely.Point(-150 + 100 * c, 150 - 100 * r)) and not math.isnan(cells[r, c])
        ]  # fmt: skip
        on_edge = any(abs(e - m) < 1e-9 for e in box.bounds for m in (-150, -50, 50, 150))
        if on_edge:
            continue
        assert found[f"k{number}"]["cells"] == len(inside)
        if inside:
            assert found[f"k{number}"]["mean"] == pytest.approx(np.mean(inside), abs=0.01)


def test_hot_spots_stand_out_and_small_ones_do_not() -> None:
    cells = np.full((20, 20), 20.0)
    cells[2:6, 2:6] = 35.0
    cells[15, 15] = 36.0
    grid = Raster(cells, from_origin(0, 200, 10, 10))
    found = raster.hot_spots(grid, deviations=2, smallest_m2=500)
    assert [row.numbers["area_m2"] for row in found.rows] == [1600.0]
    assert found.rows[0].numbers["mean"] == 35
    cold = raster.hot_spots(Raster(-cells, grid.transform), deviations=-2, smallest_m2=500)
    assert [row.numbers["area_m2"] for row in cold.rows] == [1600.0]


def test_a_raster_without_values_has_no_spots() -> None:
    empty = Raster(np.full((3, 3), math.nan), from_origin(0, 30, 10, 10))
    assert raster.hot_spots(empty, deviations=1, smallest_m2=0).rows == ()
    assert raster.zonal(layer(shapely.box(0, 0, 30, 30)), empty).rows[0].numbers["cells"] == 0


def test_many_shapes_are_projected_there_and_back() -> None:
    given_ = np.array([shapely.Point(23.58, 47.66), shapely.box(23.5, 47.6, 23.6, 47.7)], dtype=object)
    back = from_the_ground(on_the_ground(given_))
    assert all(one.equals_exact(other, 1e-7) for one, other in zip(given_, back, strict=True))
    assert len(on_the_ground(np.zeros(0, dtype=object))) == 0

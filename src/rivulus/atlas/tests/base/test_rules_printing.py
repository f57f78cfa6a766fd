"""Rules of the printed map: tiles read back, styles evaluated as the screen does, a round scale, names with room."""

import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from rivulus.atlas.rules.printing.expressions import Scene, evaluate
from rivulus.atlas.rules.printing.reading import read_geometries, read_tile
from rivulus.atlas.rules.printing.sheets import PAPERS, bar, fit, round_scale
from rivulus.atlas.rules.printing.svg import Picture
from rivulus.atlas.rules.tiles.encoding import TileLayer, encode_tile
from rivulus.atlas.rules.tiles.grid import tile_at, world
from rivulus.atlas.rules.tiles.paths import LINE, POINT, POLYGON

SCENE = Scene(14.0, {"class": "park", "levels": 4, "part": 0.5, "is_open": True}, "Polygon")
BOUNDS = (23.56, 47.64, 23.60, 47.67)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("#fff", "#fff"),
        (["get", "class"], "park"),
        (["get", "nothing"], None),
        (["has", "class"], True),
        (["!", ["has", "class"]], False),
        (["==", ["geometry-type"], "Polygon"], True),
        (["==", ["to-string", ["get", "levels"]], "4"], True),
        (["to-string", ["get", "is_open"]], "true"),
        (["match", ["get", "class"], ["forest", "park"], "green", "grey"], "green"),
        (["match", ["get", "class"], "forest", 1, 2], 2),
        (["case", [">=", ["get", "levels"], 5], "high", "low"], "low"),
        (["all", ["==", ["typeof", ["get", "levels"]], "number"], ["<", ["to-number", ["get", "levels"], 0], 5]], True),
        (["any", ["has", "nothing"], ["!=", 1, 2]], True),
        (["coalesce", ["get", "name_hu"], ["get", "class"]], "park"),
        (["interpolate", ["linear"], ["zoom"], 10, 0, 20, 10], 4.0),
        (["interpolate", ["linear"], ["zoom"], 15, 3, 20, 10], 3.0),
        (["interpolate", ["linear"], ["zoom"], 5, 3, 10, 7], 7.0),
        (["interpolate", ["exponential", 2], ["zoom"], 13, 1, 15, 4], 2.0),
        (["<", ["get", "class"], 5], False),
    ],
)
def test_expressions_mean_what_they_mean_on_the_screen(expression, value):
    assert evaluate(expression, SCENE) == value


def test_a_word_that_is_not_known_is_said():
    with pytest.raises(ValueError, match="heatmap-density"):
        evaluate(["heatmap-density"], SCENE)


def test_a_tile_is_read_back_as_it_was_written():
    shapes = np.array([
        shapely.box(23.580, 47.655, 23.581, 47.656).difference(shapely.box(23.5803, 47.6553, 23.5807, 47.6557)),
        shapely.LineString([(23.58, 47.655), (23.582, 47.657)]),
        shapely.MultiPoint([(23.5805, 47.6555), (23.5815, 47.6565)]),
    ])  # fmt: skip
    rows = [{"name": "Șesul", "levels": 3, "depth": -2, "part": 0.25, "is_open": True}, {}, {"name": "Șesul"}]
    tile = tile_at(23.581, 47.656, 14)

    found = read_tile(encode_tile(tile, [TileLayer("x", shapes, rows)]), tile)["x"]

    assert sorted((one.kind, len(one.paths)) for one in found) == [(POINT, 2), (LINE, 1), (POLYGON, 2)]
    area = next(one for one in found if one.kind == POLYGON)
    assert area.properties == rows[0]
    assert np.abs(area.paths[0].mean(axis=0) - world(np.array([[23.5805, 47.6555]]))[0]).max() < 2 / 4096 / 2**14


@pytest.mark.parametrize("content", [b"\x1a\xff", b"\x1a\x05abcde", b"\x0b"])
def test_a_broken_tile_is_an_error_and_no_crash(content):
    with pytest.raises(ValueError, match="broken"):
        read_tile(content, tile_at(23.5, 47.6, 14))


@given(
    st.floats(-170, 170), st.floats(-75, 75), st.floats(1e-4, 3), st.floats(1e-4, 3), st.sampled_from(sorted(PAPERS))
)
def test_all_of_the_bounds_are_on_the_sheet_at_a_round_scale(west, south, wide, high, paper):
    bounds = (west, south, west + wide, south + high)

    sheet = fit(bounds, paper)

    if sheet.scale < 2_000_000:
        box = sheet.box
        assert box[0] <= bounds[0] + 1e-9 and box[1] <= bounds[1] + 1e-9
        assert box[2] >= bounds[2] - 1e-9 and box[3] >= bounds[3] - 1e-9
    digits = str(sheet.scale).rstrip("0")
    assert digits in {"1", "15", "2", "25", "5", "75"}


def test_a_kilometre_on_the_ground_is_as_long_as_the_scale_says():
    sheet = fit(BOUNDS, "a4")
    middle_lat = (sheet.box[1] + sheet.box[3]) / 2
    degrees = 1000 / (111_319.49 * math.cos(math.radians(middle_lat)))
    west, east = sheet.place(world(np.array([[23.58, middle_lat], [23.58 + degrees, middle_lat]])))

    assert (east - west)[0] == pytest.approx(1_000_000 / sheet.scale, rel=0.003)


@given(st.floats(500, 2_000_000))
def test_a_scale_is_rounded_up(needed):
    assert needed * 0.999 <= round_scale(needed) <= needed * 2.01


@pytest.mark.parametrize("paper", ["a4", "a3"])
def test_the_bar_is_round_and_fits(paper):
    sheet = fit(BOUNDS, paper)
    metres, mm = bar(sheet)

    assert str(metres).strip("0") in {"1", "2", "5"}
    assert sheet.width_mm / 11 <= mm <= sheet.width_mm / 4
    assert mm * sheet.scale / 1000 == pytest.approx(metres)


def picture_of(*drawn):
    picture = Picture(fit(BOUNDS, "a4"), "Atkinson")
    for style, shapes, rows in drawn:
        picture.draw(style, read_geometries(np.array(shapes, dtype=object), rows))
    text = picture.finish("#f4f3ef")
    return ET.fromstring(text), text


NAMES = {
    "type": "symbol",
    "layout": {"text-field": ["get", "name"], "text-size": 12},
    "paint": {"text-color": "#111111", "text-halo-color": "#ffffff"},
}
FILL = {"type": "fill", "paint": {"fill-color": ["get", "colour"], "fill-opacity": 0.5}}


def test_the_picture_is_well_formed_whatever_a_name_holds():
    name = '<script>alert("x")</script> & \u0022ș\u0022'
    root, text = picture_of((NAMES, [shapely.Point(23.58, 47.655)], [{"name": name}]))

    assert name in [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "<script>" not in text


def test_a_colour_cannot_break_out_of_its_attribute():
    root, _ = picture_of((FILL, [shapely.box(23.57, 47.65, 23.59, 47.66)], [{"colour": '"/><rect id="x"'}]))

    assert not [one for one in root.iter() if one.get("id") == "x"]


def test_names_leave_room_for_one_another():
    points = [shapely.Point(23.58, 47.655), shapely.Point(23.58001, 47.65501), shapely.Point(23.59, 47.66)]
    root, _ = picture_of((NAMES, points, [{"name": "Unu"}, {"name": "Doi"}, {"name": "Trei"}]))

    assert [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")] == ["Unu", "Unu", "Trei", "Trei"]


def test_the_layer_on_top_finds_room_first():
    other = {**NAMES, "layout": {**NAMES["layout"], "text-field": ["get", "other"]}}
    root, _ = picture_of(
        (NAMES, [shapely.Point(23.58, 47.655)], [{"name": "Sub"}]),
        (other, [shapely.Point(23.58, 47.655)], [{"other": "Peste"}]),
    )

    assert {one.text for one in root.iter("{http://www.w3.org/2000/svg}text")} == {"Peste"}


def test_only_what_is_near_the_frame_is_drawn():
    far, large = shapely.box(20, 40, 20.1, 40.1), shapely.box(10, 40, 40, 60)
    root, _ = picture_of((FILL, [far, large], [{"colour": "#111111"}, {"colour": "#222222"}]))

    paths = list(root.iter("{http://www.w3.org/2000/svg}path"))
    assert [one.get("fill") for one in paths] == ["#222222"]
    numbers = [
        abs(float(part)) for part in paths[0].get("d").replace("M", " ").replace("L", " ").replace("Z", " ").split()
    ]
    assert max(numbers) < 400


def test_a_style_that_is_not_for_this_scale_is_left_out():
    style = {**FILL, "minzoom": 20}
    root, _ = picture_of((style, [shapely.box(23.57, 47.65, 23.59, 47.66)], [{"colour": "#111111"}]))

    assert not list(root.iter("{http://www.w3.org/2000/svg}path"))

"""A style becomes layers of a map and a legend; what somebody does not see is in neither."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.rules.styles import check_style, legend, map_layers, read_style
from rivulus.atlas.rules.styles.colours import GROUNDS, LEAST_CONTRAST, contrast, on_ground
from rivulus.kernel.errors import Refused

SCHEMA = read_schema(
    [
        {"name": "name", "type": "string"},
        {
            "name": "kind", "type": "string",
            "codes": [{"code": "park", "title": {"ro": "Parc", "en": "Park"}}, {"code": "wood", "title": {"ro": "Pădure"}}],
        },
        {"name": "share", "type": "number", "unit": "%"},
        {"name": "debt", "type": "string", "is_private": True},
    ]
)  # fmt: skip
BY_KIND = {
    "colour": "#777777",
    "label": "name",
    "by": {
        "attribute": "kind",
        "classes": [{"value": "park", "colour": "#2f7d4f"}, {"value": "wood", "colour": "#14532d"}],
    },
}
BY_SHARE = {
    "by": {
        "attribute": "share",
        "classes": [{"to": 10, "colour": "#112233"}, {"from": 10, "to": 20.5, "colour": "#445566"}, {"from": 20.5, "colour": "#778899"}],
    }
}  # fmt: skip


def drawn(style: Any, geometry_type: str = "polygon", **more: Any) -> list[dict[str, Any]]:
    return map_layers(read_style(style, SCHEMA), geometry_type, name="x", source="s", source_layer="x", **more)


@pytest.mark.parametrize(
    ("geometry_type", "kinds"),
    [
        ("point", ["circle"]),
        ("line", ["line"]),
        ("polygon", ["fill", "line"]),
        ("any", ["fill", "line", "line", "circle"]),
    ],
)
def test_every_shape_has_its_layers(geometry_type: str, kinds: list[str]) -> None:
    layers = drawn({}, geometry_type)
    assert [layer["type"] for layer in layers] == kinds
    assert len({layer["id"] for layer in layers}) == len(layers)
    assert all("group" not in layer and layer["source-layer"] == "x" for layer in layers)


def test_classes_colour_by_value_and_the_rest_is_in_the_colour_of_the_layer() -> None:
    colour = drawn(BY_KIND)[0]["paint"]["fill-color"]
    assert colour[0] == "case"
    assert colour[1] == ["==", ["to-string", ["get", "kind"]], "park"]
    assert colour[-1] == "#777777"


def test_ranges_touch_and_only_numbers_are_in_them() -> None:
    colour = drawn(BY_SHARE)[0]["paint"]["fill-color"]
    number = ["to-number", ["get", "share"], 0]
    assert colour[1] == ["all", ["==", ["typeof", ["get", "share"]], "number"], ["<", number, 10]]
    assert colour[3][2:] == [[">=", number, 10], ["<", number, 20.5]]


def test_a_legend_says_what_the_colours_mean() -> None:
    style = read_style(BY_KIND, SCHEMA)
    assert [line.words for line in legend(style, SCHEMA, "Spații verzi")] == ["Parc", "Pădure", ""]
    assert legend(style, SCHEMA, "", "en")[0].words == "Park"
    assert legend(style, SCHEMA, "")[-1].is_rest
    shares = legend(read_style(BY_SHARE, SCHEMA), SCHEMA, "")
    assert [line.words for line in shares] == ["< 10 %", "10 – 20,5 %", "≥ 20,5 %", ""]
    assert [line.words for line in legend(read_style({}, SCHEMA), SCHEMA, "Bănci")] == ["Bănci"]


def test_a_private_attribute_is_in_no_style_and_no_legend_of_those_who_do_not_see_it() -> None:
    secret = {"label": "debt", "by": {"attribute": "debt", "classes": [{"value": "SECRET", "colour": "#ff0000"}]}}
    style = read_style(secret, SCHEMA.open)
    assert style.attributes == frozenset()
    text = repr(map_layers(style, "point", name="x", source="s", source_layer="x")) + repr(
        legend(style, SCHEMA.open, "x")
    )
    assert "SECRET" not in text
    assert "debt" not in text
    assert read_style(secret, SCHEMA).attributes == {"debt"}


@given(st.integers(0, 0xFFFFFF), st.booleans())
def test_every_colour_stands_out_from_the_ground(number: int, is_dark: bool) -> None:
    assert contrast(on_ground(f"#{number:06x}", is_dark), GROUNDS[is_dark]) >= LEAST_CONTRAST


def test_a_colour_that_stands_out_stays_as_it_is() -> None:
    assert on_ground("#2F7D4F", False) == "#2f7d4f"


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "green"},
        {"colour": "#12345"},
        {"shadow": 3},
        {"label": "nobody"},
        {"by": {"attribute": "kind"}},
        {"by": {"attribute": "kind", "classes": []}},
        {"by": {"attribute": "kind", "classes": [{"value": "park"}]}},
        {"by": {"attribute": "kind", "classes": [{"from": 5, "to": 1, "colour": "#112233"}]}},
        {"by": {"attribute": "nobody", "classes": [{"value": 1, "colour": "#112233"}]}},
    ],
)
def test_a_style_that_cannot_be_drawn_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        check_style(wrong, SCHEMA)


def test_styles_that_can_be_drawn_are_taken() -> None:
    for style in ({}, BY_KIND, BY_SHARE):
        check_style(style, SCHEMA)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["colour", "by", "width", "opacity", "label", "min_zoom", "icon"]), json))
def test_whatever_was_written_something_is_drawn(style: dict[str, Any]) -> None:
    assert drawn(style)

"""Filters are read or refused; nothing that somebody sends takes the reader down."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.atlas.rules.cql2.parsing import DEEPEST, parse
from rivulus.atlas.rules.cql2.reading import Reader
from rivulus.atlas.rules.cql2.times import RELATIONS
from rivulus.atlas.rules.cql2.tree import Compare, Kind, Logic, Spatial, Temporal, queryables
from rivulus.atlas.rules.crs import CRS84, LON_LAT, SYSTEMS, box_to_lon_lat, from_lon_lat, read_crs, to_lon_lat
from rivulus.atlas.rules.schemas import read_schema
from rivulus.kernel.errors import Refused

SCHEMA = read_schema(
    [{"name": "kind", "type": "string"}, {"name": "seats", "type": "integer"}, {"name": "built", "type": "date"}]
)
KNOWN = queryables(SCHEMA)


def read(text: str) -> Any:
    return Reader(KNOWN).read(parse(text, "cql2-text"))


def test_text_and_json_are_the_same_filter() -> None:
    tree = {
        "op": "and",
        "args": [{"op": "=", "args": [{"property": "kind"}, "park"]}, {"op": ">", "args": [{"property": "seats"}, 4]}],
    }
    assert read("kind = 'park' AND seats > 4") == Reader(KNOWN).read(parse(json.dumps(tree), "cql2-json"))


def test_kinds_are_checked() -> None:
    assert isinstance(read("kind LIKE 'p%'"), Compare)
    assert isinstance(read("S_WITHIN(POINT(1 2), geometry)"), Spatial)
    assert read("S_WITHIN(POINT(1 2), geometry)").op == "s_contains"
    assert isinstance(read("T_AFTER(built, DATE('2020-01-01'))"), Temporal)
    assert isinstance(read("NOT seats = 1"), Logic)
    for wrong in (
        "kind = 1",
        "seats LIKE 'x'",
        "kind + 1 = 2",
        "built = TRUE",
        "CASEI(seats) = 'x'",
        "kind",
        "seats AND TRUE",
    ):
        with pytest.raises(Refused):
            read(wrong)


def test_a_text_beside_a_date_is_one() -> None:
    assert read("built > '2020-01-01'").args[1].kind is Kind.DATE
    with pytest.raises(Refused):
        read("built > 'once'")


@pytest.mark.parametrize("name", sorted(set(RELATIONS)))
def test_every_temporal_function_is_known(name: str) -> None:
    tree = {"op": name, "args": [{"property": "updated"}, {"interval": ["2020-01-01T00:00:00Z", ".."]}]}
    assert Reader(KNOWN).read(tree).op == name


@pytest.mark.parametrize("piece", ["(", "NOT ", "-", "((((", "kind = ('", "CASEI(", "{", "[", "\"", "'", "seats + ("])  # fmt: skip
@pytest.mark.parametrize("times", [30, 300, 2_000])
def test_what_is_nested_without_end_is_refused_at_once(piece: str, times: int) -> None:
    for language in ("cql2-text", "cql2-json"):
        with pytest.raises(Refused):
            Reader(KNOWN).read(parse(piece * times + "seats = 1", language))


def test_nesting_is_allowed_as_deep_as_is_said() -> None:
    read("(" * DEEPEST + "seats = 1" + ")" * DEEPEST)
    deep: Any = {"op": "=", "args": [{"property": "seats"}, 1]}
    for _ in range(DEEPEST + 1):
        deep = {"op": "not", "args": [deep]}
    with pytest.raises(Refused):
        Reader(KNOWN).read(deep)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=6) | st.sampled_from(["kind", "seats", "2020-01-01", ".."]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.fixed_dictionaries({"op": st.sampled_from(["and", "or", "not", "=", "in", "between", "like", "isNull", "s_intersects", "t_after", "+", "casei"]), "args": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"property": st.sampled_from(["kind", "seats", "built", "geometry", "nothing"])})
        | st.dictionaries(st.sampled_from(["date", "timestamp", "interval", "bbox", "type", "coordinates"]), inner, max_size=2)
    ),
    max_leaves=12,
)  # fmt: skip


@given(json_values)
def test_any_json_is_read_or_refused(tree: Any) -> None:
    with suppress(Refused):
        Reader(KNOWN).read(tree)


words = st.lists(
    st.sampled_from(
        ["kind", "seats", "built", "geometry", "=", "<>", ">", "AND", "OR", "NOT", "LIKE", "IN", "BETWEEN", "IS NULL", "(", ")", ",", "1",
         "'x'", "DATE('2020-01-01')", "POINT(1 2)", "S_INTERSECTS", "T_AFTER", "CASEI", "+", "-", "%", "''", "TRUE", "\u0219", ";", "--"]
    ),
    max_size=14,
)  # fmt: skip


@given(words)
def test_any_words_are_read_or_refused(some: list[str]) -> None:
    with suppress(Refused):
        read(" ".join(some))


def test_systems_are_known_by_address_and_there_and_back_is_the_same_place() -> None:
    import numpy as np
    import shapely

    place = np.array([shapely.Point(23.58, 47.66)], dtype=object)
    for crs in SYSTEMS:
        assert read_crs(crs.uri) is crs
        assert read_crs(f"<{crs.uri}>") is crs
        back = to_lon_lat(from_lon_lat(place, crs), crs)[0]
        assert back.distance(place[0]) < 1e-7
    north, east = shapely.get_coordinates(from_lon_lat(place, SYSTEMS[2]))[0]
    assert 600_000 < north < 750_000 and 300_000 < east < 450_000  # Stereo 70: northing first
    with pytest.raises(Refused):
        read_crs("EPSG:31700")
    assert read_crs(CRS84) is LON_LAT
    west, south, east, north = box_to_lon_lat((680_000, 380_000, 690_000, 400_000), SYSTEMS[2])
    assert 23 < west < east < 24.5 and 47 < south < north < 48.5

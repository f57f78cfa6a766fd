"""Facts about schemas, values, geometries and differences; no database."""

import contextlib
import datetime as dt
import json
import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from rivulus.atlas.rules import diffs, geometries, placing, schema_changes, values
from rivulus.atlas.rules.geometries import check_geometry, normalise, repair, take_geometry
from rivulus.atlas.rules.schemas import Attribute, Schema, find_names, read_schema
from rivulus.atlas.rules.specs import is_current
from rivulus.atlas.rules.versions import Span, check_key
from rivulus.atlas.terms import AttributeType
from rivulus.kernel.errors import Refused

FULL = [
    {"name": "zone", "type": "string", "codes": [{"code": "L1", "title": {"ro": "Locuințe"}}, "L2"], "is_required": True},
    {"name": "pot_max", "type": "number", "unit": "%", "minimum": 0, "maximum": 100, "title": {"ro": "POT", "en": "Site"}},
    {"name": "levels", "type": "integer", "maximum": 30},
    {"name": "is_final", "type": "boolean"},
    {"name": "adopted_on", "type": "date", "minimum": "2000-01-01"},
    {"name": "owner", "type": "string", "is_private": True},
    {"name": "label", "type": "string", "is_name": True},
]  # fmt: skip
SCHEMA = read_schema(FULL)


def test_a_schema_survives_being_kept() -> None:
    assert read_schema(json.loads(json.dumps(SCHEMA.as_json()))) == SCHEMA
    assert SCHEMA.private_names == {"owner"} and "owner" not in SCHEMA.open.by_name


def test_properties_come_out_in_the_types_of_the_attributes() -> None:
    given = {
        "zone": "L1", "pot_max": "35,5", "levels": "4", "is_final": "da", "adopted_on": "01.02.2024", "owner": "",
        "label": None,
    }  # fmt: skip
    assert SCHEMA.take(given) == {
        "zone": "L1", "pot_max": 35.5, "levels": 4, "is_final": True, "adopted_on": "2024-02-01",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "attribute", "told"),
    [
        ({}, "zone", "zone is missing"),
        ({"zone": "X9"}, "zone", "not one of the known"),
        ({"zone": "L1", "pot_max": 101}, "pot_max", "101 is above 100"),
        ({"zone": "L1", "pot_max": "-1"}, "pot_max", "-1 is below 0"),
        ({"zone": "L1", "pot_max": "many"}, "pot_max", "not a number"),
        ({"zone": "L1", "pot_max": math.inf}, "pot_max", "not a number"),
        ({"zone": "L1", "levels": 2.5}, "levels", "not a whole number"),
        ({"zone": "L1", "levels": True}, "levels", "not a whole number"),
        ({"zone": "L1", "is_final": "perhaps"}, "is_final", "neither yes nor no"),
        ({"zone": "L1", "adopted_on": "31.02.2024"}, "adopted_on", "not a date"),
        ({"zone": "L1", "adopted_on": "1999-12-31"}, "adopted_on", "below 2000-01-01"),
        ({"zone": "L1", "label": "a\x00b"}, "label", "cannot be kept"),
        ({"zone": "L1", "label": "\ud800"}, "label", "cannot be kept"),
        ({"zone": "L1", "label": "x" * 4001}, "label", "longer than 4000"),
        ({"zone": "L1", "colour": 1}, "colour", "no attribute called colour"),
    ],
)
def test_what_does_not_fit_is_said_by_attribute(given: dict[str, object], attribute: str, told: str) -> None:
    problem = SCHEMA.check(given).problems[0]
    assert problem.attribute == attribute and told in str(problem.raised())


@pytest.mark.parametrize(
    "wrong",
    [
        {}, [{"name": "A"}], [{"name": "id"}], [{"name": "a", "typ": "x"}], [{"name": "a", "type": "colour"}],
        [{"name": "a", "minimum": 3}], [{"name": "a", "type": "number", "minimum": 3, "maximum": 2}],
        [{"name": "a", "codes": ["x", "x"]}], [{"name": "a", "codes": [{}]}], [{"name": "a", "title": {"de": "x"}}],
        [{"name": "a", "is_name": True, "is_private": True}], [{"name": "a", "is_name": True}, {"name": "b", "is_name": True}],
        [{"name": f"a{n}"} for n in range(101)], ["a"], "abc", [{"name": "a", "type": "number", "minimum": "x"}],
    ],
)  # fmt: skip
def test_a_schema_that_cannot_be_is_refused(wrong: object) -> None:
    with pytest.raises(Refused):
        read_schema(wrong)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([a["name"] for a in FULL]), json_values, max_size=7))
def test_whatever_is_given_comes_out_as_json_of_the_schema_or_with_a_sentence(properties: dict[str, object]) -> None:
    checked = SCHEMA.check(properties)
    again = SCHEMA.check(checked.properties)
    assert again.properties == checked.properties
    json.dumps(checked.properties, allow_nan=False).encode()
    for problem in checked.problems:
        assert str(problem.raised())


@given(json_values)
def test_reading_any_schema_refuses_or_reads(value: object) -> None:
    try:
        schema = read_schema(value)
    except Refused:
        return
    assert read_schema(schema.as_json()) == schema


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53))
def test_a_number_is_read_again_as_it_was_shown(number: float) -> None:
    assert values.to_number(values.show(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.234,5", 1234.5), ("1 234", 1234), ("1.234.567", 1234567), ("1.234", 1.234), ("−3", -3), ("1e3", 1000.0), (",5", 0.5)],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, number: float) -> None:
    assert values.to_number(text) == number


def test_names_of_columns_become_names_of_attributes_once_each() -> None:
    assert find_names(["Cod poștal", "cod-postal", "2024", "id", "Ț", "---"]) == [
        "cod_postal", "cod_postal_2", "c_2024", "id_", "t", "column",
    ]  # fmt: skip
    assert Schema(tuple(Attribute(name=name) for name in find_names(["id", "x y"]))).by_name


BOWTIE = shapely.Polygon([(23.5, 47.6), (23.6, 47.7), (23.6, 47.6), (23.5, 47.7)])


@pytest.mark.parametrize(
    ("shape", "kind", "told"),
    [
        (shapely.Point(), "point", "empty"),
        (shapely.Point(1, 2), "polygon", "areas"),
        (shapely.box(0, 0, 1, 1), "point", "points"),
        (shapely.Point(394000, 685000), "point", "coordinate system"),
        (shapely.Point(0, 91), "any", "coordinate system"),
        (BOWTIE, "polygon", "crosses itself at 23.550000, 47.650000"),
        (shapely.LineString([(n / 1e4, 1) for n in range(100_001)]), "line", "100001 positions"),
    ],
)
def test_a_geometry_that_cannot_be_kept_says_what_and_where(shape: object, kind: str, told: str) -> None:
    assert told in str(check_geometry(shape, kind)[0].raised())
    with pytest.raises(Refused):
        take_geometry(shape, kind)


def test_a_bowtie_is_repaired_into_two_areas_and_a_line_into_nothing_of_an_area() -> None:
    assert len(repair(BOWTIE, "polygon").geoms) == 2
    with pytest.raises(Refused, match="cannot be repaired"):
        repair(shapely.Polygon([(0, 0), (1, 1), (0, 0)]), "polygon")


@given(st.lists(st.tuples(st.floats(-179, 179), st.floats(-89, 89)), min_size=3, max_size=8), st.floats(0, 9))
def test_what_is_kept_is_flat_rounded_and_the_same_when_it_is_kept_again(
    corners: list[tuple[float, float]], z: float
) -> None:
    hull = shapely.MultiPoint(corners).convex_hull
    if hull.geom_type != "Polygon" or hull.area < 1e-6 or check_geometry(hull, "polygon"):
        return
    kept = normalise(shapely.force_3d(hull, z))
    assert not kept.has_z and kept.is_valid
    assert normalise(kept).wkb == kept.wkb
    assert shapely.hausdorff_distance(kept, hull) < 1e-7
    assert geometries.find_faulty(geometries.normalise_all([hull]), "polygon").tolist() == [False]


@pytest.mark.parametrize(
    ("text", "epsg", "x", "y"),
    [
        ("47.66, 23.58", 4326, 23.58, 47.66),
        ("47,66; 23,58", 4326, 23.58, 47.66),
        ("POINT (23.58 47.66)", 4326, 23.58, 47.66),
        ("SRID=4326;POINT(23.58 47.66)", 4326, 23.58, 47.66),
        ('{"type":"Point","coordinates":[23.58,47.66]}', 4326, 23.58, 47.66),
        ("393439.6; 685480.6", 3844, 23.58, 47.66),
        ('{"type":"Point","coordinates":[393439.6,685480.6]}', 3844, 23.58, 47.66),
    ],
)
def test_a_place_as_people_write_it(text: str, epsg: int, x: float, y: float) -> None:
    found = placing.read_place(text, "point", epsg)
    assert (found.x, found.y) == (pytest.approx(x, abs=2e-3), pytest.approx(y, abs=2e-3))
    assert placing.read_place(placing.write_place(found), "point").wkb == found.wkb


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_refused(text: str) -> None:
    with contextlib.suppress(Refused):
        assert placing.read_place(text, "any").is_valid


def test_a_difference_tells_attributes_place_and_time() -> None:
    one = ({"a": 1, "b": "x", "d": True}, shapely.Point(23.58, 47.66), Span())
    other = ({"a": 1.0, "b": "y", "c": 2, "d": 1}, shapely.Point(23.58, 47.661), Span(dt.date(2026, 1, 1)))
    found = diffs.diff(one, other)
    assert [(d.name, d.before, d.after) for d in found.attributes] == [("b", "x", "y"), ("d", True, 1), ("c", None, 2)]
    assert found.geometry is not None and found.geometry.moved_m == pytest.approx(111, abs=1)
    assert found.valid == (Span(), Span(dt.date(2026, 1, 1)))
    assert not diffs.diff(one, one)


props = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2), max_size=4)


@given(props, props, props, st.frozensets(st.sampled_from("abcd")))
def test_of_two_edits_what_only_one_changed_is_always_kept(
    base: dict[str, int], theirs: dict[str, int], mine: dict[str, int], kept: frozenset[str]
) -> None:
    merged = diffs.merge(diffs.clash(base, theirs, mine), theirs, kept)
    for name in "abcd":
        before, other, own = base.get(name), theirs.get(name), mine.get(name)
        expected = other if own == before else own if other in (before, own) else own if name in kept else other
        assert merged.get(name) == expected, name


def test_adding_is_free_and_losing_asks() -> None:
    old = read_schema([{"name": "a"}, {"name": "b", "type": "integer"}])
    wider = read_schema([{"name": "a"}, {"name": "b", "type": "integer"}, {"name": "c"}])
    schema_changes.check_change(old, wider, {}, 10)
    held = {"a": schema_changes.Held(3, ("x",))}
    with pytest.raises(schema_changes.NeedsAgreement) as caught:
        schema_changes.check_change(old, read_schema([{"name": "b", "type": "integer"}]), held, 10)
    assert [question.attribute for question in caught.value.questions] == ["a"]
    schema_changes.check_change(old, read_schema([{"name": "b", "type": "integer"}]), held, 10, agreed=["a"])
    assert schema_changes.convert("7", AttributeType.INTEGER) == 7


@pytest.mark.parametrize("key", ["a/b", "a?b", "a#b", "a\nb", " a", "a\\b", "x" * 81, "\ud800"])
def test_a_key_stands_in_an_address(key: str) -> None:
    with pytest.raises(Refused):
        check_key(key)
    assert check_key("Nr. 12–A (ș)") == "Nr. 12–A (ș)"


def test_a_layer_that_promises_nothing_is_neither_late_nor_current() -> None:
    assert is_current("IRREG", 9999) is None
    assert is_current("ANNUAL", 400) is True and is_current("ANNUAL", 500) is False

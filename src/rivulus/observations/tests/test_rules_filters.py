"""The language of filters: what it understands, what it refuses, and where it says the mistake is."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.observations.rules.filters.checking import check
from rivulus.observations.rules.filters.kinds import FilterError, Kind, Term
from rivulus.observations.rules.filters.lexer import read_duration, read_moment
from rivulus.observations.rules.filters.parser import parse

KINDS = {
    ("n",): Kind.NUMBER,
    ("t",): Kind.TEXT,
    ("b",): Kind.BOOLEAN,
    ("at",): Kind.INSTANT,
    ("span",): Kind.INTERVAL,
    ("j",): Kind.ANY,
    ("g",): Kind.GEOMETRY,
}


def words(term: Term) -> str:
    """Write a tree with brackets."""
    if term.op == "literal":
        return str(term.value)
    return "/".join(term.value) if term.op == "path" else f"({term.op} {' '.join(words(arg) for arg in term.args)})"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("n eq 1 or n eq 2 and n eq 3", "(or (eq n 1) (and (eq n 2) (eq n 3)))"),
        ("n add 2 mul 3 gt 4 sub 1", "(gt (add n (mul 2 3)) (sub 4 1))"),
        ("not n eq 1 and b", "(and (not (eq n 1)) b)"),
        ("n sub 1 sub 2 eq 0", "(eq (sub (sub n 1) 2) 0)"),
        ("(n add 2) mul 3 eq -n", "(eq (mul (add n 2) 3) (neg n))"),
        ("length(concat(t,'x''y')) lt 5", "(lt (length (concat t x'y)) 5)"),
        ("Datastream/Thing/properties/a-b.c eq true", "(eq Datastream/Thing/properties/a-b.c True)"),
    ],
)
def test_operators_bind_as_in_odata(text: str, tree: str) -> None:
    assert words(parse(text)) == tree


@pytest.mark.parametrize(
    "text",
    [
        "n eq 1", "j eq 1", "j eq 'x'", "j", "j gt 2020-01-01T00:00:00Z", "span lt 2020-01-01T00:00:00Z",
        "at sub at gt duration'PT1H'", "at gt now() sub duration'P1D'", "j eq j", "span eq span", "t eq null",
        "at gt 2020-01-01", "date(at) eq 2020-01-01", "time(at) lt 12:30:00.5", "year(span) eq 2020",
        "geo.distance(g, geography'POINT (1 2)') lt 3", "round(j) eq 3", "b eq (n eq 1)",
        "span gt 2020-01-01T00:00:00Z/2020-01-02T00:00:00Z", "at lt mindatetime()", "at lt maxdatetime()",
    ],
)  # fmt: skip
def test_kinds_that_fit(text: str) -> None:
    assert check(parse(text), KINDS.get, 0).kind == Kind.BOOLEAN


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("n eq 'x'", 3), ("t gt 5", 3), ("n", 1), ("n add 1", 3), ("length(n) eq 1", 8), ("x eq 1", 1),
        ("nonsense(n) eq 1", 1), ("substring(t) eq t", 1), ("n eq", 5), ("n eq 1)", 7), ("(n eq 1", 8),
        ("n gt null", 3), ("g eq g", 3), ("st_within(g,g)", 1), ("at add at eq at", 4), ("n eq 1 n", 8),
        ("t eq 'open", 6), ("n eq 1e999", 6), ("at eq 2020-13-01T00:00:00Z", 7), ("§", 1), ("", 1),
        ("st_relate(g, geography'POINT (1 2)', 'xx')", 38), ("geo.intersects(g, geography'POINT (1')", 19),
        ("duration'P1M' eq duration'P1M'", 1), ("n eq 0x10", 6),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_place(text: str, place: int) -> None:
    with pytest.raises(FilterError, match=rf"\(at character {place}\)"):
        check(parse(text), KINDS.get, 0)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 33 + "b" + ")" * 33,
        "not " * 40 + "b",
        "-" * 40 + "n eq 1",
        "trim(" * 40 + "t" + ")" * 40 + " eq 'x'",
        "n" + " add 1" * 40 + " eq 1",
        "n eq 1" + " eq true" * 40,
        "t eq '" + "x" * 4000 + "'",
    ],
)
def test_what_is_too_deep_or_too_long_is_refused_at_once(text: str) -> None:
    began = time.perf_counter()
    with pytest.raises(FilterError):
        parse(text)
    assert time.perf_counter() - began < 0.1


def test_a_long_list_is_not_deep() -> None:
    assert len(parse(" or ".join(f"n eq {number}" for number in range(300))).args) == 300


@given(st.text(st.sampled_from("neqtrandoxj'()/,. -0123T:Zg\x00é"), max_size=60))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with suppress(FilterError):
        check(parse(text), KINDS.get, 0)


def test_moments_and_durations() -> None:
    assert read_moment("1970-01-01T02:00:00+02:00").time_us == 0
    assert read_moment("1970-01-01T02:00:00 02:00").time_us == 0  # a plus sign that was not escaped
    assert read_moment("1970-01-01T00:00:00.0015").time_us == 1500
    assert read_moment("1969-12-31T19:00-05:00").time_us == 0
    assert read_duration("P1DT1H") == 90_000_000_000
    assert read_duration("-PT0.5S") == -500_000

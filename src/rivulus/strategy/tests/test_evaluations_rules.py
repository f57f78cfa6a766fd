"""Facts about snapshots: their one way to be written, their digest, and what changed between two."""

import copy
import datetime as dt
import json
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.kernel.errors import Refused
from rivulus.strategy.rules import evaluations as rules
from rivulus.strategy.rules.evaluations import Known, Reached
from rivulus.strategy.terms import EvaluationKind

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)
snapshots = st.dictionaries(st.text(max_size=6), plain, max_size=6)
states = st.sampled_from(["met", "in_progress", "not_met", "unknown"])


def _shuffled(thing: Any, dice: random.Random) -> Any:
    if isinstance(thing, dict):
        keys = list(thing)
        dice.shuffle(keys)
        return {key: _shuffled(thing[key], dice) for key in keys}
    if isinstance(thing, list):
        return [_shuffled(value, dice) for value in thing]
    return thing


def _city(criteria: dict[str, str], percents: dict[str, int | None], value: str | None = "36.75") -> dict[str, Any]:
    """A small city: criteria with their states, projects with their shares done, one indicator."""
    met = sum(state == "met" for state in criteria.values())
    return {
        "criteria": [{"code": c, "state": s, "basis": "declared"} for c, s in criteria.items()],
        "pillars": [{"code": "E", "now": {"level": 0, "met": met, "total": len(criteria)}}],
        "indicators": [
            {"code": "E-01", "values": [{"place": "bm", "year": 2025, "value": value, "text": {"ro": ""}}]},
        ],
        "projects": [
            {"code": c, "status": "idea" if p is None else "in_progress", "percent": p, "spent_eur": None}
            for c, p in percents.items()
        ],
        "sums": dict.fromkeys(rules.SUMS, "0") | {"criteria_met": str(met)},
    }


cities = st.builds(
    _city,
    st.dictionaries(st.sampled_from(["E1.1", "E1.2", "E2.1", "E2.2"]), states),
    st.dictionaries(st.sampled_from(["D1.1.1", "D1.1.2"]), st.none() | st.integers(0, 100)),
    st.none() | st.sampled_from(["1", "2.5"]),
)


@given(snapshots, st.randoms(use_true_random=False))
def test_the_digest_does_not_depend_on_the_order_of_keys(content: dict[str, Any], dice: random.Random) -> None:
    assert rules.digest(content) == rules.digest(_shuffled(content, dice))


@given(snapshots)
def test_a_snapshot_read_back_is_the_same(content: dict[str, Any]) -> None:
    assert json.loads(rules.canonical(content)) == content


@given(snapshots, st.text(max_size=6), plain)
def test_another_content_has_another_digest(content: dict[str, Any], key: str, value: Any) -> None:
    other = {**content, key: value}
    assert (rules.digest(content) == rules.digest(other)) == (rules.canonical(content) == rules.canonical(other))


def test_the_digest_of_a_known_snapshot_is_known() -> None:
    assert rules.canonical({"b": "ș", "a": [1, None]}) == '{"a":[1,null],"b":"ș"}'.encode()
    assert rules.digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("value", [1.5, [0.1], {"a": {"b": 2.0}}, float("nan")])
def test_a_float_is_refused_in_a_snapshot(value: Any) -> None:
    with pytest.raises(TypeError):
        rules.canonical({"x": value})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("36.7500"), "36.75"),
        (Decimal("0.0000"), "0"),
        (Decimal("-0"), "0"),
        (Decimal("13300000.00"), "13300000"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-2.47"), "-2.47"),
        (None, None),
        (120, "120"),
    ],
)
def test_amounts_are_written_as_decimal_texts(value: Decimal | None, text: str | None) -> None:
    assert rules.decimal_text(value) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**11), max_value=10**11))
def test_an_amount_keeps_its_value_as_text(value: Decimal) -> None:
    assert Decimal(rules.decimal_text(value) or "") == value


@given(cities)
def test_nothing_changed_between_a_snapshot_and_itself(city: dict[str, Any]) -> None:
    assert rules.compare(city, copy.deepcopy(city)).is_empty


@given(cities, cities)
def test_a_comparison_turned_round_swaps_before_and_after(one: dict[str, Any], other: dict[str, Any]) -> None:
    there, back = rules.compare(one, other), rules.compare(other, one)
    for kind in ("criteria", "indicators", "projects", "levels", "sums"):
        forth = {(m.before, m.after) for m in getattr(there, kind)}
        assert forth == {(m.after, m.before) for m in getattr(back, kind)}


@given(cities, cities)
def test_a_comparison_names_exactly_what_differs(one: dict[str, Any], other: dict[str, Any]) -> None:
    """The naive twin: look every code up in both."""
    found = rules.compare(one, other)
    before = {c["code"]: c["state"] for c in one["criteria"]}
    after = {c["code"]: c["state"] for c in other["criteria"]}
    assert {m.code for m in found.criteria} == {
        c for c in before.keys() | after.keys() if before.get(c) != after.get(c)
    }
    shares = [{p["code"]: p["percent"] for p in content["projects"]} for content in (one, other)]
    missing = object()
    assert {m.code for m in found.projects} == {
        c for c in shares[0].keys() | shares[1].keys() if shares[0].get(c, missing) != shares[1].get(c, missing)
    }


def test_a_changed_basis_is_a_change_too() -> None:
    before = _city({"E1.1": "met"}, {})
    after = copy.deepcopy(before)
    after["criteria"][0]["basis"] = "measured"
    (move,) = rules.compare(before, after).criteria
    assert (move.before, move.after, move.basis_before, move.basis_after) == ("met", "met", "declared", "measured")


def test_levels_stand_in_a_comparison_whether_they_changed_or_not() -> None:
    before, after = _city({"E1.1": "not_met"}, {}), _city({"E1.1": "met"}, {})
    (level,) = rules.compare(before, after).levels
    assert level.is_change
    assert (level.before, level.after) == (Reached(0, 0, 1), Reached(0, 1, 1))
    assert not rules.compare(before, before).levels[0].is_change


def test_sums_tell_by_how_much_they_grew() -> None:
    before, after = _city({}, {}), _city({}, {})
    after["sums"]["spent"] = "1250.5"
    moves = {m.name: m.difference for m in rules.compare(before, after).sums}
    assert moves["spent"] == Decimal("1250.5")
    assert not moves["planned"]


def test_the_newest_value_is_in_force_and_one_without_a_year_is_the_oldest() -> None:
    values = [
        {"place": "bm", "year": 2024, "value": "2", "text": {"ro": ""}},
        {"place": "bm", "year": None, "value": "1", "text": {"ro": ""}},
        {"place": "nv", "year": None, "value": None, "text": {"ro": "Da"}},
    ]
    assert rules.in_force(values) == {"bm": Known(2024, "2", ""), "nv": Known(None, None, "Da")}


TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("title", "at", "told"),
    [
        ("  ", TODAY, "title"),
        ("x" * 201, TODAY, "too long"),
        ("2026", TODAY + dt.timedelta(days=1), "not come yet"),
        ("2021", dt.date(2021, 12, 31), "2022"),
    ],
)
def test_an_evaluation_needs_a_title_and_a_day_that_has_come(title: str, at: dt.date, told: str) -> None:
    with pytest.raises(Refused, match=told):
        rules.check_evaluation(kind=EvaluationKind.ANNUAL, at=at, today=TODAY, title=title, note="")


NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("state", "minutes", "is_there", "may"),
    [
        ("queued", 1, False, False),
        ("queued", 11, False, True),
        ("failed", 1, False, True),
        ("ready", 1, True, False),
        ("ready", 99, True, False),
        ("ready", 1, False, True),
    ],
)
def test_a_report_is_made_again_only_when_there_is_none(state: str, minutes: int, is_there: bool, may: bool) -> None:
    asked = NOW - dt.timedelta(minutes=minutes)
    assert rules.may_ask_again(state=state, asked_at=asked, now=NOW, is_there=is_there) is may

"""Facts about the life of tasks and the parameters that capabilities take."""

from itertools import product
from typing import Any

import pytest

from rivulus.kernel.errors import Refused
from rivulus.observations.rules import tasking

WAYS = {
    ("accepted", "sent"), ("accepted", "done"), ("accepted", "failed"), ("accepted", "withdrawn"),
    ("sent", "done"), ("sent", "failed"),
}  # fmt: skip
RECORD = {
    "type": "DataRecord",
    "field": [
        {"name": "level", "type": "Quantity", "constraint": {"interval": [[0, 100]], "value": [255]}},
        {"name": "count", "type": "Count", "optional": True, "constraint": {"interval": [["-Infinity", 5]]}},
        {"name": "on", "type": "Boolean", "optional": True},
        {
            "name": "mode",
            "type": "Category",
            "optional": True,
            "constraint": {"type": "AllowedTokens", "value": ["a", "b"]},
        },
        {"name": "plate", "type": "Text", "optional": True, "constraint": {"pattern": "^[A-Z]{2}\\d{2,3}$"}},
        {"name": "at", "type": "Time", "optional": True},
        {"name": "span", "type": "QuantityRange", "optional": True, "constraint": {"interval": [[0, 10]]}},
    ],
}


@pytest.mark.parametrize(("before", "after"), list(product(tasking.MOVES, tasking.MOVES)))
def test_a_task_moves_only_where_a_way_leads(before: str, after: str) -> None:
    if before == after:
        assert tasking.check_move(before, after) is False
    elif (before, after) in WAYS:
        assert tasking.check_move(before, after) is True
    else:
        with pytest.raises(Refused, match="does not become"):
            tasking.check_move(before, after)


@pytest.mark.parametrize(
    "given",
    [
        {"level": 0},
        {"level": 100},
        {"level": 255},
        {"level": 5.5, "count": -900, "on": True, "mode": "a", "plate": "MM012", "at": "2026-03-01T08:00:00Z"},
        {"level": 5, "span": [1, 2.5]},
    ],
)
def test_right_parameters_pass(given: dict[str, Any]) -> None:
    assert tasking.check_parameters(tasking.check_record(RECORD), given) == given


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "level is missing"),
        ([], "JSON object"),
        ({"level": 101}, "allowed is 0…100, 255"),
        ({"level": -0.1}, "allowed is"),
        ({"level": True}, "must be a number"),
        ({"level": "5"}, "must be a number"),
        ({"level": float("nan")}, "NaN"),
        ({"level": 1, "colour": "red"}, "no parameter called colour"),
        ({"level": 1, "count": 1.5}, "whole number"),
        ({"level": 1, "count": 6}, "allowed is"),
        ({"level": 1, "on": 1}, "true or false"),
        ({"level": 1, "mode": "c"}, "allowed is a, b"),
        ({"level": 1, "plate": "mm01"}, "look as it must"),
        ({"level": 1, "plate": "A" * 5000}, "look as it must"),
        ({"level": 1, "at": "2026-03-01"}, "time with a zone"),
        ({"level": 1, "span": [2]}, "list of two"),
        ({"level": 1, "span": [2, 1]}, "ends before"),
        ({"level": 1, "span": [2, 11]}, "allowed is"),
    ],
)
def test_wrong_parameters_are_refused_in_words(given: Any, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        tasking.check_parameters(RECORD, given)


@pytest.mark.parametrize(
    "record",
    [
        None,
        {"type": "DataArray"},
        {"type": "DataRecord"},
        {"type": "DataRecord", "field": [{}]},
        {"type": "DataRecord", "field": [{"name": "x", "type": "Colour"}]},
        {"type": "DataRecord", "field": [{"name": "x", "type": "Text"}] * 2},
        {"type": "DataRecord", "field": [{"name": f"x{n}", "type": "Text"} for n in range(101)]},
        {"type": "DataRecord", "field": [{"name": "x", "type": "Count", "constraint": {"interval": [[1]]}}]},
        {"type": "DataRecord", "field": [{"name": "x", "type": "Count", "constraint": {"interval": [["a", 1]]}}]},
        {"type": "DataRecord", "field": [{"name": "x", "type": "Text", "constraint": {"pattern": "(a+)+$"}}]},
        {"type": "DataRecord", "field": [{"name": "x", "type": "Text", "constraint": {"pattern": "a+a+a+a+b"}}]},
    ],
)
def test_records_that_nothing_can_be_checked_against_are_refused(record: Any) -> None:
    with pytest.raises(Refused):
        tasking.check_record(record)


def test_a_key_of_one_wish_is_a_short_text() -> None:
    assert tasking.check_key(None) is None
    assert tasking.check_key(" a ") == "a"
    for wrong in ("", "  ", "x" * 101, 5):
        with pytest.raises(Refused):
            tasking.check_key(wrong)

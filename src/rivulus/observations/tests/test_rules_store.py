"""Order, replays, quality at the door and the binary forms of PostgreSQL, without a database."""

import datetime as dt
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.kernel.errors import Refused
from rivulus.observations.rules import copying, observed, ordering, quality, replays, weeks
from rivulus.observations.rules.identifiers import split_observation_id
from rivulus.observations.rules.observed import Observed, Series
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US, Annotation, Readings
from rivulus.observations.rules.replays import Held
from rivulus.observations.terms import Flag, ResultKind

T0 = 1_780_000_000_000_000
ROWS = st.lists(
    st.tuples(
        st.integers(1, 5), st.integers(-3, 3).map(lambda n: T0 + n * 1000), st.sampled_from([0.0, -0.0, 1.5, 2.0])
    ),
    max_size=12,
)
NUMBER = Series(7, ResultKind.NUMBER, None, minimum=0.0, maximum=10.0)


@given(ROWS)
def test_order_is_by_series_then_time_and_repeats_are_noticed(rows):
    ordered, has_repeats = ordering.in_order(Readings.of(rows))
    keys = list(zip(ordered.datastream.tolist(), ordered.time.tolist(), strict=True))
    assert keys == sorted((series, time) for series, time, _ in rows)
    assert has_repeats == (len(set(keys)) < len(keys))


@given(ROWS)
def test_distinct_keeps_the_first_of_each_value_in_the_order_they_came(rows):
    wanted = {}
    for series, time, value in rows:
        values = wanted.setdefault((series, time), [])
        if value not in values:
            values.append(value)
    found = {}
    distinct = ordering.distinct(Readings.of(rows))
    for series, time, value in zip(
        distinct.datastream.tolist(), distinct.time.tolist(), distinct.value.tolist(), strict=True
    ):
        found.setdefault((series, time), []).append(value)
    assert found == wanted
    assert int(ordering.first_of_each(distinct).sum()) == len(wanted)


@given(st.integers(1, 2**20 - 1), st.integers(EARLIEST_US // 1000, LATEST_US // 1000 - 1))
def test_keys_are_the_numbers_of_observations(series, ms):
    (number,) = ordering.keys(Readings.of([(series, ms * 1000, 1.0)])).tolist()
    assert split_observation_id(number) == (series, ms * 1000)


@given(st.lists(st.integers(0, 4), max_size=12), st.integers(0, 4), st.booleans())
def test_settling_is_the_same_in_one_piece_and_in_several(values, first, forced):
    arriving = [Held(value, value) for value in values]
    whole = replays.settle(Held(first, first), (), arriving, forced=forced)
    held, lost = Held(first, first), []
    for item in arriving:
        settled = replays.settle(held, [each.same for each in lost], [item], forced=forced)
        held, lost = settled.held, [*lost, *settled.replaced]
    assert (whole.held.same, [each.same for each in whole.replaced]) == (held.same, [each.same for each in lost])


def test_results_are_the_same_where_the_database_says_so():
    assert replays.canonical({"b": 1.0, "a": [1]}) == replays.canonical({"a": [1.0], "b": 1})
    assert len({replays.canonical(value) for value in (1, True, "1", None, [1])}) == 5


def test_flags_at_the_door():
    readings = Readings.of([(1, T0, -1.0), (1, T0, 5.0), (2, T0, 99.0), (1, T0 + 600_000_000, 11.0)])
    flagged = quality.flag_clocks(quality.flag_ranges(readings, {1: {"minimum": 0, "maximum": 10}}), T0)
    out, clock = int(Flag.OUT_OF_RANGE), int(Flag.CLOCK)
    assert flagged.quality.tolist() == [out, 0, 0, out | clock]
    assert [quality.flags_of(value, time, 0, 10, T0) for value, time in ((-1.0, T0), (5.0, T0 + 600_000_000))] == [
        out,
        clock,
    ]
    assert quality.is_refused(np.array([T0, T0 + 90_000_000_000]), T0).tolist() == [False, True]
    assert quality.flag_ranges(Readings.none(), {}).time.size == 0


@pytest.mark.parametrize(
    ("kind", "parts", "right", "wrong"),
    [
        (ResultKind.NUMBER, 0, [1, 1.5, -0.0], ["1", True, None, float("nan"), float("inf"), 10**400, [1]]),
        (ResultKind.BOOLEAN, 0, [True, False], [0, "true", None]),
        (ResultKind.TEXT, 0, ["", "plin"], [1, None, "a\0b"]),
        (ResultKind.ANY, 0, [None, 1, {"a": [1]}], [float("nan"), {"\0": 1}]),
        (ResultKind.MULTI, 2, [[1, 2], [1, None]], [[1], 1, [1, 2, 3]]),
    ],
)
def test_each_kind_of_series_takes_its_results_only(kind, parts, right, wrong):
    series = Series(7, kind, None, parts=parts)
    for result in right:
        observed.admit(Observed(result=result, time=T0), series, T0)
    for result in wrong:
        with pytest.raises(Refused):
            observed.admit(Observed(result=result, time=T0), series, T0)


def test_what_else_is_said_is_annotated_and_a_result_time_that_is_the_same_is_a_flag():
    admitted = observed.admit(Observed(result=1, time=T0, result_time=T0), NUMBER, T0)
    assert (admitted.quality, admitted.annotation) == (Flag.RESULT_TIME_SAME, None)
    admitted = observed.admit(Observed(result=99, time=T0, end_time=T0 + 5000, feature=3), NUMBER, T0)
    assert admitted.quality == Flag.ANNOTATED | Flag.OUT_OF_RANGE
    assert admitted.annotation == Annotation(7, T0, end_time=T0 + 5000, feature=3)
    for wrong in (Observed(result=1, time=T0, end_time=T0 - 1000), Observed(result=1, valid_from=5, valid_to=4)):
        with pytest.raises(Refused):
            observed.admit(wrong, NUMBER, T0)


def test_an_observation_without_a_time_is_of_now():
    assert observed.admit(Observed(result=1), NUMBER, T0 + 1_999).time == T0 + 1_000


def test_a_few_are_written_for_a_copy_as_many_are():
    rows = [(T0, 1.5, 3, 0), (T0 - 86_400_000_000, -2.25, 2**20 - 1, 65_537)]
    columns = (
        np.array(column, kind) for column, kind in zip(zip(*rows, strict=True), ("i8", "f8", "i4", "i4"), strict=True)
    )
    assert copying.copy_few(rows) == copying.copy_body(Readings(*columns))


def test_the_body_of_a_copy_is_as_the_manual_of_postgresql_says():
    body = copying.copy_body(Readings.of([(3, T0, 1.5)]))
    assert body[:11] == b"PGCOPY\n\xff\r\n\0"
    row = struct.unpack(">hiqidiiii", body[19:-2])
    assert row == (4, 8, T0 - copying.EPOCH_2000_US, 8, 1.5, 4, 3, 4, 0)
    assert body[-2:] == b"\xff\xff"


def test_weeks_begin_on_mondays():
    monday = weeks.microseconds(dt.datetime(2026, 5, 25, tzinfo=dt.UTC))
    assert weeks.week_of(T0) == monday == weeks.week_of(monday)
    assert weeks.week_of(monday - 1) == monday - weeks.WEEK_US
    assert weeks.week_name(monday) == "observations_reading_20260525"
    assert weeks.moment(weeks.week_of(EARLIEST_US)).weekday() == 0
    assert weeks.months_between(dt.date(2025, 11, 30), dt.date(2026, 1, 1)) == [
        dt.date(2025, 11, 1),
        dt.date(2025, 12, 1),
        dt.date(2026, 1, 1),
    ]

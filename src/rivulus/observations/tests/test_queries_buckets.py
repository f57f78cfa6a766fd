import datetime as dt
import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.kernel.errors import Refused
from rivulus.observations.actions import compaction
from rivulus.observations.actions import rollups as closing
from rivulus.observations.queries import buckets as asked
from rivulus.observations.queries.buckets import BucketFunction, BucketStep, buckets
from rivulus.observations.rules import buckets as rule
from rivulus.observations.rules.readings import HOUR_US, Readings
from rivulus.observations.rules.rollups import merge_by, roll_up
from rivulus.observations.terms import Flag
from rivulus.observations.tests.twins import CITY, MINUTE_US, MONDAY, make_series, store, us

START = us(MONDAY)


def city(year: int, month: int, day: int) -> int:
    return us(dt.datetime(year, month, day, tzinfo=CITY))


def say(values: list[float], function: BucketFunction) -> float:
    """What the twin says of the readings of a stretch."""
    if function.aggregate == "count":
        return len(values)
    if not values:
        return math.nan
    if function.aggregate == "percentile":
        place = (len(values) - 1) * function.percent / 100
        low, high = sorted(values)[math.floor(place)], sorted(values)[math.ceil(place)]
        return low + (high - low) * (place - math.floor(place))
    return {"average": statistics.fmean, "min": min, "max": max, "sum": math.fsum}[function.aggregate](values)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([3, 9]),
            st.integers(0, 3 * 86_400),
            st.floats(-1000, 1000),
            st.sampled_from([0, 0, Flag.NEIGHBOUR]),
        ),
        max_size=40,
        unique_by=lambda row: row[:2],
    ),
    st.sampled_from(["7 minutes", "hour", "6 hours", "day", "2 days", "month"]),
    st.sampled_from(["average", "min", "max", "sum", "count", "percentile(95)", "percentile(12.5)"]),
)
def test_stretches_equal_those_of_the_naive_twin(rows: list, text: str, name: str) -> None:
    begin = city(2026, 3, 28) + 5 * MINUTE_US
    rows = sorted((number, begin + second * 1_000_000, value, int(flag)) for number, second, value, flag in rows)
    end = begin + 3 * 86_400_000_000 + 1
    step, function = BucketStep.of(text), BucketFunction.of(name)
    borders = rule.edges(begin, end, step, CITY)
    assert borders[0] <= begin and borders[-1] >= end
    found = Readings.of([row[:3] for row in rows])
    found.quality[:] = [row[3] for row in rows]
    ids = np.array([3, 9], np.int32)
    answers = [rule.of_readings(found, ids, borders, function)]
    if step.unit != "minute" and function.aggregate != "percentile":
        answers.append(rule.of_rollup(merge_by(roll_up(found, {}), borders), ids, borders, function))
    for answer in answers:
        for at, number in enumerate(ids):
            for place in range(len(borders) - 1):
                inside = [r for r in rows if r[0] == number and answer.start[place] <= r[1] < answer.end[place]]
                good = [row[2] for row in inside if not row[3]]
                assert answer.count[at, place] == len(good)
                assert answer.flagged[at, place] == len(inside) - len(good)
                expected = say(good, function)
                value = answer.value[at, place]
                assert (math.isnan(value) and math.isnan(expected)) or math.isclose(value, expected, abs_tol=1e-6)


def test_months_begin_at_midnight_in_the_city() -> None:
    borders = rule.edges(city(2026, 1, 15), city(2026, 4, 2), BucketStep.of("month"), CITY)
    assert borders.tolist() == [city(2026, month, 1) for month in range(1, 6)]
    quarters = rule.edges(city(2026, 2, 15), city(2026, 4, 2), BucketStep.of("3 months"), CITY)
    assert quarters.tolist() == [city(2026, month, 1) for month in (1, 4, 7)]


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 29, 23), (10, 25, 25), (7, 1, 24)])
def test_days_are_as_long_as_the_clock_says(month: int, day: int, hours: int) -> None:
    begin = city(2026, month, day)
    borders = rule.edges(begin, begin + HOUR_US, BucketStep.of("day"), CITY)
    assert (borders[1] - borders[0]) // HOUR_US == hours
    assert len(borders) == 2


@pytest.mark.parametrize("text", ["", "fortnight", "0 minutes", "99999 minutes", "-1 day", "1441 minutes", "25 hours"])
def test_other_stretches_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        BucketStep.of(text)


@pytest.mark.parametrize("text", ["", "median", "percentile", "percentile(101)", "average(3)", "percentile(-1)"])
def test_other_functions_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        BucketFunction.of(text)


def test_a_question_that_is_too_wide_is_refused_with_a_sentence(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = make_series()
    store([(number, START + minute * MINUTE_US, 1.0) for minute in range(30)])
    with pytest.raises(Refused, match="longer ones"):
        buckets([number], START, START + 20_000 * HOUR_US, BucketStep.of("5 minutes"), "average")
    monkeypatch.setattr(asked, "MOST_READINGS", 20)
    with pytest.raises(Refused, match="20 readings"):
        buckets([number], START, START + HOUR_US, BucketStep.of("hour"), "percentile(95)")
    assert buckets([number], START, START + HOUR_US, BucketStep.of("hour"), "average").count.tolist() == [[30]]


def test_gaps_stay_visible_and_nothing_changes_when_hours_close_and_weeks_are_compacted(db: None) -> None:
    one, other = make_series(2)
    store([(one, START + day * 24 * HOUR_US + n * HOUR_US, n) for day in (0, 2, 40) for n in range(6)])
    questions = [
        ([one, other], START, START + 3 * 24 * HOUR_US, BucketStep.of(step), function)
        for step in ("15 minutes", "hour", "day", "month")
        for function in ("average", "max", "count", "percentile(90)")
    ]
    before = [buckets(*question) for question in questions]
    days = buckets([one, other], START, START + 4 * 24 * HOUR_US, BucketStep.of("day"), "average")
    assert np.isnan(days.value[1]).all()
    assert np.isnan(days.value[0]).tolist() == [False, True, False, True, True]
    closing.close_hours(by=None, now=MONDAY + dt.timedelta(days=60))
    closing.recount(by=None)
    compaction.compact(by=None, now=MONDAY + dt.timedelta(days=60))
    for question, expected in zip(questions, before, strict=True):
        found = buckets(*question)
        assert np.array_equal(found.value, expected.value, equal_nan=True)
        assert np.array_equal(found.count, expected.count)

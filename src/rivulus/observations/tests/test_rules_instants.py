"""Times that are written alike: read at once, they are the same as one by one; whatever is odd is left to that."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.observations.rules.instants import read_alike
from rivulus.observations.standards.gate.decoding import read_time

WAYS = (
    lambda at: f"{at:%Y-%m-%dT%H:%M:%SZ}",
    lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 100_000}Z",
    lambda at: at.isoformat(timespec="milliseconds"),
    lambda at: at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    lambda at: at.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=45))).isoformat(timespec="seconds"),
    lambda at: at.astimezone(dt.timezone(-dt.timedelta(hours=3, minutes=30))).isoformat(timespec="milliseconds"),
)
MOMENTS = st.datetimes(dt.datetime(1900, 1, 2), dt.datetime(2099, 12, 30), timezones=st.just(dt.UTC))  # noqa: DTZ001


@given(st.lists(MOMENTS, min_size=1, max_size=20), st.sampled_from(WAYS))
def test_what_is_read_at_once_is_what_is_read_one_by_one(moments, way):
    texts = [way(at) for at in moments]
    assert read_alike(texts).tolist() == [read_time(text) for text in texts]


def test_the_last_day_of_every_month_is_one_and_the_day_after_is_none():
    for month in range(12 * 200):
        first = dt.date(1900 + month // 12, month % 12 + 1, 1)
        after = dt.date(first.year + first.month // 12, first.month % 12 + 1, 1)
        last = after - dt.timedelta(days=1)
        assert read_alike([f"{last}T00:00:00Z"]).tolist() == [read_time(f"{last}T00:00:00Z")]
        assert read_alike([f"{first:%Y-%m}-{last.day + 1}T00:00:00Z"]) is None


@pytest.mark.parametrize(
    "odd",
    [
        "2026-02-29T00:00:00Z",
        "2026-00-10T00:00:00Z",
        "2026-13-10T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:0a:00Z",
        "2026-01-01T00:00:0/Z",
        "2026-01-01T00:00:0:Z",
        "1899-12-31T00:00:00Z",
        "2100-01-01T00:00:00Z",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:0٣Z",
        "2026-W01-1T00:00:00Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+01:60",
        "2026-01-01T00:00:00.0000000000Z",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00Z/2026-01-01T01:00:00Z",
        "",
        "x" * 100,
    ],
)
def test_what_is_odd_is_left_to_be_read_one_by_one(odd):
    assert read_alike([odd]) is None
    assert read_alike(["2026-01-01T00:00:00Z", odd]) is None


def test_texts_that_are_written_in_different_ways_are_left_too():
    assert read_alike(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"]) is None
    as_long_together = ["2026-01-01T00:00:00.0Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"]
    assert read_alike(as_long_together) is None


def test_nothing_is_nothing():
    assert read_alike([]).tolist() == []

"""Facts about times as sources write them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.kernel.errors import Refused
from rivulus.observations.rules.times import TimeReader, Twice, check_format, zone_of

CITY = "Europe/Bucharest"


def utc(text: str) -> int:
    return round(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-03-02T08:00:00Z", "2026-03-02T08:00:00"),
        ("2026-03-02T10:00:00+02:00", "2026-03-02T08:00:00"),
        ("2025-03-01 00:00:00.000+0000", "2025-03-01T00:00:00"),
        ("20260302T080000Z", "2026-03-02T08:00:00"),
        ("2026-03-02T08:00:00.1239Z", "2026-03-02T08:00:00.123"),
    ],
)
def test_a_time_with_its_zone_needs_no_declaration(written: str, expected: str) -> None:
    assert TimeReader().read(written) == utc(expected)


def test_a_time_without_a_zone_is_refused_unless_one_is_declared() -> None:
    with pytest.raises(Refused, match="no zone"):
        TimeReader().read("2026-03-02T10:00:00")
    assert TimeReader(zone=CITY).read("2026-03-02T10:00:00") == utc("2026-03-02T08:00:00")
    assert TimeReader(zone="+01:00").read("2026-07-02 10:00") == utc("2026-07-02T09:00:00")


def test_seconds_and_milliseconds_since_1970() -> None:
    assert TimeReader(format="epoch_s").read(1772438430) == utc("2026-03-02T08:00:30")
    assert TimeReader(format="epoch_ms").read("1772438430250") == utc("2026-03-02T08:00:30.250")


def test_an_hour_that_comes_twice_is_refused_until_somebody_says_which() -> None:
    with pytest.raises(Refused, match="came twice"):
        TimeReader(zone=CITY).read("2026-10-25 03:30")
    assert TimeReader(zone=CITY, twice=Twice.FIRST).read("2026-10-25 03:30") == utc("2026-10-25T00:30:00")
    assert TimeReader(zone=CITY, twice=Twice.SECOND).read("2026-10-25 03:30") == utc("2026-10-25T01:30:00")


def test_the_order_of_a_file_tells_the_second_three_o_clock_from_the_first() -> None:
    reader = TimeReader(zone=CITY, twice=Twice.ORDER)
    written = ["02:00", "03:00", "03:30", "03:00", "03:30", "04:00"]
    read = [reader.read(f"2026-10-25 {each}") for each in written]
    assert read == [
        utc(f"2026-10-2{day}:00") for day in ("4T23:00", "5T00:00", "5T00:30", "5T01:00", "5T01:30", "5T02:00")
    ]


def test_an_hour_that_never_was_is_refused_whatever_is_declared() -> None:
    for twice in Twice:
        with pytest.raises(Refused, match="never was"):
            TimeReader(zone=CITY, twice=twice).read("2026-03-29 03:30")


@pytest.mark.parametrize(
    "written", ["", "soon", "2026-13-01T00:00:00Z", "1850-01-01T00:00:00Z", "2150-01-01T00:00:00Z", "9" * 99]
)
def test_what_is_no_time_of_a_city_is_refused(written: str) -> None:
    with pytest.raises(Refused):
        TimeReader(zone="UTC").read(written)


@pytest.mark.parametrize("written", ["nan", "inf", "1e400", True, None, "9" * 99])
def test_seconds_that_are_no_seconds_are_refused(written: object) -> None:
    with pytest.raises(Refused):
        TimeReader(format="epoch_s").read(written)


def test_a_pattern_reads_romanian_dates() -> None:
    reader = TimeReader(format=check_format("%d.%m.%Y %H:%M"), zone=CITY)
    assert reader.read("02.03.2026 10:00") == utc("2026-03-02T08:00:00")
    with pytest.raises(Refused, match="of the form"):
        reader.read("2026-03-02 10:00")


@pytest.mark.parametrize("pattern", ["", "%H:%M", "%Q", "x" * 99, "%Y"])
def test_a_pattern_without_a_day_is_refused(pattern: str) -> None:
    with pytest.raises(Refused):
        check_format(pattern)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "+25:00", "Europe/" + "x" * 300])
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        zone_of(name)


@given(st.datetimes(min_value=dt.datetime(1950, 1, 1), max_value=dt.datetime(2090, 1, 1)))  # noqa: DTZ001
def test_every_moment_written_with_its_zone_is_read_back(moment: dt.datetime) -> None:
    there = moment.replace(tzinfo=dt.UTC, microsecond=moment.microsecond // 1000 * 1000)
    read = TimeReader().read(there.astimezone(zone_of(CITY)).isoformat())
    assert dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=read) == there

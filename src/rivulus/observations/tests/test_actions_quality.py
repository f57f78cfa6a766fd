import datetime as dt

import pytest

from rivulus.identity.models import Person
from rivulus.kernel.errors import Refused
from rivulus.observations.actions import compaction, quality
from rivulus.observations.actions import rollups as closing
from rivulus.observations.models import Datastream, Location, ObservedProperty, Thing
from rivulus.observations.queries import readings as stored
from rivulus.observations.queries import rollups
from rivulus.observations.rules.readings import HOUR_US
from rivulus.observations.terms import Flag
from rivulus.observations.tests.twins import (
    MINUTE_US,
    MONDAY,
    assert_same,
    count_of,
    listed,
    make_series,
    naive_hours,
    store,
    us,
)

START = us(MONDAY)
LATER = MONDAY + dt.timedelta(days=40)


def close(at: dt.datetime = LATER) -> None:
    closing.close_hours(by=None, now=at)
    closing.recount(by=None)


def flags(number: int) -> dict[int, int]:
    """Flags by minute since the beginning."""
    found = stored.read([number], START - HOUR_US, START + 30 * 24 * HOUR_US)
    return {(time - START) // MINUTE_US: quality for _, time, _, quality in listed(found) if quality}


def test_what_is_doubtful_is_flagged_when_its_hour_is_counted_and_left_out_of_sums(db: None) -> None:
    (number,) = make_series(max_change_per_h=30)
    store([(number, START + minute * MINUTE_US, 90.0 if minute == 30 else 20.0) for minute in range(0, 60, 10)])
    close()
    assert flags(number) == {30: Flag.TOO_FAST}
    hours = rollups.hourly([number], START, START + HOUR_US)
    assert (hours.count[0], hours.flagged[0], hours.max[0]) == (5, 1, 20.0)
    assert count_of("reading") == 6


def test_a_flag_is_taken_back_when_late_arrivals_explain_it(db: None) -> None:
    (number,) = make_series(period_s=600)
    store([(number, START + minute * MINUTE_US, float(minute)) for minute in (0, 10, 50, 55)])
    close()
    assert flags(number) == {50: Flag.AFTER_GAP}
    store([(number, START + minute * MINUTE_US, float(minute)) for minute in (20, 30, 40)])
    closing.recount(by=None)
    assert flags(number) == {}


def test_flat_lines_and_gaps_are_seen_across_hours(db: None) -> None:
    flat, silent = make_series(2, period_s=900, flat_after_s=6 * 3600)
    store([(flat, START + minute * MINUTE_US, 7.0) for minute in range(0, 8 * 60, 15)])
    store([(silent, START, 1.0), (silent, START + 8 * HOUR_US, 2.0)])
    for hour in range(1, 11):
        close(MONDAY + dt.timedelta(hours=hour, minutes=5))
    assert flags(silent) == {480: Flag.AFTER_GAP}
    assert sorted(flags(flat)) == list(range(360, 480, 15))


def test_the_clock_that_stands_still_is_flagged(db: None) -> None:
    (number,) = make_series()
    for value in range(5):
        store([(number, START, float(value))])
    close()
    assert flags(number)[0] & Flag.CLOCK


def test_a_station_unlike_its_neighbours_is_flagged(db: None) -> None:
    ids = make_series(5, neighbour_distance_m=2000, neighbour_deviations=5)
    for place, number in enumerate(ids):
        spot = Location.objects.create(
            name="Spot", location={}, box=(23.58 + place / 1000, 47.66, 23.58 + place / 1000, 47.66)
        )
        thing = Thing.objects.create(name=f"Station {place}")
        thing.locations.add(spot)
        Datastream.objects.filter(pk=number).update(thing=thing)
    store(
        [
            (number, START + minute * MINUTE_US, 20.0 + place / 10)
            for place, number in enumerate(ids)
            for minute in (0, 30)
        ]
    )
    store([(ids[4], START + 15 * MINUTE_US, 500.0)])
    close()
    assert not any(flags(number) for number in ids[:4])
    assert set(flags(ids[4]).values()) == {Flag.NEIGHBOUR}


def test_flags_reach_readings_in_blocks(db: None) -> None:
    (number,) = make_series(period_s=600)
    store([(number, START + minute * MINUTE_US, 90.0 if minute == 70 else 20.0) for minute in range(0, 180, 10)])
    close()
    compaction.compact_week(by=None, week_us=START)
    ObservedProperty.objects.update(limits={"max_change_per_h": 30})
    assert quality.recheck(by=None, datastreams=[number], start_us=START, end_us=START + 24 * HOUR_US) == 3
    closing.recount(by=None)
    assert (count_of("reading"), flags(number)) == (0, {70: Flag.TOO_FAST})
    known = listed(stored.read([number], START, START + 24 * HOUR_US))
    assert_same(rollups.hourly([number], START, START + 24 * HOUR_US), naive_hours(known, {number: 600}))


def test_nobody_without_the_right_has_hours_checked_again(db: None) -> None:
    vlad = Person.objects.create(email="vlad@example.org")
    with pytest.raises(Refused):
        quality.recheck(by=vlad, datastreams=[1], start_us=START, end_us=START + HOUR_US)

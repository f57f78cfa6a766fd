import datetime as dt
import random
import threading
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rivulus.observations.actions import rollups as closing
from rivulus.observations.actions.storing import correct, remove_observation
from rivulus.observations.queries import readings as stored
from rivulus.observations.queries import rollups
from rivulus.observations.queries.keeping import take_keeping
from rivulus.observations.rules.readings import HOUR_US
from rivulus.observations.rules.rollups import roll_days, roll_up
from rivulus.observations.terms import Flag
from rivulus.observations.tests.twins import (
    CITY,
    MINUTE_US,
    MONDAY,
    assert_same,
    count_of,
    listed,
    make_series,
    naive_days,
    naive_hours,
    readings,
    store,
    us,
)

START = us(MONDAY)
DAY_US = 24 * HOUR_US


def close_at(at: dt.datetime) -> None:
    closing.close_hours(by=None, now=at)
    closing.recount(by=None)


def everything(ids: list[int], start: int = START - 7 * DAY_US, end: int = START + 7 * DAY_US) -> list:
    return listed(stored.read(ids, start, end))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 2, 3]),
            st.integers(0, 6 * 3600),
            st.floats(-100, 100),
            st.sampled_from([0, 0, 0, Flag.FLAT, Flag.ESTIMATED]),
        ),
        max_size=40,
        unique_by=lambda row: row[:2],
    ),
    st.sampled_from([None, 60, 900, 3600, 7200]),
)
def test_hours_equal_those_of_the_naive_twin(rows: list[tuple[int, int, float, int]], period: int | None) -> None:
    moved = sorted((number, START + second * 1_000_000, value, int(flag)) for number, second, value, flag in rows)
    found = readings([row[:3] for row in moved])
    found.quality[:] = [row[3] for row in moved]
    hours = roll_up(found, dict.fromkeys((1, 2, 3), period))
    expected = naive_hours(moved, dict.fromkeys((1, 2, 3), period))
    assert_same(hours, expected)
    assert_same(roll_days(hours, CITY), naive_days(expected))


def test_an_hour_of_doubtful_readings_has_no_values_and_says_how_many_they_were() -> None:
    found = roll_up(readings([(1, START, 5.0), (1, START + MINUTE_US, 6.0)], Flag.OUT_OF_RANGE), {})
    assert (found.count[0], found.flagged[0], found.covered_s[0], found.sum[0]) == (0, 2, 0, 0.0)
    assert found.mean[0] != found.mean[0]


@pytest.mark.parametrize(
    ("day", "hours"), [(dt.date(2026, 3, 29), 23), (dt.date(2026, 10, 25), 25), (dt.date(2026, 6, 1), 24)]
)
def test_days_of_the_city_have_as_many_hours_as_the_clock_says(day: dt.date, hours: int, db: None) -> None:
    (number,) = make_series(period_s=3600)
    midnight = us(dt.datetime.combine(day, dt.time(), ZoneInfo("Europe/Bucharest")))
    store([(number, midnight + hour * HOUR_US, 1.0) for hour in range(-2, 30)])
    before = rollups.daily([number], day, day)
    close_at(dt.datetime.combine(day + dt.timedelta(days=3), dt.time(), dt.UTC))
    after = rollups.daily([number], day, day)
    for found in (before, after):
        assert found.count.tolist() == [hours]
        assert found.covered_s.tolist() == [hours * 3600]
        assert found.start.tolist() == [midnight]


def test_closing_moves_the_watermark_and_counts(db: None) -> None:
    one, other = make_series(2)
    store([(one, START + n * 10 * MINUTE_US, float(n)) for n in range(30)] + [(other, START + HOUR_US, 5.0)])
    assert closing.close_hours(by=None, now=MONDAY + dt.timedelta(hours=3, minutes=1)) > 0
    assert closing.close_hours(by=None, now=MONDAY + dt.timedelta(hours=3, minutes=1)) == 0
    closing.recount(by=None)
    assert count_of("hourly") == 3
    assert count_of("dirty") == 0
    assert_same(rollups.hourly([one, other], START, START + DAY_US), naive_hours(everything([one, other]), {}))


def test_the_newest_is_known_before_and_after_closing(db: None) -> None:
    one, other, silent = make_series(3)
    store([(one, START, 1.0), (one, START + 5 * HOUR_US, 2.0), (other, START, 3.0)])
    for _ in range(2):
        assert [row[:3] for row in listed(stored.latest())] == [(one, START + 5 * HOUR_US, 2.0), (other, START, 3.0)]
        assert stored.extent([one, other, silent]) == {one: (START, START + 5 * HOUR_US), other: (START, START)}
        close_at(MONDAY + dt.timedelta(hours=3))
    close_at(MONDAY + dt.timedelta(days=3))
    store([(other, START + HOUR_US, 4.0), (one, START - HOUR_US, 0.5)])
    for _ in range(2):
        assert listed(stored.latest([other]))[0][2] == 4.0
        assert stored.extent([one])[one][0] == START - HOUR_US
        closing.recount(by=None)


def test_the_newest_goes_back_when_it_is_removed(db: None) -> None:
    (number,) = make_series()
    store([(number, START, 1.0), (number, START + HOUR_US, 2.0)])
    close_at(MONDAY + dt.timedelta(days=1))
    remove_observation(by=None, datastream=number, time_us=START + HOUR_US)
    for _ in range(2):
        assert [row[:3] for row in listed(stored.latest())] == [(number, START, 1.0)]
        closing.recount(by=None)
    remove_observation(by=None, datastream=number, time_us=START)
    for _ in range(2):
        assert not len(stored.latest())
        assert stored.extent([number]) == {}
        closing.recount(by=None)
    assert (count_of("head"), count_of("hourly"), count_of("daily")) == (0, 0, 0)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_rollups_stay_exact_under_late_arrivals_and_corrections(db: None, seed: int) -> None:
    chance = random.Random(seed)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM observations_dirty")
        cursor.execute("UPDATE observations_watermark SET closed_until = '1900-01-01T00:00:00Z'")
    ids = make_series(3, period_s=chance.choice([None, 300, 3600]))
    periods = rollups.periods_of(ids)
    hour = 0
    for _ in range(8):
        what = chance.random()
        known = everything(ids)
        if what < 0.5 or not known:
            times = {START + chance.randrange(0, 50 * 60) * MINUTE_US for _ in range(12)}
            store([(chance.choice(ids), time, chance.randrange(100) / 4) for time in sorted(times)])
        elif what < 0.65:
            number, time, value, _ = chance.choice(known)
            correct(by=None, datastream=number, time_us=time, value=value + 0.5, reason="calibration")
        elif what < 0.75:
            number, time, *_ = chance.choice(known)
            remove_observation(by=None, datastream=number, time_us=time)
        elif what < 0.9:
            hour += chance.randrange(12)
            closing.close_hours(by=None, now=MONDAY + dt.timedelta(hours=hour, minutes=5))
        else:
            closing.recount(by=None)
        _assert_exact(ids, periods)
    close_at(MONDAY + dt.timedelta(days=5))
    _assert_exact(ids, periods)
    assert count_of("dirty") == 0


def _assert_exact(ids: list[int], periods: dict[int, int | None]) -> None:
    known = everything(ids)
    hours = naive_hours(known, periods)
    assert_same(rollups.hourly(ids, START - DAY_US, START + 7 * DAY_US), hours)
    first = MONDAY.date()
    assert_same(rollups.daily(ids, first - dt.timedelta(days=1), first + dt.timedelta(days=7)), naive_days(hours))
    newest = {number: (time, value) for number, time, value, _ in known}
    assert {row[0]: row[1:3] for row in listed(stored.latest(ids))} == newest
    oldest = {number: time for number, time, *_ in reversed(known)}
    assert stored.extent(ids) == {number: (oldest[number], newest[number][0]) for number in newest}


@pytest.mark.django_db(transaction=True)
def test_nothing_slips_between_closing_and_storing() -> None:
    ids = make_series(2)
    failures: list[BaseException] = []

    def send(number: int) -> None:
        try:
            for minute in range(0, 240, 3):
                store([(number, START + minute * MINUTE_US, float(minute))])
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    senders = [threading.Thread(target=send, args=(number,)) for number in ids]
    for sender in senders:
        sender.start()
    minute = 0
    while any(sender.is_alive() for sender in senders):
        minute += 7
        close_at(MONDAY + dt.timedelta(minutes=minute % 240))
    for sender in senders:
        sender.join()
    close_at(MONDAY + dt.timedelta(hours=5))
    assert not failures
    expected = naive_hours(everything(ids), {})
    assert sum(stretch.count for stretch in expected.values()) == 160
    assert_same(rollups.stored_hours(ids, START, START + DAY_US), expected)
    assert count_of("dirty") == 0


def test_only_one_keeper_works_at_a_time(transactional_db: None) -> None:
    (number,) = make_series()
    store([(number, START, 1.0)])
    closing.close_hours(by=None, now=MONDAY + dt.timedelta(days=1))
    held, release = threading.Event(), threading.Event()

    def keep() -> None:
        from django.db import transaction

        with transaction.atomic():
            assert take_keeping()
            held.set()
            release.wait(10)
        connection.close()

    keeper = threading.Thread(target=keep)
    keeper.start()
    held.wait(10)
    assert closing.recount(by=None).lines == 0
    release.set()
    keeper.join()
    assert closing.recount(by=None).hours == 1

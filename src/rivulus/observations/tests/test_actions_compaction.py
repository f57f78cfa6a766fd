import datetime as dt
import random
import threading

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rivulus.observations.actions import compaction, packing
from rivulus.observations.actions import rollups as closing
from rivulus.observations.actions.storing import correct, remove_observation
from rivulus.observations.queries import readings as stored
from rivulus.observations.queries import rollups, segments
from rivulus.observations.rules.weeks import WEEK_US
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


def fill(ids: list[int], step_minutes: int = 30, weeks: int = 1) -> None:
    count = weeks * 7 * 24 * 60 // step_minutes
    chance = random.Random(1)
    store(
        [
            (number, START + place * step_minutes * MINUTE_US, round(chance.gauss(20, 2), 1))
            for number in ids
            for place in range(count)
        ]
    )


def close(now: dt.datetime = LATER) -> None:
    closing.close_hours(by=None, now=now)
    closing.recount(by=None)


def partitions() -> list[int]:
    return [week for week in segments.list_weeks() if START <= week < START + 4 * WEEK_US]


def answers(ids: list[int]) -> list[object]:
    """What every question about the store answers."""
    begin, end, first = START - WEEK_US, START + 5 * WEEK_US, MONDAY.date()
    middle = START + WEEK_US // 2
    hours, days = rollups.hourly(ids, begin, end), rollups.daily(ids, first, first + dt.timedelta(days=30))
    return [
        listed(stored.read(ids, begin, end)),
        listed(stored.read(ids[:1], middle, middle + 90 * MINUTE_US)),
        [
            listed(stored.read(asked, START, end, limit=limit, newest_first=newest))
            for limit in (1, 5, 400)
            for newest in (True, False)
            for asked in (ids, ids[:1])
        ],
        listed(stored.latest()),
        listed(stored.latest(ids[1:])),
        stored.extent(ids),
        [stored.count(ids, begin, end), stored.count(ids, middle, middle + 100 * MINUTE_US)],
        listed(stored.find_reading(ids[0], middle)),
        [column.tolist() for column in (hours.datastream, hours.start, hours.count, hours.sum, hours.covered_s)],
        [column.tolist() for column in (days.datastream, days.start, days.count, days.sum, days.max, days.last)],
    ]


def test_every_question_is_answered_the_same_before_and_after(db: None) -> None:
    ids = make_series(3, period_s=1800)
    fill(ids, weeks=2)
    store([(ids[0], START + 3 * WEEK_US, 7.0)])
    close()
    before = answers(ids)
    compaction.compact(by=None, now=LATER, most=100)
    assert partitions() == [START + 3 * WEEK_US]
    assert count_of("reading") == 1
    assert answers(ids) == before


def test_blocks_of_a_slow_series_become_one_and_the_newest_week_stays_apart(db: None) -> None:
    ids, now = make_series(2), MONDAY + dt.timedelta(days=86)
    fill(ids, step_minutes=360, weeks=11)
    close(now)
    before = answers(ids)
    compaction.compact(by=None, now=now, most=100)
    together = [(START, 28 * 8), (START + 8 * WEEK_US, 28), (START + 9 * WEEK_US, 28)]
    assert sorted(_blocks(ids[0])) == together
    assert answers(ids) == before
    store([(ids[0], START + WEEK_US + MINUTE_US, 99.0)])
    changed = answers(ids)
    for again in (close, lambda: compaction.compact(by=None, now=now, most=100)):
        again()
        assert answers(ids) == changed
    assert sorted(_blocks(ids[0])) == [(START, 28 * 8 + 1), *together[1:]]


def test_weeks_whose_hours_are_not_closed_stay_in_rows(db: None) -> None:
    fill(make_series())
    compaction.compact(by=None, now=LATER, most=100)
    assert partitions() == [START]


def _blocks(number: int) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT start, count FROM observations_block WHERE datastream = %s", [number])
        return [(us(start), count) for start, count in cursor.fetchall()]


def test_recent_weeks_stay_in_rows(db: None) -> None:
    fill(make_series())
    close()
    compaction.compact(by=None, now=MONDAY + dt.timedelta(days=20), most=100)
    assert partitions() == [START]
    compaction.compact(by=None, now=MONDAY + dt.timedelta(days=22), most=100)
    assert partitions() == []


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_late_arrivals_and_corrections_of_a_compacted_week_count_at_once(db: None, seed: int) -> None:
    chance = random.Random(seed)
    ids = make_series(2, period_s=900)
    periods = rollups.periods_of(ids)
    known: dict[tuple[int, int], float] = {}
    for _ in range(14):
        what = chance.random()
        if what < 0.5 or not known:
            batch = {(chance.choice(ids), START + chance.randrange(3000) * MINUTE_US): 1.0 for _ in range(20)}
            batch = {key: chance.randrange(100) / 4 for key in batch if key not in known}
            store([(*key, value) for key, value in batch.items()])
            known |= batch
        elif what < 0.65:
            (number, time) = chance.choice(sorted(known))
            known[number, time] += 0.25
            correct(by=None, datastream=number, time_us=time, value=known[number, time], reason="calibration")
        elif what < 0.75:
            (number, time) = chance.choice(sorted(known))
            remove_observation(by=None, datastream=number, time_us=time)
            del known[number, time]
        elif what < 0.9:
            compaction.compact(by=None, now=LATER, most=100)
        else:
            close()
        _assert_holds(ids, known, periods)
    close()
    compaction.compact(by=None, now=LATER, most=100)
    _assert_holds(ids, known, periods)


def _assert_holds(ids: list[int], known: dict[tuple[int, int], float], periods: dict[int, int | None]) -> None:
    found = listed(stored.read(ids, START - WEEK_US, START + 2 * WEEK_US))
    assert [row[:3] for row in found] == [(*key, known[key]) for key in sorted(known)]
    assert stored.count(ids, START, START + WEEK_US) == len(known)
    assert_same(rollups.hourly(ids, START - WEEK_US, START + 2 * WEEK_US), naive_hours(found, periods))
    newest = {number: (time, value) for number, time, value, _ in found}
    assert {row[0]: row[1:3] for row in listed(stored.latest(ids))} == newest


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_dies_leaves_everything_as_it_was() -> None:
    ids = make_series(2)
    fill(ids)
    close()
    before = answers(ids)
    with pytest.raises(KeyboardInterrupt):
        _compact_and_die()
    assert (count_of("block"), partitions()) == (0, [START])
    assert answers(ids) == before


@pytest.mark.django_db(transaction=True)
def test_what_arrives_while_a_week_is_packed_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = make_series(2)
    fill(ids)
    close()
    late = START + 7 * MINUTE_US
    keep_out = compaction._keep_out_others

    def arrive_then_keep_out() -> None:
        sender = threading.Thread(target=_send, args=([(ids[0], late, 99.0)],))
        sender.start()
        sender.join(10)
        assert not sender.is_alive(), "whoever stores is not held up"
        keep_out()

    monkeypatch.setattr(compaction, "_keep_out_others", arrive_then_keep_out)
    compaction.compact(by=None, now=LATER, most=100)
    assert (count_of("reading"), partitions()) == (0, [])
    assert listed(stored.find_reading(ids[0], late))[0][2] == 99.0
    assert stored.count(ids, START, START + WEEK_US) == 2 * 336 + 1


@pytest.mark.django_db(transaction=True)
def test_somebody_who_reads_for_long_only_puts_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    fill(make_series())
    close()
    monkeypatch.setattr(compaction, "LOCK_ATTEMPTS", 2)
    monkeypatch.setattr(compaction, "LOCK_MS", 20)
    monkeypatch.setattr(compaction, "LOCK_PAUSE_S", 0.01)
    reading, release = threading.Event(), threading.Event()

    def read() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM observations_reading")
            reading.set()
            release.wait(10)
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    reading.wait(10)
    assert compaction.compact(by=None, now=LATER, most=100) == 0
    release.set()
    reader.join()
    compaction.compact(by=None, now=LATER, most=100)
    assert partitions() == []


def test_packed_rollups_say_the_same_and_are_counted_again(db: None) -> None:
    ids = make_series(3, period_s=1800)
    fill(ids, weeks=6)
    close()
    now = LATER + dt.timedelta(days=25)
    before = answers(ids)
    assert {"observations_hourly_202601", "observations_daily_2026"} <= set(packing.pack_rollups(by=None, now=now))
    assert count_of("hourly_block") == 3
    assert answers(ids) == before
    assert "observations_hourly_202601" not in packing.pack_rollups(by=None, now=now)
    store([(ids[0], START + MINUTE_US, 3.0)])
    remove_observation(by=None, datastream=ids[1], time_us=START)
    remove_observation(by=None, datastream=ids[1], time_us=START + 30 * MINUTE_US)
    changed = answers(ids)
    for again in (lambda: closing.recount(by=None), lambda: packing.pack_rollups(by=None, now=now)):
        again()
        assert answers(ids) == changed
    hours = rollups.hourly(ids[:2], START, START + 60 * MINUTE_US)
    assert (hours.datastream.tolist(), hours.count.tolist()) == ([ids[0]], [3])
    packing.pack_rollups(by=None, now=now + dt.timedelta(days=31))
    assert answers(ids) == changed


@transaction.atomic
def _compact_and_die() -> None:
    compaction.compact_week(by=None, week_us=START)
    raise KeyboardInterrupt


def _send(batch: list[tuple[int, int, float]]) -> None:
    try:
        store(batch)
    finally:
        connection.close()

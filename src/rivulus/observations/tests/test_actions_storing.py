"""Into the store: what is new, what repeats, what corrects, in any order and by several at once."""

import threading
from collections import defaultdict

import numpy as np
import psycopg
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rivulus.observations.actions import storing
from rivulus.observations.actions.store import columns, settling
from rivulus.observations.rules import blocks
from rivulus.observations.rules.readings import Annotation, Batch, Readings, Record, Stored
from rivulus.observations.rules.weeks import moment
from rivulus.observations.terms import Flag

pytestmark = pytest.mark.django_db
T0 = 1_780_000_000_000_000  # 2026-05-28
MINUTE = 60_000_000


def readings(*rows):
    return Batch(readings=Readings.of(rows))


def rows():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datastream, (extract(epoch FROM time) * 1000000)::int8, value, quality FROM observations_reading "
            "ORDER BY 1, 2"
        )
        return cursor.fetchall()


def corrections():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datastream, value, replaced_by FROM observations_correction ORDER BY id")
        return cursor.fetchall()


def store(*given, source="test"):
    return storing.store(by=None, batch=readings(*given), source=source)


def test_new_readings_are_added_in_weeks_that_did_not_exist():
    stored = store((2, T0, 1.5), (1, T0 + MINUTE, 2.5), (1, T0, 0.5), (1, T0 - 86_400_000_000 * 400, 7.0))
    assert stored == Stored(added=4)
    assert [row[:3] for row in rows()] == [
        (1, T0 - 86_400_000_000 * 400, 7.0),
        (1, T0, 0.5),
        (1, T0 + MINUTE, 2.5),
        (2, T0, 1.5),
    ]


def test_a_replay_changes_nothing():
    store((1, T0, 1.0), (2, T0, 2.0))
    assert store((1, T0, 1.0), (2, T0, 2.0), (3, T0, 3.0)) == Stored(added=1, replayed=2)
    assert corrections() == []


def test_replays_are_looked_up_by_their_keys_though_the_planner_thinks_the_week_has_just_begun():
    """It would choose the index of what is roughly where: a millisecond for each."""

    def some(first, count, series):
        times = T0 + np.tile(np.arange(first, first + count), series) * 1_000_000
        numbers = np.repeat(np.arange(1, series + 1, dtype=np.int32), count)
        return Readings(times, np.ones(len(times)), numbers, np.zeros(len(times), np.int32))

    with connection.cursor() as cursor:
        storing.store(by=None, batch=Batch(readings=some(0, 1, 100)))
        cursor.execute("ANALYZE observations_reading")
        storing.store(by=None, batch=Batch(readings=some(1, 100, 500)))
        cursor.execute(settling.PLAN.decode())
        raw, asked = connection.connection, some(1, 100, 160)
        between = moment(int(asked.time.min())), moment(int(asked.time.max()))
        columned = columns.times(asked.time), columns.numbers(asked.value), columns.integers(asked.datastream)
        plan = "\n".join(row[0] for row in columns.run(raw, "EXPLAIN " + settling._DIFFERING, *columned, *between))
    assert "Index Scan using observations_reading_20260525_pkey" in plan
    assert "Bitmap" not in plan


def test_a_correction_keeps_what_it_replaces():
    store((1, T0, 1.0))
    assert store((1, T0, 2.0), source="Bogdan") == Stored(corrected=1)
    assert rows() == [(1, T0, 2.0, Flag.CORRECTED)]
    assert corrections() == [(1, 1.0, "Bogdan")]


def test_a_value_that_was_corrected_away_does_not_come_back_by_a_late_replay():
    store((1, T0, 1.0))
    store((1, T0, 2.0))
    assert store((1, T0, 1.0)) == Stored(replayed=1)
    assert rows()[0][2] == 2.0


def test_a_key_given_twice_in_a_batch_holds_the_last_and_keeps_the_first():
    assert store((1, T0, 1.0), (1, T0, 1.0), (1, T0, 2.0)) == Stored(added=1, corrected=1, replayed=1)
    assert rows()[0][2] == 2.0
    assert corrections() == [(1, 1.0, "test")]


def test_times_are_whole_milliseconds():
    store((1, T0 + 1999, 1.0))
    assert rows()[0][1] == T0 + 1000


def test_zero_and_minus_zero_are_the_same_result():
    store((1, T0, 0.0))
    assert store((1, T0, -0.0)) == Stored(replayed=1)


def test_what_is_not_finite_is_refused():
    with pytest.raises(storing.Refused):
        store((1, T0, float("nan")))


def test_a_batch_over_too_many_weeks_is_refused():
    with pytest.raises(storing.Refused):
        store(*((1, T0 - week * 7 * 86_400_000_000, 1.0) for week in range(601)))


def test_a_late_reading_marks_its_hour_once():
    hour = T0 // 3_600_000_000 * 3_600_000_000
    with connection.cursor() as cursor:
        cursor.execute("UPDATE observations_watermark SET closed_until = %s", [moment(hour + 3_600_000_000)])
        store((1, hour, 1.0), (1, hour + MINUTE, 1.0), (2, hour, 1.0), (1, hour + 3_600_000_000, 1.0))
        store((1, hour, 1.0))  # a replay marks nothing
        cursor.execute("SELECT datastream, hour FROM observations_dirty ORDER BY 1")
        assert cursor.fetchall() == [(1, moment(hour)), (2, moment(hour))]


def test_other_results_are_settled_like_numbers():
    def put(result):
        return storing.store(by=None, batch=Batch(records=(Record(9, T0, result),)), source="x")

    assert put({"a": 1}) == Stored(added=1)
    assert put({"a": 1.0}) == Stored(replayed=1)
    assert put({"a": True}) == Stored(corrected=1)
    assert put({"a": 1}) == Stored(replayed=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT result::text, quality FROM observations_record")
        assert cursor.fetchall() == [('{"a": true}', Flag.CORRECTED)]
        cursor.execute("SELECT result::text FROM observations_correction")
        assert cursor.fetchall() == [('{"a": 1}',)]


def test_what_else_is_said_is_kept_and_goes_with_the_result_it_was_said_of():
    note = Annotation(1, T0, end_time=T0 + MINUTE, parameters={"operator": "Ana"})
    first = Readings.of([(1, T0, 1.0)])
    first.quality[:] = Flag.ANNOTATED
    storing.store(by=None, batch=Batch(readings=first, annotations=(note,)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT end_time, parameters::text FROM observations_annotation")
        assert cursor.fetchall() == [(moment(T0 + MINUTE), '{"operator": "Ana"}')]
        store((1, T0, 2.0))
        cursor.execute("SELECT count(*) FROM observations_annotation")
        assert cursor.fetchone() == (0,)


def test_a_person_corrects_back_to_a_value_that_was_lost():
    store((1, T0, 1.0))
    store((1, T0, 2.0))
    storing.correct(by=None, datastream=1, time_us=T0, value=1.0, reason="the device was right")
    assert rows() == [(1, T0, 1.0, Flag.CORRECTED)]
    assert [value for _, value, _ in corrections()] == [1.0, 2.0]


def test_what_is_not_there_cannot_be_corrected_or_removed():
    with pytest.raises(storing.NotFound):
        storing.correct(by=None, datastream=1, time_us=T0, value=1.0, reason="")
    with pytest.raises(storing.NotFound):
        storing.remove_observation(by=None, datastream=1, time_us=T0)


def test_a_removed_observation_is_kept_among_what_was_replaced_and_may_come_again():
    store((1, T0, 1.0))
    storing.remove_observation(by=None, datastream=1, time_us=T0)
    assert rows() == []
    assert corrections() == [(1, 1.0, "removed")]
    assert store((1, T0, 1.0)) == Stored(added=1)


class Twin:
    """The same in the plainest way: one dictionary, one reading at a time."""

    def __init__(self):
        self.held, self.lost = {}, defaultdict(list)

    def take(self, key, value):
        if key not in self.held:
            self.held[key] = value
        elif value != self.held[key] and value not in self.lost[key]:
            self.lost[key].append(self.held[key])
            self.held[key] = value


BATCHES = st.lists(
    st.lists(
        st.tuples(st.integers(1, 2), st.integers(0, 3), st.sampled_from([0.0, 1.0, 2.0, 3.0])), min_size=1, max_size=6
    ),
    max_size=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BATCHES)
def test_replays_late_values_and_corrections_in_any_order_leave_what_a_dictionary_would(batches):
    twin = Twin()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM observations_reading; DELETE FROM observations_correction")
    for batch in batches:
        stored = store(*((series, T0 + slot * MINUTE, value) for series, slot, value in batch))
        assert stored.added + stored.corrected + stored.replayed == len(batch)
        for series, slot, value in batch:
            twin.take((series, T0 + slot * MINUTE), value)
    assert {row[:2]: row[2] for row in rows()} == twin.held
    lost = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datastream, (extract(epoch FROM time) * 1000000)::int8, value FROM observations_correction ORDER BY id"
        )
        for series, time, value in cursor.fetchall():
            lost[series, time].append(value)
    assert lost == {key: values for key, values in twin.lost.items() if values}


@pytest.mark.django_db(transaction=True)
def test_several_writers_of_the_same_keys_lose_and_double_nothing():
    url = connection.get_connection_params()
    parameters = {name: url[name] for name in ("dbname", "user", "host") if url.get(name)}
    done, errors = [], []

    def write(number):
        generator = np.random.default_rng(number)
        try:
            with psycopg.connect(**parameters, autocommit=True) as raw:
                for _ in range(15):
                    slots = generator.integers(0, 40, 30)
                    batch = readings(
                        *((int(slot % 3) + 1, T0 + int(slot) * MINUTE, float(slot % 2 or number)) for slot in slots)
                    )
                    done.append(storing.write_batch(raw, batch, f"writer {number}"))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in (5, 6, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    found = rows()
    assert len(found) == sum(stored.added for stored in done) == len({row[:2] for row in found})
    assert len(corrections()) == sum(stored.corrected for stored in done)
    assert all(value in (1.0, 5.0, 6.0, 7.0) for _, _, value, _ in found)


# Weeks that were compacted.


def compacted(*rows_of_one):
    """Put readings of one series into a block, as compaction leaves them."""
    held = Readings.of(rows_of_one)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO observations_block (start, finish, datastream, count, data) VALUES (%s, %s, %s, %s, %s)",
            [moment(int(held.time[0])), moment(int(held.time[-1])), 1, len(held), blocks.encode(held)],
        )


def test_a_replay_of_a_compacted_value_changes_nothing():
    compacted((1, T0, 1.0), (1, T0 + MINUTE, 2.0))
    assert store((1, T0, 1.0), (1, T0 + MINUTE, 2.0), (1, T0 + 2 * MINUTE, 3.0)) == Stored(added=1, replayed=2)
    assert [row[:3] for row in rows()] == [(1, T0 + 2 * MINUTE, 3.0)]


def test_a_correction_of_a_compacted_value_is_a_row_that_stands_before_it():
    compacted((1, T0, 1.0), (1, T0 + MINUTE, 2.0))
    assert store((1, T0, 9.0)) == Stored(corrected=1)
    assert rows() == [(1, T0, 9.0, Flag.CORRECTED)]
    assert corrections() == [(1, 1.0, "test")]
    assert store((1, T0, 1.0)) == Stored(replayed=1)


def test_a_compacted_value_is_removed_from_its_block():
    compacted((1, T0, 1.0), (1, T0 + MINUTE, 2.0))
    storing.remove_observation(by=None, datastream=1, time_us=T0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count, data FROM observations_block")
        ((count, data),) = cursor.fetchall()
    assert (count, blocks.decode(bytes(data), 1).value.tolist()) == (1, [2.0])
    assert corrections() == [(1, 1.0, "removed")]


def test_a_word_about_a_compacted_value_keeps_its_value():
    compacted((1, T0, 1.0))
    storing.annotate(by=None, annotation=Annotation(1, T0, parameters={"note": "calibrated"}))
    assert rows() == [(1, T0, 1.0, Flag.ANNOTATED)]


def test_a_correction_by_a_person_is_journaled_and_asks_for_the_role():
    from rivulus.identity.models import Person
    from rivulus.journal.models import Line

    store((1, T0, 1.0))
    vlad = Person.objects.create(email="vlad@example.org")
    with pytest.raises(storing.Refused):
        storing.correct(by=vlad, datastream=1, time_us=T0, value=2.0, reason="")
    before = Line.objects.count()
    storing.correct(by=None, datastream=1, time_us=T0, value=2.0, reason="")
    assert Line.objects.count() == before  # a supplier's own correction stands in the store


def test_the_careful_way_leaves_the_settings_of_the_transaction_as_they_were():
    store((1, T0, 1.0), (1, T0, 2.0))
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)

import datetime as dt
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.db import transaction

from rivulus.journal.models import Line
from rivulus.observations.actions import compaction, retention
from rivulus.observations.actions import rollups as closing
from rivulus.observations.actions.storing import store as store_batch
from rivulus.observations.models import Datastream, ObservedProperty
from rivulus.observations.queries import readings as stored
from rivulus.observations.queries import rollups
from rivulus.observations.queries.records import read_records
from rivulus.observations.rules.readings import HOUR_US, Batch, Record
from rivulus.observations.rules.weeks import WEEK_US
from rivulus.observations.tests.twins import MINUTE_US, MONDAY, as_stretches, count_of, make_series, store, us

START = us(MONDAY)
LATER = MONDAY + dt.timedelta(days=60)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, settings: object) -> None:
    settings.HOME = tmp_path  # type: ignore[attr-defined]


def fill(ids: list[int]) -> None:
    store([(number, START + n * 6 * HOUR_US, n / 4) for number in ids for n in range(7 * 4 * 8)])
    close()


def close() -> None:
    closing.close_hours(by=None, now=LATER)
    closing.recount(by=None)


def keep(**retention_days: int) -> None:
    ObservedProperty.objects.update(retention=retention_days)


@pytest.mark.parametrize("is_compacted", [False, True])
def test_readings_are_archived_and_verified_before_they_are_dropped(db: None, is_compacted: bool) -> None:
    ids = make_series(2)
    fill(ids)
    if is_compacted:
        compaction.compact(by=None, now=LATER, most=100)
    hours = as_stretches(rollups.hourly(ids, START, START + 10 * WEEK_US))
    known = stored.read(ids, START, START + WEEK_US)
    keep(raw_days=30)
    dropped = retention.apply_retention(by=None, now=LATER)
    assert [step.count for step in dropped] == [56, 56, 56, 56]
    table = pq.read_table(dropped[0].file)
    assert table["result"].to_pylist() == known.value.tolist()
    assert table["datastream"].to_pylist() == known.datastream.tolist()
    assert stored.count(ids, START, START + 4 * WEEK_US) == 0
    assert stored.count(ids, START, START + 9 * WEEK_US) == 4 * 56
    assert as_stretches(rollups.hourly(ids, START, START + 10 * WEEK_US)) == hours
    assert stored.extent(ids)[ids[0]][0] == START + 4 * WEEK_US
    line = Line.objects.order_by("-sequence")[0]
    assert line.verb == "observations.retention.dropped"
    assert line.content["count"] == 56
    assert retention.apply_retention(by=None, now=LATER) == []


def test_what_arrives_for_a_dropped_week_is_archived_too_and_changes_no_hour(db: None) -> None:
    ids = make_series()
    fill(ids)
    keep(raw_days=30)
    retention.apply_retention(by=None, now=LATER)
    hours = as_stretches(rollups.hourly(ids, START, START + WEEK_US))
    days = as_stretches(rollups.daily(ids, MONDAY.date(), MONDAY.date()))
    store([(ids[0], START + MINUTE_US, 99.0)])
    for _ in range(2):
        assert as_stretches(rollups.hourly(ids, START, START + WEEK_US)) == hours
        assert as_stretches(rollups.daily(ids, MONDAY.date(), MONDAY.date())) == days
        closing.recount(by=None)
    dropped = retention.apply_retention(by=None, now=LATER)
    assert [(step.file.name, step.count) for step in dropped] == [("2026-01-05-2.parquet", 1)]


def test_without_a_word_everything_is_kept(db: None) -> None:
    fill(make_series())
    assert retention.apply_retention(by=None, now=LATER) == []


def test_hours_are_dropped_by_the_month_and_days_stay(db: None) -> None:
    ids = make_series()
    fill(ids)
    keep(raw_days=20, hourly_days=25)
    days = as_stretches(rollups.daily(ids, MONDAY.date(), MONDAY.date() + dt.timedelta(days=60)))
    dropped = retention.apply_retention(by=None, now=LATER)
    assert dropped[-1].file.name == "2026-01-hours.parquet"
    assert len(rollups.hourly(ids, START, START + 3 * WEEK_US)) == 0
    assert as_stretches(rollups.daily(ids, MONDAY.date(), MONDAY.date() + dt.timedelta(days=60))) == days


def test_records_are_archived_as_json(db: None) -> None:
    (number,) = make_series(kind="any")
    records = tuple(Record(number, START + n * 24 * HOUR_US, {"state": "ploaie", "n": n}) for n in range(3))
    store_batch(by=None, batch=Batch(records=records))
    keep(raw_days=30)
    (dropped,) = retention.apply_retention(by=None, now=LATER)
    assert pq.read_table(dropped.file)["result"].to_pylist()[1] == '{"n": 1, "state": "ploaie"}'
    assert read_records([number], START, START + WEEK_US) == []


def test_a_step_that_dies_after_writing_its_file_finds_it_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = make_series()
    fill(ids)
    keep(raw_days=50)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(retention, "_move_beginning", die)
        with pytest.raises(KeyboardInterrupt):
            transaction.atomic(retention.apply_retention)(by=None, now=LATER)
    assert stored.count(ids, START, START + WEEK_US) == 28
    dropped = retention.apply_retention(by=None, now=LATER)
    assert [step.file.name for step in dropped] == ["2026-01-05.parquet"]
    assert len(list(dropped[0].file.parent.iterdir())) == 1


def test_a_reading_that_arrives_while_the_file_is_written_is_not_lost(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = make_series()
    fill(ids)
    keep(raw_days=50)
    write = retention._write

    def write_then_arrive(*given: object) -> Path:
        file = write(*given)  # type: ignore[arg-type]
        store([(ids[0], START + MINUTE_US, 5.0)])
        return file

    with monkeypatch.context() as patch:
        patch.setattr(retention, "_write", write_then_arrive)
        assert retention.apply_retention(by=None, now=LATER) == []
    assert stored.count(ids, START, START + WEEK_US) == 29
    assert count_of("block") == 0
    assert [step.count for step in retention.apply_retention(by=None, now=LATER)] == [29]
    assert Datastream.objects.count() == 1

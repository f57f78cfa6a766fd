"""Facts about kept tables: current, whole, the same for the same rows, and gone when their context says so."""

import datetime as dt
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import connection

from rivulus.catalog.actions import tables as actions
from rivulus.catalog.feeds.tables import refreshing, sweeping
from rivulus.catalog.feeds.tables.writing import PARTIAL, write_rows
from rivulus.catalog.models import Dataset, KeptTable, Snapshot
from rivulus.catalog.queries import places
from rivulus.catalog.queries import tables as queries
from rivulus.catalog.rules.columns import Column
from rivulus.catalog.rules.retention import days_to_keep
from rivulus.catalog.tests.tabled import COLUMNS, Records, make_dataset, published, row, table_of
from rivulus.kernel import clock
from rivulus.kernel.publishing import ColumnType


def keep(source: Records) -> KeptTable:
    refreshing.refresh(table_of(source), is_wanted_now=True)
    return KeptTable.objects.get(name="tests_places")


def test_a_table_is_kept_with_its_types_and_its_bounds(records: Records, dataset: Dataset) -> None:
    kept = keep(records)
    file = pq.ParquetFile(places.table_file(kept.name, kept.version))
    assert (kept.rows, file.metadata.num_rows, kept.size) == (
        60,
        60,
        places.table_file(kept.name, kept.version).stat().st_size,
    )
    types = {field.name: str(field.type) for field in file.schema_arrow}
    assert types["day"] == "date32[day]" and types["at"] == "timestamp[us, tz=UTC]" and types["count"] == "int64"
    assert kept.box == [pytest.approx(23.501), pytest.approx(47.6005), pytest.approx(23.559), pytest.approx(47.6295)]
    assert b'"primary_column": "geometry"' in file.metadata.metadata[b"geo"]
    assert file.metadata.row_group(0).column(0).statistics.min == "t000"


def test_the_same_rows_are_the_same_version_and_nothing_is_said_to_have_changed(
    records: Records, dataset: Dataset
) -> None:
    first = keep(records)
    dataset.refresh_from_db()
    said = (dataset.data_revision, dataset.revision)
    records.revision = "2"
    second = keep(records)
    dataset.refresh_from_db()
    assert (second.version, second.changed_at) == (first.version, first.changed_at)
    assert second.revision != first.revision and records.reads == 2
    assert (dataset.data_revision, dataset.revision) == said == (first.version, 2)


def test_rows_are_read_again_only_when_the_records_have_changed(records: Records, dataset: Dataset) -> None:
    for _time in range(3):
        keep(records)
    assert records.reads == 1
    records.rows.append(row(60))
    records.revision = "2"
    assert keep(records).rows == 61


def test_the_worker_makes_what_changed_and_waits_a_while_before_it_does_so_again(
    records: Records, dataset: Dataset
) -> None:
    assert refreshing.refresh_all() == 1
    records.revision, records.rows = "2", records.rows[:10]
    assert refreshing.refresh_all() == 0
    with clock.frozen(clock.now() + dt.timedelta(minutes=2)):
        assert refreshing.refresh_all() == 1
    assert KeptTable.objects.get().rows == 10


def test_a_table_whose_dataset_is_not_published_is_not_made(records: Records, dataset: Dataset) -> None:
    Dataset.objects.update(state="archived")
    assert refreshing.refresh_all() == 0


def test_a_small_table_is_made_anew_while_somebody_waits(records: Records, dataset: Dataset) -> None:
    refreshing.ensure_current(dataset)
    assert queries.get_table(dataset).rows == 60
    records.revision, records.rows = "2", records.rows[:5]
    refreshing.ensure_current(dataset)
    refreshing._looked_at.clear()
    refreshing.ensure_current(dataset)
    assert queries.get_table(dataset).rows == 5


def test_a_failure_is_noted_and_the_old_rows_go_on_answering(
    records: Records, dataset: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    kept = keep(records)

    def fail() -> None:
        raise RuntimeError("the records are away")

    records.revision, records.before_rows = "2", fail
    assert not refreshing.refresh(table_of(records), is_wanted_now=True)
    row_ = KeptTable.objects.get()
    assert row_.version == kept.version and "the records are away" in row_.failure and row_.failed_at is not None
    assert not list(places.tables_folder().glob(f"*/{PARTIAL}*"))
    assert "could not be made anew" in caplog.text


def test_what_its_context_takes_back_is_gone_at_once(records: Records, dataset: Dataset) -> None:
    keep(records)
    actions.keep_snapshots(by=None)
    records.columns = tuple(column for column in COLUMNS if column.name != "name")
    table = queries.get_table(dataset)
    assert table.find_column("name") is None and not table.is_whole
    earlier = queries.find_snapshot(table, clock.today())
    assert earlier is not None and earlier.find_column("name") is None and not earlier.is_whole
    records.columns = ()
    assert queries.find_table_of(dataset) is None
    assert queries.list_open_tables() == []


def test_a_snapshot_keeps_the_rows_of_its_day(records: Records, dataset: Dataset) -> None:
    keep(records)
    yesterday = clock.now() - dt.timedelta(days=1)
    with clock.frozen(yesterday):
        assert actions.keep_snapshots(by=None) == 1
        assert actions.keep_snapshots(by=None) == 0
    records.revision, records.rows = "2", records.rows[:1]
    keep(records)
    actions.keep_snapshots(by=None)
    table = queries.get_table(dataset)
    days = [(snapshot.day, snapshot.rows) for snapshot in queries.list_snapshots(table)]
    assert days == [(clock.today(), 1), (clock.today() - dt.timedelta(days=1), 60)]
    earlier = queries.find_snapshot(table, days[1][0])
    assert earlier is not None and earlier.rows == 60 and earlier.file.exists()


def test_thirty_days_a_month_each_for_two_years_and_a_year_each_stay() -> None:
    today = dt.date(2026, 11, 29)
    days = [today - dt.timedelta(days=back) for back in range(1500)]
    kept = days_to_keep(days, today)
    assert all(day in kept for day in days[:30])
    assert dt.date(2026, 10, 1) in kept and dt.date(2026, 10, 2) not in kept
    assert dt.date(2024, 11, 1) in kept and dt.date(2024, 10, 1) not in kept
    assert dt.date(2023, 1, 1) in kept and dt.date(2023, 2, 1) not in kept
    assert len(kept) == 30 + 24 + 3  # the first of November is one of the thirty
    assert days_to_keep([], today) == frozenset()


def test_only_files_that_nobody_can_ask_for_are_swept_away(records: Records, dataset: Dataset) -> None:
    old = keep(records).version
    actions.keep_snapshots(by=None)
    records.revision, records.rows = "2", records.rows[:1]
    middle = keep(records).version
    records.revision, records.rows = "3", records.rows * 2
    new = keep(records).version
    folder = places.tables_folder() / "tests_places"
    (folder / f"{PARTIAL}left").write_bytes(b"half")
    (folder / f"{PARTIAL}begun").write_bytes(b"half")
    for file in (*folder.glob("*.parquet"), folder / f"{PARTIAL}left"):
        os.utime(file, (1, 1))
    assert sweeping.sweep() == 2
    assert not places.table_file("tests_places", middle).exists()
    assert {file.stem for file in folder.glob("*.parquet")} == {old, new}
    assert (folder / f"{PARTIAL}begun").exists()


def test_snapshots_beyond_the_rule_are_forgotten(records: Records, dataset: Dataset) -> None:
    kept = keep(records)
    for back in range(100):
        day = clock.today() - dt.timedelta(days=back)
        Snapshot.objects.create(table=kept, day=day, version=kept.version, rows=1, size=1)
    dropped = actions.drop_old_snapshots(by=None, today=clock.today())
    assert 60 <= dropped <= 70 and Snapshot.objects.count() == 100 - dropped


@pytest.mark.django_db(transaction=True)
def test_of_many_who_ask_at_once_one_reads_the_rows(media: Path) -> None:
    source = Records()
    source.before_rows = lambda: time.sleep(0.2)
    with published(source):
        dataset = make_dataset()
        found: list[int] = []

        def ask() -> None:
            try:
                refreshing.ensure_current(dataset)
                found.append(queries.get_table(dataset).rows)
            finally:
                connection.close()

        threads = [threading.Thread(target=ask) for _number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert source.reads == 1 and found == [60] * 6


KILLED = """
import itertools, os, signal, sys
sys.path.insert(0, {source!r})
import django
from django.conf import settings
settings.configure(MEDIA_ROOT={media!r}, HOME={media!r})
from rivulus.catalog.feeds.tables.writing import write_rows
from rivulus.catalog.rules.columns import Column
from rivulus.kernel.publishing import ColumnType
def rows():
    for number in itertools.count():
        if number == 400_000:
            os.kill(os.getpid(), signal.SIGKILL)
        yield (f"{{number}}",)
write_rows("tests_killed", [Column("code", ColumnType.STRING)], rows())
"""


def test_a_process_killed_while_writing_leaves_the_old_file_and_no_other(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    column = Column("code", ColumnType.STRING)
    old = write_rows("tests_killed", [column], [("a",), ("b",)])
    source = str(Path(__file__).resolve().parents[3])
    program = KILLED.format(source=source, media=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert done.returncode == -9, done.stderr
    folder = places.tables_folder() / "tests_killed"
    assert [file.name for file in folder.glob("*.parquet")] == [f"{old.version}.parquet"]
    assert len(list(folder.glob(f"{PARTIAL}*"))) == 1
    assert pq.read_table(places.table_file("tests_killed", old.version)).column("code").to_pylist() == ["a", "b"]

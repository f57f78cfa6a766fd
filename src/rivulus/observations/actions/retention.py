"""What need not be kept for ever: written to a Parquet file, read back, and only then dropped.

A property says for how many days readings are kept (``raw_days``) and hours (``hourly_days``); days always stay. Readings
go week by week, hours month by month. Each step is one transaction: the file is complete on the disk before anything is
deleted, and what arrived while it was written makes the step wait for another night.
"""

import datetime as dt
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import OperationalError, connection, transaction

from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.observations.actions.compaction import OPEN_DAYS, cut_blocks
from rivulus.observations.actions.packing import cut_hours
from rivulus.observations.actions.rollups import PATIENCE_MS
from rivulus.observations.models import Datastream, ObservedProperty
from rivulus.observations.queries import heads, segments
from rivulus.observations.queries.columns import rows
from rivulus.observations.queries.export import RECORDS, SCHEMA, records_to_batch, to_batch
from rivulus.observations.queries.keeping import STORING, take_keeping
from rivulus.observations.queries.records import extent_of_records, read_records
from rivulus.observations.queries.rollups import stored_hours
from rivulus.observations.rules.weeks import WEEK_US, microseconds, moment, months_between, week_of

if TYPE_CHECKING:
    from rivulus.identity.models import Person

HOURS = pa.schema(
    [
        ("datastream", pa.int32()),
        ("hour", pa.timestamp("ms", tz="UTC")),
        *((name, pa.int32()) for name in ("count", "flagged", "covered_s")),
        *((name, pa.float64()) for name in ("sum", "min", "max", "last")),
    ]
)
_REACH = """SELECT min(start), max(finish) FROM observations_block
    WHERE datastream = ANY(%s::int4[]) AND start < %s"""
_IN_ROWS = (
    "SELECT EXISTS (SELECT FROM observations_reading WHERE datastream = ANY(%s::int4[]) AND time >= %s AND time < %s)"
)
_DROP = ("DELETE FROM observations_reading WHERE datastream = ANY(%s::int4[]) AND time >= %s AND time < %s",)
_DROP_RECORDS = ("DELETE FROM observations_record WHERE datastream = ANY(%s::int4[]) AND time >= %s AND time < %s",)
_DROP_HOURS = ("DELETE FROM observations_hourly WHERE datastream = ANY(%s::int4[]) AND hour >= %s AND hour < %s",)
_RAW_FROM = """UPDATE observations_head SET raw_from = greatest(raw_from, %s)
    WHERE datastream = ANY(%s::int4[])"""
_FIRST = "UPDATE observations_head SET first_time = %s WHERE datastream = %s"
_OLDEST_HOUR = """SELECT least(
    (SELECT min(hour) FROM observations_hourly WHERE datastream = ANY(%s::int4[]) AND hour < %s),
    (SELECT min(start) FROM observations_hourly_block WHERE datastream = ANY(%s::int4[]) AND start < %s))"""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was archived and dropped in one step."""

    file: Path
    count: int


@dataclass(frozen=True, slots=True)
class _Step:
    """One stretch of time of the series of a property: how to read it, and how to delete it."""

    observed: ObservedProperty
    ids: list[int]
    start: int
    end: int
    name: str
    read: Callable[[], pa.Table]
    statements: tuple[str, ...]


def apply_retention(*, by: "Person | None", now: dt.datetime | None = None) -> list[Dropped]:
    """Archive and drop whatever the properties do not keep; return what was dropped."""
    at = now or clock.now()
    found: list[Dropped] = []
    for observed in ObservedProperty.objects.exclude(retention={}).order_by("id"):
        ids = list(Datastream.objects.filter(observed_property=observed).order_by("id").values_list("id", flat=True))
        days = observed.retention.get("raw_days")
        if not ids or not isinstance(days, int) or days <= 0:
            continue
        before = week_of(microseconds(at - dt.timedelta(days=max(days, OPEN_DAYS))))
        steps = [*_weeks(observed, ids, before), *_weeks_of_records(observed, ids, before)]
        hourly_days = observed.retention.get("hourly_days")
        if isinstance(hourly_days, int) and hourly_days >= days:
            steps += _months(observed, ids, min(before, microseconds(at - dt.timedelta(days=hourly_days))))
        found += [done for step in steps if (done := _try(by, step)) is not None]
    return found


def _archive_folder() -> Path:
    """Return where archived readings are."""
    return Path(settings.HOME) / "archive"


def _weeks(observed: ObservedProperty, ids: list[int], before: int) -> list[_Step]:
    """Return the weeks before a time of which there are blocks or rows."""
    first, last = rows(_REACH, [ids, moment(before)])[0]
    weeks = set(range(week_of(microseconds(first)), min(before, microseconds(last) + 1), WEEK_US)) if first else set()
    for week in segments.list_weeks():
        if week < before and week not in weeks and rows(_IN_ROWS, [ids, moment(week), moment(week + WEEK_US)])[0][0]:
            weeks.add(week)
    return [
        _Step(observed, ids, week, week + WEEK_US, f"{moment(week):%Y-%m-%d}", _reader(ids, week), _DROP)
        for week in sorted(weeks)
    ]


def _weeks_of_records(observed: ObservedProperty, ids: list[int], before: int) -> list[_Step]:
    reach = extent_of_records(ids).values()
    if not reach:
        return []
    steps = []
    for week in range(week_of(min(first for first, _ in reach)), before, WEEK_US):
        name = f"{moment(week):%Y-%m-%d}-records"
        steps.append(_Step(observed, ids, week, week + WEEK_US, name, _record_reader(ids, week), _DROP_RECORDS))
    return steps


def _months(observed: ObservedProperty, ids: list[int], before: int) -> list[_Step]:
    """Return the whole months before a time of which there are hours."""
    oldest = rows(_OLDEST_HOUR, [ids, moment(before), ids, moment(before)])[0][0]
    if oldest is None:
        return []
    firsts = [dt.datetime(day.year, day.month, 1, tzinfo=dt.UTC) for day in months_between(oldest, moment(before))]
    steps = []
    for first, after in pairwise(firsts):
        start, end = microseconds(first), microseconds(after)
        steps.append(
            _Step(observed, ids, start, end, f"{first:%Y-%m}-hours", _hour_reader(ids, start, end), _DROP_HOURS)
        )
    return steps


def _reader(ids: list[int], week: int) -> Callable[[], pa.Table]:
    def read() -> pa.Table:
        end = week + WEEK_US
        found = segments.read_both(ids, week, end)
        return pa.Table.from_batches([to_batch(found)], SCHEMA)

    return read


def _record_reader(ids: list[int], week: int) -> Callable[[], pa.Table]:
    return lambda: pa.Table.from_batches([records_to_batch(read_records(ids, week, week + WEEK_US))], RECORDS)


def _hour_reader(ids: list[int], start: int, end: int) -> Callable[[], pa.Table]:
    def read() -> pa.Table:
        found = stored_hours(ids, start, end)
        hour = pa.array((found.start // 1000).view("datetime64[ms]")).cast(HOURS.field("hour").type)
        others = [pa.array(getattr(found, name)) for name in HOURS.names[2:]]
        return pa.Table.from_arrays([pa.array(found.datastream), hour, *others], schema=HOURS)

    return read


def _try(by: "Person | None", step: _Step) -> Dropped | None:
    try:
        return _archive_and_drop(by, step)
    except OperationalError:  # a lock was not to be had: another night
        return None


@transaction.atomic
def _archive_and_drop(by: "Person | None", step: _Step) -> Dropped | None:
    if not take_keeping():
        return None
    table = step.read()
    if not len(table):
        return None
    file = _write(step, table)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STORING])
        if not _same(step.read(), table):
            return None  # something arrived meanwhile
        for statement in step.statements:
            cursor.execute(statement, [step.ids, moment(step.start), moment(step.end)])
    if step.statements is _DROP:
        cut_blocks(by=by, datastreams=step.ids, start_us=step.start, end_us=step.end)
        _move_beginning(step)
    if step.statements is _DROP_HOURS:
        cut_hours(by=by, datastreams=step.ids, start_us=step.start, end_us=step.end)
    content = {
        "property": step.observed.code or step.observed.name,
        "from": moment(step.start).isoformat(),
        "until": moment(step.end).isoformat(),
        "count": len(table),
        "file": str(file.relative_to(_archive_folder())),
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }
    journal.write(
        by=by,
        verb="observations.retention.dropped",
        subject="observations.observed_property",
        subject_id=step.observed.pk,
        content=content,
    )
    return Dropped(file, len(table))


def _move_beginning(step: _Step) -> None:
    """Say from when on the series still have readings: hours before it are never counted again."""
    oldest = heads.exact_edges(step.ids, "ASC")
    with connection.cursor() as cursor:
        cursor.execute(_RAW_FROM, [moment(step.end), step.ids])
        cursor.executemany(
            _FIRST,
            [(moment(time), one) for one, time in zip(oldest.datastream.tolist(), oldest.time.tolist(), strict=True)],
        )


def _write(step: _Step, table: pa.Table) -> Path:
    """Write the file beside its place, read it back, compare, and move it there; or find that it is there already."""
    folder = _archive_folder() / f"{step.observed.pk}-{step.observed.code or 'property'}"
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while (file := folder / f"{step.name}{f'-{number}' if number > 1 else ''}.parquet").exists():
        if _same(pq.read_table(file), table):
            return file  # written by a step that died before it deleted anything
        number += 1
    fresh = file.with_suffix(".new")
    pq.write_table(table, fresh, compression="zstd")
    if not _same(pq.read_table(fresh), table):
        raise OSError(f"{fresh} does not hold what was written into it.")
    _sync(fresh)
    fresh.rename(file)
    _sync(folder)
    return file


def _same(one: pa.Table, other: pa.Table) -> bool:
    """Say whether two tables hold the same bits (where Arrow would call 0 and −0 the same, and NaN different)."""
    if one.schema.names != other.schema.names or len(one) != len(other):
        return False
    return all(_bits(one[name]) == _bits(other[name]) for name in one.schema.names)


def _bits(column: pa.ChunkedArray) -> bytes | list[str]:
    if pa.types.is_string(column.type):
        found: list[str] = column.to_pylist()
        return found
    return np.ascontiguousarray(column.to_numpy()).tobytes()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

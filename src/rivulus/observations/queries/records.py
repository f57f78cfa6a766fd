"""Observations whose result is not a number, as they were given."""

from collections.abc import Sequence
from typing import Any

from rivulus.observations.queries.columns import rows
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US, Record
from rivulus.observations.rules.weeks import microseconds, moment

_SELECT = """SELECT datastream, time, result, quality FROM observations_record
    WHERE datastream = ANY(%s::int4[]) AND time >= %s AND time < %s"""
_LATEST = """SELECT r.datastream, r.time, r.result, r.quality FROM observations_datastream d CROSS JOIN LATERAL (
        SELECT datastream, time, result, quality FROM observations_record
        WHERE datastream = d.id ORDER BY time DESC LIMIT 1) r
    WHERE d.kind <> 'number' {} ORDER BY r.datastream"""
_EXTENT = """SELECT d.id, f.time, l.time FROM observations_datastream d
    CROSS JOIN LATERAL (SELECT time FROM observations_record WHERE datastream = d.id ORDER BY time LIMIT 1) f
    CROSS JOIN LATERAL (SELECT time FROM observations_record WHERE datastream = d.id ORDER BY time DESC LIMIT 1) l
    WHERE d.kind <> 'number' AND d.id = ANY(%s::int4[])"""


def read_records(
    datastreams: Sequence[int],
    start_us: int,
    end_us: int,
    *,
    limit: int | None = None,
    newest_first: bool = False,
) -> list[Record]:
    """Return the records of [start, end), by series and then time; with a limit the oldest or newest of all of them."""
    parameters: list[Any] = [list(datastreams), *_times(start_us, end_us)]
    if limit is None:
        return _records(rows(f"{_SELECT} ORDER BY datastream, time", parameters))
    order = "DESC" if newest_first else "ASC"
    found = _records(rows(f"{_SELECT} ORDER BY time {order}, datastream LIMIT %s", [*parameters, limit]))
    return sorted(found, key=lambda record: (record.datastream, record.time))


def latest_records(datastreams: Sequence[int] | None = None) -> list[Record]:
    """Return the newest record of each series that has one, by series; of all of them when none are named."""
    if datastreams is None:
        return _records(rows(_LATEST.format(""), []))
    return _records(rows(_LATEST.format("AND d.id = ANY(%s::int4[])"), [list(datastreams)]))


def find_record(datastream: int, time_us: int) -> Record | None:
    """Return the record of a key."""
    return next(iter(read_records([datastream], time_us, time_us + 1)), None)


def count_records(datastreams: Sequence[int], start_us: int, end_us: int) -> int:
    """Return how many records there are in [start, end)."""
    select = _SELECT.replace("datastream, time, result, quality", "count(*)", 1)
    return int(rows(select, [list(datastreams), *_times(start_us, end_us)])[0][0])


def extent_of_records(datastreams: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return the times of the oldest and the newest record of each series that has one."""
    found = rows(_EXTENT, [list(datastreams)])
    return {number: (microseconds(first), microseconds(last)) for number, first, last in found}


def _times(start_us: int, end_us: int) -> list[Any]:
    return [moment(min(max(start_us, EARLIEST_US), LATEST_US)), moment(max(min(end_us, LATEST_US), EARLIEST_US))]


def _records(found: list[tuple[Any, ...]]) -> list[Record]:
    return [Record(number, microseconds(time), result, quality) for number, time, result, quality in found]

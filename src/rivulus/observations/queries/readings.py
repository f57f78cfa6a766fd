"""Numeric readings, from rows and blocks alike: rows are what came last, so they override the block's of the same key.

Rows are read before blocks. A week that is compacted in between is then found twice, which does no harm; the other
way round it would not be found at all.
"""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from rivulus.observations.queries.columns import rows
from rivulus.observations.queries.heads import extent, latest
from rivulus.observations.queries.segments import merge, read_blocks, read_both, read_rows, which
from rivulus.observations.rules import ordering
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US, Readings, concatenate
from rivulus.observations.rules.weeks import microseconds, moment

__all__ = ["count", "extent", "find_reading", "latest", "read"]

_SIZES = """SELECT datastream, start, finish, count FROM observations_block
    WHERE {} AND start < %s AND finish >= %s ORDER BY start {}"""


def read(
    datastreams: Sequence[int],
    start_us: int,
    end_us: int,
    *,
    limit: int | None = None,
    newest_first: bool = False,
) -> Readings:
    """Return the readings of [start, end), by series and then time; with a limit the oldest or newest of all of them.

    ``newest_first`` says which of them the limit keeps; the answer is in order of time all the same.
    """
    ids = sorted({int(number) for number in datastreams})
    start_us, end_us = max(start_us, EARLIEST_US), min(end_us, LATEST_US)
    if not ids or start_us >= end_us or limit == 0:
        return Readings.none()
    if limit is None:
        return read_both(ids, start_us, end_us)
    found = read_rows(ids, start_us, end_us, limit, newest_first)
    found = merge(found, _read_few_blocks(ids, start_us, end_us, limit, newest_first))
    if len(found) <= limit:
        return found
    order = np.argsort(-found.time if newest_first else found.time, kind="stable")[:limit]
    return found.take(np.sort(order))


def find_reading(datastream: int, time_us: int) -> Readings:
    """Return the reading of a key, or no readings."""
    return read([datastream], time_us, time_us + 1)


def count(datastreams: Sequence[int], start_us: int, end_us: int) -> int:
    """Return how many readings there are in [start, end)."""
    ids = sorted({int(number) for number in datastreams})
    start_us, end_us = max(start_us, EARLIEST_US), min(end_us, LATEST_US)
    if not ids or start_us >= end_us:
        return 0
    condition, who = which(ids)
    times = [moment(start_us), moment(end_us)]
    counted = "SELECT count(*) FROM observations_reading WHERE {} AND time >= %s AND time < %s"
    total = int(rows(counted.format(condition), [*who, *times])[0][0])
    sizes = rows(_SIZES.format(condition, ""), [*who, times[1], times[0]])
    return total + sum(_count_block(row, start_us, end_us) for row in sizes)


def _count_block(row: tuple[int, dt.datetime, dt.datetime, int], start_us: int, end_us: int) -> int:
    """Return what a block adds to the rows: its size where nothing overlaps it, else what a look inside says."""
    datastream, first, last, size = row
    first_us, last_us = microseconds(first), microseconds(last)
    start_us, end_us = max(start_us, first_us), min(end_us, last_us + 1)
    rows_there = read_rows([datastream], start_us, end_us)
    if not len(rows_there) and start_us == first_us and end_us == last_us + 1:
        return size
    within = read_blocks([datastream], start_us, end_us)
    return len(within) - int(np.isin(within.time, rows_there.time).sum())


def _read_few_blocks(ids: Sequence[int], start_us: int, end_us: int, limit: int, newest_first: bool) -> Readings:
    """Read block after block, until there are as many readings as the limit wants, and none beyond can be nearer."""
    condition, who = which(ids)
    order = "DESC" if newest_first else ""
    sizes = rows(_SIZES.format(condition, order), [*who, moment(end_us), moment(start_us)])
    parts: list[Readings] = []
    total = 0
    for datastream, first, last, _ in sizes:
        first_us, last_us = microseconds(first), microseconds(last)
        if total >= limit and _is_beyond(parts, limit, first_us, last_us, newest_first):
            continue
        parts.append(read_blocks([datastream], max(start_us, first_us), min(end_us, last_us + 1)))
        total += len(parts[-1])
    return ordering.in_order(concatenate(parts))[0]


def _is_beyond(parts: list[Readings], limit: int, first_us: int, last_us: int, newest_first: bool) -> bool:
    times = np.sort(np.concatenate([part.time for part in parts]))
    return bool(last_us < times[-limit]) if newest_first else bool(first_us > times[limit - 1])

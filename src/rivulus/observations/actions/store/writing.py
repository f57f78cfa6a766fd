"""Writing a batch into the store over a connection of psycopg, in one transaction.

Nearly always everything in a batch is new: then it is copied in. Where the database objects (a key is there already, a
week has no partition), or where a row is of a week that was compacted, the batch goes the careful way (see settling).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from operator import itemgetter
from typing import Any

import numpy as np
import psycopg
from psycopg import errors

from rivulus.observations.actions.store import partitions, settling, settling_records, transactions, wire
from rivulus.observations.actions.store.transactions import Bounds
from rivulus.observations.rules import weeks
from rivulus.observations.rules.copying import COPY_COLUMNS, copy_body, copy_few
from rivulus.observations.rules.identifiers import TIME_BITS
from rivulus.observations.rules.ordering import in_order, keys
from rivulus.observations.rules.readings import LATEST_US, Batch, Readings, Stored

ATTEMPTS = 20
COPY_READINGS = f"COPY observations_reading {COPY_COLUMNS} FROM STDIN (FORMAT binary)".encode()
RETRIED = (
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.CheckViolation,  # a partition was dropped meanwhile
    errors.UndefinedTable,
    errors.UniqueViolation,
    settling.Overtaken,
)


class _NotNew(Exception):
    """Something in a batch may be there already."""


def write_batch(connection: psycopg.Connection[Any], batch: Batch, source: str, *, forced: bool = False) -> Stored:
    """Store a batch in one transaction (a savepoint where one is open), and return what became of it.

    ``source`` is kept with whatever a correction replaces. With ``forced`` a value counts even where its key once
    had and lost it. Raises psycopg.Error where the database cannot (its disk is full, it is gone): then nothing of
    the batch was stored. Raises Refused where it touches too many weeks.
    """
    readings, has_repeats = in_order(batch.readings)
    batch = replace(batch, readings=readings)
    if not (forced or has_repeats or batch.records):
        try:
            return _append_with_partitions(connection, batch)
        except (psycopg.Error, _NotNew):
            if connection.broken:
                raise
    return _settle(connection, batch, source, forced=forced)


def append(connection: psycopg.Connection[Any], batch: Batch) -> bool:
    """Store a batch if everything in it is new, and say whether it was; else nothing of it is stored."""
    readings, has_repeats = in_order(batch.readings)
    if has_repeats or batch.records:
        return False
    try:
        _append_with_partitions(connection, replace(batch, readings=readings))
    except (psycopg.Error, _NotNew):
        if connection.broken:
            raise
        return False
    return True


def append_few(connection: psycopg.Connection[Any], rows: Iterable[tuple[int, float, int, int]]) -> bool:
    """Do the same with a few (time, value, series, quality), for which arrays are slow, if no hour of them is closed."""
    listed = sorted(rows, key=itemgetter(2, 0))
    if any(one[2] == next_one[2] and one[0] == next_one[0] for one, next_one in pairwise(listed)):
        return False
    try:
        named = sorted({row[2] for row in listed})
        if _copy_at_once(connection, min(row[0] for row in listed), named, lambda: copy_few(listed)):
            return True
    except psycopg.Error:
        if connection.broken:
            raise
    wire.ask(connection, b"ROLLBACK")
    return False


def _append_with_partitions(connection: psycopg.Connection[Any], batch: Batch) -> Stored:
    try:
        return _append(connection, batch)
    except errors.CheckViolation:
        with connection.transaction():
            partitions.ensure_weeks(connection, weeks.weeks_of(batch.readings.time))
        return _append(connection, batch)


def _append(connection: psycopg.Connection[Any], batch: Batch) -> Stored:
    """Copy the readings in; the database refuses when one of their keys is taken."""
    if wire.is_idle(connection) and not batch.annotations:
        return _append_alone(connection, batch.readings)
    with connection.transaction():
        bounds = transactions.begin(connection)
        oldest = _copy(connection, batch.readings, bounds)
        transactions.annotate(connection, batch.annotations)
        if oldest < transactions.finish(connection, batch.readings.datastream):
            raise _NotNew  # a week was compacted while we wrote into it
    return Stored(added=len(batch.readings))


def _append_alone(connection: psycopg.Connection[Any], readings: Readings) -> Stored:
    """The same in a transaction of its own: nearly every commit is one of these."""
    try:
        if not _append_at_once(connection, readings):
            wire.ask(connection, b"ROLLBACK")
            _append_late(connection, readings)
    except BaseException:
        if not connection.broken:
            wire.ask(connection, b"ROLLBACK")
        raise
    return Stored(added=len(readings))


def _append_at_once(connection: psycopg.Connection[Any], readings: Readings) -> bool:
    """Copy in what is of open hours, all in one round trip; say whether it was, else the transaction has failed."""
    oldest, named = int(readings.time.min(initial=LATEST_US)), np.unique(readings.datastream).tolist()
    return _copy_at_once(connection, oldest, named, lambda: copy_body(readings))


def _copy_at_once(
    connection: psycopg.Connection[Any], oldest: int, named: Sequence[int], body: Callable[[], bytes]
) -> bool:
    def choose(row: Sequence[str | None]) -> bytes | None:
        bounds = transactions.read_bounds(row)
        return None if oldest < max(bounds.closed_until, bounds.blocks_until) else body()

    is_copied = wire.copy_among(connection, transactions.whole(COPY_READINGS, named), choose)
    if is_copied and not wire.is_idle(connection):  # it would not be committed
        raise psycopg.OperationalError("The transaction did not end.")
    return is_copied


def _append_late(connection: psycopg.Connection[Any], readings: Readings) -> None:
    """Copy in what is of hours that were closed."""
    bounds = transactions.begin(connection, b"BEGIN; ")
    oldest = _copy(connection, readings, bounds)
    if oldest < transactions.finish(connection, readings.datastream):
        raise _NotNew  # a week was compacted while we wrote into it
    transactions.finish(connection, readings.datastream[:0], b"COMMIT")


def _copy(connection: psycopg.Connection[Any], readings: Readings, bounds: Bounds) -> int:
    """Copy in what is of no compacted week, and mark the hours that were closed; return the oldest time."""
    oldest = int(readings.time.min(initial=LATEST_US))
    if oldest < bounds.blocks_until:
        raise _NotNew
    wire.copy(connection, COPY_READINGS, copy_body(readings))
    if oldest < bounds.closed_until:
        transactions.mark_dirty(connection, keys(readings), bounds.closed_until)
    return oldest


def _settle(connection: psycopg.Connection[Any], batch: Batch, source: str, *, forced: bool) -> Stored:
    for attempt in range(ATTEMPTS):
        try:
            with connection.transaction():
                return _settle_once(connection, batch, source, forced=forced)
        except RETRIED:
            if connection.broken or attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _settle_once(connection: psycopg.Connection[Any], batch: Batch, source: str, *, forced: bool) -> Stored:
    bounds = transactions.begin(connection, settling.PLAN)
    if len(batch.readings):
        partitions.ensure_weeks(connection, weeks.weeks_of(batch.readings.time))
    outcomes = (
        settling.settle_readings(connection, batch.readings, bounds, source, forced=forced),
        settling_records.settle_records(connection, batch.records, source, forced=forced),
    )
    changed = np.concatenate([outcome.changed for outcome in outcomes])
    replaced = np.concatenate([outcome.replaced for outcome in outcomes])
    transactions.replace_annotations(connection, batch.annotations, changed, replaced)
    transactions.mark_dirty(connection, changed, bounds.closed_until)
    transactions.finish(connection, (changed >> TIME_BITS).astype(np.int32), settling.USUAL_PLAN)
    added, corrected = sum(each.added for each in outcomes), sum(each.corrected for each in outcomes)
    total = len(batch.readings) + len(batch.records)
    return Stored(added=added, corrected=corrected, replayed=total - added - corrected)

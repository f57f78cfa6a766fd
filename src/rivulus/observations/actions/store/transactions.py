"""What every transaction that stores does first and last, over a connection of psycopg.

First it shares a lock with the others who store and then reads up to when hours are closed. Whoever closes hours takes
the lock alone, so that no reading can slip into an hour between its being counted and its being closed. Last it marks
the closed hours it changed, and tells whoever listens.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from rivulus.observations.actions.store import columns, wire
from rivulus.observations.rules import weeks
from rivulus.observations.rules.identifiers import EPOCH_OFFSET_MS, TIME_BITS
from rivulus.observations.rules.readings import EARLIEST_US, HOUR_US, MS, Annotation

CHANNEL = "observations"
EVERYTHING = "*"  # said in place of a list of series that is too long for a notification
_MOST_NAMED = 700  # of up to seven digits and a comma: PostgreSQL takes 8,000 bytes
_NEWEST_BLOCK = "SELECT (extract(epoch FROM max(finish)) * 1000000)::int8 FROM observations_block"
LOCK = "SELECT pg_advisory_xact_lock_shared(7201)"
BOUNDS = """
SELECT (SELECT (extract(epoch FROM closed_until) * 1000000)::int8 FROM observations_watermark),
    (SELECT (extract(epoch FROM max(finish)) * 1000000)::int8 FROM observations_block)
"""
_BEGIN = f"{LOCK}; {BOUNDS}".encode()
_ANNOTATE = """
INSERT INTO observations_annotation AS a
    (time, end_time, result_time, valid_from, valid_to, datastream, feature, result_quality, parameters)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (datastream, time) DO UPDATE SET end_time = excluded.end_time, result_time = excluded.result_time,
    valid_from = excluded.valid_from, valid_to = excluded.valid_to, feature = excluded.feature,
    result_quality = excluded.result_quality, parameters = excluded.parameters
"""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Before `closed_until` hours are rolled up; before `blocks_until` weeks may be compacted (microseconds)."""

    closed_until: int
    blocks_until: int


def begin(connection: psycopg.Connection[Any], before: bytes = b"") -> Bounds:
    """Take the shared lock, then read the bounds; to be called in a transaction, or with BEGIN before.

    Two statements in one round trip: the second sees what was committed until the first had its lock.
    """
    return read_bounds(wire.ask(connection, before + _BEGIN))


def read_bounds(row: Sequence[str | None]) -> Bounds:
    """Return the bounds that the first statements of a transaction answered."""
    closed, newest = row
    return Bounds(EARLIEST_US if closed is None else int(closed), _end_of(newest))


def whole(copy: bytes, named: Sequence[int]) -> bytes:
    """Return all statements of a transaction that copies readings of these series into hours that are open."""
    return b"".join((b"BEGIN; ", _BEGIN, b"; ", copy, b"; ", _notify(named), b"COMMIT"))


def finish(connection: psycopg.Connection[Any], datastreams: NDArray[np.int32], after: bytes = b"") -> int:
    """Tell whoever listens that these series changed; return before what time weeks may be compacted by now.

    With COMMIT after, the return value says nothing.
    """
    row = wire.ask(connection, _notify(np.unique(datastreams).tolist()) + (after or _NEWEST_BLOCK.encode()))
    return _end_of(row[0] if row else None)


def _notify(named: Sequence[int]) -> bytes:
    text = EVERYTHING if len(named) > _MOST_NAMED else ",".join(map(str, named))
    return f"SELECT pg_notify('{CHANNEL}', '{text}'); ".encode() if text else b""


def mark_dirty(connection: psycopg.Connection[Any], numbers: NDArray[np.int64], closed_until: int) -> None:
    """Add a line for each series and hour among these keys (see rules.ordering) that was closed already."""
    times = split_times(numbers)
    is_late = times < closed_until
    if not is_late.any():
        return
    hours = times[is_late] // HOUR_US * HOUR_US
    pairs = np.unique(np.stack([numbers[is_late] >> TIME_BITS, hours]), axis=1)
    columns.run(
        connection,
        "INSERT INTO observations_dirty (hour, datastream) SELECT * FROM unnest(%s, %s)",
        columns.times(pairs[1]),
        columns.integers(pairs[0]),
    )


def annotate(connection: psycopg.Connection[Any], annotations: Iterable[Annotation]) -> None:
    """Keep what else was said; the last word about a key stands."""
    rows = [_annotation_row(annotation) for annotation in annotations]
    if rows:
        psycopg.Cursor(connection).executemany(_ANNOTATE, rows)


def replace_annotations(
    connection: psycopg.Connection[Any],
    annotations: Sequence[Annotation],
    changed: NDArray[np.int64],
    replaced: NDArray[np.int64],
) -> None:
    """Keep what was said of keys that changed, and forget what was said of results that were replaced."""
    annotated = numbers_of(annotations)
    silent = np.setdiff1d(replaced, annotated)
    if len(silent):
        forget_annotations(connection, silent)
    is_new = np.isin(annotated, changed)
    annotate(connection, [note for note, counts in zip(annotations, is_new, strict=True) if counts])


def forget_annotations(connection: psycopg.Connection[Any], numbers: NDArray[np.int64]) -> None:
    """Remove what was said of these keys."""
    columns.run(
        connection,
        "DELETE FROM observations_annotation a USING unnest(%s, %s) AS k (time, datastream) "
        "WHERE a.datastream = k.datastream AND a.time = k.time",
        columns.times(split_times(numbers)),
        columns.integers(numbers >> TIME_BITS),
    )


def numbers_of(annotations: Sequence[Annotation]) -> NDArray[np.int64]:
    """Return the keys that annotations are about."""
    return np.array(
        [note.datastream << TIME_BITS | note.time // MS + EPOCH_OFFSET_MS for note in annotations], np.int64
    )


def split_times(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the times of keys, in microseconds since 1970."""
    times: NDArray[np.int64] = ((numbers & (2**TIME_BITS - 1)) - EPOCH_OFFSET_MS) * MS
    return times


def _end_of(newest: str | None) -> int:
    """A block lies within one week, so that the week of the newest one bounds them all."""
    return EARLIEST_US if newest is None else weeks.week_of(int(newest)) + weeks.WEEK_US


def _annotation_row(annotation: Annotation) -> tuple[object, ...]:
    moments = (annotation.end_time, annotation.result_time, annotation.valid_from, annotation.valid_to)
    return (
        weeks.moment(annotation.time),
        *(None if at is None else weeks.moment(at) for at in moments),
        annotation.datastream,
        annotation.feature,
        None if annotation.result_quality is None else Jsonb(annotation.result_quality),
        None if annotation.parameters is None else Jsonb(annotation.parameters),
    )

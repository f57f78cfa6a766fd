"""Taking one observation out, and changing what is said of it: its row, or its place in a block."""

from dataclasses import dataclass
from typing import Any, LiteralString

import numpy as np
import psycopg

from rivulus.kernel.errors import NotFound
from rivulus.observations.actions.store import partitions, transactions
from rivulus.observations.queries.compacted import find_compacted
from rivulus.observations.rules import blocks
from rivulus.observations.rules.identifiers import observation_id
from rivulus.observations.rules.readings import Annotation, Readings
from rivulus.observations.rules.weeks import moment, week_of
from rivulus.observations.terms import Flag

_READING = "SELECT value, quality FROM observations_reading WHERE datastream = %s AND time = %s"
_RECORD = "SELECT result::text, quality FROM observations_record WHERE datastream = %s AND time = %s"
_KEEP_READING = """
INSERT INTO observations_correction (time, datastream, value, quality, replaced_by) VALUES (%s, %s, %s, %s, %s)
"""
_KEEP_RECORD = """
INSERT INTO observations_correction (time, datastream, result, quality, replaced_by)
VALUES (%s, %s, %s::text::jsonb, %s, %s)
"""
_DELETE: tuple[LiteralString, ...] = (
    "DELETE FROM observations_reading WHERE datastream = %s AND time = %s",
    "DELETE FROM observations_record WHERE datastream = %s AND time = %s",
    "DELETE FROM observations_annotation WHERE datastream = %s AND time = %s",
)
_FLAG_READING = "UPDATE observations_reading SET quality = quality | %s WHERE datastream = %s AND time = %s"
_FLAG_RECORD = "UPDATE observations_record SET quality = quality | %s WHERE datastream = %s AND time = %s"
_ROW_OF_BLOCK = """
INSERT INTO observations_reading (time, datastream, value, quality) VALUES (%s, %s, %s, %s)
ON CONFLICT (datastream, time) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """What a key holds, and where: ``reading``, ``record`` or ``block``."""

    place: str
    result: Any  # float, or JSON as text
    quality: int


def find_held(connection: psycopg.Connection[Any], datastream: int, time_us: int) -> HeldRow | None:
    """Return what a key holds."""
    cursor, key = psycopg.Cursor(connection), (datastream, moment(time_us))
    for place, query in (("reading", _READING), ("record", _RECORD)):
        row = cursor.execute(query, key).fetchone()
        if row is not None:
            return HeldRow(place, row[0], row[1])
    held = find_compacted(connection, _one(datastream, time_us)).get(0)
    return HeldRow("block", *held) if held else None


def remove(connection: psycopg.Connection[Any], datastream: int, time_us: int, because: str) -> None:
    """Remove what a key holds, wherever it is, and keep it among what was replaced. Raises NotFound."""
    held = find_held(connection, datastream, time_us)
    if held is None:
        raise NotFound
    bounds = transactions.begin(connection)
    cursor, key = psycopg.Cursor(connection), (datastream, moment(time_us))
    keep = _KEEP_RECORD if held.place == "record" else _KEEP_READING
    cursor.execute(keep, (key[1], key[0], held.result, held.quality, because or "removed"))
    for statement in _DELETE:
        cursor.execute(statement, key)
    remove_from_block(connection, datastream, time_us)
    number = np.array([observation_id(datastream, time_us)], np.int64)
    transactions.mark_dirty(connection, number, bounds.closed_until)
    transactions.finish(connection, np.array([datastream], np.int32))


def remove_from_block(connection: psycopg.Connection[Any], datastream: int, time_us: int) -> None:
    """Write the block of a key anew without it, if there is one."""
    cursor, at = psycopg.Cursor(connection), moment(time_us)
    query: LiteralString = (
        "SELECT start, data FROM observations_block WHERE datastream = %s AND start <= %s AND finish >= %s"
    )
    for start, data in cursor.execute(query, (datastream, at, at)).fetchall():
        held = blocks.decode(bytes(data), datastream)
        rest = held.take(held.time != time_us)
        if len(rest) == len(held):
            continue
        cursor.execute("DELETE FROM observations_block WHERE datastream = %s AND start = %s", (datastream, start))
        if len(rest):
            cursor.execute(
                "INSERT INTO observations_block (start, finish, datastream, count, data) VALUES (%s, %s, %s, %s, %s)",
                (moment(int(rest.time[0])), moment(int(rest.time[-1])), datastream, len(rest), blocks.encode(rest)),
            )


def annotate(connection: psycopg.Connection[Any], annotation: Annotation) -> None:
    """Replace what is said of an observation. Raises NotFound where there is none."""
    held = find_held(connection, annotation.datastream, annotation.time)
    if held is None:
        raise NotFound
    bounds = transactions.begin(connection)
    cursor, at = psycopg.Cursor(connection), moment(annotation.time)
    if held.place == "block":  # a row in place of it carries the flag; they are one again when the week is compacted
        _ensure_week(connection, annotation.time)
        cursor.execute(_ROW_OF_BLOCK, (at, annotation.datastream, held.result, held.quality))
    key = (int(Flag.ANNOTATED), annotation.datastream, at)
    cursor.execute(_FLAG_RECORD if held.place == "record" else _FLAG_READING, key)
    transactions.annotate(connection, (annotation,))
    # The flag is part of the row: whoever compacts the week at this moment has to look again.
    number = np.array([observation_id(annotation.datastream, annotation.time)], np.int64)
    transactions.mark_dirty(connection, number, bounds.closed_until)
    transactions.finish(connection, np.array([annotation.datastream], np.int32))


def _ensure_week(connection: psycopg.Connection[Any], time_us: int) -> None:
    partitions.ensure_weeks(connection, [week_of(time_us)])


def _one(datastream: int, time_us: int) -> Readings:
    return Readings.of([(datastream, time_us, 0.0)])

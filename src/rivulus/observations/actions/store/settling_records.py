"""The same for results that are not numbers: few, so that they are settled one by one."""

import json
from typing import Any

import numpy as np
import psycopg
from psycopg.types.json import Jsonb

from rivulus.observations.actions.store.settling import Outcome, Overtaken
from rivulus.observations.rules.identifiers import observation_id
from rivulus.observations.rules.readings import Record
from rivulus.observations.rules.replays import Held, canonical, settle
from rivulus.observations.rules.weeks import moment

_INSERT = """
INSERT INTO observations_record (time, datastream, quality, result) VALUES (%s, %s, %s, %s)
ON CONFLICT (datastream, time) DO NOTHING
"""
_HELD = "SELECT result::text, quality FROM observations_record WHERE datastream = %s AND time = %s"
_LOST = """
SELECT result::text FROM observations_correction WHERE datastream = %s AND time = %s AND result IS NOT NULL
"""
_KEEP = """
INSERT INTO observations_correction (time, datastream, quality, result, replaced_by) VALUES (%s, %s, %s, %s, %s)
"""
_CHANGE = """
UPDATE observations_record SET result = %s, quality = %s WHERE datastream = %s AND time = %s AND result = %s
"""


def settle_records(
    connection: psycopg.Connection[Any], records: tuple[Record, ...], source: str, *, forced: bool
) -> Outcome:
    """Store records in any order, each key any number of times; to be called in a transaction."""
    added: set[int] = set()
    replaced: set[int] = set()
    corrected = 0
    cursor = psycopg.Cursor(connection)
    for number, same in _by_key(records).items():
        cursor.execute(_INSERT, _row(same[0]))
        if cursor.rowcount:
            added.add(number)
        arriving = same[1:] if cursor.rowcount else same
        corrections = _correct(cursor, arriving, source, forced=forced) if arriving else 0
        corrected += corrections
        if corrections:
            replaced.add(number)
    return Outcome(len(added), corrected, _numbers(added | replaced), _numbers(replaced))


def _by_key(records: tuple[Record, ...]) -> dict[int, list[Record]]:
    """In the order of keys, which is the same for everybody: nobody waits for somebody who waits for them."""
    found: dict[int, list[Record]] = {}
    for record in records:
        found.setdefault(observation_id(record.datastream, record.time), []).append(record)
    return dict(sorted(found.items()))


def _correct(cursor: psycopg.Cursor[Any], arriving: list[Record], source: str, *, forced: bool) -> int:
    """Return how many of the arriving results replaced another."""
    key = (arriving[0].datastream, moment(arriving[0].time))
    row = cursor.execute(_HELD, key).fetchone()
    if row is None:
        raise Overtaken
    before = json.loads(row[0])
    lost = {canonical(json.loads(text)) for (text,) in cursor.execute(_LOST, key).fetchall()}
    wanted = [Held(canonical(record.result), record.result, record.quality) for record in arriving]
    settled = settle(Held(canonical(before), before, row[1]), lost, wanted, forced=forced)
    for held in settled.replaced:
        cursor.execute(_KEEP, (key[1], key[0], held.quality, Jsonb(held.result), source))
    if settled.replaced:
        cursor.execute(_CHANGE, (Jsonb(settled.held.result), int(settled.held.quality), *key, Jsonb(before)))
        if cursor.rowcount != 1:
            raise Overtaken
    return len(settled.replaced)


def _row(record: Record) -> tuple[object, ...]:
    return moment(record.time), record.datastream, int(record.quality), Jsonb(record.result)


def _numbers(found: set[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(sorted(found), np.int64)

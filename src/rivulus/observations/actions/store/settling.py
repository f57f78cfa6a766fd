"""The careful way into the store: readings some of whose keys may be taken, or compacted.

Keys that are free are filled. The others are compared: the same value is a replay, another one a correction, which
keeps what it replaces. Whoever is overtaken by somebody else's change of the same key begins anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from rivulus.observations.actions.store import columns
from rivulus.observations.actions.store.transactions import Bounds
from rivulus.observations.queries.compacted import find_compacted
from rivulus.observations.rules.ordering import distinct, first_of_each, keys
from rivulus.observations.rules.readings import Readings
from rivulus.observations.rules.replays import Held, Settled, settle
from rivulus.observations.rules.weeks import moment

_INSERT = """
INSERT INTO observations_reading (time, value, datastream, quality)
SELECT * FROM unnest(%s, %s, %s, %s)
ON CONFLICT (datastream, time) DO NOTHING
"""
# Looking keys up one by one is right however many there are; a planner that guesses otherwise reads whole weeks, or
# for each key the index of what is roughly where (a millisecond each).
PLAN = b"".join(b"SET LOCAL enable_%s = off; " % way for way in (b"hashjoin", b"mergejoin", b"seqscan", b"bitmapscan"))
USUAL_PLAN = PLAN.replace(b"= off", b"TO DEFAULT")  # the transaction may be somebody else's
_DIFFERING = """
SELECT asked.place - 1, r.value, r.quality
FROM unnest(%s, %s, %s) WITH ORDINALITY AS asked (time, value, datastream, place)
LEFT JOIN observations_reading r ON r.datastream = asked.datastream AND r.time = asked.time
    AND r.time BETWEEN %s AND %s
WHERE r.value IS DISTINCT FROM asked.value
"""
_LOST = """
SELECT asked.place - 1, c.value
FROM unnest(%s, %s) WITH ORDINALITY AS asked (time, datastream, place)
JOIN observations_correction c ON c.datastream = asked.datastream AND c.time = asked.time
WHERE c.value IS NOT NULL
"""
_KEEP = """
INSERT INTO observations_correction (time, value, datastream, quality, replaced_by)
SELECT t, v, d, q, %s FROM unnest(%s, %s, %s, %s) AS kept (t, v, d, q)
"""
_CHANGE = """
UPDATE observations_reading r SET value = n.value, quality = n.quality
FROM unnest(%s, %s, %s, %s, %s) AS n (time, before, value, datastream, quality)
WHERE r.datastream = n.datastream AND r.time = n.time AND r.value = n.before
"""
_REMOVE = """
DELETE FROM observations_reading r USING unnest(%s, %s) AS n (time, datastream)
WHERE r.datastream = n.datastream AND r.time = n.time
"""
_NO_NUMBERS = np.empty(0, np.int64)


class Overtaken(Exception):
    """Somebody else changed a key between our looking at it and our changing it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many were added and corrected; the keys that changed, and among them those whose result was replaced."""

    added: int = 0
    corrected: int = 0
    changed: NDArray[np.int64] = field(default_factory=_NO_NUMBERS.copy)
    replaced: NDArray[np.int64] = field(default_factory=_NO_NUMBERS.copy)


def settle_readings(
    connection: psycopg.Connection[Any], readings: Readings, bounds: Bounds, source: str, *, forced: bool
) -> Outcome:
    """Store readings in any order, each key any number of times; to be called in a transaction."""
    if not len(readings):
        return Outcome()
    wanted = _last_of_each(readings) if forced else distinct(readings)
    is_first = first_of_each(wanted)
    firsts = wanted.take(is_first)
    is_repeated = np.diff(np.append(np.flatnonzero(is_first), len(wanted))) > 1
    rows = _differing(connection, firsts, is_repeated)
    missing = np.array([place for place, (value, _) in rows.items() if value is None], np.int64)
    _insert(connection, firsts.take(missing))
    added = keys(firsts)[missing]
    contested = _contested(connection, firsts, is_repeated, rows, bounds)
    if not len(contested.places):
        return Outcome(added=len(added), changed=added)
    return _resolve(connection, firsts, wanted, contested, added, source, forced=forced)


@dataclass(frozen=True, slots=True)
class _Contested:
    """Places (in the first readings of each key) where something else stands, what stands there, and what in blocks."""

    places: list[int]
    rows: dict[int, tuple[float, int]]
    blocks: dict[int, tuple[float, int]]


def _last_of_each(readings: Readings) -> Readings:
    """A person's last word on each key."""
    ordered = readings.take(np.argsort(keys(readings), kind="stable"))
    numbers = keys(ordered)
    is_last = np.ones(len(numbers), bool)
    is_last[:-1] = numbers[1:] != numbers[:-1]
    return ordered.take(is_last)


def _insert(connection: psycopg.Connection[Any], readings: Readings) -> None:
    """Fill keys that were free a moment ago."""
    if not len(readings):
        return
    cursor = columns.run(
        connection,
        _INSERT,
        columns.times(readings.time),
        columns.numbers(readings.value),
        columns.integers(readings.datastream),
        columns.integers(readings.quality),
    )
    if cursor.rowcount != len(readings):
        raise Overtaken


def _differing(
    connection: psycopg.Connection[Any], firsts: Readings, is_repeated: NDArray[np.bool_]
) -> dict[int, tuple[float | None, int]]:
    """Return what stands under keys where it is not what arrives (None: nothing), and wherever several arrive."""
    # NaN is distinct from whatever stands there.
    asked = np.where(is_repeated, np.nan, firsts.value)
    cursor = columns.run(
        connection,
        _DIFFERING,
        columns.times(firsts.time),
        columns.numbers(asked),
        columns.integers(firsts.datastream),
        moment(int(firsts.time.min())),
        moment(int(firsts.time.max())),
    )
    return {place: (value, quality or 0) for place, value, quality in cursor.fetchall()}


def _contested(
    connection: psycopg.Connection[Any],
    firsts: Readings,
    is_repeated: NDArray[np.bool_],
    rows: dict[int, tuple[float | None, int]],
    bounds: Bounds,
) -> _Contested:
    """Look closer where something stood before, where a block holds the key, and where several values arrive."""
    held: dict[int, tuple[float, int]] = {}
    for place, (value, flags) in rows.items():
        if value is not None:
            held[place] = value, flags
        elif is_repeated[place]:
            held[place] = float(firsts.value[place]), int(firsts.quality[place])
    old = [place for place, (value, _) in rows.items() if value is None and firsts.time[place] < bounds.blocks_until]
    blocks = {old[at]: found for at, found in find_compacted(connection, firsts.take(old)).items()} if old else {}
    for place in blocks:
        held.setdefault(place, (float(firsts.value[place]), int(firsts.quality[place])))
    return _Contested(sorted(held), held, blocks)


def _resolve(
    connection: psycopg.Connection[Any],
    firsts: Readings,
    wanted: Readings,
    contested: _Contested,
    added: NDArray[np.int64],
    source: str,
    *,
    forced: bool,
) -> Outcome:
    """Decide key by key what stands in the end, and write it."""
    numbers, places = keys(firsts), contested.places
    lost = _lost(connection, firsts.take(places))
    arriving = _arriving(wanted, numbers[places])
    settled = {
        place: settle(_held(contested, place), lost[position], arriving[int(numbers[place])], forced=forced)
        for position, place in enumerate(places)
    }
    _keep(connection, firsts, settled, source)
    _write(connection, firsts, settled, contested)
    replaced = numbers[[place for place, result in settled.items() if result.replaced]]
    replays = numbers[[place for place in contested.blocks if not settled[place].replaced]]
    not_really_added = numbers[list(contested.blocks)]
    really = np.setdiff1d(added, not_really_added)
    return Outcome(
        added=len(really),
        corrected=sum(len(result.replaced) for result in settled.values()),
        changed=np.setdiff1d(np.union1d(really, replaced), replays),
        replaced=replaced,
    )


def _held(contested: _Contested, place: int) -> Held:
    value, quality = contested.blocks.get(place) or contested.rows[place]
    return Held(value, value, quality)


def _lost(connection: psycopg.Connection[Any], readings: Readings) -> dict[int, set[float]]:
    cursor = columns.run(connection, _LOST, columns.times(readings.time), columns.integers(readings.datastream))
    lost: dict[int, set[float]] = defaultdict(set)
    for position, value in cursor.fetchall():
        lost[position].add(value)
    return lost


def _arriving(wanted: Readings, numbers: NDArray[np.int64]) -> dict[int, list[Held]]:
    every = keys(wanted)
    which = np.flatnonzero(np.isin(every, numbers))
    arriving: dict[int, list[Held]] = defaultdict(list)
    for number, value, quality in zip(
        every[which].tolist(), wanted.value[which].tolist(), wanted.quality[which].tolist(), strict=True
    ):
        arriving[number].append(Held(value, value, quality))
    return arriving


def _keep(connection: psycopg.Connection[Any], firsts: Readings, settled: dict[int, Settled], source: str) -> None:
    """Keep what is replaced, in the order in which it was."""
    kept = [(place, held) for place, result in settled.items() for held in result.replaced]
    if not kept:
        return
    places = [place for place, _ in kept]
    columns.run(
        connection,
        _KEEP,
        source,
        columns.times(firsts.time[places]),
        columns.numbers(np.array([held.result for _, held in kept], np.float64)),
        columns.integers(firsts.datastream[places]),
        columns.integers(np.array([held.quality for _, held in kept])),
    )


def _write(
    connection: psycopg.Connection[Any], firsts: Readings, settled: dict[int, Settled], contested: _Contested
) -> None:
    changed = [place for place, result in settled.items() if result.replaced]
    _change(
        connection, firsts, changed, [contested.rows[place][0] for place in changed], [settled[p].held for p in changed]
    )
    _remove(connection, firsts, [place for place in contested.blocks if not settled[place].replaced])


def _change(
    connection: psycopg.Connection[Any],
    firsts: Readings,
    places: Sequence[int],
    before: Iterable[float],
    after: Sequence[Held],
) -> None:
    """Change rows that still hold what they held when we looked."""
    if not places:
        return
    cursor = columns.run(
        connection,
        _CHANGE,
        columns.times(firsts.time[list(places)]),
        columns.numbers(np.array(list(before), np.float64)),
        columns.numbers(np.array([held.result for held in after], np.float64)),
        columns.integers(firsts.datastream[list(places)]),
        columns.integers(np.array([held.quality for held in after])),
    )
    if cursor.rowcount != len(places):
        raise Overtaken


def _remove(connection: psycopg.Connection[Any], firsts: Readings, places: list[int]) -> None:
    """Take back rows that only repeat what a block holds."""
    if places:
        columns.run(
            connection,
            _REMOVE,
            columns.times(firsts.time[places]),
            columns.integers(firsts.datastream[places]),
        )

"""One writer for a process: while it commits, whatever arrives waits, and is committed together next.

An answer waits for the commit that holds its observations. When the database goes away during a commit, nobody knows
whether it counted: the group is stored again, which is harmless, because replays are.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions.store import writing
from rivulus.observations.rules.readings import Annotation, Batch, Readings, Record, concatenate
from rivulus.observations.standards.gate.preparing import Prepared, read_together

log = logging.getLogger(__name__)
MOST_TOGETHER = 100_000  # rows of one commit
MOST_WAITING = 400_000  # rows; beyond them whoever sends is asked to wait
PATIENCE_S = 5.0  # for a database that is being brought back
PAUSE_S = 0.1
FEW_ROWS = 200
GATHER_S = 0.002
BUSY = N_("Too much is arriving at once. Nothing of this request was stored; send it again in a moment.")
GONE = N_("The database cannot be reached. Nothing of this request is promised; send it again.")
FULL = N_("The disk of the database is full. Nothing of this request was stored; send it again later.")
FAILED = N_("The database could not store this. Nothing of this request was stored.")

type Done = Callable[[Sequence[tuple[Any, Exception | None]]], None]


class NotStored(Exception):
    """A request was not stored: the status and sentence to answer with, and after how many seconds to come again."""

    def __init__(self, status: int, sentence: str, retry_after_s: int | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.retry_after_s = status, sentence, retry_after_s


@dataclass(slots=True)
class Waiting:
    """A request whose observations are to be stored, and who waits for it."""

    prepared: Prepared
    who: Any


class Flusher:
    """Stores what is submitted, in its own thread, over its own connection; tells `done` who was stored and who not."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], done: Done) -> None:
        self._connect, self._done = connect, done
        self._connection: psycopg.Connection[Any] | None = None
        self._waiting: list[Waiting] = []
        self._rows = 0
        self._more = threading.Condition()
        self._ends = False
        self._thread = threading.Thread(target=self._run, name="flusher", daemon=True)
        self.is_well = True
        self.commits = 0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Store what waits, then end."""
        with self._more:
            self._ends = True
            self._more.notify()
        self._thread.join(PATIENCE_S * 2)
        if self._connection is not None:
            self._connection.close()

    def submit(self, prepared: Prepared, who: Any) -> None:
        """Take a request to be stored; raises NotStored when too much waits already."""
        with self._more:
            if self._rows > MOST_WAITING or self._ends:
                raise NotStored(503, BUSY, 1)
            self._waiting.append(Waiting(prepared, who))
            self._rows += len(prepared)
            if len(self._waiting) == 1:
                self._more.notify()

    def _run(self) -> None:
        while group := self._next():
            try:
                read_together(each.prepared for each in group)
                outcome = self._store(group)
            except Exception:
                log.exception("A group could not be stored.")
                outcome = [(each.who, NotStored(500, FAILED)) for each in group]
            self._done(outcome)

    def _next(self) -> list[Waiting]:
        """Return what waits, as much as one commit takes; nothing when it is time to end."""
        with self._more:
            while not self._waiting and not self._ends:
                self._more.wait()
            is_small = self._rows < FEW_ROWS and not self._ends
        if is_small:  # a commit costs the same for one as for a hundred: those who come in a moment come along
            time.sleep(GATHER_S)
        with self._more:
            rows = count = 0
            while count < len(self._waiting) and rows < MOST_TOGETHER:
                rows += len(self._waiting[count].prepared)
                count += 1
            group, self._waiting = self._waiting[:count], self._waiting[count:]
            self._rows -= rows
        return group

    def _store(self, group: list[Waiting]) -> list[tuple[Any, Exception | None]]:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                outcome = self._store_together(group)
                self.is_well = True
                return outcome
            except psycopg.Error as error:
                if not self._is_gone() or time.monotonic() > deadline:
                    self.is_well = False
                    refusal = _refusal(error)
                    log.warning("Nothing of %d requests was stored: %s", len(group), error)
                    return [(each.who, refusal) for each in group]
                time.sleep(PAUSE_S)

    def _is_gone(self) -> bool:
        if self._connection is None or self._connection.broken or self._connection.closed:
            self._connection = None
            return True
        return False

    def _store_together(self, group: list[Waiting]) -> list[tuple[Any, Exception | None]]:
        if self._connection is None:
            self._connection = self._connect()
        connection = self._connection
        sources = {each.prepared.source for each in group}
        few = _few(group)
        if few and writing.append_few(connection, few):
            self.commits += 1
            return [(each.who, None) for each in group]
        try:
            if len(sources) == 1 or not writing.append(connection, _batch(group)):
                for source in sorted(sources):
                    own = [each for each in group if each.prepared.source == source]
                    writing.write_batch(connection, _batch(own), source)
            self.commits += 1
        except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError, Refused):
            if len(group) == 1:
                raise
            return [(each.who, self._store_alone(connection, each)) for each in group]
        return [(each.who, None) for each in group]

    def _store_alone(self, connection: psycopg.Connection[Any], each: Waiting) -> Exception | None:
        """Something in a group cannot be stored: one by one, so that it fails for its sender only."""
        try:
            writing.write_batch(connection, _batch([each]), each.prepared.source)
        except Refused as refused:
            return NotStored(400, str(refused))
        except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError) as error:
            log.warning("A request could not be stored: %s", error)
            return NotStored(400, FAILED)
        return None


def _refusal(error: psycopg.Error) -> NotStored:
    if isinstance(error, psycopg.errors.DiskFull):
        return NotStored(507, FULL, 60)
    return NotStored(503, GONE, 5)


def _few(group: Sequence[Waiting]) -> list[tuple[int, float, int, int]] | None:
    """Return what a group stores where that is a few numbers, of which nothing else was said."""
    if len(group) > FEW_ROWS:
        return None
    singles = [each.prepared.single for each in group if each.prepared.single and not each.prepared.annotations]
    return singles if len(singles) == len(group) else None


def _batch(group: Iterable[Waiting]) -> Batch:
    """All that a group stores, in the order in which it came."""
    parts: list[Readings] = []
    singles: list[tuple[int, float, int, int]] = []
    records: list[Record] = []
    annotations: list[Annotation] = []
    for each in group:
        prepared = each.prepared
        if prepared.single is not None:
            singles.append(prepared.single)
        if prepared.readings is not None:
            if singles:
                parts.append(_columns(singles))
                singles = []
            parts.append(prepared.readings)
        records += prepared.records
        annotations += prepared.annotations
    if singles:
        parts.append(_columns(singles))
    readings = parts[0] if len(parts) == 1 else concatenate(parts)
    return Batch(readings=readings, records=tuple(records), annotations=tuple(annotations))


def _columns(singles: list[tuple[int, float, int, int]]) -> Readings:
    times, values, series, flags = zip(*singles, strict=True)
    return Readings(
        np.array(times, np.int64),
        np.array(values, np.float64),
        np.array(series, np.int32),
        np.array(flags, np.int32),
    )

"""Writers of a process: while one commits, whatever arrives waits, and is committed together next.

Where much waits, a second writer begins with it before the first has ended: reading, copying and the disk overlap. An
answer waits for the commit that holds its observations. When the database goes away during a commit, nobody knows
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
WRITERS = 2
ENOUGH_ROWS, ENOUGH_REQUESTS = 1_500, 32  # for another commit beside the one under way: small ones cost more each
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
    """Stores what is submitted, in threads of its own, each over its own connection; tells `done` who was stored."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], done: Done) -> None:
        self.connect, self.done = connect, done
        self._waiting: list[Waiting] = []
        self._rows = self._busy = 0
        self._more = threading.Condition()
        self._ends = self._is_gathering = False
        self._writers = [_Writer(self, number) for number in range(WRITERS)]
        self.is_well = True
        self.commits = 0

    def start(self) -> None:
        """Begin."""
        for writer in self._writers:
            writer.start()

    def stop(self) -> None:
        """Store what waits, then end."""
        with self._more:
            self._ends = True
            self._more.notify_all()
        for writer in self._writers:
            writer.join(PATIENCE_S * 2)

    def submit(self, prepared: Prepared, who: Any) -> None:
        """Take a request to be stored; raises NotStored when too much waits already."""
        with self._more:
            if self._rows > MOST_WAITING or self._ends:
                raise NotStored(503, BUSY, 1)
            self._waiting.append(Waiting(prepared, who))
            self._rows += len(prepared)
            if len(self._waiting) == 1 or self._is_much():
                self._more.notify()

    def take(self) -> list[Waiting]:
        """Wait for work; return what waits, as much as one commit takes; nothing when it is time to end."""
        with self._more:
            while not self._ends and not self._is_worth_it():
                self._more.wait()
            if self._rows < FEW_ROWS and not self._ends:
                self._gather()
            rows = count = 0
            while count < len(self._waiting) and rows < MOST_TOGETHER:
                rows += len(self._waiting[count].prepared)
                count += 1
            group, self._waiting = self._waiting[:count], self._waiting[count:]
            self._rows -= rows
            self._busy += 1
        return group

    def _gather(self) -> None:
        """A commit costs the same for one as for a hundred: those who come in a moment come along."""
        self._is_gathering = True
        self._more.wait_for(lambda: self._ends, GATHER_S)
        self._is_gathering = False

    def committed(self, outcome: Sequence[tuple[Any, Exception | None]], *, is_well: bool) -> None:
        """Note that a writer has ended with a group, and how."""
        with self._more:
            self._busy -= 1
            self.is_well = is_well
            self.commits += is_well
        self.done(outcome)

    def _is_worth_it(self) -> bool:
        if self._is_gathering or not self._waiting:
            return False
        return not self._busy or self._is_much()

    def _is_much(self) -> bool:
        return self._rows >= ENOUGH_ROWS or len(self._waiting) >= ENOUGH_REQUESTS


class _Writer(threading.Thread):
    """Commits one group after the other over a connection of its own."""

    def __init__(self, flusher: Flusher, number: int) -> None:
        super().__init__(name=f"writer {number}", daemon=True)
        self._flusher = flusher
        self._connection: psycopg.Connection[Any] | None = None

    def run(self) -> None:
        """Store until there is nothing more and never will be."""
        while group := self._flusher.take():
            try:
                read_together(each.prepared for each in group)
                outcome, is_well = self._store(group)
            except Exception:
                log.exception("A group could not be stored.")
                outcome, is_well = [(each.who, NotStored(500, FAILED)) for each in group], True
            self._flusher.committed(outcome, is_well=is_well)
        if self._connection is not None:
            self._connection.close()

    def _store(self, group: list[Waiting]) -> tuple[list[tuple[Any, Exception | None]], bool]:
        """Return what became of each, and whether the database can be used."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self._store_together(group), True
            except psycopg.Error as error:
                if not self._is_gone() or time.monotonic() > deadline:
                    refusal = _refusal(error)
                    log.warning("Nothing of %d requests was stored: %s", len(group), error)
                    return [(each.who, refusal) for each in group], False
                time.sleep(PAUSE_S)

    def _is_gone(self) -> bool:
        if self._connection is None or self._connection.broken or self._connection.closed:
            self._connection = None
            return True
        return False

    def _store_together(self, group: list[Waiting]) -> list[tuple[Any, Exception | None]]:
        if self._connection is None:
            self._connection = self._flusher.connect()
        connection = self._connection
        sources = {each.prepared.source for each in group}
        few = _few(group)
        if few and writing.append_few(connection, few):
            return [(each.who, None) for each in group]
        try:
            if len(sources) == 1 or not writing.append(connection, _batch(group)):
                for source in sorted(sources):
                    own = [each for each in group if each.prepared.source == source]
                    writing.write_batch(connection, _batch(own), source)
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

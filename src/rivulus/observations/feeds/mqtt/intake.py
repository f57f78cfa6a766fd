"""From the broker into the store: one thread reads, one stores, and a message is acknowledged only after the commit.

Whatever arrives while a commit runs is stored by the next one. The broker keeps what was not acknowledged and sends it
again after a break; the store knows it then by its series and time.
"""

import logging
import threading
import time
from collections.abc import Sequence

from django.db import connection, connections

from rivulus.observations.feeds.mqtt import packets
from rivulus.observations.feeds.mqtt.addresses import Broker
from rivulus.observations.feeds.mqtt.connection import Connection
from rivulus.observations.feeds.mqtt.packets import Publication
from rivulus.observations.feeds.mqtt.reading import Reader
from rivulus.observations.feeds.mqtt.store import NOT_ITS_FAULT, store_all, store_one_by_one

log = logging.getLogger(__name__)
MOST_WAITING = 50_000  # then the socket is not read, and the broker keeps the rest
MOST_AT_ONCE = 20_000
TRIES = 3  # of a batch as a whole, when something in it seems to be at fault
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 15.0


class Intake:
    """Takes messages in from one broker until told to stop."""

    def __init__(self, broker: Broker, reader: Reader, filters: Sequence[str], client: str | None = None) -> None:
        self.broker, self.reader, self.filters = broker, reader, tuple(filters)
        self.client = client or broker.client
        self.stopping = threading.Event()
        self.stored = 0
        self.subscribed = threading.Event()
        self._waiting: list[Publication] = []
        self._changed = threading.Condition()
        self._connection: Connection | None = None

    def run(self) -> None:
        """Connect, take in, and connect again after a break, with growing pauses."""
        pause_s = FIRST_PAUSE_S
        while not self.stopping.is_set():
            started = time.monotonic()
            try:
                self.run_once()
            except Exception as problem:  # whatever it is: the broker has kept what was not acknowledged
                log.warning("The broker %s: %s", self.broker.host, problem)
            if time.monotonic() - started > LONGEST_PAUSE_S:
                pause_s = FIRST_PAUSE_S
            self.stopping.wait(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def run_once(self) -> None:
        """Take in over one connection, until it breaks or somebody says stop."""
        with Connection(self.broker, self.client) as opened:
            self._waiting, self._connection = [], opened
            storing = threading.Thread(target=self._store, args=(opened,), daemon=True, name="mqtt-store")
            storing.start()
            try:
                opened.subscribe(self.filters)
                while not self.stopping.is_set():
                    self._take(opened.read())
                    if not storing.is_alive() and not self.stopping.is_set():
                        raise RuntimeError("what was read could not be stored")
            finally:
                self._connection = None
                with self._changed:
                    self._changed.notify_all()
                storing.join()

    def stop(self) -> None:
        """End soon; what is not acknowledged comes again."""
        self.stopping.set()

    def _take(self, read: list[tuple[int, int, bytes]]) -> None:
        fresh = []
        for kind, flags, body in read:
            if kind == packets.PUBLISH:
                fresh.append(packets.read_publication(flags, body))
            elif kind == packets.SUBACK:
                self.subscribed.set()
                if 0x80 in body[2:]:
                    log.warning("The broker refuses one of the topics; its rules for %s say why.", self.client)
        if not fresh:
            return
        with self._changed:
            self._waiting += fresh
            self._changed.notify_all()
            while len(self._waiting) > MOST_WAITING and self._connection and not self.stopping.is_set():
                self._changed.wait(1.0)

    def _store(self, opened: Connection) -> None:
        """Store what waits and acknowledge it; over this connection only, whose numbers the messages have."""
        try:
            while self._is_open(opened):
                with self._changed:
                    if not self._waiting:
                        self._changed.wait(0.5)
                    batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                    self._changed.notify_all()
                if batch and self._store_patiently(opened, batch):
                    opened.write(packets.acknowledge(one.number for one in batch if one.number))
                    self.stored += len(batch)
        except OSError as problem:
            log.info("The connection broke while acknowledging: %s", problem)
        finally:
            connections.close_all()

    def _store_patiently(self, opened: Connection, batch: list[Publication]) -> bool:
        """Try until the database takes the batch; false when the connection ended meanwhile."""
        pause_s, failures = FIRST_PAUSE_S, 0
        while self._is_open(opened):
            try:
                store_all(self.reader, batch) if failures < TRIES else store_one_by_one(self.reader, batch)
            except Exception as problem:
                failures += not isinstance(problem, NOT_ITS_FAULT)
                log.warning("The store does not take %d messages (%r); trying again.", len(batch), problem)
                connection.close()
                self.stopping.wait(pause_s)
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            else:
                return True
        return False

    def _is_open(self, opened: Connection) -> bool:
        return self._connection is opened and not self.stopping.is_set()

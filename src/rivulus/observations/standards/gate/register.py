"""The register of one process: keys, series and features in memory, so that taking in asks the database nothing.

Whoever changes a key, a thing or a series says so on a channel; besides, the register is read anew every half minute.
A series that is not in it is looked for once more before anybody is told that it does not exist.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import psycopg

from rivulus.observations.queries import register as queries
from rivulus.observations.rules.keys import KeyHolder, digest_of, find_secret
from rivulus.observations.rules.observed import Series

log = logging.getLogger(__name__)
CHANNEL = "observations_register"
CARRIERS = (b"authorization", b"x-api-key")
EVERY_S = 30.0
PAUSE_S = 1.0
PATIENCE_S = 60.0  # when it starts
LOOK_S = 0.25  # at most so long until it notices that it is to end
SWARM_S = 0.2  # changes come in swarms
LOOK_AGAIN_S = 0.2  # at most so often for what is not in the register
MOST_HOLDERS = 10_000

type Connect = Callable[[], psycopg.Connection[Any]]


class Register:
    """Keys, series and features; safe to ask from any thread."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._series: dict[int, Series] = {}
        self._features: set[int] = set()
        self._keys: dict[str, KeyHolder] = {}
        self._holders: dict[tuple[bytes | None, ...], KeyHolder] = {}
        self._asked_at = 0.0
        self._asking = threading.Lock()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="register", daemon=True)

    def start(self) -> None:
        """Read everything once, then keep it fresh in a thread; wait for a database that is being brought back."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                with self._connect() as connection:
                    self.load(connection)
                break
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                self._ends.wait(0.1)
        self._thread.start()

    def stop(self) -> None:
        """Stop keeping it fresh."""
        self._ends.set()
        self._thread.join(5)

    def load(self, connection: psycopg.Connection[Any]) -> None:
        """Read everything; whoever asks meanwhile sees the old."""
        series, features = queries.load_series(connection), queries.load_features(connection)
        keys = queries.load_keys(connection)
        self._series, self._features, self._keys, self._holders = series, features, keys, {}

    def find_holder(self, headers: Mapping[bytes, bytes]) -> KeyHolder | None:
        """Return who holds the key that a request carries in its headers, where it counts."""
        carried = headers.get(CARRIERS[0]), headers.get(CARRIERS[1])
        found = self._holders.get(carried)
        if found is None:
            named = {name.decode(): headers.get(name, b"").decode("latin-1") for name in CARRIERS}
            secret = find_secret(named)
            found = self._keys.get(digest_of(secret)) if secret else None
            if found is not None and len(self._holders) < MOST_HOLDERS:
                self._holders[carried] = found
        return found

    def find_series(self, number: int) -> Series | None:
        """Return a series by its number."""
        found = self._series.get(number)
        if found is None and self._may_ask():
            self._ask(lambda connection: self._series.update(queries.load_series(connection, [number])))
            found = self._series.get(number)
        return found

    def has_feature(self, number: int) -> bool:
        """Say whether there is a feature of interest."""
        if number not in self._features and self._may_ask():
            self._ask(lambda connection: self._features.update(queries.load_features(connection, [number])))
        return number in self._features

    def _may_ask(self) -> bool:
        with self._asking:
            now = time.monotonic()
            if now - self._asked_at < LOOK_AGAIN_S:
                return False
            self._asked_at = now
            return True

    def _ask(self, question: Callable[[psycopg.Connection[Any]], None]) -> None:
        try:
            with self._connect() as connection:
                question(connection)
        except (psycopg.Error, OverflowError) as error:
            log.warning("The register could not look something up: %s", error)

    def _run(self) -> None:
        while not self._ends.is_set():
            try:
                with self._connect() as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._keep_fresh(connection)
            except psycopg.Error as error:
                log.warning("The register waits for the database: %s", error)
                self._ends.wait(PAUSE_S)

    def _keep_fresh(self, connection: psycopg.Connection[Any]) -> None:
        while not self._ends.is_set():
            self.load(connection)
            read_at = time.monotonic()
            while not self._ends.is_set() and time.monotonic() - read_at < EVERY_S:
                if list(connection.notifies(timeout=LOOK_S, stop_after=1)):
                    self._ends.wait(SWARM_S)
                    break

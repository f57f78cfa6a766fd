"""Kills the database, the gate and a worker under load, again and again, and then counts what is there.

Every request is sent until it is acknowledged, as a device would. The worker closes hours, counts again and compacts
weeks that are long over, into which late readings keep coming. In the end everything acknowledged must be in the
store, nothing twice, nothing that was not sent, and the rollups must equal a recount.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rivulus.house.benches.observations import processes
from rivulus.house.benches.observations.city import City, build
from rivulus.house.errors import HouseError
from rivulus.house.postgres import Cluster

ROUNDS = 50
WRITERS = 4
SERIES = 20
ROWS = 20
VICTIMS = ("database", "gate", "worker")
PATIENCE_S = 60.0
HOURS_BACK_MS = 6 * 3_600_000  # hours that are closed already: what arrives for them is counted again
WEEK_MS, OLD_WEEKS, OLD_STEP_MS = 7 * 86_400_000, 6, 900_000
OLD_MS = 10 * WEEK_MS  # so long ago the first of the old weeks began
LATE_EVERY = 5  # of so many requests one is late by weeks


@dataclass(slots=True)
class Tally:
    """What was sent and acknowledged, and what became of it."""

    sent: dict[tuple[int, int], float] = field(default_factory=dict)
    acknowledged: set[tuple[int, int]] = field(default_factory=set)
    repeats: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    doubled: int = 0
    strange: int = 0
    wrong_hours: int = 0
    hours: int = 0
    packed: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether everything is as it must be."""
        is_right = not (self.lost or self.doubled or self.strange or self.wrong_hours)
        return bool(self.acknowledged) and bool(self.packed) and is_right


def run(arguments: list[str]) -> int:
    """Kill `--rounds` times, print what was found; the status is 1 when anything was lost, doubled or miscounted."""
    parser = argparse.ArgumentParser(prog="bench observations kill")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args(arguments)
    tally = measure(options.rounds)
    kills = ", ".join(f"{name} {count}" for name, count in sorted(tally.kills.items()))
    print(
        f"kill -9: {kills}; {len(tally.acknowledged):,} observations acknowledged, {tally.repeats:,} requests sent again; "
        f"lost {tally.lost}, doubled {tally.doubled}, never sent {tally.strange}; "
        f"of {tally.hours:,} hourly rollups {tally.wrong_hours} differ from a recount; {tally.packed:,} are in blocks",
        flush=True,
    )
    return 0 if tally.is_whole else 1


def measure(rounds: int) -> Tally:
    """Kill so often, then count. Needs Django and the database, its own server."""
    tally = Tally()
    city = build(SERIES)
    _fill_old_weeks(city, tally)
    port = processes.free_port()
    ends = threading.Event()
    with (
        _kept_alive(processes.gate_command(port)) as gate,
        _kept_alive(_closer()) as worker,
        _brought_back() as cluster,
    ):
        processes.wait_for(port)
        writers = [
            threading.Thread(daemon=True, target=_write, args=(number, city, port, tally, ends))
            for number in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        for number in range(rounds):
            _wait_for_load(tally)
            victim = VICTIMS[number % len(VICTIMS)]
            _kill(victim, cluster, gate, worker)
            tally.kills[victim] = tally.kills.get(victim, 0) + 1
        _wait_for_load(tally)
        _wait_for_blocks()
        ends.set()
        for writer in writers:
            writer.join(30)
    _count(tally)
    return tally


def _old_start_ms() -> int:
    return (int(time.time() * 1000) - OLD_MS) // WEEK_MS * WEEK_MS


def _fill_old_weeks(city: City, tally: Tally) -> None:
    """Store a reading each quarter of an hour of weeks that are to be compacted."""
    from rivulus.observations.actions.storing import store
    from rivulus.observations.rules.readings import Batch, Readings

    start = _old_start_ms()
    moments = range(start, start + OLD_WEEKS * WEEK_MS, OLD_STEP_MS)
    rows = [(series, ms * 1000, float(ms // OLD_STEP_MS % 97)) for series in city.series for ms in moments]
    store(by=None, batch=Batch(Readings.of(rows)))
    tally.sent.update({(series, us // 1000): value for series, us, value in rows})
    tally.acknowledged.update((series, us // 1000) for series, us, _value in rows)


class Kept:
    """A process that is started again whenever it is dead, as the supervisor does."""

    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 (our own words)
            self.command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        """Kill it and whatever it started, and start it again."""
        self.end()
        self.process = self._start()

    def end(self) -> None:
        """Kill it and whatever it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def _kept_alive(command: list[str]) -> Iterator[Kept]:
    kept = Kept(command)
    try:
        yield kept
    finally:
        kept.end()


def _closer() -> list[str]:
    return [sys.executable, "-m", "rivulus.house.benches.observations.closing"]


@contextlib.contextmanager
def _brought_back() -> Iterator[Cluster]:
    """Hold the database's server, and start it again where its keeper has given up: as the supervisor does."""
    cluster = processes.cluster()
    cluster.start()
    ends = threading.Event()

    def look_after() -> None:
        while not ends.wait(0.5):
            if not cluster.is_running():
                with contextlib.suppress(HouseError):
                    cluster.start()

    thread = threading.Thread(target=look_after, daemon=True)
    thread.start()
    try:
        yield cluster
    finally:
        ends.set()
        thread.join(60)
        cluster.stop()


def _wait_for_load(tally: Tally) -> None:
    """Wait until observations flow again after the last kill, and a moment more."""
    before, deadline = len(tally.acknowledged), time.monotonic() + PATIENCE_S
    while len(tally.acknowledged) < before + WRITERS * ROWS * 2:
        if time.monotonic() > deadline:
            raise TimeoutError(f"Nothing was acknowledged any more after {tally.kills}.")
        time.sleep(0.02)
    time.sleep(random.uniform(0, 0.3))  # noqa: S311 (a moment, not a secret)


def _wait_for_blocks() -> None:
    """Wait until the worker has compacted something while readings keep coming."""
    deadline = time.monotonic() + PATIENCE_S
    while not _has_blocks() and time.monotonic() < deadline:
        time.sleep(0.1)


def _has_blocks() -> bool:
    from django.db import Error, connection

    try:
        return bool(_rows("SELECT EXISTS (SELECT FROM observations_block)")[0][0])
    except Error:  # the database was killed a moment ago
        connection.close()
        getattr(connection, "close_pool", bool)()
        return False


def _kill(victim: str, cluster: Cluster, gate: Kept, worker: Kept) -> None:
    if victim == "database":
        with contextlib.suppress(OSError, ValueError):  # it may be starting again this very moment
            os.kill(cluster.pid(), signal.SIGKILL)
    else:
        (gate if victim == "gate" else worker).kill()


def _write(number: int, city: City, port: int, tally: Tally, ends: threading.Event) -> None:
    """One device after the other: a request is sent until somebody says that it is stored."""
    own = city.series[number::WRITERS]
    start_ms = int(time.time() * 1000) - HOURS_BACK_MS
    headers = {"Authorization": f"Bearer {city.key}", "Content-Type": "application/json", "Host": "localhost"}
    turn = 0
    while not ends.is_set():
        series = own[turn % len(own)]
        # Six hours are filled from the back, a second at a time, each series at milliseconds of its own.
        rows = [
            (start_ms + (turn * ROWS + step) * 1000 % HOURS_BACK_MS + turn % 997, float(turn % 50))
            for step in range(ROWS)
        ]
        if turn % LATE_EVERY == 0:  # weeks late, between the readings that are there
            since = _old_start_ms() + turn * 7_654_321 % (OLD_WEEKS * WEEK_MS - ROWS * 1000) // 1000 * 1000
            rows = [(since + step * 1000 + 1 + turn % 997, float(turn % 50)) for step in range(ROWS)]
        turn += 1
        tally.sent.update({(series, ms): value for ms, value in rows})
        body = json.dumps(
            [
                {
                    "Datastream": {"@iot.id": series},
                    "components": ["phenomenonTime", "result"],
                    "dataArray": [[_iso(ms), value] for ms, value in rows],
                }
            ]
        )
        while not _post(port, body, headers):
            tally.repeats += 1
            time.sleep(0.05)
        tally.acknowledged.update((series, ms) for ms, _ in rows)


def _post(port: int, body: str, headers: dict[str, str]) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/sensorthings/v1.1/CreateObservations", body, headers)
        answer = connection.getresponse()
        return answer.status == 201 and b"error" not in answer.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _iso(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03d}Z"


def _count(tally: Tally) -> None:
    """Compare the store with what was sent, and the rollups with the store."""
    from django.db import connection

    from rivulus.observations.actions.rollups import close_hours, recount

    connection.close()
    getattr(connection, "close_pool", bool)()  # whose connections are of a server that was killed
    close_hours(by=None)
    deadline = time.monotonic() + PATIENCE_S
    while _rows("SELECT count(*) FROM observations_dirty")[0][0] and time.monotonic() < deadline:
        recount(by=None)  # does nothing while the connection of a killed worker still holds the keeper's lock
        time.sleep(0.05)
    tally.packed = _rows("SELECT coalesce(sum(count), 0)::int8 FROM observations_block")[0][0]
    found = _stored(sorted({series for series, _ms in tally.sent}))
    held = {(series, ms): value for series, ms, value in found}
    tally.doubled = len(found) - len(held)
    tally.lost = sum(held.get(key) != tally.sent[key] for key in tally.acknowledged)
    tally.strange = sum(tally.sent.get(key) != value for key, value in held.items())
    _count_hours(tally)


def _stored(ids: list[int]) -> list[tuple[int, int, float]]:
    """Return all readings, those in rows and those in blocks."""
    from rivulus.observations.queries.readings import read
    from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US

    found = read(ids, EARLIEST_US, LATEST_US)
    columns = (found.datastream.tolist(), (found.time // 1000).tolist(), found.value.tolist())
    return list(zip(*columns, strict=True))


def _count_hours(tally: Tally) -> None:
    """Compare the hourly rollups with a recount of the readings, bit by bit."""
    from rivulus.observations.queries.rollups import count_hours, stored_hours
    from rivulus.observations.rules.readings import EARLIEST_US
    from rivulus.observations.rules.weeks import microseconds

    first = EARLIEST_US + 3_600_000_000
    until = microseconds(_rows("SELECT closed_until FROM observations_watermark")[0][0])
    kept, counted = (
        {(one, start): said for one, start, *said in zip(*(column.tolist() for column in columns), strict=True)}
        for columns in (
            (h.datastream, h.start, h.count, h.sum, h.min, h.max)
            for h in (stored_hours(None, first, until), count_hours(None, first, until))
        )
    )
    tally.hours = len(kept)
    tally.wrong_hours = sum(kept.get(key) != counted.get(key) for key in kept.keys() | counted.keys())


def _rows(query: str) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def main() -> int:
    """The same on a scratch database with nothing but its tables, for a test: quicker than with the city's facts.

    ``--tables`` names a dump of them; without it they are made by migrations.
    """
    from rivulus.house import database, dumps, prepare

    parser = argparse.ArgumentParser()
    parser.add_argument("--tables", type=Path)
    options, rest = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="rivulus-kill-") as folder:
        os.environ["RIVULUS_HOME"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "rivulus.config.settings"
        os.environ.pop("DATABASE_URL", None)
        with database.available():
            prepare.make_secret_key()
            if options.tables:
                dumps.fill(os.environ["DATABASE_URL"], options.tables)
            else:
                prepare.migrate()
            prepare.start_django()
            try:
                return run(rest)
            finally:
                prepare.stop_django()


if __name__ == "__main__":
    sys.exit(main())

"""Kills the database, the gate and a worker under load, again and again, and then counts what is there.

Every request is sent until it is acknowledged, as a device would. In the end everything acknowledged must be in the
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
ROLLUP = """
SELECT count(*) FROM (
    SELECT datastream, date_trunc('hour', time) AS hour, count(*) AS n, round(sum(value)::numeric, 6) AS s,
        min(value) AS low, max(value) AS high
    FROM observations_reading WHERE time < (SELECT closed_until FROM observations_watermark) GROUP BY 1, 2
) counted
FULL JOIN observations_hourly h ON h.datastream = counted.datastream AND h.hour = counted.hour
WHERE counted.n IS DISTINCT FROM h.count OR counted.s IS DISTINCT FROM round(h.sum::numeric, 6)
    OR counted.low IS DISTINCT FROM h.min OR counted.high IS DISTINCT FROM h.max
"""


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

    @property
    def is_whole(self) -> bool:
        """Whether everything is as it must be."""
        return bool(self.acknowledged) and not (self.lost or self.doubled or self.strange or self.wrong_hours)


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
        f"of {tally.hours:,} hourly rollups {tally.wrong_hours} differ from a recount",
        flush=True,
    )
    return 0 if tally.is_whole else 1


def measure(rounds: int) -> Tally:
    """Kill so often, then count. Needs Django and the database, its own server."""
    tally = Tally()
    city = build(SERIES)
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
        ends.set()
        for writer in writers:
            writer.join(30)
    _count(tally)
    return tally


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
    found = _rows("SELECT datastream, (extract(epoch FROM time) * 1000)::int8, value FROM observations_reading")
    held = {(series, ms): value for series, ms, value in found}
    tally.doubled = len(found) - len(held)
    tally.lost = sum(held.get(key) != tally.sent[key] for key in tally.acknowledged)
    tally.strange = sum(tally.sent.get(key) != value for key, value in held.items())
    tally.wrong_hours = _rows(ROLLUP)[0][0]
    tally.hours = _rows("SELECT count(*) FROM observations_hourly")[0][0]


def _rows(query: str) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def main() -> int:
    """The same on a scratch database with nothing but its tables, for a test: quicker than with the city's facts."""
    from rivulus.house import database, prepare

    with tempfile.TemporaryDirectory(prefix="rivulus-kill-") as folder:
        os.environ["RIVULUS_HOME"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "rivulus.config.settings"
        os.environ.pop("DATABASE_URL", None)
        with database.available():
            prepare.make_secret_key()
            prepare.migrate()
            prepare.start_django()
            try:
                return run(sys.argv[1:])
            finally:
                prepare.stop_django()


if __name__ == "__main__":
    sys.exit(main())

"""The processes that are measured: the gate, InfluxDB beside it, and what each costs."""

# ruff: noqa: S603 (the commands are our own words)

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rivulus.house.database import own_cluster
from rivulus.house.postgres import Cluster
from rivulus.house.supervisor import gate as gate_child

PATIENCE_S = 30.0
INFLUX = """
reporting-disabled = true
bind-address = "127.0.0.1:{backup}"
[meta]
  dir = "{folder}/meta"
  logging-enabled = false
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  wal-fsync-delay = "0s"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
  max-body-size = 0
[monitor]
  store-enabled = false
[logging]
  level = "error"
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server under measurement."""

    name: str
    port: int
    pid: int

    def cpu_s(self) -> float:
        """CPU seconds of the process and of those it started."""
        return cpu_of_tree(self.pid)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gate_command(port: int) -> list[str]:
    """The command of the gate, as the supervisor starts it."""
    return gate_child("127.0.0.1", port).command


@contextlib.contextmanager
def gate(port: int | None = None) -> Iterator[Server]:
    """Run the gate over the database in DATABASE_URL."""
    port = port or free_port()
    with _running("gate", gate_command(port), port) as server:
        yield server


@contextlib.contextmanager
def influx(folder: Path) -> Iterator[Server | None]:
    """Run InfluxDB where it is installed, with each write synced to disk, as the gate's are."""
    program = shutil.which("influxd")
    if program is None:
        yield None
        return
    port = free_port()
    config = folder / "influx.conf"
    config.write_text(INFLUX.format(folder=folder / "influx", port=port, backup=free_port()))
    with _running("InfluxDB", [program, "-config", str(config)], port) as server:
        yield server


@contextlib.contextmanager
def _running(name: str, command: list[str], port: int) -> Iterator[Server]:
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=None)
    try:
        wait_for(port)
        yield Server(name, port, process.pid)
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        if process.poll() is None:
            process.kill()
            process.wait()


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise TimeoutError(f"Nothing listens on port {port}.")


def cluster() -> Cluster:
    """The platform's own server."""
    kept = os.environ.pop("DATABASE_URL")
    try:
        found = own_cluster()
    finally:
        os.environ["DATABASE_URL"] = kept
    assert found is not None
    return found


def database_pid() -> int:
    """The process that all of PostgreSQL's belong to."""
    return cluster().pid()


def cpu_of_tree(pid: int) -> float:
    """CPU seconds of a process, of its children and of theirs, ended ones too (Linux; 0 elsewhere)."""
    tick = os.sysconf("SC_CLK_TCK")
    total = 0.0
    waiting = [pid]
    while waiting:
        current = waiting.pop()
        with contextlib.suppress(OSError):
            parts = Path(f"/proc/{current}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, parts[11:15])) / tick
            for task in Path(f"/proc/{current}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
    return total

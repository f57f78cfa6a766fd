"""The same observations in InfluxDB and VictoriaMetrics, where they are installed: their size, and the same questions."""

# ruff: noqa: S310, S603 (addresses and commands are our own words)

import contextlib
import json
import shutil
import statistics
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from rivulus.house.benches.observations.processes import free_port, influx, wait_for

LINES = 50_000  # in one request


class Portion(Protocol):
    """A portion of the observations."""

    def columns(self) -> tuple[Any, Any, Any]:
        """Return series, time (seconds) and value."""


def compare(folder: Path, portions: Iterable[Portion], total: int, now_s: int) -> None:
    """Fill both, and print what they take and how long they need."""
    listed = list(portions)
    with influx(folder) as server:
        if server is None:
            print("InfluxDB is not installed.")
        else:
            base = f"http://127.0.0.1:{server.port}"
            _ask(f"{base}/query", {"q": "CREATE DATABASE b WITH DURATION INF SHARD DURATION 7d"})
            took = _fill(f"{base}/write?db=b&precision=s", listed)
            time.sleep(20)  # its compactions
            print(
                f"InfluxDB: filled at {total / took:,.0f}/s, {_size(folder / 'influx') / total:.2f} B per observation."
            )
            _time("InfluxDB, the latest of all", lambda: _influx(base, "SELECT last(v) FROM r GROUP BY s"))
            _time("InfluxDB, a year of one series by hours", lambda: _influx(base, _by_hours(now_s)))
    with _victoria(folder) as port:
        if port is None:
            print("VictoriaMetrics is not installed.")
            return
        base = f"http://127.0.0.1:{port}"
        took = _fill(f"{base}/write?precision=s", listed)
        for step in ("/internal/force_flush", "/internal/force_merge"):
            _ask(base + step)
        time.sleep(20)
        print(
            f"VictoriaMetrics: filled at {total / took:,.0f}/s, {_size(folder / 'victoria') / total:.2f} B per observation."
        )
        year = {"start": now_s - 365 * 86_400, "end": now_s, "nocache": 1}
        some = "|".join(str(number) for number in _numbers(listed)[:500])
        by_days = {"query": f'avg_over_time(r_v{{s=~"{some}"}}[1d])', "step": "1d", **year}
        by_hours = {"query": f'avg_over_time(r_v{{s="{_numbers(listed)[0]}"}}[1h])', "step": "1h", **year}
        _time("VictoriaMetrics, a year of 500 series by days", lambda: _ask(f"{base}/api/v1/query_range", by_days))
        _time("VictoriaMetrics, a year of one series by hours", lambda: _ask(f"{base}/api/v1/query_range", by_hours))
        newest = {"query": "last_over_time(r_v[1d])", "time": now_s, "nocache": 1}
        _time("VictoriaMetrics, the latest of all", lambda: _ask(f"{base}/api/v1/query", newest))


def _by_hours(now_s: int) -> str:
    return f"SELECT mean(v) FROM r WHERE s = '1' AND time > {now_s - 365 * 86_400}s GROUP BY time(1h) fill(none)"  # noqa: S608


def _influx(base: str, question: str) -> bytes:
    return _ask(f"{base}/query", {"db": "b", "epoch": "s", "q": question})


def _fill(address: str, portions: Iterable[Portion]) -> float:
    began = time.perf_counter()
    for portion in portions:
        columns = [column.tolist() for column in portion.columns()]
        for at in range(0, len(columns[0]), LINES):
            part = zip(*(column[at : at + LINES] for column in columns), strict=True)
            body = "\n".join(f"r,s={series} v={value} {moment}" for series, moment, value in part)
            with urllib.request.urlopen(urllib.request.Request(address, body.encode(), method="POST")) as answer:
                answer.read()
    return time.perf_counter() - began


def _ask(address: str, parameters: dict[str, Any] | None = None) -> bytes:
    body = urllib.parse.urlencode(parameters).encode() if parameters else None
    with urllib.request.urlopen(urllib.request.Request(address, body)) as answer:
        found: bytes = answer.read()
    if found.startswith(b"{") and "error" in json.loads(found):
        raise RuntimeError(found[:300].decode())
    return found


def _time(name: str, ask: Callable[[], bytes]) -> None:
    ask()
    took = []
    for _ in range(5):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1e3)
    print(f"{name}: {statistics.median(took):.1f} ms (over HTTP, as JSON)")


@contextlib.contextmanager
def _victoria(folder: Path) -> Iterator[int | None]:
    program = shutil.which("victoria-metrics")
    if program is None:
        yield None
        return
    port = free_port()
    command = [
        program,
        f"-storageDataPath={folder / 'victoria'}",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=100y",
        "-search.maxUniqueTimeseries=1000000",
        "-search.maxQueryLen=1000000",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _numbers(portions: list[Portion]) -> list[int]:
    return sorted({int(number) for number in portions[0].columns()[0]})


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())

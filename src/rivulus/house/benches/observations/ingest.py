"""Observations per second over HTTP: in batches, one by one, repeated; and InfluxDB beside it on the same machine.

Generator, gate and database share the machine: the figures are of all three together.
"""

import argparse
import json
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rivulus.house.benches.observations import processes
from rivulus.house.benches.observations.city import City, build
from rivulus.house.benches.observations.processes import Server

START_MS = 1_767_225_600_000  # 2026-01-01
DAY_MS = 86_400_000
SERIES = 1000
CONNECTIONS = 64
BULK = 5_000_000  # observations; enough for InfluxDB to begin with what it puts off
LINES = 10_000  # in one request of InfluxDB's bulk, the most that its makers advise


@dataclass(frozen=True, slots=True)
class Case:
    """What is sent: how many observations, how many in a request, of how many series in one request."""

    name: str
    total: int
    batch: int
    series_in_batch: int
    start_ms: int
    connections: int = CONNECTIONS


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it."""

    rate: float
    p50_ms: float
    p99_ms: float
    gate_us: float
    database_us: float
    generator_us: float
    statuses: dict[str, int]


def run(arguments: list[str]) -> int:
    """Measure and print; `--scale` multiplies how much is sent."""
    parser = argparse.ArgumentParser(prog="bench observations ingest")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--only", default="")
    options = parser.parse_args(arguments)
    city = build(SERIES)
    with tempfile.TemporaryDirectory(prefix="rivulus-load-") as name:
        folder = Path(name)
        cases = [case for case in _cases(options.scale, options.connections) if options.only in case.name]
        bulk = Case("bulk", int(BULK * options.scale), LINES, SERIES, START_MS - 300 * DAY_MS, 2)
        is_bulk = options.only in bulk.name
        per_cpu_s = _bulk(city, bulk) if is_bulk else 0.0
        rates = {}
        with processes.gate() as gate:
            _warm_up(gate, city, folder)
            for case in cases:
                result = _measure_gate(gate, city, case, folder)
                _print(f"gate, {case.name}", case, result)
                rates[case.name] = result.rate
        with processes.influx(folder) as influx:
            if influx is None:
                print("InfluxDB is not installed on this machine: not compared.")
                return 0
            _create_database(influx)
            for case in [*cases, *([bulk] if is_bulk else [])]:
                if "again" in case.name:
                    continue
                result = _measure_influx(influx, city, case, folder)
                _print(f"InfluxDB, {case.name}", case, result)
                if case is bulk:
                    theirs = 1e6 / result.gate_us
                    print(f"  {theirs:,.0f} rows per CPU second; the store is at {per_cpu_s / theirs:.2f} of that")
                else:
                    print(f"  the gate is at {rates[case.name] / result.rate:.2f} of that")
    return 0


def _cases(scale: float, connections: int) -> list[Case]:
    hundred = int(1_500_000 * scale) // 100 * 100
    thousand = int(2_000_000 * scale) // 1000 * 1000
    return [
        Case("batches of 100", hundred, 100, 10, START_MS, connections),
        Case("batches of 100 again", hundred, 100, 10, START_MS, connections),
        # Fewer at once: how long an answer takes is what is under way divided by the rate.
        Case("batches of 1,000", thousand, 1000, 10, START_MS + 40 * DAY_MS, max(connections // 4, 1)),
        Case("batches of 1,000 again", thousand, 1000, 10, START_MS + 40 * DAY_MS, max(connections // 4, 1)),
        Case("one by one", int(60_000 * scale), 1, 1, START_MS + 80 * DAY_MS, connections),
    ]


def _warm_up(gate: Server, city: City, folder: Path) -> None:
    _measure_gate(gate, city, Case("warm-up", 20_000, 100, 10, START_MS - 30 * DAY_MS, 8), folder)


def _measure_gate(gate: Server, city: City, case: Case, folder: Path) -> Result:
    bodies = _bodies(case, city)
    path = "/sensorthings/v1.1/" + ("Observations" if case.batch == 1 else "CreateObservations")
    headers = {"Host": "localhost", "Authorization": f"Bearer {city.key}", "Content-Type": "application/json"}
    return _measure(gate, path, headers, bodies, case, folder, processes.database_pid())


def _measure_influx(server: Server, city: City, case: Case, folder: Path) -> Result:
    bodies = _lines(case, city)
    return _measure(server, "/write?db=bench&precision=ms", {"Host": "localhost"}, bodies, case, folder, None)


def _measure(
    server: Server,
    path: str,
    headers: dict[str, str],
    bodies: list[bytes],
    case: Case,
    folder: Path,
    database: int | None,
) -> Result:
    file = folder / "bodies"
    file.write_bytes(b"".join(struct.pack(">I", len(body)) + body for body in bodies))
    order = {
        "host": "127.0.0.1",
        "port": server.port,
        "path": path,
        "headers": headers,
        "connections": case.connections,
        "file": str(file),
    }
    before = server.cpu_s(), processes.cpu_of_tree(database) if database else 0.0
    done = subprocess.run(
        [sys.executable, "-m", "rivulus.house.benches.observations.load"],
        input=json.dumps(order) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    after = server.cpu_s(), processes.cpu_of_tree(database) if database else 0.0
    found: dict[str, Any] = json.loads(done.stdout)
    latencies = found["latencies_ms"]
    return Result(
        rate=case.total / found["seconds"],
        p50_ms=latencies[len(latencies) // 2],
        p99_ms=latencies[int(len(latencies) * 0.99)],
        gate_us=(after[0] - before[0]) / case.total * 1e6,
        database_us=(after[1] - before[1]) / case.total * 1e6,
        generator_us=found["cpu_s"] / case.total * 1e6,
        statuses=found["statuses"],
    )


def _print(title: str, case: Case, result: Result) -> None:
    odd = {status: count for status, count in result.statuses.items() if status not in {"201", "204"}}
    print(
        f"{title}: {result.rate:,.0f} observations/s, p50 {result.p50_ms:.0f} ms, p99 {result.p99_ms:.0f} ms "
        f"({case.total:,}, {case.connections} connections); CPU µs each: server {result.gate_us:.1f}, "
        f"database {result.database_us:.1f}, generator {result.generator_us:.1f}"
        + (f"; NOT STORED: {odd}" if odd else ""),
        flush=True,
    )


def _rows(case: Case, city: City) -> list[list[tuple[int, int, float]]]:
    """The requests as lists of (series, milliseconds, value): each key once, values like a sensor's."""
    made = []
    per_series = case.batch // case.series_in_batch
    groups = len(city.series) // case.series_in_batch
    for number in range(case.total // case.batch):
        group, turn = number % groups, number // groups
        rows = []
        for place in range(case.series_in_batch):
            series = city.series[group * case.series_in_batch + place]
            for step in range(per_series):
                position = turn * per_series + step
                value = round(20 + ((series * 7 + position * 13) % 200) / 10, 1)
                rows.append((series, case.start_ms + position * 1000, value))
        made.append(rows)
    return made


def _bodies(case: Case, city: City) -> list[bytes]:
    if case.batch == 1:
        return [_single(*rows[0]) for rows in _rows(case, city)]
    return [_array(rows) for rows in _rows(case, city)]


def _single(series: int, ms: int, value: float) -> bytes:
    body = {"phenomenonTime": _iso(ms), "result": value, "Datastream": {"@iot.id": series}}
    return json.dumps(body, separators=(",", ":")).encode()


def _array(rows: list[tuple[int, int, float]]) -> bytes:
    groups: dict[int, list[list[object]]] = {}
    for series, ms, value in rows:
        groups.setdefault(series, []).append([_iso(ms), value])
    body = [
        {"Datastream": {"@iot.id": series}, "components": ["phenomenonTime", "result"], "dataArray": items}
        for series, items in groups.items()
    ]
    return json.dumps(body, separators=(",", ":")).encode()


def _lines(case: Case, city: City) -> list[bytes]:
    return [
        "\n".join(f"temperature,series={series} value={value} {ms}" for series, ms, value in rows).encode()
        for rows in _rows(case, city)
    ]


def _iso(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03d}Z"


def _create_database(server: Server) -> None:
    address = f"http://127.0.0.1:{server.port}/query?q=CREATE%20DATABASE%20bench"
    urllib.request.urlopen(urllib.request.Request(address, method="POST"), timeout=10).close()


def _bulk(city: City, case: Case) -> float:
    """Write without HTTP, and return the rows per CPU second of the writer and the database together."""
    import numpy as np

    from rivulus.observations.actions.store.connecting import connect
    from rivulus.observations.actions.store.writing import write_batch
    from rivulus.observations.rules.readings import Batch, Readings

    chunk = 100_000
    database = processes.database_pid()
    series = np.array(city.series, np.int32)
    before, own, begin = processes.cpu_of_tree(database), time.process_time(), time.perf_counter()
    with connect() as connection:
        for number in range(case.total // chunk):
            slots = np.arange(chunk, dtype=np.int64)
            seconds = number * (chunk // len(series)) + slots // len(series)
            times = case.start_ms * 1000 + seconds * 1_000_000
            values = np.round(20 + (slots * 13 % 200) / 10, 1)
            readings = Readings(times, values, series[slots % len(series)], np.zeros(chunk, np.int32))
            write_batch(connection, Batch(readings=readings), "bench")
    took = time.perf_counter() - begin
    cpu = processes.cpu_of_tree(database) - before + time.process_time() - own
    print(f"bulk: {case.total / took:,.0f} rows/s, {case.total / cpu:,.0f} rows per CPU second", flush=True)
    return case.total / cpu

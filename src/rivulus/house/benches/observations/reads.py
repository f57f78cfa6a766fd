"""What a year of observations takes on the disk, and how long questions about it take; peers beside it.

    ./rivulus bench observations reads --observations 100000000 --series 10000

Half of the series report on a regular grid, half with a second or two of jitter; values are decimals of one digit that
follow the day, with noise. Weeks that ended are compacted, as they are every night.
"""

import argparse
import os
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from rivulus.house.benches.observations import peers
from rivulus.house.benches.observations.processes import database_pid

YEAR_S = 365 * 86_400
WEEK_S = 7 * 86_400
SEED = 20261122


def run(arguments: list[str]) -> int:
    """Fill, close, compact; then measure sizes and questions."""
    parser = argparse.ArgumentParser(prog="./rivulus bench observations reads")
    parser.add_argument("--observations", type=int, default=10_000_000)
    parser.add_argument("--series", type=int, default=1_000)
    parser.add_argument("--no-peers", action="store_true", help="do not fill InfluxDB and VictoriaMetrics")
    chosen = parser.parse_args(arguments)
    ids = _describe(chosen.series)
    now_s = int(time.time()) // 3600 * 3600
    step_s = max(1, YEAR_S * len(ids) // chosen.observations)
    weeks = list(_weeks(ids, now_s, step_s))
    print(f"{len(ids):,} series, one observation every {step_s} s, for a year that ends now.")
    total = _fill(weeks)
    _measure_rollups(total)
    _measure_compaction(total)
    _measure_questions(ids, now_s)
    if not chosen.no_peers:
        with tempfile.TemporaryDirectory(prefix="rivulus-peers-") as folder:
            peers.compare(Path(folder), weeks, total, now_s)
    return 0


class Week:
    """The observations of one week, made anew whenever they are asked for."""

    def __init__(self, ids: list[int], start_s: int, end_s: int, step_s: int) -> None:
        self.ids, self.start_s, self.end_s, self.step_s = np.array(ids, np.int32), start_s, end_s, step_s

    def columns(self) -> tuple[Any, Any, Any]:
        """Return series, time (whole seconds since 1970) and value, by time."""
        first = -(-self.start_s // self.step_s) * self.step_s
        grid = np.arange(first, self.end_s - 3, self.step_s).astype(np.int64)
        random = np.random.default_rng([SEED, self.start_s])
        shape = len(grid), len(self.ids)
        jitter = random.integers(0, 3, shape) * (self.ids % 2)
        value = 12 + self.ids % 10 + 6 * np.sin(grid * (2 * np.pi / 86_400))[:, None] + random.normal(0, 0.2, shape)
        series = np.broadcast_to(self.ids, shape)
        return series.ravel(), (grid[:, None] + jitter).ravel(), np.round(value, 1).ravel()


def _weeks(ids: list[int], now_s: int, step_s: int) -> Iterator[Week]:
    monday = (now_s - YEAR_S - 4 * 86_400) // WEEK_S * WEEK_S + 4 * 86_400
    for start in range(monday, now_s, WEEK_S):
        yield Week(ids, max(start, now_s - YEAR_S), min(start + WEEK_S, now_s), step_s)


def _describe(count: int) -> list[int]:
    from rivulus.observations.models import Datastream, ObservedProperty, Sensor, Thing

    thing, sensor = Thing.objects.create(name="Bench"), Sensor.objects.create(name="Bench")
    observed = ObservedProperty.objects.create(name="Temperature", definition="https://example.org/temperature")
    series = [
        Datastream(name=f"Series {n}", kind="number", thing=thing, sensor=sensor, observed_property=observed)
        for n in range(count)
    ]
    return sorted(one.pk for one in Datastream.objects.bulk_create(series, batch_size=5_000))


def _fill(weeks: list[Week]) -> int:
    from django.db import connection

    from rivulus.observations.actions.store.partitions import ensure_partitions
    from rivulus.observations.rules.copying import COPY_COLUMNS, copy_body
    from rivulus.observations.rules.readings import Readings

    ensure_partitions(weeks[0].start_s * 1_000_000, weeks[-1].end_s * 1_000_000)
    began, total = time.perf_counter(), 0
    for week in weeks:
        series, times, values = week.columns()
        readings = Readings(times * 1_000_000, values, series, np.zeros(len(series), np.int32))
        with connection.cursor() as cursor:
            statement = f"COPY observations_reading {COPY_COLUMNS} FROM STDIN (FORMAT binary)"
            with cursor.copy(statement) as copy:
                for at in range(0, len(readings), 200_000):
                    body = copy_body(readings.take(slice(at, at + 200_000)))
                    copy.write(body[19 if at else 0 : -2])  # one header, one end
                copy.write(b"\xff\xff")
        total += len(readings)
    took = time.perf_counter() - began
    print(f"Filled {total:,} observations in {took:.0f} s ({total / took:,.0f}/s, COPY).")
    _vacuum("observations_reading")
    print(f"Rows: {_bytes_of('observations_reading') / total:.1f} B per observation with their indexes.")
    return total


def _measure_rollups(total: int) -> None:
    from rivulus.observations.actions import rollups

    began = time.perf_counter()
    rollups.close_hours(by=None)
    done = rollups.recount(by=None, most=100_000)
    took = time.perf_counter() - began
    print(
        f"Closed and counted {done.lines:,} hours ({done.hours:,} rollups) in {took:.0f} s: "
        f"{took / total * 1e6:.2f} µs per observation, {took / max(done.hours, 1) * 1e6:.1f} µs per rollup."
    )


def _measure_compaction(total: int) -> None:
    from rivulus.observations.actions import compaction, packing

    began = time.perf_counter()
    done = compaction.compact(by=None, most=1_000)
    took = time.perf_counter() - began
    kept = _one("SELECT coalesce(sum(count), 0) FROM observations_block")
    print(f"Compacted {done} weeks in {took:.0f} s: {took / max(kept, 1) * 1e6:.2f} µs per observation.")
    _vacuum("observations_block")
    loose = _bytes_of("observations_block") / max(kept, 1)
    _vacuum("observations_block", "FULL, ")
    size = _bytes_of("observations_block") / max(kept, 1)
    print(f"Blocks: {size:.2f} B per observation with rows and indexes ({kept / total:.0%} are in blocks);")
    print(f"  {loose:.2f} B right after a year was compacted at once, with the free space that leaves.")
    hours, before = _one("SELECT count(*) FROM observations_hourly"), _bytes_of("observations_hourly")
    began = time.perf_counter()
    packing.pack_rollups(by=None)
    print(f"Packed the rollups of past months in {time.perf_counter() - began:.0f} s.")
    for table in ("reading", "hourly", "daily", "daily_block"):
        _vacuum(f"observations_{table}")
    _vacuum("observations_hourly_block", "FULL, ")
    packed, size = (
        _one("SELECT coalesce(sum(count), 0) FROM observations_hourly_block"),
        _bytes_of("observations_hourly_block"),
    )
    print(f"Hours: {size / max(packed, 1):.1f} B each when packed, {before / max(hours, 1):.1f} B as rows.")


def _measure_questions(ids: list[int], now_s: int) -> None:
    import datetime as dt

    from rivulus.observations.queries import readings, rollups

    now, week, year = now_s * 1_000_000, WEEK_S * 1_000_000, YEAR_S * 1_000_000
    today = dt.datetime.fromtimestamp(now_s, dt.UTC).date()
    some, chance = ids[:: max(1, len(ids) // 500)][:500], np.random.default_rng(SEED)

    def one() -> list[int]:
        return [int(chance.choice(ids))]

    questions: list[tuple[str, Callable[[], Any]]] = [
        (f"the latest of all {len(ids):,}", readings.latest),
        ("this week of one series", lambda: readings.read(one(), now - week, now)),
        ("a week of one series, compacted", lambda: readings.read(one(), now - 20 * week, now - 19 * week)),
        ("a year of one series, raw", lambda: readings.read(one(), now - year, now)),
        ("a year of one series by hours", lambda: rollups.hourly(one(), now - year, now)),
        (
            f"a year of {len(some)} series by days",
            lambda: rollups.daily(some, today - dt.timedelta(days=364), today - dt.timedelta(days=1)),
        ),
        ("the same with today", lambda: rollups.daily(some, today - dt.timedelta(days=364), today)),
    ]
    _forget_what_was_read()
    for name, ask in questions:
        cold = _took(ask)[0]
        ask()
        took = [_took(ask) for _ in range(15)]
        warm, own, database = (sorted(part) for part in zip(*took, strict=True))
        print(
            f"{name}: {statistics.median(warm):.1f} ms (fastest {warm[0]:.1f}, slowest {warm[-1]:.1f}; cold {cold:.0f}),"
            f" work {statistics.median(own):.1f} ms in Python and {statistics.median(database):.1f} ms in PostgreSQL"
        )


def _took(ask: Callable[[], Any]) -> tuple[float, float, float]:
    """Return how long a question took, and the CPU time of this process and of the database's, in milliseconds.

    On a machine that is shared the last two say more than the first.
    """
    pid = _one("SELECT pg_backend_pid()")
    began, own, database = time.perf_counter(), time.process_time(), _cpu_s(pid)
    ask()
    ended = time.perf_counter(), time.process_time(), _cpu_s(pid)
    wall, work, backend = (after - before for before, after in zip((began, own, database), ended, strict=True))
    return wall * 1e3, work * 1e3, backend * 1e3


def _cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process so far (Linux; elsewhere 0)."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


def _forget_what_was_read() -> None:
    """Restart the database, and have the system forget its files."""
    from django.db import connection

    from rivulus.house.database import own_cluster

    kept = os.environ.pop("DATABASE_URL", None)
    cluster = own_cluster()
    if kept:
        os.environ["DATABASE_URL"] = kept
    assert cluster is not None
    pid = database_pid()
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    os.kill(pid, signal.SIGINT)
    while _pid_or_none() in {pid, None}:  # its keeper brings it back
        time.sleep(0.05)
    cluster.start()  # waits until it answers
    for file in cluster.data.rglob("*"):
        if file.is_file():
            descriptor = os.open(file, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)
    cluster.stop()  # our own use of it: the measurement holds another


def _pid_or_none() -> int | None:
    try:
        return database_pid()
    except (OSError, ValueError):
        return None


def _vacuum(table: str, how: str = "") -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ({how}ANALYZE) {table}")


def _bytes_of(table: str) -> int:
    """Return what a table takes with its partitions, indexes and large values."""
    tables = f"SELECT relid FROM pg_partition_tree('{table}') UNION SELECT '{table}'::regclass"  # noqa: S608
    return _one(f"SELECT sum(pg_total_relation_size(relid)) FROM ({tables}) t")  # noqa: S608


def _one(statement: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0] or 0)

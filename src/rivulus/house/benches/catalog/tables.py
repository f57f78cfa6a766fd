"""A published table of five million rows: pages, groups, downloads and their memory; DuckDB itself beside it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

WANTED_MS = 100.0
NAME = "bench_rows"
QUESTIONS: dict[str, dict[str, Any]] = {
    "filter by a word, a page": {"where": "series = 'series_77'"},
    "filter by days and a number, sorted, a page": {
        "where": "day between '2022-01-01' and '2022-01-08' and value > 50",
        "order": "value desc",
    },
    "the page at row 4,000,000": {"offset": 4_000_000},
    "sum by month": {
        "select": "trunc(day, 'month') as month, count(*), avg(value)",
        "group": "month",
        "order": "month",
    },
}
DIRECT = "SELECT * FROM read_parquet($file) WHERE series = 'series_77' LIMIT 100"
MEMORY = """
import sys, resource
sys.path.insert(0, sys.argv[1])
import pyarrow.parquet as pq
from rivulus.catalog.presenters.formats import binary, texts
from rivulus.catalog.rules.columns import Column
from rivulus.kernel.publishing import ColumnType
kinds = {"id": "integer", "series": "string", "day": "date", "value": "number", "n": "integer", "tag": "string"}
columns = [Column(name, ColumnType(kind)) for name, kind in kinds.items()]
write = {"csv": texts.write_csv, "parquet": binary.write_parquet}[sys.argv[3]]
with pq.ParquetFile(sys.argv[2]) as file:
    batches = file.iter_batches(16_384, use_threads=False)
    size = 0
    for number, part in enumerate(write(columns, batches)):
        size += len(part)
        if number == 5:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(size, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def measure(rows: int = 5_000_000) -> None:
    """Measure and print."""
    started = time.perf_counter()
    table = _make(rows)
    took = time.perf_counter() - started
    print(f"Table of {rows:,} rows, {table.size / 1e6:.0f} MB of Parquet, written in {took:.1f} s")
    slowest = 0.0
    for name, question in QUESTIONS.items():
        page, counted = _ask(table, question)
        print(f"{name}: {page}, with the number of all rows {counted}")
        slowest = max(slowest, page.wall_ms) if "filter" in name else slowest
    if slowest > WANTED_MS:
        print(f"That is more than the {WANTED_MS:.0f} ms that are wanted.")
    print(f"DuckDB itself, the first question: {_direct(table)}")
    for form in ("csv", "parquet"):
        _download(table, form)


def _make(rows: int) -> Any:
    from rivulus.catalog.feeds.tables.writing import write_batches
    from rivulus.catalog.models import Dataset
    from rivulus.catalog.queries.tables import DataTable
    from rivulus.catalog.rules.columns import Column
    from rivulus.kernel import clock
    from rivulus.kernel.publishing import ColumnType

    kinds = {"id": "integer", "series": "string", "day": "date", "value": "number", "n": "integer", "tag": "string"}
    columns = tuple(Column(name, ColumnType(kind)) for name, kind in kinds.items())
    written = write_batches(NAME, columns, _batches(rows))
    return DataTable(
        dataset=Dataset(code="bench"), name=NAME, slug="bench", title="", version=written.version, columns=columns,
        is_whole=True, rows=written.rows, size=written.size, key=(), box=None, is_simulated=False, changed_at=clock.now(),
    )  # fmt: skip


def _batches(rows: int) -> Iterator[Any]:
    import numpy as np
    import pyarrow as pa

    chance = np.random.default_rng(3)
    series = pa.array([f"series_{number}" for number in range(1_000)])
    tags = pa.array([f"{number * 7_919:08x}" for number in range(10_007)])
    for start in range(0, rows, 100_000):
        at = np.arange(start, min(start + 100_000, rows))
        days = (18_262 + at // 3_000).astype("int32")
        numbers = pa.array(at % 50, pa.int64(), mask=at % 7 == 0)
        yield pa.record_batch(
            [
                pa.array(at), series.take(pa.array(at % 1_000)), pa.array(days).cast(pa.date32()),
                pa.array(np.round(chance.random(len(at)) * 100, 3)), numbers, tags.take(pa.array(at % 10_007)),
            ],
            names=["id", "series", "day", "value", "n", "tag"],
        )  # fmt: skip


def _ask(table: Any, question: dict[str, Any]) -> "tuple[Took, Took]":
    from rivulus.catalog.queries.rows import Asked, ask

    asked = Asked(**question)
    return _best(lambda: ask(table, asked, with_total=False)), _best(lambda: ask(table, asked))


def _direct(table: Any) -> "Took":
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute("SET parquet_metadata_cache = true")
    return _best(lambda: connection.execute(DIRECT, {"file": str(table.file)}).fetchall())


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds on the clock, and of processors: the first grow with what else the machine does."""

    wall_ms: float
    cpu_ms: float

    def __str__(self) -> str:
        return f"{self.wall_ms:.0f} ms ({self.cpu_ms:.0f} ms of processors)"


def _best(do: Callable[[], Any]) -> Took:
    """The best of nine."""
    times = []
    for _time in range(9):
        started, cpu = time.perf_counter(), time.process_time()
        do()
        times.append(Took((time.perf_counter() - started) * 1000, (time.process_time() - cpu) * 1000))
    return min(times, key=lambda took: took.wall_ms)


def _download(table: Any, form: str) -> None:
    from rivulus.house.paths import SOURCE

    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", MEMORY, str(SOURCE.parent), str(table.file), form],
        check=True,
        capture_output=True,
        text=True,
    )
    size, grown = map(int, done.stdout.split())
    seconds = time.perf_counter() - started
    print(
        f"whole table as {form}: {size / 1e6:.0f} MB in {seconds:.1f} s; memory grew by {grown} MB after the first batches"
    )

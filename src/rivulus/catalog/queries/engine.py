"""DuckDB over the kept tables: one instance for each process, which reads the folder of tables and nothing else."""

import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from rivulus.catalog.queries import places
from rivulus.catalog.rules.rowquery.compiling import Compiled
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

SECONDS = 10.0
"""Longest time for an answer; of a download, for its first rows."""
MEMORY = "512MB"
THREADS = 2
BATCH_ROWS = 16_384
PARAMETER = re.compile(r"\$(p\d+|file)\b")
CITY_ZONE = "Europe/Bucharest"

_lock = threading.Lock()
_instances: dict[tuple[int, str], duckdb.DuckDBPyConnection] = {}


class TookTooLong(Refused):
    """A question that would take longer than anybody may ask for."""

    def __init__(self) -> None:
        super().__init__(N_("This takes too long. Ask for less, or download the whole table."))


class TooManyRows(Refused):
    """A question whose answer does not fit into memory, or whose numbers are too large."""


@contextmanager
def answering() -> Iterator[None]:
    """Turn the errors of DuckDB into sentences."""
    try:
        yield
    except duckdb.InterruptException:
        raise TookTooLong from None
    except duckdb.OutOfMemoryException:
        raise TooManyRows(N_("This needs more memory than there is. Ask for less.")) from None
    except (duckdb.OutOfRangeException, duckdb.ConversionException):
        raise TooManyRows(N_("A number in this answer is too large.")) from None
    except duckdb.IOException:
        raise Refused(N_("These data have just been replaced. Ask again.")) from None


def fetch(file: Path, compiled: Compiled, *, seconds: float = SECONDS) -> list[tuple[Any, ...]]:
    """Return all rows of an answer that is known to be short."""
    with answering(), interrupted_after(seconds) as cursor:
        return cursor.execute(compiled.sql, _parameters(compiled.sql, compiled.parameters, file)).fetchall()


def count(file: Path, compiled: Compiled, *, seconds: float = SECONDS) -> int:
    """Return how many rows the whole answer has."""
    with answering(), interrupted_after(seconds) as cursor:
        sql = compiled.count_sql
        found = cursor.execute(sql, _parameters(sql, compiled.parameters, file)).fetchone()
        return int(found[0]) if found else 0


def stream(file: Path, compiled: Compiled, *, seconds: float = SECONDS) -> Iterator[pa.RecordBatch]:
    """Yield an answer as Arrow batches, with constant memory; the first one within the time limit."""
    with answering(), _cursor() as cursor:
        with _interrupting(cursor, seconds):
            reader = cursor.sql(
                compiled.sql, params=_parameters(compiled.sql, compiled.parameters, file)
            ).to_arrow_reader(BATCH_ROWS)
            batch = next(reader, None)
        while batch is not None:
            yield batch
            with _interrupting(cursor, seconds):
                batch = next(reader, None)


@contextmanager
def interrupted_after(seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a cursor that is interrupted when its time is over."""
    with _cursor() as cursor, _interrupting(cursor, seconds):
        yield cursor


@contextmanager
def _cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    cursor = _instance().cursor()
    try:
        yield cursor
    finally:
        cursor.close()


@contextmanager
def _interrupting(cursor: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, cursor.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _parameters(sql: str, parameters: Mapping[str, Any], file: Path) -> dict[str, Any]:
    """Only those that the text names: DuckDB refuses others."""
    known = {**parameters, "file": str(file)}
    return {name: known[name] for name in set(PARAMETER.findall(sql))}


def _instance() -> duckdb.DuckDBPyConnection:
    key = (os.getpid(), str(places.tables_folder()))
    found = _instances.get(key)
    if found is None:
        with _lock:
            found = _instances.get(key)
            if found is None:
                _instances.clear()  # of another folder, or of the process that this one came from
                found = _instances[key] = _open(places.tables_folder())
    return found


def _open(folder: Path) -> duckdb.DuckDBPyConnection:
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    spill = places.scratch_folder() / f"spill-{os.getpid()}"
    for setting, value in (
        ("threads", THREADS),
        ("memory_limit", MEMORY),
        ("temp_directory", str(spill)),
        ("max_temp_directory_size", "2GB"),
        ("TimeZone", CITY_ZONE),
        ("parquet_metadata_cache", True),
        ("enable_geoparquet_conversion", False),
        ("autoinstall_known_extensions", False),
        ("autoload_known_extensions", False),
        ("python_enable_replacements", False),
        ("allowed_directories", [str(folder)]),
        ("enable_external_access", False),
        ("lock_configuration", True),
    ):
        connection.execute(f"SET {setting} = {_literal(value)}")
    return connection


def _literal(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return str(value).lower() if isinstance(value, bool | int) else "'" + str(value).replace("'", "''") + "'"

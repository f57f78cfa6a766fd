"""Asking in SQL: which tables there are, and the answer of a process that may do nothing else."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rivulus.catalog.queries.engine import TookTooLong
from rivulus.catalog.queries.tables import DataTable, list_open_tables
from rivulus.catalog.rules.columns import Column
from rivulus.kernel.errors import Refused
from rivulus.kernel.limits import TooOften
from rivulus.kernel.publishing import ColumnType
from rivulus.kernel.words import N_

CHILD = Path(__file__).with_name("child.py")
SECONDS = 10
MEMORY_MB = 384
MOST_ROWS = 1_000
MOST_BYTES = 4 * 1024 * 1024
LONGEST = 10_000
PATIENCE_S = 2.0
AT_ONCE = 2
"""Questions that this process has answered at the same time; whoever comes then is asked to wait."""

_places = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class SqlTable:
    """A table as SQL knows it."""

    name: str
    table: DataTable

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return its columns."""
        return self.table.columns


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows with the names and types of their columns; ``is_more`` where not all are shown."""

    columns: list[tuple[str, str]]
    rows: list[list[Any]]
    is_more: bool
    seconds: float = 0.0


def list_sql_tables() -> list[SqlTable]:
    """Return the tables that may be asked, by name; only those of which the kept file holds nothing but what is public."""
    found: dict[str, DataTable] = {}
    for table in list_open_tables():
        if not table.is_whole or not table.file.exists():
            continue
        name = table.slug.replace("-", "_")
        while name in found:
            name += "_"
        found[name] = table
    return [SqlTable(name, found[name]) for name in sorted(found)]


def ask_sql(sql: str, tables: Sequence[SqlTable] | None = None, *, seconds: int = SECONDS) -> Answer:
    """Return the rows of one SELECT; raises Refused with a sentence, and TooOften when too many ask at once."""
    if not sql.strip():
        raise Refused(N_("Write a question first."))
    if len(sql) > LONGEST:
        raise Refused(N_("This is longer than %(most)s signs."), most=LONGEST)
    if "\x00" in sql:
        raise Refused(N_("Only one SELECT is answered."))
    if not _places.acquire(timeout=PATIENCE_S):
        raise TooOften(seconds)
    try:
        return _read(_run(sql, list_sql_tables() if tables is None else tables, seconds))
    finally:
        _places.release()


def order_of(sql: str, tables: Sequence[SqlTable], seconds: int) -> dict[str, Any]:
    """Return what the process is told."""
    return {
        "sql": sql,
        "seconds": seconds,
        "memory_mb": MEMORY_MB,
        "rows": MOST_ROWS,
        "bytes": MOST_BYTES,
        "tables": [
            {"name": one.name, "file": str(one.table.file), "columns": [column.name for column in one.columns]}
            for one in tables
        ],
    }


def _run(sql: str, tables: Sequence[SqlTable], seconds: int) -> bytes:
    order = order_of(sql, tables, seconds)
    try:
        done = subprocess.run(  # noqa: S603 (our own program)
            [sys.executable, "-I", str(CHILD)],
            input=(json.dumps(order) + "\n").encode(),
            capture_output=True,
            timeout=seconds,
            env={"LANG": "C.UTF-8"},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TookTooLong from None
    if done.returncode == -24:  # SIGXCPU
        raise TookTooLong
    if done.returncode != 0 or not done.stdout:
        raise Refused(N_("This question needs more than there is. Ask for less."))
    return done.stdout


def _read(said: bytes) -> Answer:
    answer = json.loads(said)
    if "error" not in answer:
        return Answer([(name, kind) for name, kind in answer["columns"]], answer["rows"], answer["is_more"])
    match answer["error"]:
        case "NotASelect":
            raise Refused(N_("Only one SELECT is answered."))
        case "OutOfMemoryException":
            raise Refused(N_("This question needs more than there is. Ask for less."))
        case "PermissionException":
            raise Refused(N_("Only the tables that are listed here may be read."))
        case _:
            raise Refused(N_("This cannot be answered: %(error)s"), error=_without_paths(answer["message"]))


def _without_paths(message: str) -> str:
    """What DuckDB says, without the folders of this machine."""
    return re.sub(r"(?:/[\w.\-]+){2,}", "…", message)[:1_500]


def type_name(kind: ColumnType) -> str:
    """Return what SQL calls a type."""
    return {
        ColumnType.STRING: "VARCHAR",
        ColumnType.INTEGER: "BIGINT",
        ColumnType.NUMBER: "DOUBLE",
        ColumnType.BOOLEAN: "BOOLEAN",
        ColumnType.DATE: "DATE",
        ColumnType.DATETIME: "TIMESTAMPTZ",
        ColumnType.GEOJSON: "BLOB",
    }[kind]

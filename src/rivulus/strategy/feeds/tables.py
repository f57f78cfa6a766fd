"""Reading a table of facts from CSV: typed columns, and faults that name file, line and field."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from rivulus.strategy.rules.pack import LANGUAGES, Facts, Row, Value

MAX_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file; line 1 is the header."""

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}"
        return f"{where}, {self.column}: {self.message}" if self.column else f"{where}: {self.message}"


class FaultyPack(Exception):
    """The pack cannot be loaded; nothing was changed."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(f) for f in self.faults))


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``kind`` is text, int, decimal, codes (several, joined by ``|``); ``ref`` names another table."""

    name: str
    kind: str = "text"
    required: bool = True
    choices: frozenset[str] = frozenset()
    ref: str = ""
    max_length: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A file of the pack: its columns and the columns that make a row unique."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


def text(name: str, *, required: bool = True, choices: Iterable[str] = (), max_length: int = 0) -> Column:
    """Return a text column."""
    return Column(name, required=required, choices=frozenset(choices), max_length=max_length)


def number(name: str, kind: str = "int", *, required: bool = True) -> Column:
    """Return a column of whole numbers, or of decimals with a point."""
    return Column(name, kind=kind, required=required)


def ref(name: str, table: str, *, required: bool = True, kind: str = "text") -> Column:
    """Return a column that holds the code of a row of another table."""
    return Column(name, kind=kind, required=required, ref=table)


def tr(name: str, *, required: bool = True, max_length: int = 0) -> tuple[Column, ...]:
    """Return the three columns of a sentence in Romanian, English and Hungarian."""
    return tuple(Column(f"{name}_{language}", required=required, max_length=max_length) for language in LANGUAGES)


def read_table(path: Path, table: Table) -> tuple[list[Row], list[Fault]]:
    """Read one file; faults are collected, so that all of them can be mended at once."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return [], [Fault(path.name, 1, "", "the file is missing")]
    if len(raw) > MAX_BYTES:
        return [], [Fault(path.name, 1, "", f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB")]
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return [], [Fault(path.name, line, "", "the file is not UTF-8")]
    return parse_table(content, table, path.name)


def parse_table(content: str, table: Table, file: str) -> tuple[list[Row], list[Fault]]:
    """Parse the text of a table."""
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    rows: list[Row] = []
    faults: list[Fault] = []
    try:
        header = next(reader, [])
        faults += _header_faults(header, table, file)
        if faults:
            return [], faults
        start = reader.line_num + 1
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(cells):
                continue
            if len(cells) != len(header):
                message = f"{len(cells)} cells where the header has {len(header)}"
                faults.append(Fault(file, line, "", message))
                continue
            row, found = _row(dict(zip(header, cells, strict=True)), table, file, line)
            rows.append(row)
            faults += found
    except csv.Error as error:
        faults.append(Fault(file, reader.line_num, "", f"the line is not CSV ({error})"))
    return rows, faults + _duplicates(rows, table, file)


def _header_faults(header: list[str], table: Table, file: str) -> list[Fault]:
    wanted = [c.name for c in table.columns]
    missing = [Fault(file, 1, name, "the column is missing") for name in wanted if name not in header]
    unknown = [Fault(file, 1, name, "the column is not known") for name in header if name not in wanted]
    return missing + unknown


def _row(cells: Mapping[str, str], table: Table, file: str, line: int) -> tuple[Row, list[Fault]]:
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    for column in table.columns:
        cell = cells[column.name].strip()
        try:
            values[column.name] = _value(cell, column)
        except ValueError as error:
            values[column.name] = None
            faults.append(Fault(file, line, column.name, str(error)))
    return Row(line, values), faults


def _value(cell: str, column: Column) -> Value:
    if not cell:
        if column.required:
            raise ValueError("the cell is empty")
        return () if column.kind == "codes" else None if column.kind in {"int", "decimal"} else ""
    if column.kind == "int":
        if not cell.lstrip("-").isdigit():
            raise ValueError(f"{cell!r} is not a whole number")
        return int(cell)
    if column.kind == "decimal":
        return _decimal(cell)
    if column.kind == "codes":
        return tuple(part.strip() for part in cell.split("|") if part.strip())
    if column.choices and cell not in column.choices:
        raise ValueError(f"{cell!r} is none of {', '.join(sorted(column.choices))}")
    if column.max_length and len(cell) > column.max_length:
        raise ValueError(f"{len(cell)} characters where at most {column.max_length} fit")
    return cell


def _decimal(cell: str) -> Decimal:
    try:
        value = Decimal(cell)
    except InvalidOperation:
        raise ValueError(f"{cell!r} is not a number (with a decimal point)") from None
    if not value.is_finite():
        raise ValueError(f"{cell!r} is not a number")
    return value


def _duplicates(rows: list[Row], table: Table, file: str) -> list[Fault]:
    seen: dict[tuple[Value, ...], int] = {}
    faults = []
    for row in rows:
        key = tuple(row.values[name] for name in table.key)
        if key in seen:
            shown = ", ".join(str(part) for part in key)
            faults.append(Fault(file, row.line, table.key[0], f"{shown} stands already on line {seen[key]}"))
        seen.setdefault(key, row.line)
    return faults


def reference_faults(facts: Facts, tables: Iterable[Table]) -> list[Fault]:
    """Return a fault for every code that no row of the named table has."""
    faults = []
    for table in tables:
        for column in table.columns:
            if not column.ref:
                continue
            known = facts.codes(column.ref)
            for row in facts.rows[table.name]:
                value = row.values[column.name]
                parts = value if isinstance(value, tuple) else (value,) if value else ()
                for part in parts:
                    if part not in known:
                        message = f"{part!r} is not in {column.ref}.csv"
                        faults.append(Fault(f"{table.name}.csv", row.line, column.name, message))
    return faults

"""An uploaded file as a table of texts in a DuckDB of its own, from which it is guessed, checked and published."""

import codecs
import csv
import json
import re
import shutil
import uuid
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio

from rivulus.catalog.feeds.uploads.receiving import first_rows, list_bad_lines, sample_of, utf8_file
from rivulus.catalog.feeds.uploads.workbooks import reading as workbooks
from rivulus.catalog.queries.places import scratch_folder
from rivulus.catalog.rules import faults as words
from rivulus.catalog.rules.columns import MOST_COLUMNS
from rivulus.catalog.rules.faults import Fault
from rivulus.catalog.rules.guessing import Reading
from rivulus.catalog.rules.tableschema import MISSING
from rivulus.catalog.rules.uploads import MOST_FAULTS, MOST_ROWS
from rivulus.catalog.rules.workbooks.sizes import is_workbook
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

THREADS = 2
MEMORY = "1GB"
NOTHING = tuple(sorted({*MISSING, *map(str.upper, MISSING), "NaN", "Null", "None"}))
LONGEST_LINE = 2 * 1024 * 1024
REJECTED = """SELECT line, error_type, column_idx, coalesce(column_name, ''), coalesce(csv_line, '')
    FROM reject_errors ORDER BY line, column_idx LIMIT ?"""


class Numbers(Protocol):
    """From the number of a row, from 0, to the line of the file it stands in."""

    def of(self, row: int) -> int:
        """Return the line."""
        ...


@dataclass(slots=True)
class Loaded:
    """A file in memory: the table ``raw`` with the columns c0, c1 …; places of GeoJSON and Parquet are WKB.

    ``faults`` are lines that could not be read at all. Of a workbook ``letters`` are what its sheet calls the columns, and
    ``sheets`` what is known of all its sheets.
    """

    connection: duckdb.DuckDBPyConnection
    headings: list[str]
    rows: int
    wkb: frozenset[int] = frozenset()
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    line_of_row: Numbers | None = None
    letters: list[str] = field(default_factory=list)
    sheets: dict[str, Any] = field(default_factory=dict)

    def line(self, row: int) -> int:
        """Return the line of the file that a row stands in; of a file without lines its number."""
        return self.line_of_row.of(row) if self.line_of_row else row + 1

    def cell(self, row: int, at: int) -> str:
        """Return the address of a cell in the sheet of a workbook."""
        return f"{self.letters[at]}{self.line(row)}" if self.letters else ""


@contextmanager
def loaded(file: Path, reading: Reading, progress: Callable[[int], None] = lambda _percent: None) -> Iterator[Loaded]:
    """Read a file; raises Refused where it is no such file. What takes long says how many percent of it are done."""
    folder = scratch_folder() / f"reading-{uuid.uuid4().hex}"
    connection = duckdb.connect()
    try:
        for setting in (
            f"threads = {THREADS}",
            f"memory_limit = '{MEMORY}'",
            f"temp_directory = '{folder}'",
            "TimeZone = 'Europe/Bucharest'",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "python_enable_replacements = false",
            "enable_geoparquet_conversion = false",
            "preserve_insertion_order = true",
        ):
            connection.execute(f"SET {setting}")
        try:
            load = (
                partial(_load_workbook, progress=progress)
                if is_workbook(reading.format)
                else {"csv": _load_csv, "geojson": _load_geojson, "parquet": _load_parquet}[reading.format]
            )
            found = load(connection, file, reading)
        except duckdb.OutOfMemoryException:
            raise Refused(N_("The file needs more memory than there is. Split it into several files.")) from None
        if found.rows > MOST_ROWS:
            raise Refused(N_("The file has more than %(most)s rows. Split it into several files."), most=MOST_ROWS)
        yield found
    finally:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)


def cleaned(expression: str) -> str:
    """Return the SQL of a cell without spaces around it, and NULL for what stands for nothing."""
    known = ", ".join("'" + word.replace("'", "''") + "'" for word in MISSING)
    return f"CASE WHEN lower(trim({expression})) IN ({known}) THEN NULL ELSE trim({expression}) END"


# CSV.


def _load_csv(connection: duckdb.DuckDBPyConnection, file: Path, reading: Reading) -> Loaded:
    first = first_rows(sample_of(file, reading), reading.delimiter, 1)
    if not first or not first[0]:
        raise Refused(N_("The first line of the file cannot be read as cells."))
    width = len(first[0])
    if width > MOST_COLUMNS:
        raise Refused(N_("The file has more than %(most)s columns."), most=MOST_COLUMNS)
    headings = (
        [cell.strip() for cell in first[0]] if reading.has_header else [f"{place}" for place in range(1, width + 1)]
    )
    text = utf8_file(file, reading.encoding)
    connection.execute(f"CREATE TABLE raw ({', '.join(f'c{place} VARCHAR' for place in range(width))})")
    cells = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
    if reading.encoding == "utf-8" and (bad := list_bad_lines_if_any(text)):
        faults = [Fault(line, "", found, words.LETTERS, {"encoding": "UTF-8"}) for line, found in bad]
        return Loaded(connection, headings, 0, faults=faults, fault_count=len(faults))
    try:
        # One thread: the order of the rows is that of the lines, whatever is rejected.
        connection.execute("SET threads = 1")
        connection.execute(
            f"""INSERT INTO raw SELECT * FROM read_csv(?, columns = {{{cells}}}, header = {str(reading.has_header).lower()},
                delim = ?, quote = '"', escape = '"', auto_detect = false, strict_mode = true, store_rejects = true,
                rejects_limit = 0, max_line_size = {LONGEST_LINE}, null_padding = false, nullstr = ?)""",  # noqa: S608
            [str(text), reading.delimiter, list(NOTHING)],
        )
        connection.execute(f"SET threads = {THREADS}")
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        return Loaded(connection, headings, 0, faults=[_broken(error)], fault_count=1)
    rows = _count(connection, "raw")
    rejected = connection.execute(REJECTED, [1_000_000]).fetchall()
    lines = _lines(connection, text, reading, rows, width, sorted({row[0] for row in rejected}))
    return Loaded(
        connection,
        headings,
        rows,
        faults=[_fault(row, headings) for row in rejected[:MOST_FAULTS]],
        fault_count=len({row[0] for row in rejected}),
        line_of_row=lines,
    )


def list_bad_lines_if_any(file: Path) -> list[tuple[int, str]]:
    """Return lines that are not UTF-8; of a file that is, nothing, quickly."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with file.open("rb") as opened:
            for part in iter(lambda: opened.read(1 << 20), b""):
                decoder.decode(part)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return list_bad_lines(file, MOST_FAULTS)
    return []


def _fault(row: tuple[Any, ...], headings: Sequence[str]) -> Fault:
    line, kind, _place, column, text = row
    named = headings[int(column[1:])] if column[1:].isdecimal() and int(column[1:]) < len(headings) else ""
    sentence = words.OTHER
    values: dict[str, Any] = {}
    match str(kind):
        case "MISSING COLUMNS":
            sentence, values = words.TOO_FEW, {"found": _width_of(text), "expected": len(headings)}
        case "TOO MANY COLUMNS":
            sentence, values, named = words.TOO_MANY, {"expected": len(headings)}, ""
        case "UNQUOTED VALUE":
            sentence = words.QUOTE
        case "LINE SIZE OVER MAXIMUM":
            sentence = words.TOO_LONG
        case "INVALID ENCODING" | "INVALID UNICODE":
            sentence, values = words.LETTERS, {"encoding": "UTF-8"}
    return Fault(int(line), named, text.strip(), sentence, values)


def _width_of(line: str) -> int:
    try:
        return max(len(next(csv.reader([line], delimiter=sign), [])) for sign in ",;\t|")
    except csv.Error:
        return 1


def _broken(error: Exception) -> Fault:
    found = re.search(r"[Ll]ine: (\d+)", str(error))
    is_quote = "quote" in str(error).lower()
    return Fault(int(found[1]) if found else 1, "", "", words.QUOTE if is_quote else words.OTHER)


class Lines:
    """From the number of a row to the line it stands in: after a heading, rejected and empty lines, cells of many lines."""

    def __init__(self, first: int, passed: Sequence[int], tall: Sequence[tuple[int, int]]) -> None:
        self.first = first
        self.passed = passed  # lines that are no rows, in order
        self.tall_rows = [row for row, _more in tall]
        self.more = list(accumulate((more for _row, more in tall), initial=0))

    def of(self, row: int) -> int:
        """Return the line in which a row begins."""
        line = self.first + row + self.more[bisect_right(self.tall_rows, row - 1)]
        for passed in self.passed:
            if passed > line:
                break
            line += 1
        return line


def _lines(
    connection: duckdb.DuckDBPyConnection, text: Path, reading: Reading, rows: int, width: int, rejected: list[int]
) -> Lines:
    breaks = " + ".join(f"coalesce(length(c{at}) - length(replace(c{at}, chr(10), '')), 0)" for at in range(width))
    any_break = " OR ".join(f"contains(c{at}, chr(10))" for at in range(width))
    tall = connection.execute(
        f"SELECT rowid, {breaks} FROM raw WHERE {any_break} ORDER BY rowid"  # noqa: S608
    ).fetchall()
    heading = 1 if reading.has_header else 0
    expected = rows + heading + len(rejected) + sum(more for _row, more in tall)
    empty: list[int] = []
    if _count_lines(text) > expected:
        with text.open("rb") as opened:
            empty = [number for number, line in enumerate(opened, 1) if not line.strip(b"\r\n")]
    return Lines(heading + 1, sorted({*rejected, *empty}), tall)


def _count_lines(file: Path) -> int:
    with file.open("rb") as opened:
        return sum(part.count(b"\n") for part in iter(lambda: opened.read(1 << 20), b""))


# Workbooks.


def _load_workbook(
    connection: duckdb.DuckDBPyConnection, file: Path, reading: Reading, progress: Callable[[int], None]
) -> Loaded:
    kept = workbooks.rows_of(file, reading, progress)
    about = kept.about
    moments = set(about["moments"])
    shown = ", ".join(
        f"{_moment(f'c{at}') if at in moments else cleaned(f'c{at}')} AS c{at}" for at in range(len(about["headings"]))
    )
    connection.execute(f"CREATE TABLE raw AS SELECT {shown} FROM read_parquet(?) ORDER BY row", [str(kept.file)])  # noqa: S608
    faults = [
        Fault(row, about["headings"][at], text, words.FORMULA, cell=f"{about['letters'][at]}{row}")
        for row, at, text in about["errors"]
    ]
    numbers = pq.read_table(kept.file, columns=["row"]).column("row").to_numpy()
    return Loaded(
        connection,
        list(about["headings"]),
        int(about["rows"]),
        faults=faults,
        fault_count=about["error_count"],
        line_of_row=RowNumbers(numbers),
        letters=list(about["letters"]),
        sheets={name: about[name] for name in ("sheets", "sheet", "heading", "notes")},
    )


def _moment(cell: str) -> str:
    """Where some days of a column have a time of day, the others are midnight."""
    return f"CASE WHEN regexp_full_match({cell}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN {cell} || 'T00:00:00' ELSE {cleaned(cell)} END"


class RowNumbers:
    """The rows of the sheet that hold something."""

    def __init__(self, numbers: "np.ndarray[Any, Any]") -> None:
        self.numbers = numbers

    def of(self, row: int) -> int:
        """Return the row of the sheet."""
        return int(self.numbers[row])


# GeoJSON and Parquet.


def _load_geojson(connection: duckdb.DuckDBPyConnection, file: Path, reading: Reading) -> Loaded:
    try:
        with pyogrio.open_arrow(f"GeoJSON:{file}", use_pyarrow=True) as (about, reader):
            crs = str(about.get("crs") or "")
            if crs and crs not in {"EPSG:4326", "OGC:CRS84"}:
                raise Refused(N_("The places are in %(crs)s; GeoJSON has longitude and latitude (RFC 7946)."), crs=crs)
            geometry = about["geometry_name"] or "wkb_geometry"
            names = [field.name for field in reader.schema]
            places = [at for at, name in enumerate(names) if name == geometry]
            _take_arrow(connection, reader, names, places)
    except Refused:
        raise
    except Exception as error:
        raise Refused(N_("The file cannot be read as GeoJSON: %(error)s"), error=str(error)[:200]) from error
    headings = ["geometry" if at in places else name for at, name in enumerate(names)]
    return Loaded(connection, headings, _count(connection, "raw"), wkb=frozenset(places))


def _take_arrow(
    connection: duckdb.DuckDBPyConnection, reader: Any, names: Sequence[str], places: Sequence[int]
) -> None:
    connection.register("arrived", reader)
    shown = ", ".join(
        f"{_named(name)} AS c{at}" if at in places else f"{cleaned(f'CAST({_named(name)} AS VARCHAR)')} AS c{at}"
        for at, name in enumerate(names)
    )
    connection.execute(f"CREATE TABLE raw AS SELECT {shown} FROM arrived")  # noqa: S608 (names are quoted)
    connection.unregister("arrived")


def _load_parquet(connection: duckdb.DuckDBPyConnection, file: Path, reading: Reading) -> Loaded:
    try:
        schema = pq.read_schema(file)
        places = _places_of(schema)
        names = [name for name in schema.names if not _is_box(schema, name)]
        shown = ", ".join(
            f"{_named(name)} AS c{at}" if name in places else f"{cleaned(f'CAST({_named(name)} AS VARCHAR)')} AS c{at}"
            for at, name in enumerate(names)
        )
        connection.execute(f"CREATE TABLE raw AS SELECT {shown} FROM read_parquet(?)", [str(file)])  # noqa: S608
    except duckdb.OutOfMemoryException:
        raise
    except Exception as error:
        raise Refused(N_("The file cannot be read as Parquet: %(error)s"), error=str(error)[:200]) from error
    wkb = frozenset(at for at, name in enumerate(names) if name in places)
    return Loaded(connection, names, _count(connection, "raw"), wkb=wkb)


def _places_of(schema: Any) -> set[str]:
    described = (schema.metadata or {}).get(b"geo")
    if not described:
        return set()
    columns = json.loads(described).get("columns", {})
    return {name for name, said in columns.items() if said.get("encoding") == "WKB" and name in schema.names}


def _is_box(schema: Any, name: str) -> bool:
    """Bounds that belong to a place are made anew."""
    kind = schema.field(name).type
    return pa.types.is_struct(kind) and {"xmin", "ymin", "xmax", "ymax"} <= {part.name for part in kind}


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])  # noqa: S608 (our own word)

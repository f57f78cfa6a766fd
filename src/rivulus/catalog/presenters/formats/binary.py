"""Parquet, a group of rows at a time, and workbooks."""

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from rivulus.catalog.presenters.formats.cells import geojson_texts
from rivulus.catalog.rules.columns import Column
from rivulus.catalog.rules.formats import MOST_XLSX_ROWS
from rivulus.kernel.errors import Refused
from rivulus.kernel.publishing import ColumnType
from rivulus.kernel.words import N_

CITY = ZoneInfo("Europe/Bucharest")
GROUP_ROWS = 65_536
LONGEST_CELL = 32_767  # signs, of a spreadsheet
LARGEST_EXACT = 2**53  # numbers of a spreadsheet have fifteen digits
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
    "default_date_format": "yyyy-mm-dd",
}


def write_parquet(columns: Sequence[Column], batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """Yield a Parquet file of the columns asked for."""
    sink = _Sink()
    writer: pq.ParquetWriter | None = None
    kept: list[pa.RecordBatch] = []
    names = [column.name for column in columns]
    for batch in batches:
        kept.append(pa.RecordBatch.from_arrays(batch.columns, names))
        writer = writer or pq.ParquetWriter(pa.PythonFile(sink, mode="w"), kept[0].schema, compression="zstd")
        if sum(part.num_rows for part in kept) >= GROUP_ROWS:
            writer.write_table(pa.Table.from_batches(kept))
            kept = []
            yield sink.take()
    if writer is None:
        writer = pq.ParquetWriter(pa.PythonFile(sink, mode="w"), pa.schema([(name, pa.string()) for name in names]))
    if kept:
        writer.write_table(pa.Table.from_batches(kept))
    writer.close()
    yield sink.take()


class _Sink(io.RawIOBase):
    """What was written and not yet taken."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.place = 0

    def writable(self) -> bool:
        """It is written to."""
        return True

    def write(self, data: Any) -> int:
        """Keep what is written."""
        self.parts.append(bytes(data))
        self.place += len(data)
        return len(data)

    def tell(self) -> int:
        """Return how much was written."""
        return self.place

    def take(self) -> bytes:
        """Return what came since the last time."""
        found = b"".join(self.parts)
        self.parts = []
        return found


def write_xlsx(file: Path, title: str, columns: Sequence[Column], batches: Iterable[pa.RecordBatch]) -> None:
    """Write a workbook of one sheet; raises Refused beyond the rows it may have. No cell becomes a formula."""
    with xlsxwriter.Workbook(str(file), OPTIONS) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        bold = book.add_format({"bold": True})
        formats = {
            ColumnType.DATE: book.add_format({"num_format": "yyyy-mm-dd"}),
            ColumnType.DATETIME: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, 16)
            sheet.write_string(0, place, column.name, bold)
        at = 0
        for batch in batches:
            values = [_cells(column, array) for column, array in zip(columns, batch.columns, strict=True)]
            for row in zip(*values, strict=True):
                at += 1
                if at > MOST_XLSX_ROWS:
                    raise too_many_rows()
                for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                    _write(sheet, at, place, value, formats.get(column.type))


def too_many_rows() -> Refused:
    """Return the refusal of a table that no workbook takes."""
    return Refused(
        N_("A workbook takes %(most)s rows at the most. Ask for fewer, or take CSV or Parquet."), most=MOST_XLSX_ROWS
    )


def _cells(column: Column, array: pa.Array) -> Sequence[Any]:
    if column.type is ColumnType.GEOJSON:
        return geojson_texts(array)
    found: list[Any] = array.to_pylist()
    if column.type is ColumnType.DATETIME:
        # A spreadsheet knows no zones: the time that a clock in the city showed.
        return [None if at is None else at.astimezone(CITY).replace(tzinfo=None) for at in found]
    return found


def _write(sheet: Any, row: int, place: int, value: Any, form: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float) and abs(value) <= LARGEST_EXACT:
        sheet.write_number(row, place, value)
    elif isinstance(value, dt.date) and value.year >= 1900:
        sheet.write_datetime(row, place, value, form)
    else:
        sheet.write_string(row, place, str(value)[:LONGEST_CELL])


def _sheet_name(title: str) -> str:
    kept = "".join(" " if sign in "[]:*?/\\" else sign for sign in title).strip("' ")
    return kept[:31].rstrip("' ") or "data"

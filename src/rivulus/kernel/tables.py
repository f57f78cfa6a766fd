"""Tables for spreadsheets: streamed CSV whose cells no program will run as formulas."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

Cell = str | int | float | Decimal | bool | dt.date | dt.datetime | None
# A cell that begins so is run as a formula by spreadsheets (OWASP, CSV injection); an apostrophe stops that.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def plain(cell: Cell) -> str:
    """Return a cell as text: decimal point, ISO dates, yes and no as true and false, nothing as empty."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return format(cell.normalize(), "f")
    if isinstance(cell, int | float):
        return str(cell)
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return "'" + cell if cell.startswith(DANGEROUS) else cell


def stream_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield the lines of a CSV table, one row at a time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in _with_header(header, rows):
        writer.writerow([plain(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _with_header(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    yield header
    yield from rows

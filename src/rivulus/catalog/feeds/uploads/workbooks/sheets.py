"""The sheets of a workbook: which holds a table, what stands around it, and its rows as texts in Parquet."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from rivulus.catalog.rules.columns import MOST_COLUMNS
from rivulus.catalog.rules.workbooks import cells as texts
from rivulus.catalog.rules.workbooks import layout, notes, sizes
from rivulus.catalog.rules.workbooks.cells import Value
from rivulus.catalog.rules.workbooks.layout import Heading, Merge
from rivulus.catalog.rules.workbooks.notes import Note, about_rows
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

BATCH = 10_000
MOST_ERRORS = 100
FEW = 3
MOST_HELD = 20  # rows that may be remarks below the table
ROW = "row"
type Progress = Callable[[float], None]


def open_book(file: Path) -> CalamineWorkbook:
    """Open a workbook; raises Refused where it is none."""
    try:
        return CalamineWorkbook.from_path(str(file))
    except (CalamineError, OSError) as error:
        raise Refused(sizes.BROKEN) from error


def read(book: CalamineWorkbook, job: dict[str, Any], to: Path, looking: Progress, writing: Progress) -> dict[str, Any]:
    """Return what stands in a workbook, and write the rows of the sheet that was asked for, or else of the first table.

    ``job`` may say ``sheet``, ``heading`` (the row that names the columns, from 1; 0: none) and ``forgives`` (errors of
    formulas are empty cells).
    """
    listed = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    if len(listed) > sizes.MOST_SHEETS:
        raise Refused(sizes.MANY_SHEETS, most=sizes.MOST_SHEETS)
    said = str(job.get("sheet") or "")
    found: list[dict[str, Any]] = []
    taken: tuple[str, Table] | None = None  # at the most two sheets are in memory at once
    for done, one in enumerate(listed, 1):
        table = find_table(_sheet(book, one.name), None)
        is_hidden = one.visible != SheetVisibleEnum.Visible
        found.append({"name": one.name, "rows": table.rows, "columns": table.width, "is_hidden": is_hidden})
        if one.name == (said or _first(found)):
            taken = one.name, table
        looking(done / len(listed))
    name = said or _first(found)
    if taken is None or taken[0] != name:
        raise Refused(sizes.NO_SHEET, name=said) if said else Refused(sizes.NO_TABLE)
    table = taken[1] if job.get("heading") is None else find_table(taken[1].sheet, job["heading"])
    return {"sheets": found, "sheet": name, **write(table, to, forgives=bool(job.get("forgives")), progress=writing)}


def _sheet(book: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except (CalamineError, OSError) as error:
        raise Refused(sizes.BROKEN) from error


def _first(found: Sequence[dict[str, Any]]) -> str:
    """The first sheet that holds a table; one of a single column, and a hidden one, only where there is no other."""
    for is_hidden in (False, True):
        for least in (2, 1):
            for one in found:
                if one["is_hidden"] is is_hidden and one["rows"] and one["columns"] >= least:
                    return str(one["name"])
    return ""


# Finding the table.


@dataclass(slots=True)
class Table:
    """A table in a sheet; rows count from 0 in the sheet, columns from 0 in what is used of it (``left`` more in the sheet)."""

    sheet: CalamineSheet
    left: int
    width: int
    heading: Heading
    merges: list[Merge]
    rows: int = 0
    above: str = ""
    above_rows: tuple[int, int] = (0, -1)
    below: str = ""
    below_rows: tuple[int, int] = (0, -1)
    empty_rows: int = 0
    total: int = -1
    end: int = 0  # the row behind the last one
    used: list[bool] = field(default_factory=list)


def find_table(sheet: CalamineSheet, said: int | None) -> Table:
    """Return where the table of a sheet stands; ``said`` is the row that names its columns, from 1, or 0 for none."""
    left = sheet.start[1] if sheet.start else 0
    width = sheet.width if sheet.start else 0
    if width * max(sheet.height, 1) > sizes.MOST_CELLS:
        raise Refused(sizes.TOO_MANY_CELLS, most=f"{sizes.MOST_CELLS:,}")
    merges = _merges(sheet, left, width)
    first = list(islice(_rows(sheet), (sheet.start[0] if sheet.start else 0) + layout.SAMPLE_ROWS))
    heads = [one for one in merges if one[0][0] < len(first)]
    heading = layout.find_heading(first, heads, None if said is None else said - 1)
    table = Table(sheet, left, width, heading, merges)
    _note_above(table, first, said)
    _measure(table)
    return table


def _rows(sheet: CalamineSheet) -> Iterator[list[Value]]:
    return iter(sheet.iter_rows()) if sheet.start else iter(())


def _merges(sheet: CalamineSheet, left: int, width: int) -> list[Merge]:
    found = [
        ((top, first - left), (bottom, min(last - left, width - 1)))
        for (top, first), (bottom, last) in sheet.merged_cell_ranges or ()
        if left <= first < left + width
    ]
    return sorted(found)


def _note_above(table: Table, first: Sequence[list[Value]], said: int | None) -> None:
    if said == 0:
        return
    titles = [(at, row) for at, row in enumerate(first[: table.heading.first]) if layout.filled(row)]
    if titles:
        table.above_rows = (titles[0][0], titles[-1][0])
        table.above = next(texts.text_of(cell) for cell in titles[0][1] if layout.is_filled(cell))


def _measure(table: Table) -> None:
    """Count the rows and what of the columns is used; what stands below the table is told apart."""
    used = [False] * table.width
    held: list[tuple[int, list[Value]]] = []  # thin rows, of which nobody knows yet whether more follows
    was_empty, last = False, (-1, list[Value]())
    for at, row in enumerate(islice(_rows(table.sheet), table.heading.body, None), table.heading.body):
        number = _count_filled(row)
        if not number:
            was_empty = True
            continue
        is_thin = table.width > 2 and number == 1 and any(isinstance(cell, str) and cell.strip() for cell in row)
        if is_thin and (held or was_empty or layout.is_remark(row)) and len(held) < MOST_HELD:
            held.append((at, row))
            continue
        for taken, cells in (*held, (at, row)):
            if not all(used):
                used = [known or layout.is_filled(cell) for known, cell in zip(used, cells, strict=True)]
            table.rows, table.end = table.rows + 1, taken + 1
        held.clear()
        was_empty, last = False, (at, row)
    if held and table.rows:
        table.below_rows = (held[0][0], held[-1][0])
        table.below = next(texts.text_of(cell) for cell in held[0][1] if layout.is_filled(cell))
    table.empty_rows = table.end - table.heading.body - table.rows if table.rows else 0
    if table.rows > 1 and layout.is_total(last[1]) and last[0] == table.end - 1:
        table.total = last[0]
    table.used = used


def _count_filled(row: list[Value]) -> int:
    """How many cells hold something; quickly for fuller rows, in which cells of spaces only make no difference."""
    number = len(row) - row.count("")
    return number if number > FEW else len(layout.filled(row))


# Writing it.


def write(table: Table, to: Path, *, forgives: bool, progress: Progress) -> dict[str, Any]:
    """Write the rows as texts, each with its number in the sheet (from 1), and return what is to be known of them."""
    kept = [at for at in range(table.width) if table.used[at] or table.heading.names[at]]
    if not kept:
        raise Refused(sizes.NO_TABLE)
    if len(kept) > MOST_COLUMNS:
        raise Refused(N_("The file has more than %(most)s columns."), most=MOST_COLUMNS)
    writer = _Writer(table, kept)
    schema = pa.schema([(ROW, pa.int32()), *((f"c{at}", pa.string()) for at in range(len(kept)))])
    with pq.ParquetWriter(to, schema, compression="zstd") as file:
        for batch in batched(_body(table), BATCH):
            file.write_batch(pa.record_batch(writer.arrays(batch), schema=schema))
            progress(writer.rows / max(table.rows, 1))
    unnamed = [at for at in kept if not table.heading.names[at]]
    return {
        "headings": [table.heading.names[at] or texts.letters(table.left + at) for at in kept],
        "letters": [texts.letters(table.left + at) for at in kept],
        "heading": table.heading.end if table.heading.end > table.heading.first else 0,
        "rows": writer.rows,
        "errors": writer.errors[:MOST_ERRORS] if not forgives else [],
        "error_count": writer.error_count if not forgives else 0,
        "moments": [at for at, kinds in enumerate(writer.times) if kinds == {"date", "datetime"}],
        "notes": [note.as_json() for note in _notes(table, unnamed, kept, writer, forgives=forgives)],
    }


def _body(table: Table) -> Iterator[tuple[int, list[Value]]]:
    """Yield the rows of the table that hold something."""
    for at, row in enumerate(islice(_rows(table.sheet), table.heading.body, table.end), table.heading.body):
        if _count_filled(row):
            yield at, row


class _Writer:
    """Turns rows into columns of texts; cells that show an error of a formula are left empty and remembered."""

    def __init__(self, table: Table, kept: Sequence[int]) -> None:
        self.kept = kept
        self.left = table.left
        self.rows = self.error_count = self.filled = 0
        self.errors: list[tuple[int, int, str]] = []  # row from 1, place among the kept columns, what it shows
        self.times: list[set[str]] = [set() for _ in kept]
        body = table.heading.body
        tall = [one for one in table.merges if one[1][0] > one[0][0] and one[1][0] >= body]
        self.tall = sorted(tall, key=lambda one: one[0][0])
        self.open: list[tuple[int, int, Value]] = []  # last row, column, value

    def arrays(self, batch: Sequence[tuple[int, list[Value]]]) -> list[pa.Array]:
        """Return the numbers of the rows and their cells, column by column."""
        numbers = [at + 1 for at, _row in batch]
        rows = (
            [self._filled_down(at, row) for at, row in batch] if self.tall or self.open else [row for _at, row in batch]
        )
        columns = list(zip(*rows, strict=True))
        found = [pa.array(numbers, pa.int32())]
        for place, at in enumerate(self.kept):
            found.append(pa.array(self._texts(columns[at], place, numbers), pa.string()))
        self.rows += len(batch)
        return found

    def _texts(self, column: Sequence[Value], place: int, numbers: Sequence[int]) -> list[str | None]:
        kinds = set(map(type, column))
        self.times[place] |= {kind.__name__ for kind in kinds if kind.__name__ in ("date", "datetime")}
        if kinds == {float}:
            return [texts.number_text(cell) for cell in column]  # type: ignore[arg-type]
        shown = [texts.text_of(cell) or None for cell in column]
        for at, text in enumerate(shown):
            if text and text[0] in "#EHP" and isinstance(column[at], str):
                shown[at] = self._told(text, place, numbers[at])
        return shown

    def _told(self, text: str, place: int, row: int) -> str | None:
        if not texts.is_error(text):
            return texts.iso_duration_text(text)
        self.error_count += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append((row, place, text))
        return None

    def _filled_down(self, at: int, row: list[Value]) -> list[Value]:
        """Repeat what a merged cell holds in each of the rows it covers."""
        begun = bisect_left(self.tall, at + 1, key=lambda one: one[0][0])
        for (top, left), (bottom, _right) in self.tall[:begun]:
            if top == at:
                self.open.append((bottom, left, row[left]))
        self.tall = self.tall[begun:]
        self.open = [one for one in self.open if one[0] >= at]
        if not self.open:
            return row
        row = list(row)
        for _last, left, value in self.open:
            if row[left] == "" and value != "":
                row[left] = value
                self.filled += 1
        return row


def _notes(
    table: Table, unnamed: Sequence[int], kept: Sequence[int], writer: _Writer, *, forgives: bool
) -> Iterator[Note]:
    heading = table.heading
    if table.above:
        first, last = table.above_rows
        yield about_rows(notes.ABOVE_ONE, notes.ABOVE_MANY, first + 1, last + 1, table.above)
    if heading.end - heading.first > 1:
        yield Note(notes.NAMES_OF_SEVERAL, {"first": heading.first + 1, "last": heading.end})
    if heading.end == heading.first:
        yield Note(notes.NO_NAMES)
    elif unnamed:
        yield Note(notes.UNNAMED, {"letters": ", ".join(texts.letters(table.left + at) for at in unnamed[:20])})
    if heading.is_numbered:
        yield Note(notes.NUMBERED, {"first": heading.end + 1})
    dropped = [texts.letters(table.left + at) for at in range(table.width) if at not in set(kept)]
    if dropped:
        yield Note(notes.EMPTY_COLUMNS, {"letters": ", ".join(dropped[:20])})
    if table.empty_rows:
        yield Note(notes.EMPTY_ROWS, {"number": table.empty_rows})
    if writer.filled:
        yield Note(notes.FILLED, {"number": writer.filled})
    if table.below:
        first, last = table.below_rows
        yield about_rows(notes.BELOW_ONE, notes.BELOW_MANY, first + 1, last + 1, table.below)
    if table.total >= 0:
        yield Note(notes.TOTAL, {"first": table.total + 1})
    if forgives and writer.error_count:
        yield Note(notes.FORGIVEN, {"number": writer.error_count})

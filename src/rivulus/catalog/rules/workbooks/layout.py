"""Where in a sheet the table stands: titles above it, names of columns in one or several rows, rows below. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rivulus.catalog.rules.workbooks.cells import Value, text_of
from rivulus.kernel.words import fold

SAMPLE_ROWS = 200
MOST_HEADING_ROWS = 4
LONGEST_HEADING = 200
LONGEST_NAME = 300  # a longer text names no column
FULL_ENOUGH = 0.6  # of the cells that rows of the table usually have
YEARS = range(1900, 2101)
TOTALS = ("total", "totaluri", "total general", "osszesen", "mindosszesen", "grand total", "suma")
REMARKS = (
    "sursa",
    "nota",
    "note",
    "source",
    "forras",
    "megjegyzes",
    "observatie",
    "*",
    "legenda",
    "date la",
    "intocmit",
)

type Row = Sequence[Value]
type Merge = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Heading:
    """The rows that name the columns, and the first row below; ``is_numbered`` where a row only numbers the columns.

    Rows count from 0 within what was looked at. Without names ``first`` equals ``end``.
    """

    first: int
    end: int
    names: tuple[str, ...]
    is_numbered: bool = False

    @property
    def body(self) -> int:
        """Return the first row of the table itself."""
        return self.end + 1 if self.is_numbered else self.end


def is_filled(cell: Value) -> bool:
    """Tell whether something stands in a cell."""
    return bool(cell.strip()) if isinstance(cell, str) else True


def filled(row: Row) -> list[int]:
    """Return the places of a row in which something stands."""
    return [at for at, cell in enumerate(row) if is_filled(cell)]


def find_heading(rows: Sequence[Row], merges: Iterable[Merge] = (), said: int | None = None) -> Heading:
    """Return which of the first rows of a sheet name its columns.

    ``merges`` are of these rows, both ends inclusive. ``said`` is what a person says: the row that names the columns,
    counted from 0, or -1 for none.
    """
    width = max(map(len, rows), default=0)
    spread, spans = _spread(rows, merges)
    first = _first_full(rows, spread, spans) if said is None else said
    if first < 0 or first >= len(rows):
        return Heading(0, 0, ("",) * width)
    if said is None and not _names(spread[first]):
        return Heading(first, first, ("",) * width)
    last = _last_of_heading(spread, spans, first)
    upper = _upper(spread, first) if said is None and not spans else None
    levels = [*([upper] if upper is not None else []), *spread[first : last + 1]]
    names = tuple(_joined(levels, at) for at in range(width))
    begin = first - 1 if upper is not None else first
    numbered = last + 1 < len(rows) and _only_numbers(rows[last + 1], names)
    return Heading(begin, last + 1, names, numbered)


def usual_width(rows: Sequence[Row]) -> int:
    """Return how many cells the fuller rows have."""
    widths = sorted(len(filled(row)) for row in rows if filled(row))
    return widths[(len(widths) * 3) // 4] if widths else 0


def _first_full(rows: Sequence[Row], spread: Sequence[list[Value]], spans: Mapping[int, list[Merge]]) -> int:
    """The first row with about as many cells as the others; a title over the whole width counts as one cell."""
    need = max(1, round(usual_width(rows) * FULL_ENOUGH + 0.4))
    for at, row in enumerate(spread):
        covered = {place for (top, left), (bottom, right) in spans.get(at, ()) for place in range(left, right + 1)}
        units = len(spans.get(at, ())) + len([place for place in filled(row) if place not in covered])
        if units > 1 and len(filled(row)) >= need:
            return at
        if units == 1 and need == 1:
            return at
    return -1


def _spread(rows: Sequence[Row], merges: Iterable[Merge]) -> tuple[list[list[Value]], dict[int, list[Merge]]]:
    """The rows with what merged cells hold in every cell they cover, and which merged cells each row crosses."""
    spread = [list(row) for row in rows]
    spans: dict[int, list[Merge]] = {}
    for (top, left), (bottom, right) in merges:
        if top >= len(rows) or left >= len(rows[top]) or not is_filled(rows[top][left]):
            continue
        for at in range(top, min(bottom + 1, len(rows))):
            spans.setdefault(at, []).append(((top, left), (bottom, right)))
            spread[at][left : right + 1] = [rows[top][left]] * (min(right + 1, len(spread[at])) - left)
    return spread, spans


def _names(row: Row) -> bool:
    """Tell whether a row names columns: texts, beside them years and dates; nothing long."""
    cells = [row[at] for at in filled(row)]
    texts = [cell for cell in cells if isinstance(cell, str)]
    if not texts or any(len(text) > LONGEST_NAME for text in texts) or len(set(map(str, cells))) * 2 < len(cells):
        return False
    return all(isinstance(cell, str) or _is_year(cell) or isinstance(cell, dt.date) for cell in cells)


def _is_year(cell: Value) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool) and cell in YEARS


def _last_of_heading(spread: Sequence[list[Value]], spans: Mapping[int, list[Merge]], first: int) -> int:
    """Merged names have others below them, or reach down themselves."""
    last = first
    while last - first < MOST_HEADING_ROWS - 1 and last + 1 < len(spread) - 1:
        below = max((bottom for _top, (bottom, _right) in spans.get(last, ())), default=last)
        has_wide = any(right > left for (_top, left), (_bottom, right) in spans.get(last, ()))
        if not (below > last or has_wide) or not _names(spread[last + 1]):
            break
        last += 1
    return last


def _upper(spread: Sequence[list[Value]], first: int) -> list[Value] | None:
    """The row above, where it names the groups of the columns and just those columns that have no name here."""
    if first == 0:
        return None
    above, here = spread[first - 1], spread[first]
    empty = [at for at, cell in enumerate(here) if not is_filled(cell) and at < len(above)]
    given = filled(above)
    if len(given) < 2 or not _names(above) or not empty or not all(is_filled(above[at]) for at in empty):
        return None
    reached: list[Value] = []
    group: Value = ""
    for at in range(len(here)):
        cell = above[at] if at < len(above) else ""
        group = ("" if at in empty else cell) if is_filled(cell) else group
        reached.append(cell if at in empty else group)
    return reached


def _joined(levels: Sequence[Row], at: int) -> str:
    parts: list[str] = []
    for row in levels:
        text = " ".join(text_of(row[at]).split()) if at < len(row) else ""
        if text and text not in parts:
            parts.append(text)
    return ": ".join(parts)[:LONGEST_HEADING]


def _only_numbers(row: Row, names: Sequence[str]) -> bool:
    """Tables of offices number their columns below the names: 0, 1, 2 … or 1, 2, 3=1+2."""
    cells = [text_of(row[at]).strip().strip("()").partition("=")[0].strip() for at in filled(row)]
    if len(cells) < 3 or len(cells) < len([name for name in names if name]) or not cells[0].isdecimal():
        return False
    start = int(cells[0])
    return start in (0, 1) and cells == [str(start + step) for step in range(len(cells))]


def is_total(row: Row) -> bool:
    """Tell whether a row begins as a sum of the others does."""
    texts = [cell for cell in row if isinstance(cell, str) and cell.strip()]
    return bool(texts) and fold(texts[0]).strip(" :.") in TOTALS


def is_remark(row: Row) -> bool:
    """Tell whether a row with one text says something about the table, as a source or a note does."""
    texts = [cell for cell in row if is_filled(cell)]
    return len(texts) == 1 and isinstance(texts[0], str) and fold(texts[0]).strip().startswith(REMARKS)

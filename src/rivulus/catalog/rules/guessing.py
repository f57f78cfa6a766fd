"""What a file of text most likely is: how its cells are parted, and what each column holds."""

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rivulus.kernel.publishing import ColumnType

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": ",", ";": ";", "\t": "Tab", "|": "|"}
SAMPLE_LINES = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is written."""

    format: str  # csv, geojson, parquet, xlsx, ods
    encoding: str = "utf-8"
    delimiter: str = ","
    has_header: bool = True
    # of workbooks:
    sheet: str = ""  # nothing: the first that holds a table
    heading: int | None = None  # the row that names the columns, from 1; 0: none; None: the one that looks like it
    forgives: bool = False  # errors of formulas are empty cells

    def as_json(self) -> dict[str, object]:
        """Return what is kept of it."""
        return {
            "format": self.format,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "has_header": self.has_header,
            "sheet": self.sheet,
            "heading": self.heading,
            "forgives": self.forgives,
        }


def reading_from(kept: Mapping[str, object]) -> Reading:
    """Return what was kept."""
    heading = kept.get("heading")
    return Reading(
        str(kept.get("format", "csv")),
        str(kept.get("encoding", "utf-8")),
        str(kept.get("delimiter", ",")),
        bool(kept.get("has_header", True)),
        str(kept.get("sheet") or ""),
        heading if isinstance(heading, int) else None,
        bool(kept.get("forgives", False)),
    )


def guess_delimiter(text: str) -> str:
    """Return the sign that parts every line into the same number of cells, and into the most."""
    best, best_score = ",", (0.0, 0)
    for sign in DELIMITERS:
        try:
            rows = list(csv.reader(text.splitlines()[:SAMPLE_LINES], delimiter=sign))
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows if row)
        if not widths:
            continue
        width, lines = widths.most_common(1)[0]
        score = (lines / sum(widths.values()) if width > 1 else 0.0, width)
        if score > best_score:
            best, best_score = sign, score
    return best


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row names the columns: no number in it, nothing twice, nothing empty but at the end."""
    if not rows:
        return False
    first = [cell.strip() for cell in rows[0]]
    filled = [cell for cell in first if cell]
    if not filled or len(set(filled)) != len(filled):
        return False
    return not any(_NUMBER.fullmatch(cell) for cell in filled)


_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the filled cells of a column read as each of these."""

    filled: int
    whole: int
    point: int  # 1,234.5 or 1234.5
    comma: int  # 1.234,5 or 1234,5
    with_point: int  # have a point
    with_comma: int
    yes_no: int
    dates: Mapping[str, int]
    moments: Mapping[str, int]
    places: int
    leading_nought: int  # 0123: a code, not a number
    widest: int


ENOUGH = 0.97
"""So many of the cells decide the type; the rest are its errors, for a person to look at."""


def guess_type(counts: Counts) -> tuple[ColumnType, str, str]:
    """Return the type of a column, the format of its dates, and the decimal sign of its numbers."""
    need = counts.filled - int(counts.filled * (1 - ENOUGH))  # of a few cells all of them
    if not counts.filled:
        return ColumnType.STRING, "", "."
    if counts.places >= need:
        return ColumnType.GEOJSON, "", "."
    for form, number in counts.dates.items():
        if number >= need:
            return ColumnType.DATE, form, "."
    for form, number in counts.moments.items():
        if number >= need:
            return ColumnType.DATETIME, form, "."
    if counts.yes_no >= need and counts.whole < counts.filled:
        return ColumnType.BOOLEAN, "", "."
    if counts.leading_nought or counts.widest > 18:
        # Codes, telephones, personal numbers: what is written with a nought before it is not counted with.
        return ColumnType.STRING, "", "."
    if counts.whole >= need:
        return ColumnType.INTEGER, "", "."
    if counts.comma >= need and counts.with_comma > counts.with_point:
        return ColumnType.NUMBER, "", ","
    if counts.point >= need:
        return ColumnType.NUMBER, "", "."
    return (ColumnType.NUMBER, "", ",") if counts.comma >= need else (ColumnType.STRING, "", ".")

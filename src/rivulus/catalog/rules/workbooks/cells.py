"""What a cell of a workbook says as a text, as if the sheet had been saved as CSV; and where it stands."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Final

type Value = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta

DIGITS = 15  # that a spreadsheet program keeps and shows
LARGEST_WHOLE = 10**18
_ERROR = re.compile(r"#[A-ZÀ-ŐŰȘȚ0-9/_]{1,20}[!?]?|(?:Err|Eroare|Hiba):[0-9]{3}")
_DURATION = re.compile(r"PT([0-9]{1,6})H([0-9]{1,2})M([0-9]{1,2})(?:[.,][0-9]+)?S")
KNOWN_ERRORS: Final = frozenset({"#N/A", "#GETTING_DATA", "#HIÁNYZIK"})


def is_error(text: str) -> bool:
    """Tell whether a text is an error of a formula: ``#N/A``, ``#DIV/0!``, ``Err:502``."""
    if text[:1] not in "#EH":
        return False
    return _ERROR.fullmatch(text) is not None and (text[-1] in "!?" or text in KNOWN_ERRORS or ":" in text)


def text_of(value: Value) -> str:
    """Return what a cell says; numbers with a point, dates as ISO 8601, durations in hours."""
    return _TEXTS[type(value)](value)


def number_text(value: float) -> str:
    """Return a number with the fifteen digits that a spreadsheet keeps, without an exponent where it is whole."""
    if value == value and abs(value) < LARGEST_WHOLE and value == int(value):
        return str(int(value))
    return f"{value:.{DIGITS}g}"


def moment_text(value: dt.datetime) -> str:
    """Return a moment to the second, or to the thousandth where it has some."""
    rounded = value + dt.timedelta(microseconds=500) if value.microsecond else value
    thousandths = rounded.microsecond // 1000
    whole = rounded.replace(microsecond=thousandths * 1000)
    return whole.isoformat(timespec="milliseconds" if thousandths else "seconds")


def duration_text(value: dt.timedelta) -> str:
    """Return a duration in hours, minutes and seconds; of more than a day in more than 24 hours."""
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def iso_duration_text(text: str) -> str:
    """Return a duration as ODS writes it in hours, minutes and seconds; any other text as it is."""
    found = _DURATION.fullmatch(text)
    return f"{int(found[1]):02}:{int(found[2]):02}:{int(found[3]):02}" if found else text


_TEXTS: Mapping[type, Callable[..., str]] = {
    str: str,
    bool: lambda value: "true" if value else "false",
    int: str,
    float: number_text,
    dt.date: dt.date.isoformat,
    dt.datetime: moment_text,
    dt.time: lambda value: value.isoformat(timespec="seconds"),
    dt.timedelta: duration_text,
}


def letters(column: int) -> str:
    """Return what a spreadsheet calls a column, counted from 0: A, B … Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row: int, column: int) -> str:
    """Return where a cell stands, the row counted from 1, the column from 0: ``C12``."""
    return f"{letters(column)}{row}"

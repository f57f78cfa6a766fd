"""A first guess at what a file is, from its beginning; people see it and change what is wrong."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.observations.rules import times, units
from rivulus.observations.rules.imports.mapping import DELIMITERS, MISSING, MOST_COLUMNS, Column, Layout
from rivulus.observations.rules.times import TimeReader, Twice

CITY = "Europe/Bucharest"
FORMATS = (
    times.ISO,
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d-%m-%Y %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y",
    times.SECONDS,
    times.MILLISECONDS,
)
TIME_NAMES = re.compile(r"time|date|data|ora|timp|idő|dátum|phenomenon|stamp|moment", re.IGNORECASE)
SERIES_NAMES = frozenset({"series", "serie", "datastream", "code", "cod", "sensor", "senzor"})
VALUE_NAMES = frozenset({"value", "valoare", "result", "rezultat", "érték", "ertek"})
IN_BRACKETS = re.compile(r"[\[(]([^\])]+)[\])]\s*$")
# Seconds and milliseconds are told apart by their size: 1990 to 2100.
EPOCHS = {times.SECONDS: (631_152_000, 4_102_444_800), times.MILLISECONDS: (631_152_000_000, 4_102_444_800_000)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A series that a column may be: its number, its code, and the code of its property."""

    id: int
    code: str
    property: str


def guess_delimiter(lines: Sequence[str]) -> str:
    """Return the sign that parts the cells: the one that most lines have, and equally often."""

    def score(sign: str) -> tuple[int, int]:
        counts = [line.count(sign) for line in lines if line.strip()]
        usual = max(set(counts), key=counts.count, default=0)
        return (counts.count(usual) if usual else 0, usual)

    best = max(DELIMITERS, key=score)
    return best if score(best)[1] else ","


def guess_header(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether the first line names the columns: none of its cells is a number or a time."""
    if not rows:
        return True
    return not any(_is_number(cell) or _format_of([cell]) for cell in rows[0] if cell.strip())


def guess_layout(
    names: Sequence[str], rows: Sequence[Sequence[Any]], candidates: Iterable[Candidate], *, base: Layout
) -> Layout:
    """Return what the columns may be; what cannot be guessed is left open."""
    columns = list(zip(*(list(row) + [""] * (len(names) - len(row)) for row in rows), strict=False)) if rows else []
    texts = [[str(cell).strip() for cell in column] for column in columns[:MOST_COLUMNS]]
    place, form = _guess_time(names, texts)
    by_name = _by_name(candidates)
    folded = [_fold(IN_BRACKETS.sub("", name)) for name in names]
    series_place = next((at for at, name in enumerate(folded) if name in SERIES_NAMES), None)
    value_place = next((at for at, name in enumerate(folded) if name in VALUE_NAMES), None)
    is_long = series_place is not None and value_place is not None
    decimal = "," if base.delimiter != "," and _has_comma(texts, place) else "."
    return Layout(
        form=base.form,
        delimiter=base.delimiter,
        has_header=base.has_header,
        decimal=decimal,
        time_place=place,
        time_format=form,
        zone=CITY if _is_zoneless(texts, place, form) else "",
        twice=Twice.ORDER,
        missing=MISSING,
        columns=() if is_long else tuple(_columns(names, folded, place, by_name)),
        series_place=series_place if is_long else None,
        value_place=value_place if is_long else None,
        names=tuple(name[:100] for name in names[:MOST_COLUMNS]),
    )


def _columns(
    names: Sequence[str], folded: Sequence[str], time_place: int, by_name: Mapping[str, int]
) -> Iterable[Column]:
    used: set[int] = set()
    for place, name in enumerate(folded[:MOST_COLUMNS]):
        series = by_name.get(_fold(names[place])) or by_name.get(name)
        if place != time_place and series is not None and series not in used:
            used.add(series)
            yield Column(place=place, series=series, unit=unit_in(names[place]))


def unit_in(name: str) -> str:
    """Return the unit that a column's name ends with in brackets, where it is one: ``Temperatura [°C]``."""
    found = IN_BRACKETS.search(name)
    return found[1].strip() if found and units.is_known(found[1]) else ""


def _by_name(candidates: Iterable[Candidate]) -> dict[str, int]:
    """Series by every name that is theirs alone."""
    found: dict[str, set[int]] = {}
    for one in candidates:
        for name in (str(one.id), one.code, one.property):
            if name:
                found.setdefault(_fold(name), set()).add(one.id)
    return {name: min(ids) for name, ids in found.items() if len(ids) == 1}


def _guess_time(names: Sequence[str], texts: Sequence[Sequence[str]]) -> tuple[int, str]:
    order = sorted(range(len(texts)), key=lambda at: (not (at < len(names) and TIME_NAMES.search(names[at])), at))
    for place in order:
        form = _format_of([text for text in texts[place] if text][:20])
        if form:
            return place, form
    return 0, times.ISO


def _format_of(written: Sequence[str]) -> str:
    """Return the form by which at least half can be read; lines may be wrong, forms are not guessed from few."""
    return next((form for form in FORMATS if sum(_is_of(text, form) for text in written) * 2 >= len(written) > 0), "")


def _is_of(text: str, form: str) -> bool:
    if form in EPOCHS and not _is_between(text, *EPOCHS[form]):
        return False
    if form == times.ISO and "-" not in text and "T" not in text:
        return False  # a bare number is a day to some readers of ISO 8601
    try:
        TimeReader(form, CITY, Twice.FIRST).read(text)
    except Refused:
        return False
    return True


def _is_zoneless(texts: Sequence[Sequence[str]], place: int, form: str) -> bool:
    if form in EPOCHS or place >= len(texts):
        return False
    try:
        TimeReader(form).read(next(text for text in texts[place] if text))
    except (Refused, StopIteration):
        return True
    return False


def _has_comma(texts: Sequence[Sequence[str]], time_place: int) -> bool:
    cells = [text for at, column in enumerate(texts) if at != time_place for text in column]
    return any(re.fullmatch(r"-?\d+,\d+", cell) for cell in cells) and not any(
        re.fullmatch(r"-?\d+\.\d+", cell) for cell in cells
    )


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?", cell.strip()) is not None


def _is_between(text: str, least: int, most: int) -> bool:
    try:
        return least <= float(text) < most
    except ValueError:
        return False


def _fold(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())

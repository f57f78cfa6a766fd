"""What an uploaded file would change, line by line and in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext, ngettext

from rivulus.kernel.words import N_
from rivulus.strategy.presenters.indicators import number, say_doubt, say_with, show
from rivulus.strategy.queries.indicator_previews import CHANGED, NEW, UNCHANGED, Preview, PreviewLine
from rivulus.strategy.rules.sheets import LineFault

PER_PAGE = 100
STANDING_WORDS = {NEW: N_("new value"), CHANGED: N_("corrects the value before"), UNCHANGED: N_("the same value")}
DELIMITER_WORDS = {
    ";": N_("The cells are parted by semicolons."),
    ",": N_("The cells are parted by commas."),
    "\t": N_("The cells are parted by tabs."),
}
DECIMAL_WORDS = {
    ",": N_("The decimals follow a comma."),
    ".": N_("The decimals follow a point."),
}


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A fault: where, what, and how to mend it."""

    line: str
    column: str
    sentence: str
    mend: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of the file and what it would do."""

    line: int
    code: str
    title: str
    place: str
    year: int
    figure: str
    unit: str
    before: str
    standing: str
    source: str
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownPreview:
    """The whole preview; the lines of one page, those with doubts first."""

    faults: tuple[FaultRow, ...]
    fault_count: int
    page: Page[PreviewLine]
    rows: tuple[LineRow, ...]
    summary: tuple[str, ...]
    reading: tuple[str, ...]
    has_doubts: bool
    is_empty: bool


def present_preview(preview: Preview, *, page: str | None) -> ShownPreview:
    """Return a preview in words; only the lines of the page are worked out."""
    ordered = sorted(preview.lines, key=lambda line: (not line.doubts, line.standing == UNCHANGED, line.line))
    shown = Paginator(ordered, PER_PAGE).get_page(page)
    return ShownPreview(
        faults=tuple(_fault(fault) for fault in preview.faults),
        fault_count=preview.fault_count,
        page=shown,
        rows=tuple(_row(line) for line in shown.object_list),
        summary=_summary(preview),
        reading=_reading(preview),
        has_doubts=preview.has_doubts,
        is_empty=preview.count(UNCHANGED) == len(preview.lines),
    )


def _fault(fault: LineFault) -> FaultRow:
    return FaultRow(
        line=str(fault.line) if fault.line else "",
        column=fault.column,
        sentence=say_with(fault.sentence, fault.values),
        mend=gettext(fault.mend),
    )


def _row(line: PreviewLine) -> LineRow:
    entry = line.entry
    return LineRow(
        line=line.line,
        code=line.indicator.code,
        title=line.indicator.title,
        place=line.place.name,
        year=entry.year,
        figure=number(entry.value) if entry.value is not None else entry.text,
        unit=line.indicator.unit if entry.value is not None else "",
        before=show(line.before, line.indicator).figure if line.before else "",
        standing=gettext(STANDING_WORDS[line.standing]),
        source=entry.source,
        doubts=tuple(say_doubt(doubt) for doubt in line.doubts),
    )


def _summary(preview: Preview) -> tuple[str, ...]:
    new, changed, same = (preview.count(standing) for standing in (NEW, CHANGED, UNCHANGED))
    blank = preview.sheet.blank
    counted: Sequence[tuple[int, str]] = (
        (new, ngettext("%(number)s new value", "%(number)s new values", new)),
        (changed, ngettext("%(number)s corrected value", "%(number)s corrected values", changed)),
        (same, ngettext("%(number)s value is here already", "%(number)s values are here already", same)),
        (
            blank,
            ngettext(
                "%(number)s line without a value, passed over",
                "%(number)s lines without a value, passed over",
                blank,
            ),
        ),
    )
    return tuple(sentence % {"number": count} for count, sentence in counted if count)


def _reading(preview: Preview) -> tuple[str, ...]:
    sheet = preview.sheet
    if not sheet.encoding:
        return ()
    said = [
        gettext("The file is written in %(encoding)s.") % {"encoding": sheet.encoding},
        gettext(DELIMITER_WORDS.get(sheet.delimiter, DELIMITER_WORDS[";"])),
        gettext(DECIMAL_WORDS.get(sheet.decimal, DECIMAL_WORDS[","])),
    ]
    if sheet.ambiguous:
        sentence = gettext("Numbers such as “%(number)s” could be read in two ways; look at them closely below.")
        said.append(sentence % {"number": sheet.ambiguous})
    return tuple(said)

"""What happens when: one row for each thing, one column for each year."""

import math

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from rivulus.ui.drawing import svg
from rivulus.ui.drawing.svg import Sheet
from rivulus.ui.drawing.terms import Span, Timeline
from rivulus.ui.rules import format_percent


def draw_timeline(chart: Timeline, sheet: Sheet) -> SafeString:
    """Bars over the years, the share done in full colour."""
    first, last = years_of(chart)
    unit = (sheet.width - 2) / (last - first)
    top = sheet.row * (2.2 if chart.now is not None else 1.2)
    names: list[SafeString] = []
    bars: list[SafeString] = []
    y = top + 6
    for span in chart.spans:
        words, drawn, height = _row(span, sheet, first, unit, y)
        names.append(words)
        bars.append(drawn)
        y += height + 10
    grid = _grid(sheet, first, last, unit, top, y)
    now = _now(chart.now, sheet, first, unit, y) if chart.now is not None else svg.join(())
    return svg.picture(sheet, y + 4, chart, grid, *bars, now, *names)


def years_of(chart: Timeline) -> tuple[int, int]:
    """First year and the year after the last."""
    starts = [span.start for span in chart.spans] + ([chart.now] if chart.now is not None else [])
    ends = [_end(span) for span in chart.spans] + ([chart.now] if chart.now is not None else [])
    first = math.floor(min(starts, default=2026))
    return first, max(math.ceil(max(ends, default=2027)), first + 1)


def _end(span: Span) -> float:
    """A whole year is meant to its end."""
    return span.end + 1 if float(span.end).is_integer() else span.end


def _row(span: Span, sheet: Sheet, first: int, unit: float, top: float) -> tuple[SafeString, SafeString, float]:
    """Its name, its bar and the height of both; the names are drawn last, over the line of today."""
    words = f"{span.label} · {span.note}" if span.note else span.label
    lines = svg.wrapped(words, sheet.width, sheet.size, most=2)
    names = [svg.text(1, top + sheet.size + n * sheet.row, part, "halo") for n, part in enumerate(lines)]
    y = top + len(lines) * sheet.row + 3
    x, length, thick = 1 + (span.start - first) * unit, (_end(span) - span.start) * unit, sheet.size * 0.95
    parts = [svg.rect(x, y, length, thick, "soft")]
    if span.percent is not None:
        parts.append(svg.rect(x, y, length * min(max(span.percent, 0), 100) / 100, thick, "fill"))
        parts.append(_share(span.percent, sheet, x, length, y + thick * 0.84))
    return svg.join(names), svg.group(*parts, tone=span.tone), y + thick - top


def _share(percent: float, sheet: Sheet, x: float, length: float, y: float) -> SafeString:
    """The share behind the bar, before it where there is no room, or left to the table."""
    words = format_percent(percent, language=sheet.language, decimals=0)
    room = svg.width_of(words, sheet.size) + 6
    if x + length + room < sheet.width:
        return svg.text(x + length + 6, y, words, "value halo")
    return svg.text(x - 6, y, words, "value halo", "end") if x > room else svg.join(())


def _grid(sheet: Sheet, first: int, last: int, unit: float, top: float, bottom: float) -> SafeString:
    every = max(1, math.ceil(sheet.size * 3 / unit))
    parts = []
    for year in range(first, last + 1):
        x = 1 + (year - first) * unit
        parts.append(svg.line(x, top - 4, x, bottom, "grid"))
        if year < last and (year - first) % every == 0:
            parts.append(svg.text(x + 3, top - 7, str(year), "tick"))
    return svg.join(parts)


def _now(now: float, sheet: Sheet, first: int, unit: float, bottom: float) -> SafeString:
    x = 1 + (now - first) * unit
    anchor = "end" if x > sheet.width * 0.8 else "start" if x < sheet.width * 0.2 else "middle"
    return svg.join((
        svg.line(x, sheet.row, x, bottom, "reference"),
        svg.text(x, sheet.size, gettext("today"), "value", anchor),
    ))  # fmt: skip

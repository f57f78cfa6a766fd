"""Bars that lie: single, grouped and stacked."""

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from rivulus.ui.drawing import svg
from rivulus.ui.drawing.svg import Sheet
from rivulus.ui.drawing.terms import Bar, Bars, GroupedBars, Series, StackedBars
from rivulus.ui.rules import format_number


def draw_bars(chart: Bars, sheet: Sheet) -> SafeString:
    """One bar for each thing, with a marker where it is compared with something."""
    numbers = [n for bar in chart.bars for n in (bar.value, bar.reference) if n is not None]
    scale = _scale(sheet, numbers, chart.maximum, _room_for_values(sheet, [b.value or 0 for b in chart.bars], chart))
    parts: list[SafeString] = []
    y = sheet.row if chart.unit else 0.0
    parts.append(svg.text(0, sheet.size, chart.unit, "quiet"))
    if chart.reference_label:
        sign = svg.group(_reference(10, 0, sheet.size))
        drawn, height = svg.legend(sheet, [(sign, chart.reference_label)], y + 4)
        parts.append(drawn)
        y += height
    for bar in chart.bars:
        drawn, height = _one_bar(bar, chart, sheet, scale, y + 8)
        parts.append(drawn)
        y += height + 8
    return svg.picture(sheet, y + 6, chart, *parts)


def _one_bar(bar: Bar, chart: Bars, sheet: Sheet, scale: float, top: float) -> tuple[SafeString, float]:
    drawn, height = _heading(bar.label, sheet, top)
    thick = sheet.size * 1.05
    y = top + height
    words = _value_words(bar.value, chart.decimals, sheet) + (
        f" · {bar.note}" if bar.note and bar.value is not None else ""
    )
    if bar.value is None:
        words = bar.note or words
    length = (bar.value or 0) * scale
    end = max(length, 0) + 6
    parts = [drawn, svg.rect(0, y, max(length, 2 if bar.value is not None else 0), thick, "fill")]
    if bar.reference is not None:
        place = bar.reference * scale
        parts.append(_reference(place, y - 3, thick + 6))
        # The words move past the marker when they would stand on it.
        if end - 8 <= place <= end + svg.width_of(words, sheet.size):
            end = place + 12
    parts.append(svg.text(end, y + thick * 0.82, words, "value"))
    return svg.group(*parts, tone=bar.tone), height + thick


def draw_grouped(chart: GroupedBars, sheet: Sheet) -> SafeString:
    """One group of bars for each category, one pattern for each series."""
    numbers = [v for series in chart.series for v in series.values if v is not None]
    scale = _scale(sheet, numbers, None, _room_for_values(sheet, numbers, chart))
    parts, y = _opening(chart, sheet)
    thick = sheet.size * 1.0
    for place, category in enumerate(chart.categories):
        drawn, height = _heading(category, sheet, y + 10)
        parts.append(drawn)
        y += height + 10
        for index, series in enumerate(chart.series):
            value = series.values[place]
            length = max((value or 0) * scale, 0 if value is None else 2)
            words = _value_words(value, chart.decimals, sheet)
            bar = svg.filled(sheet, 0, y, length, thick, index)
            parts.append(svg.group(bar, svg.text(length + 6, y + thick * 0.84, words, "value"), tone=series.tone))
            y += thick + 3
    return svg.picture(sheet, y + 6, chart, *parts, has_patterns=True)


def draw_stacked(chart: StackedBars, sheet: Sheet) -> SafeString:
    """One bar for each category, cut into its series."""
    totals = [sum(series.values[place] or 0 for series in chart.series) for place in range(len(chart.categories))]
    scale = _scale(sheet, totals, None, _room_for_values(sheet, totals, chart))
    parts, y = _opening(chart, sheet)
    thick = sheet.size * 1.5
    for place, category in enumerate(chart.categories):
        drawn, height = _heading(category, sheet, y + 10)
        y += height + 10
        parts += [drawn, *_segments(chart, sheet, place, scale, y, thick)]
        x = totals[place] * scale + 6
        parts.append(svg.text(x, y + thick * 0.68, _value_words(totals[place], chart.decimals, sheet), "value"))
        y += thick
    return svg.picture(sheet, y + 6, chart, *parts, has_patterns=True)


def _segments(chart: StackedBars, sheet: Sheet, place: int, scale: float, y: float, thick: float) -> list[SafeString]:
    parts, x = [], 0.0
    for index, series in enumerate(chart.series):
        length = (series.values[place] or 0) * scale
        if length > 0:
            bar = svg.filled(sheet, x, y, max(length - 2, 1), thick, index)
            parts.append(svg.group(bar, tone=series.tone))
        x += length
    return parts


def _opening(chart: GroupedBars | StackedBars, sheet: Sheet) -> tuple[list[SafeString], float]:
    """Unit and legend; with a single stacked bar the legend also says each amount."""
    y = sheet.row + 4
    entries = [
        (
            svg.group(svg.filled(sheet, 0, 0, 20, sheet.size, index), tone=series.tone),
            _entry(chart, series, sheet),
        )
        for index, series in enumerate(chart.series)
    ]
    drawn, height = svg.legend(sheet, entries, y)
    return [svg.text(0, sheet.size, chart.unit, "quiet"), drawn], y + height


def _entry(chart: GroupedBars | StackedBars, series: Series, sheet: Sheet) -> str:
    if isinstance(chart, StackedBars) and len(chart.categories) == 1:
        return f"{series.label}: {_value_words(series.values[0], chart.decimals, sheet)}"
    return series.label


def _heading(words: str, sheet: Sheet, top: float) -> tuple[SafeString, float]:
    lines = svg.wrapped(words, sheet.width, sheet.size)
    drawn = svg.join(svg.text(0, top + sheet.size + n * sheet.row, part) for n, part in enumerate(lines))
    return drawn, len(lines) * sheet.row + 3


def _reference(x: float, y: float, height: float) -> SafeString:
    """A line with a diamond in its middle: told apart by shape, not by colour."""
    middle, half = y + height / 2, 5
    diamond = [(x, middle - half), (x + half, middle), (x, middle + half), (x - half, middle)]
    return svg.join((svg.line(x, y, x, y + height, "reference"), svg.polygon(diamond, "reference-mark")))


def _value_words(value: float | None, decimals: int, sheet: Sheet) -> str:
    if value is None:
        return gettext("no value")
    return format_number(value, language=sheet.language, decimals=decimals)


def _room_for_values(sheet: Sheet, values: Sequence[float], chart: Bars | GroupedBars | StackedBars) -> float:
    longest = max((len(format_number(v, language=sheet.language, decimals=chart.decimals)) for v in values), default=1)
    notes = max((len(bar.note) + 3 for bar in chart.bars if bar.note), default=0) if isinstance(chart, Bars) else 0
    return min((longest + notes + 1) * sheet.size * 0.6 + 10, sheet.width * 0.45)


def _scale(sheet: Sheet, values: Sequence[float], maximum: float | None, room: float) -> float:
    """Drawing units for one unit of the measure; bars start at nought."""
    top = max([*values, maximum or 0])
    return (sheet.width - room) / top if top > 0 else 0.0

"""The charts a page may show: say what is so with these, and `draw` makes the pictures."""

from functools import lru_cache

from django.utils.safestring import SafeString
from django.utils.translation import override

from rivulus.ui.drawing import svg, tables
from rivulus.ui.drawing.bars import draw_bars, draw_grouped, draw_stacked
from rivulus.ui.drawing.crystal import draw_crystal
from rivulus.ui.drawing.lines import draw_lines
from rivulus.ui.drawing.sketch import draw_sketch
from rivulus.ui.drawing.svg import Sheet
from rivulus.ui.drawing.terms import (
    Bar,
    Bars,
    Cell,
    Chart,
    ChartTable,
    Crystal,
    Facet,
    GroupedBars,
    Limit,
    Line,
    Lines,
    Moment,
    Point,
    Series,
    Sketch,
    Span,
    Spot,
    StackedBars,
    TimeLine,
    Timeline,
    TimeSeries,
)
from rivulus.ui.drawing.timeline import draw_timeline
from rivulus.ui.drawing.timeseries import draw_time_series

__all__ = [
    "Bar",
    "Bars",
    "Cell",
    "Chart",
    "ChartTable",
    "Crystal",
    "Facet",
    "GroupedBars",
    "Limit",
    "Line",
    "Lines",
    "Moment",
    "Point",
    "Series",
    "Sketch",
    "Span",
    "Spot",
    "StackedBars",
    "TimeLine",
    "TimeSeries",
    "Timeline",
    "draw",
    "table_of",
]


@lru_cache(maxsize=128)
def draw(chart: Chart, language: str = "ro") -> SafeString:
    """Two drawings, of which the style sheet shows the one that fits the place it stands in.

    The same facts give the same picture, so the last ones are kept.
    """
    with override(language):
        return svg.join(_draw_on(chart, sheet) for sheet in svg.sheets(chart.key, language))


def table_of(chart: Chart, language: str = "ro") -> ChartTable:
    """The same numbers as the picture, as rows for the table beside it."""
    with override(language):
        return tables.table_of(chart, language)


def _draw_on(chart: Chart, sheet: Sheet) -> SafeString:
    match chart:
        case Bars():
            return draw_bars(chart, sheet)
        case GroupedBars():
            return draw_grouped(chart, sheet)
        case StackedBars():
            return draw_stacked(chart, sheet)
        case Lines():
            return draw_lines(chart, sheet)
        case Timeline():
            return draw_timeline(chart, sheet)
        case Crystal():
            return draw_crystal(chart, sheet)
        case TimeSeries():
            return draw_time_series(chart, sheet)
        case Sketch():
            return draw_sketch(chart, sheet)

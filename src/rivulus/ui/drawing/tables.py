"""The companion of every chart: its numbers as rows."""

from django.utils.translation import gettext

from rivulus.ui.drawing.terms import (
    Bars,
    Cell,
    Chart,
    ChartTable,
    Crystal,
    GroupedBars,
    Lines,
    Sketch,
    StackedBars,
    Timeline,
    TimeSeries,
)
from rivulus.ui.drawing.timeseries import moment_words
from rivulus.ui.rules import Number, format_number, format_percent


def table_of(chart: Chart, language: str = "ro") -> ChartTable:
    """The same numbers as the picture, in the same order."""
    match chart:
        case Bars():
            return _bars(chart, language)
        case GroupedBars() | StackedBars():
            return _series(chart, language)
        case Lines():
            return _lines(chart, language)
        case Timeline():
            return _timeline(chart, language)
        case Crystal():
            return _crystal(chart, language)
        case TimeSeries():
            return _time_series(chart, language)
        case Sketch():
            return _sketch(chart)


def _number(value: Number | None, language: str, decimals: int | None = None) -> Cell:
    words = gettext("no value") if value is None else format_number(value, language=language, decimals=decimals)
    return Cell(text=words, is_number=True)


def _columns(*heads: tuple[str, bool]) -> tuple[Cell, ...]:
    return tuple(Cell(text=words, is_number=is_number) for words, is_number in heads)


def _bars(chart: Bars, language: str) -> ChartTable:
    has_references = any(bar.reference is not None for bar in chart.bars)
    has_notes = any(bar.note for bar in chart.bars)
    heads = [(gettext("What"), False), (chart.unit or gettext("Value"), True)]
    heads += [(chart.reference_label or gettext("Reference"), True)] if has_references else []
    heads += [(gettext("Note"), False)] if has_notes else []
    rows = []
    for bar in chart.bars:
        row = [Cell(text=bar.label), _number(bar.value, language, chart.decimals)]
        row += [_number(bar.reference, language, chart.decimals)] if has_references else []
        row += [Cell(text=bar.note)] if has_notes else []
        rows.append(tuple(row))
    return ChartTable(columns=_columns(*heads), rows=tuple(rows))


def _series(chart: GroupedBars | StackedBars, language: str) -> ChartTable:
    heads = [(chart.unit, False), *((series.label, True) for series in chart.series)]
    rows = tuple(
        (
            Cell(text=category),
            *(_number(series.values[n], language, chart.decimals) for series in chart.series),
        )
        for n, category in enumerate(chart.categories)
    )
    return ChartTable(columns=_columns(*heads), rows=rows)


def _lines(chart: Lines, language: str) -> ChartTable:
    places = sorted({point.x for line in chart.lines for point in line.points})
    points = [{point.x: point for point in line.points} for line in chart.lines]
    has_labels = any(point.label for line in chart.lines for point in line.points)
    heads = [(chart.x_label, True)] + [
        (f"{line.label} ({chart.y_label})", True) for line in chart.lines
    ]  # fmt: skip
    heads += [(gettext("Note"), False)] if has_labels else []
    rows = []
    for x in places:
        first = str(int(x)) if chart.x_is_year else format_number(x, language=language, decimals=chart.x_decimals)
        found = [of.get(x) for of in points]
        row = [Cell(text=first, is_number=True)]
        row += [
            _number(point.y, language, chart.y_decimals) if point else Cell(text="", is_number=True) for point in found
        ]
        row += [Cell(text="; ".join(point.label for point in found if point and point.label))] if has_labels else []
        rows.append(tuple(row))
    return ChartTable(columns=_columns(*heads), rows=tuple(rows))


def _timeline(chart: Timeline, language: str) -> ChartTable:
    heads = [
        (gettext("What"), False),
        (gettext("From"), True),
        (gettext("Until"), True),
        (gettext("Done"), True),
    ]
    has_notes = any(span.note for span in chart.spans)
    heads += [(gettext("Note"), False)] if has_notes else []
    rows = []
    for span in chart.spans:
        done = gettext("not reported")
        if span.percent is not None:
            done = format_percent(span.percent, language=language, decimals=0)
        row = [Cell(text=span.label, href=span.href), Cell(text=str(int(span.start)), is_number=True),
               Cell(text=str(int(span.end)), is_number=True), Cell(text=done, is_number=True)]  # fmt: skip
        row += [Cell(text=span.note)] if has_notes else []
        rows.append(tuple(row))
    return ChartTable(columns=_columns(*heads), rows=tuple(rows))


def _crystal(chart: Crystal, language: str) -> ChartTable:
    has_expected = any(facet.expected is not None for facet in chart.facets)
    heads = [(gettext("Pillar"), False), (gettext("Level"), True), (gettext("Share of the next level"), True)]
    heads += [(gettext("Level expected"), True)] if has_expected else []
    rows = []
    for facet in chart.facets:
        share = format_percent(facet.fraction * 100, language=language, decimals=0)
        row = [Cell(text=f"{facet.code} · {facet.name}", href=facet.href), _number(facet.level, language),
               Cell(text=share if facet.level < chart.levels else "–", is_number=True)]  # fmt: skip
        row += [_number(facet.expected, language)] if has_expected else []
        rows.append(tuple(row))
    return ChartTable(columns=_columns(*heads), rows=tuple(rows))


def _time_series(chart: TimeSeries, language: str) -> ChartTable:
    has_reach = any(moment.low is not None for line in chart.lines for moment in line.moments)
    heads = [(gettext("Time"), False)]
    for line in chart.lines:
        heads.append((f"{line.label} ({chart.unit})", True))
        heads += [(gettext("lowest"), True), (gettext("highest"), True)] if has_reach else []
    times = sorted({moment.time for line in chart.lines for moment in line.moments})
    moments = [{moment.time: moment for moment in line.moments} for line in chart.lines]
    rows = []
    for time in times:
        row = [Cell(text=moment_words(time, chart, language))]
        for of in moments:
            found = of.get(time)
            row.append(_number(found.value if found else None, language, chart.decimals))
            if has_reach:
                row.append(_number(found.low if found else None, language, chart.decimals))
                row.append(_number(found.high if found else None, language, chart.decimals))
        rows.append(tuple(row))
    return ChartTable(columns=_columns(*heads), rows=tuple(rows))


def _sketch(chart: Sketch) -> ChartTable:
    rows = tuple(
        (Cell(text=spot.label, href=spot.href), Cell(text=chart.rank_words[spot.rank]), Cell(text=spot.note))
        for spot in chart.spots
    )
    return ChartTable(
        columns=_columns((gettext("Place"), False), (gettext("State"), False), (gettext("Note"), False)), rows=rows
    )

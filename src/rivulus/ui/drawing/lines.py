"""Lines and steps over years or over money."""

from collections.abc import Callable

from django.utils.safestring import SafeString

from rivulus.ui.drawing import svg
from rivulus.ui.drawing.svg import Sheet
from rivulus.ui.drawing.terms import Line, Lines, Point
from rivulus.ui.rules import format_number

type Place = Callable[[float], float]
DASHES = ("", "10 5", "3 4", "12 4 3 4", "6 6", "2 6")
EXPECTED_DASH = "2 5"


def draw_lines(chart: Lines, sheet: Sheet) -> SafeString:
    """Lines or steps over round gridlines, with the units at both axes."""
    parts: list[SafeString] = [svg.text(0, sheet.size, chart.y_label, "quiet")]
    y = sheet.row + 6
    if len(chart.lines) > 1:
        entries = [(_sample(line, index, sheet), line.label) for index, line in enumerate(chart.lines)]
        drawn, height = svg.legend(sheet, entries, y)
        parts.append(drawn)
        y += height
    plot_height = 230.0 if sheet.is_narrow else 300.0
    drawn, bottom = _plot(chart, sheet, y + sheet.size * 1.6, plot_height)
    parts.append(drawn)
    parts.append(svg.text(sheet.width, bottom + sheet.row * 2.1, chart.x_label, "quiet", "end"))
    return svg.picture(sheet, bottom + sheet.row * 2.1 + 8, chart, *parts)


def _plot(chart: Lines, sheet: Sheet, top: float, height: float) -> tuple[SafeString, float]:
    ys = [p.y for line in chart.lines for p in line.points] or [0.0]
    xs = [p.x for line in chart.lines for p in line.points] or [0.0]
    low = min(ys) if chart.y_minimum is None else min(chart.y_minimum, *ys)
    y_ticks = svg.ticks(low, max([*ys, chart.y_maximum or max(ys)]), 5)
    y_words = [
        format_number(t, language=sheet.language, decimals=_decimals(y_ticks, chart.y_decimals)) for t in y_ticks
    ]
    left = max(len(words) for words in y_words) * sheet.size * 0.6 + 10
    right = sheet.width - sheet.size * 1.4
    x_ticks = _x_ticks(chart, xs, sheet)
    x_low, x_high = (min(xs), max(xs)) if chart.x_is_year else (x_ticks[0], x_ticks[-1])
    at_x: Place = lambda x: left + (x - x_low) / ((x_high - x_low) or 1) * (right - left)  # noqa: E731
    at_y: Place = lambda y: top + height - (y - y_ticks[0]) / (y_ticks[-1] - y_ticks[0]) * height  # noqa: E731
    grid = [
        svg.join((svg.line(left, at_y(t), right, at_y(t), "grid"),
                  svg.text(left - 8, at_y(t) + sheet.size * 0.33, words, "tick", "end")))
        for t, words in zip(y_ticks, y_words, strict=True)
    ]  # fmt: skip
    feet = [_foot(chart, sheet, t, at_x(t), top + height) for t in x_ticks]
    lines = [_line(line, index, sheet, at_x, at_y) for index, line in enumerate(chart.lines)]
    return svg.join([*grid, *feet, *lines]), top + height


def _x_ticks(chart: Lines, xs: list[float], sheet: Sheet) -> list[float]:
    wanted = 4 if sheet.is_narrow else 8
    if not chart.x_is_year:
        return svg.ticks(min(0.0, *xs), max(xs), wanted)
    first, last = int(min(xs)), int(max(xs))
    step = max(1, -(-(last - first) // wanted))
    return [float(year) for year in range(first, last + 1, step)]


def _foot(chart: Lines, sheet: Sheet, value: float, x: float, bottom: float) -> SafeString:
    words = str(int(value))
    if not chart.x_is_year:
        words = format_number(value, language=sheet.language, decimals=None)
    return svg.join((
        svg.line(x, bottom, x, bottom + 5, "axis"),
        svg.text(x, bottom + sheet.row + 2, words, "tick", "middle"),
    ))  # fmt: skip


def _decimals(values: list[float], wanted: int) -> int | None:
    return wanted if all(round(v, wanted) == v for v in values) else None


def _line(line: Line, index: int, sheet: Sheet, at_x: Place, at_y: Place) -> SafeString:
    places = [(at_x(p.x), at_y(p.y)) for p in line.points]
    dash = EXPECTED_DASH if line.is_expected else DASHES[index % len(DASHES)]
    path = tag_path(places, line.is_step, dash)
    marks = [_marker(index, x, y, point) for point, (x, y) in zip(line.points, places, strict=True)]
    words = [
        _label(point, x, y, sheet)
        for point, (x, y) in zip(line.points, places, strict=True)
        if point.is_highlighted and point.label
    ]
    return svg.group(path, *marks, *words, tone=line.tone)


def tag_path(places: list[tuple[float, float]], is_step: bool, dash: str) -> SafeString:
    """A step holds its height until the next point."""
    moves = [f"M{places[0][0]:.1f} {places[0][1]:.1f}"] if places else []
    for x, y in places[1:]:
        moves.append(f"H{x:.1f}V{y:.1f}" if is_step else f"L{x:.1f} {y:.1f}")
    return svg.tag("path", d="".join(moves), class_="stroke", stroke_dasharray=dash or None)


def _label(point: Point, x: float, y: float, sheet: Sheet) -> SafeString:
    half = svg.width_of(point.label, sheet.size) / 2
    anchor = "end" if x + half > sheet.width else "start" if x < half else "middle"
    return svg.text(x, y - 13, point.label, "value halo", anchor)


def _marker(index: int, x: float, y: float, point: Point) -> SafeString:
    size = 7.0 if point.is_highlighted else 4.5
    name = "mark strong" if point.is_highlighted else "mark"
    match index % 4:
        case 1:
            return svg.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8, name)
        case 2:
            return svg.polygon([(x, y - size * 1.2), (x + size * 1.1, y + size), (x - size * 1.1, y + size)], name)
        case 3:
            return svg.polygon(
                [(x, y - size * 1.3), (x + size * 1.3, y), (x, y + size * 1.3), (x - size * 1.3, y)], name
            )
    return svg.tag("circle", cx=float(x), cy=float(y), r=size, class_=name)


def _sample(line: Line, index: int, sheet: Sheet) -> SafeString:
    y = sheet.size / 2
    dash = EXPECTED_DASH if line.is_expected else DASHES[index % len(DASHES)]
    path = tag_path([(0, y), (22, y)], False, dash)
    return svg.group(path, _marker(index, 11, y, Point(x=0, y=0)), tone=line.tone)

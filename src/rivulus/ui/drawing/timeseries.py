"""Measurements over time: a line for the mean, a band for how far it went, and open gaps."""

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from django.utils.safestring import SafeString

from rivulus.ui.drawing import svg
from rivulus.ui.drawing.lines import DASHES, EXPECTED_DASH, Place, tag_path
from rivulus.ui.drawing.svg import Sheet
from rivulus.ui.drawing.terms import Limit, Moment, TimeLine, TimeSeries
from rivulus.ui.rules import format_number, writing_of

DAY_S = 86_400
HOURS = (1, 2, 3, 6, 12)


def draw_time_series(chart: TimeSeries, sheet: Sheet) -> SafeString:
    """Lines with bands over a time axis in the zone of the city, and the limits that matter."""
    parts: list[SafeString] = [svg.text(0, sheet.size, chart.unit, "quiet")]
    y = sheet.row + 6
    if len(chart.lines) > 1:
        entries = [(_sample(line, index, sheet), line.label) for index, line in enumerate(chart.lines)]
        drawn, height = svg.legend(sheet, entries, y)
        parts.append(drawn)
        y += height
    height = 220.0 if sheet.is_narrow else 280.0
    parts.append(_plot(chart, sheet, y + sheet.size, height))
    return svg.picture(sheet, y + sheet.size + height + sheet.row * 1.7, chart, *parts)


def _plot(chart: TimeSeries, sheet: Sheet, top: float, height: float) -> SafeString:
    heights = list(_heights(chart)) or [0.0, 1.0]
    y_ticks = svg.ticks(min(heights), max(heights), 5)
    decimals = None if chart.decimals is None else max(chart.decimals, 0)
    y_words = [format_number(tick, language=sheet.language, decimals=_fitting(tick, decimals)) for tick in y_ticks]
    left = max(len(words) for words in y_words) * sheet.size * 0.6 + 10
    right = sheet.width - sheet.size * 0.8
    reach = (chart.end - chart.start) or 1.0
    at_x: Place = lambda x: left + (x - chart.start) / reach * (right - left)  # noqa: E731
    at_y: Place = lambda y: top + height - (y - y_ticks[0]) / (y_ticks[-1] - y_ticks[0]) * height  # noqa: E731
    parts = [
        svg.join((svg.line(left, at_y(tick), right, at_y(tick), "grid"),
                  svg.text(left - 8, at_y(tick) + sheet.size * 0.33, words, "tick", "end")))
        for tick, words in zip(y_ticks, y_words, strict=True)
    ]  # fmt: skip
    for time, words in time_ticks(chart, 3 if sheet.is_narrow else 6, sheet.language):
        x = at_x(time)
        anchor = "end" if x + svg.width_of(words, sheet.size) / 2 > sheet.width else "middle"
        parts.append(svg.line(x, top + height, x, top + height + 5, "axis"))
        parts.append(svg.text(x, top + height + sheet.row + 2, words, "tick", anchor))
    parts += [_line(line, index, at_x, at_y) for index, line in enumerate(chart.lines)]
    parts += [_limit(limit, sheet, left, right, at_y) for limit in chart.limits]
    return svg.join(parts)


def _heights(chart: TimeSeries) -> Iterator[float]:
    for line in chart.lines:
        for moment in line.moments:
            yield from (value for value in (moment.value, moment.low, moment.high) if value is not None)
    yield from (limit.value for limit in chart.limits)


def _fitting(tick: float, decimals: int | None) -> int | None:
    return decimals if decimals is not None and round(tick, decimals) == tick else None


def _line(line: TimeLine, index: int, at_x: Place, at_y: Place) -> SafeString:
    """One stroke for each stretch without a gap; a moment alone between two gaps is a dot."""
    dash = EXPECTED_DASH if line.is_expected else DASHES[index % len(DASHES)]
    parts: list[SafeString] = []
    for has_value, stretch in groupby(line.moments, key=lambda moment: moment.value is not None):
        if not has_value:
            continue
        moments = list(stretch)
        places = [(at_x(m.time), at_y(m.value)) for m in moments if m.value is not None]
        parts.append(_band(moments, at_x, at_y))
        if len(places) == 1:
            parts.append(svg.tag("circle", cx=places[0][0], cy=places[0][1], r=3.0, class_="mark"))
        else:
            parts.append(tag_path(places, False, dash))
    return svg.group(*parts, tone=line.tone)


def _band(moments: list[Moment], at_x: Place, at_y: Place) -> SafeString:
    reached = [(m.time, m.low, m.high) for m in moments if m.low is not None and m.high is not None]
    if len(reached) < 2:
        return svg.join(())
    upper = [(at_x(time), at_y(high)) for time, _low, high in reached]
    lower = [(at_x(time), at_y(low)) for time, low, _high in reversed(reached)]
    return svg.polygon([*upper, *lower], "band")


def _limit(limit: Limit, sheet: Sheet, left: float, right: float, at_y: Place) -> SafeString:
    y = at_y(limit.value)
    return svg.join((
        svg.line(left, y, right, y, "reference", stroke_dasharray="2 5"),
        svg.text(right, y - 6, limit.label, "value halo", "end"),
    ))  # fmt: skip


def _sample(line: TimeLine, index: int, sheet: Sheet) -> SafeString:
    y = sheet.size / 2
    dash = EXPECTED_DASH if line.is_expected else DASHES[index % len(DASHES)]
    return svg.group(tag_path([(0, y), (22, y)], False, dash), tone=line.tone)


def time_ticks(chart: TimeSeries, wanted: int, language: str) -> list[tuple[float, str]]:
    """Times that people name, with the words for them: hours, days, months or years, at most about ``wanted``."""
    zone = ZoneInfo(chart.zone)
    start, end = (dt.datetime.fromtimestamp(at, zone) for at in (chart.start, chart.end))
    reach_s = chart.end - chart.start
    locale = writing_of(language).locale
    if reach_s <= 1.5 * DAY_S:
        step = next((hours for hours in HOURS if reach_s / 3600 / hours <= wanted), 24)
        return [
            (at.timestamp(), format_time(at, "HH:mm", tzinfo=zone, locale=locale)) for at in _hours(start, end, step)
        ]
    if reach_s <= 62 * DAY_S:
        step = max(1, -(-int(reach_s // DAY_S) // wanted))
        return [(at.timestamp(), format_date(at.date(), "d MMM", locale=locale)) for at in _days(start, end, step)]
    months = reach_s / DAY_S / 30.4
    step = next((count for count in (1, 2, 3, 6, 12, 24, 60) if months / count <= wanted), 120)
    words = "MMM" if months <= 11 else "yyyy" if step >= 12 else "MMM yy"
    return [(at.timestamp(), format_date(at.date(), words, locale=locale)) for at in _months(start, end, step)]


def _hours(start: dt.datetime, end: dt.datetime, step: int) -> Iterator[dt.datetime]:
    at = start.replace(minute=0, second=0, microsecond=0)
    while at.timestamp() <= end.timestamp():
        if at.timestamp() >= start.timestamp() and at.hour % step == 0:
            yield at
        at = dt.datetime.fromtimestamp(at.timestamp() + 3600, start.tzinfo)


def _days(start: dt.datetime, end: dt.datetime, step: int) -> Iterator[dt.datetime]:
    at = start.replace(hour=0, minute=0, second=0, microsecond=0)
    while at.timestamp() <= end.timestamp():
        if at.timestamp() >= start.timestamp():
            yield at
            at += dt.timedelta(days=step)
        else:
            at += dt.timedelta(days=1)


def _months(start: dt.datetime, end: dt.datetime, step: int) -> Iterator[dt.datetime]:
    number = start.year * 12 + start.month - 1
    while True:
        at = start.replace(year=number // 12, month=number % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
        if at.timestamp() > end.timestamp():
            return
        if at.timestamp() >= start.timestamp() and number % step == 0:
            yield at
        number += 1


def moment_words(time: float, chart: TimeSeries, language: str) -> str:
    """Return the date and time of a moment, as a table says it."""
    zone = ZoneInfo(chart.zone)
    locale = writing_of(language).locale
    return str(format_datetime(dt.datetime.fromtimestamp(time, zone), "d MMM y, HH:mm", tzinfo=zone, locale=locale))

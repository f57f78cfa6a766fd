"""The city as a crystal: six facets, each filled from the middle up to the level it has reached."""

import math

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from rivulus.ui.drawing import svg
from rivulus.ui.drawing.svg import Sheet
from rivulus.ui.drawing.terms import Crystal, Facet
from rivulus.ui.rules import format_percent

type Spot = tuple[float, float]
GAP_DEGREES = 1.6
CORE = 0.1
# Steeper than this a facet looks up or down rather than to the side.
LEVEL_SLOPE = 0.3


def draw_crystal(chart: Crystal, sheet: Sheet) -> SafeString:
    """The narrow one says code and level at each facet; the wide one its whole name."""
    radius = 112.0 if sheet.is_narrow else 190.0
    lines = 2 if sheet.is_narrow else 4
    centre = sheet.width / 2, max(radius, radius * 0.75 + (lines - 1) * sheet.row + sheet.size * 1.6) + 4
    height = centre[1] * 2 + (2.2 * sheet.row if _expects(chart) else 0)
    parts = [_facet(facet, chart, place, centre, radius) for place, facet in enumerate(chart.facets)]
    labels = [_label(facet, chart, place, centre, radius, sheet) for place, facet in enumerate(chart.facets)]
    key = _key(sheet, height) if _expects(chart) else svg.join(())
    return svg.picture(sheet, height, chart, *parts, *labels, key)


def _expects(chart: Crystal) -> bool:
    return any(facet.expected is not None for facet in chart.facets)


def _spot(centre: Spot, radius: float, degrees: float) -> Spot:
    return (
        centre[0] + radius * math.cos(math.radians(degrees)),
        centre[1] + radius * math.sin(math.radians(degrees)),
    )


def _facet(facet: Facet, chart: Crystal, place: int, centre: Spot, radius: float) -> SafeString:
    turn = 360 / len(chart.facets)
    start, end = place * turn - 90 + GAP_DEGREES, (place + 1) * turn - 90 - GAP_DEGREES
    parts = []
    for level in range(1, chart.levels + 1):
        name = "fill" if level <= facet.level else "empty"
        parts.append(_band(centre, radius, start, end, _at(level - 1, chart) + 0.012, _at(level, chart), name))
    if facet.fraction > 0 and facet.level < chart.levels:
        low = _at(facet.level, chart) + 0.012
        high = low + (_at(facet.level + 1, chart) - low) * min(facet.fraction, 1)
        parts.append(_band(centre, radius, start, end, low, high, "part"))
    # One half of each facet lies in the light, the other in the shade, as on a cut stone.
    reach = _at(facet.level, chart) if facet.level else CORE
    parts.append(_half(centre, radius, start, end, reach))
    if facet.expected is not None and facet.expected > facet.level:
        parts.append(_edge(centre, radius * _at(facet.expected, chart), start, end))
    return svg.group(*parts, tone=facet.tone)


def _at(level: float, chart: Crystal) -> float:
    return CORE + (1 - CORE) * level / chart.levels


def _band(centre: Spot, radius: float, start: float, end: float, low: float, high: float, name: str) -> SafeString:
    return svg.polygon(
        [
            _spot(centre, radius * low, start),
            _spot(centre, radius * high, start),
            _spot(centre, radius * high, end),
            _spot(centre, radius * low, end),
        ],
        name,
    )


def _half(centre: Spot, radius: float, start: float, end: float, reach: float) -> SafeString:
    low, high = radius * (CORE + 0.012), radius * reach
    inner, outer = (_spot(centre, r, start) for r in (low, high))
    middle_in, middle_out = (_middle(centre, r, start, end) for r in (low, high))
    return svg.polygon([inner, outer, middle_out, middle_in], "light")


def _middle(centre: Spot, radius: float, start: float, end: float) -> Spot:
    one, other = _spot(centre, radius, start), _spot(centre, radius, end)
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _edge(centre: Spot, radius: float, start: float, end: float) -> SafeString:
    one, other = _spot(centre, radius, start), _spot(centre, radius, end)
    return svg.line(*one, *other, "expected")


def _label(facet: Facet, chart: Crystal, place: int, centre: Spot, radius: float, sheet: Sheet) -> SafeString:
    """Beside its facet: above the middle of the edge at the top, under it at the bottom."""
    turn = 360 / len(chart.facets)
    x, y = _spot(centre, radius * math.cos(math.radians(turn / 2)), (place + 0.5) * turn - 90)
    side = 1 if x >= centre[0] else -1
    x += side * (8 if sheet.is_narrow else 16)
    room = sheet.width - x if side > 0 else x
    names = [facet.code] if sheet.is_narrow else svg.wrapped(facet.name, room, sheet.size * 1.1, 2)
    lines = [(part, "name") for part in names]
    lines += [(part, "quiet") for part in _level_words(facet, chart, sheet)]
    slope = (y - centre[1]) / radius
    lift = len(lines) - 1 if slope < -LEVEL_SLOPE else 0 if slope > LEVEL_SLOPE else (len(lines) - 1) / 2
    # Half a line away from the slanting edge, so that the nearest words do not touch it.
    away = 0.5 if slope > LEVEL_SLOPE else -0.5 if slope < -LEVEL_SLOPE else 0.0
    first = y - lift * sheet.row + sheet.size * (0.35 + away)
    anchor = "start" if side > 0 else "end"
    return svg.join(svg.text(x, first + n * sheet.row, part, name, anchor) for n, (part, name) in enumerate(lines))


def _level_words(facet: Facet, chart: Crystal, sheet: Sheet) -> list[str]:
    if sheet.is_narrow:
        return [gettext("%(level)s of %(levels)s") % {"level": facet.level, "levels": chart.levels}]
    words = [gettext("level %(level)s of %(levels)s") % {"level": facet.level, "levels": chart.levels}]
    if facet.level < chart.levels:
        share = format_percent(facet.fraction * 100, language=sheet.language, decimals=0)
        words.append(gettext("%(share)s of the next") % {"share": share})
    return words


def _key(sheet: Sheet, height: float) -> SafeString:
    words = gettext("dashed line: level expected")
    wide = svg.width_of(words, sheet.size) + 40
    left = (sheet.width - wide) / 2
    y = height - sheet.row
    return svg.group(
        svg.line(left, y, left + 30, y, "expected"),
        svg.text(left + 40, y + sheet.size * 0.33, words, "quiet"),
    )

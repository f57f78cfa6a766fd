"""Where things are: points on an empty sheet, with a scale and north above."""

import math

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from rivulus.ui.drawing import svg
from rivulus.ui.drawing.svg import Sheet
from rivulus.ui.drawing.terms import Sketch, Spot
from rivulus.ui.rules import format_number

M_PER_DEGREE = 111_320.0
TONES = ("stream", "gold", "amethyst")
SMALLEST_REACH_M = 400.0


def draw_sketch(chart: Sketch, sheet: Sheet) -> SafeString:
    """Points by shape and tone of their rank, the graver ones on top; each leads to its page."""
    west, south, east, north = _frame(chart.spots)
    narrowing = math.cos(math.radians((south + north) / 2))
    width_m = (east - west) * M_PER_DEGREE * narrowing
    height_m = (north - south) * M_PER_DEGREE
    margin = sheet.size * 1.2
    scale = (sheet.width - 2 * margin) / width_m
    top = sheet.row + 8
    entries = [(_mark(rank, 11, sheet.size / 2), words) for rank, words in _shown_ranks(chart)]
    drawn, taken = svg.legend(sheet, entries, 0)
    top = taken + 4
    height = height_m * scale + 2 * margin
    parts = [drawn, svg.rect(1, top, sheet.width - 2, height, "soft-ground")]
    for spot in sorted(chart.spots, key=lambda spot: spot.rank):
        x = margin + (spot.longitude - west) * M_PER_DEGREE * narrowing * scale
        y = top + margin + (north - spot.latitude) * M_PER_DEGREE * scale
        parts.append(_spot(spot, x, y))
    parts.append(_scale(sheet, scale, top + height))
    return svg.picture(sheet, top + height + sheet.row * 1.6, chart, *parts)


def _frame(spots: tuple[Spot, ...]) -> tuple[float, float, float, float]:
    """Return west, south, east, north: never so small that two lamps fill the sheet, never taller than it is wide."""
    longitudes = [spot.longitude for spot in spots] or [23.58]
    latitudes = [spot.latitude for spot in spots] or [47.66]
    middle = (min(latitudes) + max(latitudes)) / 2, (min(longitudes) + max(longitudes)) / 2
    narrowing = math.cos(math.radians(middle[0]))
    high = max((max(latitudes) - min(latitudes)) * M_PER_DEGREE, SMALLEST_REACH_M / 2)
    wide = max((max(longitudes) - min(longitudes)) * M_PER_DEGREE * narrowing, SMALLEST_REACH_M, high / 0.9)
    half_lon, half_lat = wide / 2 / M_PER_DEGREE / narrowing, high / 2 / M_PER_DEGREE
    return middle[1] - half_lon, middle[0] - half_lat, middle[1] + half_lon, middle[0] + half_lat


def _shown_ranks(chart: Sketch) -> list[tuple[int, str]]:
    present = {spot.rank for spot in chart.spots}
    return [(rank, words) for rank, words in enumerate(chart.rank_words) if rank in present]


def _spot(spot: Spot, x: float, y: float) -> SafeString:
    words = f"{spot.label}: {spot.note}" if spot.note else spot.label
    return svg.group(svg.tag("title", svg.plain(words)), _mark(spot.rank, x, y))


def _mark(rank: int, x: float, y: float) -> SafeString:
    """A dot, a square, a triangle: the shape says it without the colour."""
    if rank == 1:
        shape = svg.rect(x - 6, y - 6, 12, 12, "mark strong")
    elif rank == 2:
        shape = svg.polygon([(x, y - 9), (x + 8.5, y + 7), (x - 8.5, y + 7)], "mark strong")
    else:
        shape = svg.tag("circle", cx=x, cy=y, r=4.5, class_="mark strong")
    return svg.group(shape, tone=TONES[rank])


def _scale(sheet: Sheet, scale: float, bottom: float) -> SafeString:
    """A bar of a round length, and which way is north."""
    length_m = next((m for m in (5000, 2000, 1000, 500, 200, 100, 50) if m * scale <= sheet.width / 3), 50)
    y = bottom + sheet.row
    amount = format_number(length_m / 1000 if length_m >= 1000 else length_m, language=sheet.language)
    words = f"{amount} {'km' if length_m >= 1000 else 'm'}"
    return svg.join((
        svg.line(1, y - 4, 1 + length_m * scale, y - 4, "reference"),
        svg.text(length_m * scale + 8, y, words, "tick"),
        svg.text(sheet.width, y, gettext("North is up"), "tick", "end"),
    ))  # fmt: skip

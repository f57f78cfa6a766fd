"""Values of tables in the words of the reader's language."""

import datetime as dt
from typing import Any

import shapely
from babel.dates import format_date, format_datetime
from django.utils.translation import gettext

from rivulus.catalog.presenters.formats.cells import CITY
from rivulus.catalog.rules.columns import Column
from rivulus.kernel.publishing import ColumnType
from rivulus.ui.presenters import active_language, number_text
from rivulus.ui.rules import writing_of

LONGEST = 120
NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)


def cell_words(column: Column, value: Any) -> str:
    """Return a value in words of the reader's language."""
    if value is None:
        return ""
    locale = writing_of(active_language()).locale
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dt.datetime):
        return str(format_datetime(value.astimezone(CITY), "d MMM y, HH:mm", locale=locale))
    if isinstance(value, dt.date):
        return str(format_date(value, "d MMM y", locale=locale))
    if column.type in NUMBERS:
        return _number(column, value)
    if column.type is ColumnType.GEOJSON:
        return _place_words(value)
    words = str(value)
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _number(column: Column, value: float) -> str:
    if column.type is ColumnType.INTEGER and 1000 <= value <= 2200 and ("year" in column.name or column.name == "an"):
        return str(value)
    return number_text(value) if column.type is ColumnType.INTEGER else number_text(value, _decimals(value))


def _decimals(value: float) -> int:
    """As many decimals as the value has, and not more than anybody reads."""
    written = f"{value:.10g}"
    if "e" in written or "." not in written:
        return 0 if abs(value) >= 1 or value == 0 else 6
    return min(len(written.partition(".")[2]), 4 if abs(value) >= 0.01 else 6)


def _place_words(value: bytes) -> str:
    shape = shapely.from_wkb(value)
    middle = shape.centroid
    kind = "" if shape.geom_type == "Point" else f"{shape.geom_type} "
    return f"{kind}{middle.y:.5f}, {middle.x:.5f}" if not middle.is_empty else ""

"""How conditions are written."""

import datetime as dt
import re
from collections.abc import Callable

from rivulus.kernel.words import N_
from rivulus.observations.rules.automations.documents import Node, Wrong
from rivulus.observations.rules.automations.grammar_triggers import one_of, read_bounds, read_selector, read_weekdays
from rivulus.observations.rules.automations.reading import Part, as_number, collected
from rivulus.observations.rules.automations.schedules import read_time
from rivulus.observations.rules.automations.syntax import (
    HOUR_US,
    AllOf,
    AnyOf,
    CalendarCondition,
    Condition,
    NotThis,
    PlaceCondition,
    ValueCondition,
)

DAY = re.compile(r"(\d{2})-(\d{2})")
DAYS_OF_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

WANT_CALENDAR = N_("Say weekdays, holiday, hours or dates.")
WANT_FROM_UNTIL = N_('Two times are expected, such as ["22:00", "07:00"].')
WANT_DATES = N_('Two days are expected as month-day, such as ["11-01", "03-31"].')
WANT_BOX = N_("A box is west, south, east, north in degrees.")
WANT_POLYGON = N_("A polygon is a list of at least three positions [longitude, latitude].")


def read_condition(part: Part) -> Condition:
    """Return one condition: a mapping with its kind as its only key."""
    kind = one_of(part, tuple(KINDS))
    part.finish()
    return KINDS[kind](part, kind)


def read_conditions(part: Part, key: str) -> tuple[Condition, ...]:
    """Return the conditions of a list."""
    found = []
    for node in part.items(key, 1, 20):
        with collected(part.problems):
            found.append(read_condition(Part(node, key, part.problems)))
    return tuple(found)


def _read_value(part: Part, key: str) -> Condition:
    inner = part.part(key)
    condition = ValueCondition(
        series=read_selector(inner, in_trigger=False),
        bounds=read_bounds(inner),
        not_older_us=inner.get("not_older", Part.duration, 2 * HOUR_US),
        every=inner.get("every", Part.truth, False),
    )
    inner.finish()
    return condition


def _read_calendar(part: Part, key: str) -> Condition:
    inner = part.part(key)
    condition = CalendarCondition(
        weekdays=inner.get("weekdays", read_weekdays, frozenset()),
        holiday=inner.get("holiday", Part.truth, None),
        hours=inner.get("hours", _hours, None),
        dates=inner.get("dates", _dates, None),
    )
    inner.finish()
    if condition == CalendarCondition():
        raise Wrong(inner.line, key, WANT_CALENDAR)
    return condition


def _hours(part: Part, key: str) -> tuple[dt.time, dt.time]:
    nodes = part.items(key, 2, 2)
    first, last = (read_time(node, key) for node in nodes)
    if first == last:
        raise Wrong(nodes[0].line, key, WANT_FROM_UNTIL)
    return first, last


def _dates(part: Part, key: str) -> tuple[tuple[int, int], tuple[int, int]]:
    first, last = (_day(node, key) for node in part.items(key, 2, 2))
    return first, last


def _day(node: Node, key: str) -> tuple[int, int]:
    found = DAY.fullmatch(node.value) if isinstance(node.value, str) else None
    month, day = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= month <= 12 or not 1 <= day <= DAYS_OF_MONTHS[month - 1]:
        raise Wrong(node.line, key, WANT_DATES)
    return month, day


def _read_place(part: Part, key: str) -> Condition:
    inner = part.part(key)
    if one_of(inner, ("box", "polygon")) == "box":
        nodes = inner.items("box", 4, 4)
        west, south, east, north = (as_number(node, "box") for node in nodes)
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise Wrong(nodes[0].line, "box", WANT_BOX)
        condition = PlaceCondition(box=(west, south, east, north))
    else:
        condition = PlaceCondition(polygon=tuple(_position(node) for node in inner.items("polygon", 3, 200)))
    inner.finish()
    return condition


def _position(node: Node) -> tuple[float, float]:
    if not isinstance(node.value, list) or len(node.value) != 2:
        raise Wrong(node.line, "polygon", WANT_POLYGON)
    longitude, latitude = (as_number(inner, "polygon") for inner in node.value)
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise Wrong(node.line, "polygon", WANT_POLYGON)
    return longitude, latitude


def _read_not(part: Part, key: str) -> Condition:
    return NotThis(part=read_condition(part.part(key)))


KINDS: dict[str, Callable[[Part, str], Condition]] = {
    "value": _read_value,
    "calendar": _read_calendar,
    "place": _read_place,
    "all": lambda part, key: AllOf(parts=read_conditions(part, key)),
    "any": lambda part, key: AnyOf(parts=read_conditions(part, key)),
    "not": _read_not,
}

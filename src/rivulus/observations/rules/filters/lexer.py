"""Cutting the text of a filter into words. Pure."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from rivulus.observations.rules.filters.kinds import MAX_LENGTH, FilterError, Kind, Moment

DATE = r"\d{4}-\d{2}-\d{2}"
CLOCK = r"\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?"
# A plus sign that was not escaped in an address arrives as a space.
MOMENT = rf"{DATE}T{CLOCK}(?:Z|[+\- ]\d{{2}}:?\d{{2}})?"
TOKEN = re.compile(
    rf"""(?P<space>\s+)
    | (?P<quoted>(?:duration|geography|geometry)'(?:[^']|'')*')
    | (?P<text>'(?:[^']|'')*')
    | (?P<interval>{MOMENT}/{MOMENT})
    | (?P<moment>{MOMENT})
    | (?P<date>{DATE})(?![\w:])
    | (?P<clock>{CLOCK})(?![\w:])
    | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])
    | (?P<name>[A-Za-z_@][\w@.]*(?:/[\w@.:-]+)*)
    | (?P<sign>[(),-])""",
    re.VERBOSE,
)
DURATION = re.compile(r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,9})?)S)?)?\Z")
DURATION_S = (604_800, 86_400, 3_600, 60, 1)
LONGEST_DURATION_US = 400 * 365 * 86_400_000_000


@dataclass(frozen=True, slots=True)
class Token:
    """One word: ``name``, ``sign``, ``end`` or ``literal`` (then with its kind and value)."""

    type: str
    text: str
    position: int
    kind: Kind | None = None
    value: Any = None


def cut(text: str) -> list[Token]:
    """Return the words of a filter, the last one ``end``; raises FilterError."""
    if len(text) > MAX_LENGTH:
        raise FilterError(f"A filter has at most {MAX_LENGTH} characters", MAX_LENGTH)
    tokens, position = [], 0
    while position < len(text):
        found = TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise FilterError(f"Nothing can begin with {text[position]!r} here", position)
        if found.lastgroup != "space":
            tokens.append(_token(found.lastgroup, found[0], position))
        position = found.end()
    return [*tokens, Token("end", "", len(text))]


def _token(group: str, text: str, position: int) -> Token:
    if group in {"name", "sign"}:
        return Token(group, text, position)
    kind, read = READERS[group]
    try:
        value = read(text)
    except (ValueError, OverflowError, shapely.errors.ShapelyError) as error:
        raise FilterError(f"{text[:60]} cannot be read", position) from error
    if group == "quoted":
        kind = Kind.DURATION if text.startswith("duration") else Kind.GEOMETRY
    return Token("literal", text, position, kind, value)


def read_moment(text: str) -> Moment:
    """Return a moment; without a zone it is UTC. Finer parts than microseconds are cut off."""
    clock, offset = _offset(text)
    date, _t, time = clock.partition("T")
    day = dt.datetime.fromisoformat(date).replace(tzinfo=dt.UTC)
    seconds = int((day - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)).total_seconds())
    moment = seconds * 1_000_000 + read_clock(time) - offset * 60_000_000
    if not MIN_US <= moment <= MAX_US:
        raise ValueError("outside the calendar")
    return Moment(moment, offset)


def _offset(text: str) -> tuple[str, int]:
    """Return the moment without its zone, and the zone in minutes."""
    if text.endswith("Z"):
        return text[:-1], 0
    found = re.search(r"([+\- ])(\d{2}):?(\d{2})\Z", text[10:])
    if not found:
        return text, 0
    minutes = int(found[2]) * 60 + int(found[3])
    if minutes > 18 * 60 or int(found[3]) > 59:
        raise ValueError("no such zone")
    return text[: 10 + found.start()], -minutes if found[1] == "-" else minutes


def read_clock(text: str) -> int:
    """Return a time of day in microseconds."""
    whole, _point, fraction = text.partition(".")
    parts = [int(part) for part in whole.split(":")]
    hours, minutes, seconds = (*parts, 0)[:3]
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError("no such time of day")
    return (hours * 3600 + minutes * 60 + seconds) * 1_000_000 + int((fraction + "000000")[:6])


def read_duration(text: str) -> int:
    """Return a duration in microseconds; months and years have no length of their own and are refused."""
    found = DURATION.match(text.strip().upper())
    if not found or not any(found.groups()[1:]):
        raise ValueError("no duration")
    seconds = sum(
        float(part) * unit for part, unit in zip(found.groups()[1:], DURATION_S, strict=True) if part is not None
    )
    if seconds * 1_000_000 > LONGEST_DURATION_US:
        raise ValueError("too long")
    return round(seconds * 1_000_000) * (-1 if found[1] == "-" else 1)


def _interval(text: str) -> tuple[int, int]:
    start, _slash, end = text.partition("/")
    first, last = read_moment(start).time_us, read_moment(end).time_us
    if last < first:
        raise ValueError("ends before it begins")
    return first, last


def _number(text: str) -> float | int:
    """Return a number; whole ones stay whole, since identifiers are longer than a double is exact."""
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("too large")
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 20 else number


def _geometry(text: str) -> BaseGeometry:
    geometry: BaseGeometry = shapely.from_wkt(re.sub(r"^\s*SRID=\d+;", "", text))
    bounds = geometry.bounds if not geometry.is_empty else ()
    if not bounds or not all(abs(bound) <= 1_000_000 for bound in bounds) or not geometry.is_valid:
        raise ValueError("not a geometry on the globe")
    return geometry


def _quoted(text: str) -> Any:
    prefix, _quote, rest = text.partition("'")
    inner = rest[:-1].replace("''", "'")
    return read_duration(inner) if prefix == "duration" else _geometry(inner)


MIN_US = -62_135_596_800_000_000  # 0001-01-01
MAX_US = 253_402_300_799_999_000  # 9999-12-31T23:59:59.999Z
READERS: dict[str, tuple[Kind, Callable[[str], Any]]] = {
    "quoted": (Kind.GEOMETRY, _quoted),
    "text": (Kind.TEXT, lambda text: text[1:-1].replace("''", "'")),
    "interval": (Kind.INTERVAL, _interval),
    "moment": (Kind.INSTANT, read_moment),
    "date": (Kind.DATE, dt.date.fromisoformat),
    "clock": (Kind.CLOCK, read_clock),
    "number": (Kind.NUMBER, _number),
}

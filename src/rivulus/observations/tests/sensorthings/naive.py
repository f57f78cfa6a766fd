"""The meaning of filters in plain Python: slow, and easy to believe. The oracle of what SQL answers."""

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from typing import Any

import shapely
from shapely.geometry import shape

from rivulus.observations.rules.filters.kinds import Kind, Moment, Term
from rivulus.observations.rules.filters.lexer import read_moment

type Row = Mapping[str, Any]
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
BLANKS = " \t\n\r"
SETS = {"Datastreams", "Locations", "Things", "Observations", "HistoricalLocations"}


def fulfils(term: Term, row: Row) -> bool:
    """Say whether some combination of what the links of a row lead to makes the filter true."""
    ways = sorted({way for path in paths(term) for way in ways_of(path)}, key=len)
    return any(value(term, row, chosen) is True for chosen in combinations(row, ways))


def paths(term: Term) -> Iterator[tuple[str, ...]]:
    if term.op == "path":
        yield term.value
    for arg in term.args:
        yield from paths(arg)


def ways_of(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for length in range(1, len(path)):
        if path[length - 1] not in SETS and path[length - 1] not in {"Thing", "Datastream"}:
            return
        yield path[:length]


def combinations(row: Row, ways: list[tuple[str, ...]]) -> Iterator[dict[tuple[str, ...], Row | None]]:
    """Yield every choice of one row for each way; a way that leads nowhere leads to None."""

    def choose(chosen: dict[tuple[str, ...], Row | None], rest: list[tuple[str, ...]]) -> Iterator[Any]:
        if not rest:
            yield chosen
            return
        way = rest[0]
        origin = row if len(way) == 1 else chosen[way[:-1]]
        found = None if origin is None else origin.get(way[-1])
        for one in found if isinstance(found, list) and found else [None if isinstance(found, list) else found]:
            yield from choose({**chosen, way: one}, rest[1:])

    yield from choose({}, ways)


def value(term: Term, row: Row, chosen: Mapping[tuple[str, ...], Row | None]) -> Any:
    if term.op == "literal":
        return literal(term)
    if term.op == "path":
        return at(term.value, row, chosen)
    if term.op in {"is_null", "is_not_null"}:
        return (value(term.args[0], row, chosen) is None) == (term.op == "is_null")
    args = [value(arg, row, chosen) for arg in term.args]
    if term.op in {"and", "or"}:
        return joined(args, decisive=term.op == "or")
    if term.op == "first":
        return next((arg for arg in args if arg is not None), None)
    if any(arg is None for arg in args):
        return None
    if term.op == "not":
        return not args[0]
    if term.op == "cast":
        return cast(args[0], term.args[0].kind, term.kind)
    return apply(term, args)


def literal(term: Term) -> Any:
    if isinstance(term.value, Moment):
        return term.value.time_us
    return float(term.value) if term.kind == Kind.NUMBER and abs(term.value) < 2**53 else term.value


def at(path: tuple[str, ...], row: Row, chosen: Mapping[tuple[str, ...], Row | None]) -> Any:
    prefix = max(ways_of(path), key=len, default=())
    found: Any = chosen[prefix] if prefix else row
    for part in path[len(prefix) :]:
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def joined(args: list[Any], *, decisive: bool) -> bool | None:
    if decisive in args:
        return decisive
    return None if None in args else not decisive


def cast(given: Any, was: Kind | None, kind: Kind | None) -> Any:
    if was == Kind.INTERVAL:
        return given[0]
    if kind == Kind.INTERVAL:
        return (given, given)
    if kind == Kind.NUMBER:
        return float(given) if isinstance(given, (int, float)) and not isinstance(given, bool) else None
    if kind == Kind.TEXT:
        return given if isinstance(given, str) else None
    if kind == Kind.BOOLEAN:
        return given if isinstance(given, bool) else None
    if not isinstance(given, str) or "T" not in given:
        return None
    try:
        return read_moment(given).time_us
    except ValueError:
        return None


def apply(term: Term, args: list[Any]) -> Any:
    op = term.op
    if op in {"eq", "ne", "lt", "le", "gt", "ge"}:
        return compare(op, args[0], args[1], is_interval=term.args[0].kind == Kind.INTERVAL)
    if op in STRETCHES:
        return STRETCHES[op](*args[0], *args[1])
    if op in PLACES:
        return PLACES[op](*(shape(arg) if isinstance(arg, dict) else arg for arg in args))
    if op in {"add", "sub", "mul", "div", "mod", "neg"}:
        return reckon(op, *args)
    return FUNCTIONS[op](*args)


def compare(op: str, left: Any, right: Any, *, is_interval: bool) -> bool:
    if not is_interval:
        return {
            "eq": left == right,
            "ne": left != right,
            "lt": left < right,
            "le": left <= right,
            "gt": left > right,
        }.get(op, left >= right)
    (a, b), (c, d) = left, right
    return {"eq": (a, b) == (c, d), "ne": (a, b) != (c, d), "lt": b < c, "gt": a > d, "le": b <= d, "ge": a >= c}[op]


def reckon(op: str, left: Any, right: Any = None) -> Any:
    if op == "neg":
        return -left
    if op in {"div", "mod"} and right == 0:
        return None
    if op == "mod":
        return left - right * math.trunc(left / right)
    return {"add": lambda: left + right, "sub": lambda: left - right, "mul": lambda: left * right}.get(
        op, lambda: left / right
    )()


def position(number: float) -> int:
    return 0 if number < 0 else min(1_000_000, math.floor(number))


def substring(text: str, start: float, length: float | None = None) -> str:
    first = position(start)
    return text[first:] if length is None else text[first : first + position(length)]


def date(time_us: int) -> dt.datetime:
    return EPOCH + dt.timedelta(microseconds=time_us)


def half_away(number: float) -> float:
    return math.copysign(1, number) * math.floor(abs(number) + 0.5) if number else 0.0


FUNCTIONS: dict[str, Any] = {
    "substringof": lambda a, b: a in b,
    "contains": lambda a, b: b in a,
    "endswith": str.endswith,
    "startswith": str.startswith,
    "length": lambda a: float(len(a)),
    "indexof": lambda a, b: float(a.find(b)),
    "substring": substring,
    "tolower": str.lower,
    "toupper": str.upper,
    "trim": lambda a: a.strip(BLANKS),
    "concat": lambda a, b: a + b,
    **{
        name: (lambda a, name=name: float(getattr(date(a), name)))
        for name in ("year", "month", "day", "hour", "minute", "second")
    },
    "fractionalseconds": lambda a: a % 1_000_000 / 1_000_000,
    "date": lambda a: date(a).date(),
    "time": lambda a: a % 86_400_000_000,
    "round": half_away,
    "floor": lambda a: float(math.floor(a)),
    "ceiling": lambda a: float(math.ceil(a)),
}
STRETCHES: dict[str, Any] = {
    "before": lambda a, b, c, d: b < c,
    "after": lambda a, b, c, d: a > d,
    "meets": lambda a, b, c, d: b == c or a == d,
    "during": lambda a, b, c, d: a >= c and b <= d,
    "overlaps": lambda a, b, c, d: a <= d and b >= c,
    "starts": lambda a, b, c, d: a == c,
    "finishes": lambda a, b, c, d: b == d,
}
PLACES: dict[str, Any] = {
    "geo.distance": lambda a, b: float(shapely.distance(a, b)),
    "geo.length": lambda a: float(shapely.length(a)),
    "geo.intersects": lambda a, b: a.intersects(b),
    "st_relate": lambda a, b, pattern: a.relate_pattern(b, pattern),
    **{
        f"st_{name}": (lambda a, b, name=name: bool(getattr(a, name)(b)))
        for name in ("equals", "disjoint", "touches", "within", "overlaps", "crosses", "intersects", "contains")
    },
}

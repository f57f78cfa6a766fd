"""A slow twin of the query language: the same tree, worked out in Python row by row."""

import datetime as dt
import math
import re
import statistics
import unicodedata
from collections.abc import Callable, Sequence
from functools import cmp_to_key
from typing import Any
from zoneinfo import ZoneInfo

from rivulus.catalog.rules.rowquery.functions import AGGREGATES
from rivulus.catalog.rules.rowquery.trees import (
    Between,
    Binary,
    Call,
    In,
    IsNull,
    Item,
    Literal,
    Name,
    Node,
    Query,
    Unary,
    children,
)  # fmt: skip

CITY = ZoneInfo("Europe/Bucharest")
Row = dict[str, Any]


def answer(query: Query, rows: Sequence[Row], columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows of the answer in their order."""
    items = query.select or tuple(Item(Name(name)) for name in columns)
    found = [row for row in rows if query.where is None or evaluate(query.where, [row], row) is True]
    nodes = (
        [item.node for item in items] + [key.node for key in query.order] + [query.having] * (query.having is not None)
    )
    if not query.group and not any(map(has_aggregate, nodes)):
        groups = [([row], row) for row in found]
    else:
        groups = grouped(query, found)
    if query.having is not None:
        groups = [group for group in groups if evaluate(query.having, *group) is True]
    ordered = sort(query, groups)
    return [tuple(evaluate(item.node, *group) for item in items) for group in ordered]


def grouped(query: Query, rows: Sequence[Row]) -> list[tuple[list[Row], Row]]:
    found: dict[tuple[Any, ...], list[Row]] = {}
    if not query.group:
        found[()] = list(rows)
    for row in rows if query.group else ():
        found.setdefault(tuple(evaluate(node, [row], row) for node in query.group), []).append(row)
    return [(members, members[0] if members else {}) for members in found.values()]


def sort(query: Query, groups: list[Any]) -> list[Any]:
    keys: list[tuple[Node, bool]] = [(key.node, key.is_descending) for key in query.order]
    keys += [(node, False) for node in query.group]

    def compare(left: Any, right: Any) -> int:
        for node, is_descending in keys:
            a, b = evaluate(node, *left), evaluate(node, *right)
            if a == b:
                continue
            if a is None or b is None:
                return 1 if a is None else -1
            return (1 if a > b else -1) * (-1 if is_descending else 1)
        return 0

    return sorted(groups, key=cmp_to_key(compare))


def has_aggregate(node: Node) -> bool:
    return (isinstance(node, Call) and node.function in AGGREGATES) or any(map(has_aggregate, children(node)))


def evaluate(node: Node, members: list[Row], row: Row) -> Any:
    match node:
        case Literal(value):
            return value.replace(tzinfo=CITY) if isinstance(value, dt.datetime) and value.tzinfo is None else value
        case Name(name):
            return row[name]
        case Call(function, arguments):
            if function in AGGREGATES:
                return aggregate(node, members)
            values = [evaluate(argument, members, row) for argument in arguments]
            if function == "coalesce":
                return next((value for value in values if value is not None), None)
            return None if any(value is None for value in values) else FUNCTIONS[function](*values)
        case Unary("not", operand):
            value = evaluate(operand, members, row)
            return None if value is None else not value
        case Unary(_, operand):
            value = evaluate(operand, members, row)
            return None if value is None else -value
        case Binary("and" | "or" as operator, left, right):
            decided = operator == "or"
            values = [evaluate(left, members, row), evaluate(right, members, row)]
            return decided if decided in values else None if None in values else not decided
        case Binary(operator, left, right):
            a, b = coerced(evaluate(left, members, row), evaluate(right, members, row))
            return None if a is None or b is None else OPERATORS[operator](a, b)
        case In(operand, options, is_negated):
            value = evaluate(operand, members, row)
            results = [equals(value, evaluate(option, members, row)) for option in options]
            found = True if True in results else None if None in results else False
            return found if not is_negated or found is None else not found
        case Between(operand, low, high, is_negated):
            value = evaluate(operand, members, row)
            above = compared(value, evaluate(low, members, row), lambda a, b: a >= b)
            below = compared(value, evaluate(high, members, row), lambda a, b: a <= b)
            found = False if False in (above, below) else None if None in (above, below) else True
            return found if not is_negated or found is None else not found
        case IsNull(operand, is_negated):
            return (evaluate(operand, members, row) is None) != is_negated


def coerced(a: Any, b: Any) -> tuple[Any, Any]:
    if isinstance(a, dt.date) and isinstance(b, str):
        return a, as_time(a, b)
    if isinstance(b, dt.date) and isinstance(a, str):
        return as_time(b, a), b
    if isinstance(a, dt.datetime) and isinstance(b, dt.date) and not isinstance(b, dt.datetime):
        return a, dt.datetime.combine(b, dt.time(), CITY)
    if isinstance(b, dt.datetime) and isinstance(a, dt.date) and not isinstance(a, dt.datetime):
        return dt.datetime.combine(a, dt.time(), CITY), b
    return a, b


def as_time(beside: dt.date, text: str) -> dt.date:
    if not isinstance(beside, dt.datetime):
        return dt.date.fromisoformat(text)
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=CITY)


def equals(a: Any, b: Any) -> bool | None:
    return compared(a, b, lambda x, y: x == y)


def compared(a: Any, b: Any, how: Callable[[Any, Any], bool]) -> bool | None:
    a, b = coerced(a, b)
    return None if a is None or b is None else how(a, b)


def aggregate(node: Call, members: list[Row]) -> Any:
    if node.is_star:
        return len(members)
    values = [value for row in members if (value := evaluate(node.arguments[0], [row], row)) is not None]
    if node.function == "count":
        return len(set(values)) if node.is_distinct else len(values)
    if not values:
        return None
    return {"sum": sum, "avg": statistics.fmean, "min": min, "max": max, "median": statistics.median}[node.function](
        values
    )


def like(text: str, pattern: str) -> bool:
    parts = [".*" if sign == "%" else "." if sign == "_" else re.escape(sign) for sign in pattern]
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def fold(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).lower()


def trunc(value: dt.date, unit: str) -> dt.date:
    day = value.astimezone(CITY) if isinstance(value, dt.datetime) else value
    if isinstance(day, dt.datetime):
        day = day.replace(minute=0, second=0, microsecond=0)
        if unit == "hour":
            return day
        day = day.replace(hour=0)
    if unit == "week":
        return day - dt.timedelta(days=day.weekday())
    if unit == "day" or unit == "hour":
        return day
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[unit]
    return day.replace(month=month, day=1)


def away_from_nought(value: float, digits: int = 0) -> float:
    scale = 10.0**digits
    return math.copysign(math.floor(abs(value) * scale + 0.5) / scale, value)


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "+": lambda a, b: a + b, "-": lambda a, b: a - b,
    "*": lambda a, b: a * b, "/": lambda a, b: a / b if b else None, "%": lambda a, b: math.fmod(a, b) if b else None,
    "||": lambda a, b: a + b, "like": like,
}  # fmt: skip
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "lower": str.lower, "upper": str.upper, "trim": lambda a: a.strip(" "), "fold": fold, "length": len,
    "contains": lambda a, b: b in a, "starts_with": str.startswith, "ends_with": str.endswith, "abs": abs,
    "round": away_from_nought, "floor": math.floor, "ceil": math.ceil, "year": lambda a: local(a).year,
    "month": lambda a: local(a).month, "day": lambda a: local(a).day, "weekday": lambda a: local(a).isoweekday(),
    "hour": lambda a: local(a).hour, "trunc": trunc,
}  # fmt: skip


def local(value: Any) -> Any:
    return value.astimezone(CITY) if isinstance(value, dt.datetime) else value

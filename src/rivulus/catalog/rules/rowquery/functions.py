"""The functions of the query language: what they take, what they give, and how DuckDB writes them."""

from collections.abc import Mapping
from dataclasses import dataclass

from rivulus.kernel.publishing import ColumnType as T
from rivulus.kernel.words import N_

TEXT = frozenset({T.STRING})
WHOLE = frozenset({T.INTEGER})
NUMBERS = frozenset({T.INTEGER, T.NUMBER})
TIMES = frozenset({T.DATE, T.DATETIME})
PLACES = frozenset({T.GEOJSON})
ORDERED = TEXT | NUMBERS | TIMES
ANYTHING = ORDERED | {T.BOOLEAN}

type Result = T | int
"""A type, or the number of the argument whose type it is."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to call a function. In ``sql`` ``{0}`` is the first argument; ``{0.box}`` the bounds of a geometry."""

    arguments: tuple[frozenset[T], ...]
    result: Result
    sql: str
    is_aggregate: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function with its forms and a sentence for the documentation; ``example`` is a call."""

    forms: tuple[Form, ...]
    description: str
    example: str


def _one(arguments: tuple[frozenset[T], ...], result: Result, sql: str, description: str, example: str) -> Function:
    return Function((Form(arguments, result, sql),), description, example)


def _sum(arguments: frozenset[T], result: Result, sql: str) -> Form:
    return Form((arguments,), result, sql, is_aggregate=True)


UNITS = ("year", "quarter", "month", "week", "day", "hour")

FUNCTIONS: Mapping[str, Function] = {
    # Many rows to one value.
    "count": Function(
        (_sum(ANYTHING | PLACES, T.INTEGER, "count({0})"),), N_("how many rows, or how many are not empty"), "count(*)"
    ),
    "sum": Function(
        (
            _sum(WHOLE, T.INTEGER, "CAST(sum({0}) AS BIGINT)"),
            _sum(NUMBERS, T.NUMBER, "sum({0})"),
        ),
        N_("the sum"),
        "sum(value)",
    ),
    "avg": Function((_sum(NUMBERS, T.NUMBER, "avg({0})"),), N_("the mean"), "avg(value)"),
    "min": Function((_sum(ORDERED, 0, "min({0})"),), N_("the least"), "min(day)"),
    "max": Function((_sum(ORDERED, 0, "max({0})"),), N_("the most"), "max(day)"),
    "median": Function(
        (_sum(NUMBERS, T.NUMBER, "CAST(median({0}) AS DOUBLE)"),), N_("the one in the middle"), "median(value)"
    ),
    # Texts.
    "lower": _one((TEXT,), T.STRING, "lower({0})", N_("in small letters"), "lower(name)"),
    "upper": _one((TEXT,), T.STRING, "upper({0})", N_("in capital letters"), "upper(name)"),
    "trim": _one((TEXT,), T.STRING, "trim({0})", N_("without spaces around it"), "trim(name)"),
    "fold": _one(
        (TEXT,), T.STRING, "lower(strip_accents({0}))", N_("in small letters without accents"), "fold(name)"
    ),
    "length": _one((TEXT,), T.INTEGER, "length({0})", N_("how many letters"), "length(name)"),
    "contains": _one(
        (TEXT, TEXT), T.BOOLEAN, "contains({0}, {1})", N_("whether the second text stands in the first"),
        "contains(name, 'park')",
    ),
    "starts_with": _one(
        (TEXT, TEXT), T.BOOLEAN, "starts_with({0}, {1})", N_("whether the first text begins with the second"),
        "starts_with(name, 'A')",
    ),
    "ends_with": _one(
        (TEXT, TEXT), T.BOOLEAN, "ends_with({0}, {1})", N_("whether the first text ends with the second"),
        "ends_with(name, 'a')",
    ),
    # Numbers.
    "abs": _one((NUMBERS,), 0, "abs({0})", N_("without its sign"), "abs(value)"),
    "round": Function(
        (
            Form((NUMBERS,), T.NUMBER, "round(CAST({0} AS DOUBLE))"),
            Form((NUMBERS, WHOLE), T.NUMBER, "round(CAST({0} AS DOUBLE), CAST({1} AS INTEGER))"),
        ),
        N_("rounded, to so many decimals"),
        "round(value, 1)",
    ),
    "floor": _one((NUMBERS,), T.NUMBER, "floor(CAST({0} AS DOUBLE))", N_("rounded down"), "floor(value)"),
    "ceil": _one((NUMBERS,), T.NUMBER, "ceil(CAST({0} AS DOUBLE))", N_("rounded up"), "ceil(value)"),
    # Times.
    "year": _one((TIMES,), T.INTEGER, "year({0})", N_("the year"), "year(day)"),
    "month": _one((TIMES,), T.INTEGER, "month({0})", N_("the month, 1 to 12"), "month(day)"),
    "day": _one((TIMES,), T.INTEGER, "day({0})", N_("the day of the month"), "day(day)"),
    "weekday": _one((TIMES,), T.INTEGER, "isodow({0})", N_("the day of the week, 1 is Monday"), "weekday(day)"),
    "hour": _one((frozenset({T.DATETIME}),), T.INTEGER, "hour({0})", N_("the hour in the city's time"), "hour(time)"),
    "trunc": Function(
        (
            Form((frozenset({T.DATE}), TEXT), T.DATE, "CAST(date_trunc({1}, {0}) AS DATE)"),
            Form((frozenset({T.DATETIME}), TEXT), T.DATETIME, "date_trunc({1}, {0})"),
        ),
        N_("the beginning of its year, quarter, month, week, day or hour"),
        "trunc(day, 'month')",
    ),
    # Places.
    "in_box": _one(
        (PLACES, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
        T.BOOLEAN,
        "({0.box}.xmin <= {3} AND {0.box}.xmax >= {1} AND {0.box}.ymin <= {4} AND {0.box}.ymax >= {2})",
        N_("whether it touches the box of west, south, east and north, in degrees"),
        "in_box(geometry, 23.4, 47.6, 23.7, 47.7)",
    ),
    "west": _one((PLACES,), T.NUMBER, "{0.box}.xmin", N_("its western edge; of a point its longitude"), "west(geometry)"),
    "south": _one((PLACES,), T.NUMBER, "{0.box}.ymin", N_("its southern edge; of a point its latitude"), "south(geometry)"),
    "east": _one((PLACES,), T.NUMBER, "{0.box}.xmax", N_("its eastern edge"), "east(geometry)"),
    "north": _one((PLACES,), T.NUMBER, "{0.box}.ymax", N_("its northern edge"), "north(geometry)"),
}  # fmt: skip

AGGREGATES = frozenset(name for name, one in FUNCTIONS.items() if any(form.is_aggregate for form in one.forms))
COALESCE = "coalesce"  # takes as many arguments of one type as one likes
COALESCE_WORDS = N_("the first that is not empty")
NAMES = frozenset({*FUNCTIONS, COALESCE})

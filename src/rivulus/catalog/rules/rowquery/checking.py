"""Types of expressions, and their SQL: each node becomes one piece of text whose values are parameters."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

from rivulus.catalog.rules.columns import Column, box_name
from rivulus.catalog.rules.rowquery.functions import COALESCE, FUNCTIONS, NUMBERS, TEXT, TIMES, UNITS, Form
from rivulus.catalog.rules.rowquery.parsing import read_date, read_datetime
from rivulus.catalog.rules.rowquery.trees import (
    Between,
    Binary,
    Call,
    In,
    IsNull,
    Literal,
    Mistake,
    Name,
    Node,
    Unary,
)
from rivulus.kernel.publishing import ColumnType as T
from rivulus.kernel.words import N_

CITY = ZoneInfo("Europe/Bucharest")
TYPE_NAMES: Mapping[T, str] = {
    T.STRING: N_("text"),
    T.INTEGER: N_("whole number"),
    T.NUMBER: N_("number"),
    T.BOOLEAN: N_("true or false"),
    T.DATE: N_("date"),
    T.DATETIME: N_("date and time"),
    T.GEOJSON: N_("place"),
}
SQL_TYPES: Mapping[T, str] = {
    T.STRING: "VARCHAR",
    T.INTEGER: "BIGINT",
    T.NUMBER: "DOUBLE",
    T.BOOLEAN: "BOOLEAN",
    T.DATE: "DATE",
    T.DATETIME: "TIMESTAMPTZ",
    T.GEOJSON: "BLOB",
}


class Level(IntEnum):
    """What a piece depends on."""

    NOTHING = 0
    ROWS = 1
    GROUPS = 2


@dataclass(frozen=True, slots=True)
class Typed:
    """A piece of SQL with its type (None for ``null``); ``box`` is where the bounds of a geometry are."""

    sql: str
    type: T | None
    box: str = ""
    level: Level = Level.NOTHING

    def __str__(self) -> str:
        return self.sql


class Writer:
    """Writes the expressions of one query."""

    def __init__(
        self,
        columns: Sequence[Column],
        aliases: Mapping[str, Node],
        group: Sequence[Node],
        *,
        is_grouped: bool,
        parameters: dict[str, Any] | None = None,
    ) -> None:
        self.columns = columns
        self.known = {column.name: column for column in columns}
        self.aliases = aliases
        self.group = group
        self.is_grouped = is_grouped
        self.parameters: dict[str, Any] = {} if parameters is None else parameters
        self.is_inside = False  # an aggregate, where names of columns stand for rows

    def parameter(self, value: object) -> str:
        """Keep a value and return what stands for it; the same value stands only once."""
        for name, kept in self.parameters.items():
            if type(kept) is type(value) and kept == value and repr(kept) == repr(value):
                return f"${name}"
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def write_condition(self, node: Node) -> str:
        """Return a condition."""
        written = self.write_named(node)
        if written.type not in (T.BOOLEAN, None):
            raise Mistake(N_("This is no condition: it is neither true nor false."), at=_at(node))
        return written.sql

    def write_group(self, node: Node) -> str:
        """Return what is grouped by."""
        self.is_inside = True
        try:
            written = self.write(node)
        finally:
            self.is_inside = False
        if written.type is T.GEOJSON:
            raise Mistake(N_("It cannot be grouped by places."), at=_at(node))
        if written.level is Level.NOTHING:
            raise Mistake(N_("It can only be grouped by something that differs from row to row."), at=_at(node))
        return written.sql

    def write_named(self, node: Node) -> Typed:
        """Return an expression in which names given in ``select`` may stand alone or in a comparison."""
        return self.write(self._with_aliases(node))

    def _with_aliases(self, node: Node) -> Node:
        match node:
            case Name(name) if name not in self.known and name in self.aliases:
                return self.aliases[name]
            case Binary(operator, left, right, at):
                return Binary(operator, self._with_aliases(left), self._with_aliases(right), at)
            case Unary(operator, operand, at):
                return Unary(operator, self._with_aliases(operand), at)
            case In(operand, options, is_negated, at):
                return In(self._with_aliases(operand), options, is_negated, at)
            case Between(operand, low, high, is_negated, at):
                return Between(self._with_aliases(operand), low, high, is_negated, at)
            case IsNull(operand, is_negated, at):
                return IsNull(self._with_aliases(operand), is_negated, at)
            case _:
                return node

    def write(self, node: Node) -> Typed:
        """Return the SQL and the type of a node."""
        if self.is_grouped and not self.is_inside and node in self.group and not isinstance(node, Literal):
            return Typed(self.write_group(node), self._type_inside(node), level=Level.GROUPS)
        match node:
            case Literal():
                return self._literal(node)
            case Name():
                return self._name(node)
            case Call():
                return self._call(node)
            case Unary():
                return self._unary(node)
            case Binary("and" | "or" as operator, left, right):
                return self._logic(operator, left, right)
            case Binary("=" | "!=" | "<" | "<=" | ">" | ">="):
                return self._comparison(node)
            case Binary():
                return self._arithmetic(node)
            case In():
                return self._in(node)
            case Between():
                return self._between(node)
            case IsNull(operand, is_negated):
                one = self.write(operand)
                return Typed(f"({one} IS {'NOT ' if is_negated else ''}NULL)", T.BOOLEAN, level=one.level)

    def _type_inside(self, node: Node) -> T | None:
        self.is_inside = True
        try:
            return self.write(node).type
        finally:
            self.is_inside = False

    def _literal(self, node: Literal) -> Typed:
        value, kind = node.value, type_of(node.value)
        if kind is None:
            return Typed("NULL", None)
        if isinstance(value, dt.datetime) and value.tzinfo is None:
            value = value.replace(tzinfo=CITY)
        return Typed(f"CAST({self.parameter(value)} AS {SQL_TYPES[kind]})", kind)

    def _name(self, node: Name) -> Typed:
        column = self.known.get(node.name)
        if column is None:
            raise Mistake(N_("There is no column “%(name)s”."), at=node.at, name=node.name)
        if self.is_grouped and not self.is_inside:
            raise Mistake(
                N_("“%(name)s” must stand in “group” too, or inside a function such as max()."),
                at=node.at,
                name=node.name,
            )
        return Typed(quoted(column.name), column.type, quoted(box_name(column.name)), Level.ROWS)

    def _call(self, node: Call) -> Typed:
        if node.function == COALESCE:
            return self._coalesce(node)
        function = FUNCTIONS.get(node.function)
        if function is None:
            raise Mistake(N_("There is no function “%(name)s”."), at=node.at, name=node.function)
        if any(form.is_aggregate for form in function.forms):
            return self._aggregate(node)
        if node.is_star or node.is_distinct:
            raise Mistake(N_("Only count() takes * or distinct."), at=node.at)
        arguments = [self.write(argument) for argument in node.arguments]
        if node.function == "trunc" and len(node.arguments) == 2:
            _check_unit(node.arguments[1])
        form = _fitting(node, arguments)
        return Typed(form.sql.format(*arguments), _result(form, arguments), level=_level(arguments))

    def _aggregate(self, node: Call) -> Typed:
        if self.is_inside:
            raise Mistake(
                N_("%(name)s() cannot stand inside another such function or in “group”."),
                at=node.at,
                name=node.function,
            )
        if not self.is_grouped:
            raise Mistake(
                N_("%(name)s() sums up many rows and cannot stand here; use “having”."), at=node.at, name=node.function
            )
        if node.is_star:
            if node.function != "count":
                raise Mistake(N_("Only count() takes * or distinct."), at=node.at)
            return Typed("count(*)", T.INTEGER, level=Level.GROUPS)
        self.is_inside = True
        try:
            arguments = [self.write(argument) for argument in node.arguments]
        finally:
            self.is_inside = False
        form = _fitting(node, arguments)
        if node.is_distinct and node.function != "count":
            raise Mistake(N_("Only count() takes * or distinct."), at=node.at)
        sql = f"count(DISTINCT {arguments[0]})" if node.is_distinct else form.sql.format(*arguments)
        return Typed(sql, _result(form, arguments), level=Level.GROUPS)

    def _coalesce(self, node: Call) -> Typed:
        if not node.arguments or node.is_star or node.is_distinct:
            raise _wrong_arguments(node)
        arguments = [self.write(argument) for argument in node.arguments]
        kind = arguments[0].type
        for argument in arguments[1:]:
            kind = _common(kind, argument.type, node.at)
        if kind is T.GEOJSON:
            raise _wrong_arguments(node)
        sql = ", ".join(one.sql for one in arguments)
        return Typed(f"coalesce({sql})", kind, level=_level(arguments))

    def _unary(self, node: Unary) -> Typed:
        one = self.write(node.operand)
        if node.operator == "not":
            _expect(one, {T.BOOLEAN}, node.at)
            return Typed(f"(NOT {one})", T.BOOLEAN, level=one.level)
        _expect(one, NUMBERS, node.at)
        return Typed(f"(- {one})", one.type, level=one.level)

    def _logic(self, operator: str, left: Node, right: Node) -> Typed:
        sides = [self.write(left), self.write(right)]
        for side, node in zip(sides, (left, right), strict=True):
            _expect(side, {T.BOOLEAN}, _at(node))
        return Typed(f"({sides[0]} {operator.upper()} {sides[1]})", T.BOOLEAN, level=_level(sides))

    def _comparison(self, node: Binary) -> Typed:
        left, right = self._alike(node.left, node.right, node.at)
        if left.type is None or right.type is None:
            raise Mistake(N_("Whether something is empty is asked with “is null”."), at=node.at)
        return Typed(f"({left} {node.operator} {right})", T.BOOLEAN, level=_level((left, right)))

    def _arithmetic(self, node: Binary) -> Typed:
        left, right = self.write(node.left), self.write(node.right)
        level = _level((left, right))
        if node.operator in ("||", "like"):
            _expect(left, TEXT, _at(node.left))
            _expect(right, TEXT, _at(node.right))
            sign, kind = ("||", T.STRING) if node.operator == "||" else ("LIKE", T.BOOLEAN)
            return Typed(f"({left} {sign} {right})", kind, level=level)
        _expect(left, NUMBERS, _at(node.left))
        _expect(right, NUMBERS, _at(node.right))
        is_whole = left.type is not T.NUMBER and right.type is not T.NUMBER
        if node.operator == "/":
            return Typed(f"(CAST({left} AS DOUBLE) / nullif(CAST({right} AS DOUBLE), 0))", T.NUMBER, level=level)
        if node.operator == "%":
            return Typed(f"({left} % nullif({right}, 0))", T.INTEGER if is_whole else T.NUMBER, level=level)
        return Typed(f"({left} {node.operator} {right})", T.INTEGER if is_whole else T.NUMBER, level=level)

    def _in(self, node: In) -> Typed:
        operand = self.write(node.operand)
        options = [self._alike(node.operand, option, _at(option))[1] for option in node.options]
        if operand.type is None or any(option.type is None for option in options):
            raise Mistake(N_("Whether something is empty is asked with “is null”."), at=node.at)
        sql = f"{operand} {'NOT ' if node.is_negated else ''}IN ({', '.join(one.sql for one in options)})"
        return Typed(f"({sql})", T.BOOLEAN, level=_level((operand, *options)))

    def _between(self, node: Between) -> Typed:
        operand, low = self._alike(node.operand, node.low, node.at)
        high = self._alike(node.operand, node.high, node.at)[1]
        sql = f"({operand} BETWEEN {low} AND {high})"
        return Typed(f"(NOT {sql})" if node.is_negated else sql, T.BOOLEAN, level=_level((operand, low, high)))

    def _alike(self, left: Node, right: Node, at: int) -> tuple[Typed, Typed]:
        """Both sides; a text that is a date becomes one beside a date."""
        first, second = self.write(left), self.write(right)
        first, second = self._as_time(left, first, second.type), self._as_time(right, second, first.type)
        if first.type is T.GEOJSON or second.type is T.GEOJSON:
            raise Mistake(N_("Places cannot be compared; use in_box()."), at=at)
        _common(first.type, second.type, at)
        return first, second

    def _as_time(self, node: Node, typed: Typed, beside: T | None) -> Typed:
        if beside not in TIMES or not isinstance(node, Literal) or not isinstance(node.value, str):
            return typed
        value: dt.date | None = read_date(node.value)
        if value is None and beside is T.DATETIME:
            value = read_datetime(node.value)
        if value is None:
            raise Mistake(N_("“%(text)s” is not a date such as 2026-03-01."), at=node.at, text=node.value)
        return self._literal(Literal(value, node.at))


def type_of(value: object) -> T | None:
    """Return the type of a value that a query may hold."""
    match value:
        case None:
            return None
        case bool():
            return T.BOOLEAN
        case int():
            return T.INTEGER
        case float():
            return T.NUMBER
        case dt.datetime():
            return T.DATETIME
        case dt.date():
            return T.DATE
        case _:
            return T.STRING


def quoted(name: str) -> str:
    """Return the name of a column as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _at(node: Node) -> int:
    return getattr(node, "at", 0) or 1


def _check_unit(node: Node) -> None:
    if not isinstance(node, Literal) or node.value not in UNITS:
        raise Mistake(N_("The second argument of trunc() is one of: %(units)s."), at=_at(node), units=", ".join(UNITS))


def _fitting(node: Call, arguments: Sequence[Typed]) -> Form:
    forms = FUNCTIONS[node.function].forms
    for form in forms:
        if len(form.arguments) == len(arguments) and all(
            one.type is None or one.type in wanted for one, wanted in zip(arguments, form.arguments, strict=True)
        ):
            return form
    raise _wrong_arguments(node)


def _wrong_arguments(node: Call) -> Mistake:
    example = FUNCTIONS[node.function].example if node.function in FUNCTIONS else "coalesce(name, '–')"
    return Mistake(
        N_("%(name)s() does not take this; write it as in %(example)s."),
        at=node.at,
        name=node.function,
        example=example,
    )


def _result(form: Form, arguments: Sequence[Typed]) -> T | None:
    return arguments[form.result].type if isinstance(form.result, int) else form.result


def _level(parts: Sequence[Typed]) -> Level:
    return max((part.level for part in parts), default=Level.NOTHING)


def _expect(typed: Typed, wanted: frozenset[T] | set[T], at: int) -> None:
    if typed.type is not None and typed.type not in wanted:
        raise Mistake(N_("This is a “%(found)s”; it cannot stand here."), at=at, found=str(typed.type))


def _common(left: T | None, right: T | None, at: int) -> T | None:
    if left is None or right is None or left is right:
        return left or right
    if {left, right} <= NUMBERS:
        return T.NUMBER
    if {left, right} <= TIMES:
        return T.DATETIME
    raise Mistake(N_("A “%(left)s” cannot be compared with a “%(right)s”."), at=at, left=str(left), right=str(right))

"""From a checked filter to SQL: one expression, the joins it needs, and parameters for every value.

What a term means is said in ``rules.filters.checking``; this is one of its two spellings (the other, in plain Python,
is the oracle of the tests).
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rivulus.observations.rules.filters.kinds import Kind, Moment, Term
from rivulus.observations.standards.sensorthings import calling
from rivulus.observations.standards.sensorthings.entities import SETS, Entity, Field, Link
from rivulus.observations.standards.sensorthings.paths import Resolved, resolve
from rivulus.observations.standards.sensorthings.readers import Reader
from rivulus.observations.standards.sensorthings.rendering import ServiceError

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
COMPARED = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
EXACT = 2**53  # whole numbers up to here are exact in a double
OBSERVATION_ID = "(({t}.datastream::int8 << 43) | ((extract(epoch FROM {t}.time) * 1000)::int8 + 2208988800000))"
MAX_SQL = 200_000
type Places = Callable[["Compiler", Term, Resolved, str], str]
"""Answers a term about geometry: given the path's meaning and the alias of its row, returns SQL."""


def moment(time_us: int) -> dt.datetime:
    """Return the moment for a parameter."""
    return EPOCH + dt.timedelta(microseconds=time_us)


@dataclass
class Compiler:
    """Turns terms about one set, whose row has the alias ``alias``, into SQL; collects joins and parameters."""

    entity: Entity
    alias: str
    reader: Reader
    places: Places
    links: Mapping[str, str] = field(default_factory=dict)  # SQL of a link's column, where the table has none
    parameters: dict[str, Any] = field(default_factory=dict)
    joins: dict[tuple[str, ...], str] = field(default_factory=dict)
    join_sql: list[str] = field(default_factory=list)
    has_many: bool = False
    is_numeric: bool = False  # every result is a number
    prefix: str = "j"  # of the aliases of joined rows

    def for_order(self) -> "Compiler":
        """Return a compiler of the keys of an order: same row and parameters, joins of its own.

        The joins of a filter over links to many stand within its condition, where an order does not see them.
        """
        return replace(self, joins={}, join_sql=[], has_many=False, prefix="k")

    def kind_of(self, parts: tuple[str, ...]) -> Kind | None:
        """Return the kind of what a path leads to."""
        resolved = resolve(self.entity, parts)
        return resolved.kind if resolved else None

    def give(self, value: Any) -> str:
        """Return the placeholder of a new parameter."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"%({name})s"

    def sql(self, term: Term) -> str:
        """Return the expression of a term that is no stretch of time."""
        expression = self._sql(term)
        if len(expression) > MAX_SQL:  # some functions write their argument twice
            raise ServiceError(400, "$filter: this filter is too complicated.")
        return expression

    def _sql(self, term: Term) -> str:
        if term.op == "literal":
            return self._literal(term)
        if term.op == "path":
            return self._path(term)
        if term.op == "cast":
            return self._cast(term)
        if term.op in {"and", "or"}:
            return "(" + f" {term.op.upper()} ".join(self.sql(arg) for arg in term.args) + ")"
        if term.op == "not":
            return f"(NOT {self.sql(term.args[0])})"
        if term.op == "first":
            return f"COALESCE({', '.join(self.sql(arg) for arg in term.args)})"
        if term.op in {"is_null", "is_not_null"}:
            return self._is_null(term)
        if term.op in COMPARED:
            return self._compared(term)
        if term.op == "among":
            return self._among(term)
        if any(arg.kind == Kind.GEOMETRY for arg in term.args):
            return self._place(term, term.args)
        if any(arg.kind == Kind.INTERVAL for arg in term.args):
            return calling.stretches(term.op, *(self.interval(arg) for arg in term.args))
        return calling.call(term.op, [self.sql(arg) for arg in term.args])

    def interval(self, term: Term) -> tuple[str, str]:
        """Return the expressions of both ends of a stretch of time."""
        if term.op == "literal":
            return self._moment(term.value[0]), self._moment(term.value[1])
        if term.op == "cast":
            both = self.sql(term.args[0])
            return both, both
        resolved, alias = self.locate(term)
        assert resolved.field is not None
        start = resolved.field.sql.format(t=alias)
        return start, f"COALESCE({resolved.field.end_sql.format(t=alias)}, {start})"

    def _moment(self, time_us: int) -> str:
        return f"{self.give(moment(time_us))}::timestamptz"

    def _literal(self, term: Term) -> str:
        value = term.value
        if isinstance(value, Moment):
            return self._moment(value.time_us)
        if term.kind == Kind.DURATION:
            return f"{self.give(dt.timedelta(microseconds=value))}::interval"
        if term.kind == Kind.CLOCK:
            return f"{self.give((EPOCH + dt.timedelta(microseconds=value)).time())}::time"
        if term.kind == Kind.NUMBER:
            return f"{self.give(float(value))}::float8"
        if term.kind == Kind.TEXT:
            return f"{self.give(value)}::text"
        return f"{self.give(value)}::{'boolean' if term.kind == Kind.BOOLEAN else 'date'}"

    def _path(self, term: Term) -> str:
        resolved, alias = self.locate(term)
        if resolved.field is None:
            return f"({self._id(resolved, alias)})::float8"
        if resolved.field.name == "result" and not resolved.inside:
            return RESULT.format(t=alias)
        if resolved.kind == Kind.ANY:
            return self._json(resolved, alias)
        return f"({self._column(resolved, alias)})"

    def _id(self, resolved: Resolved, alias: str) -> str:
        is_observation = resolved.entity.set_name == "Observations"
        return OBSERVATION_ID.format(t=alias) if is_observation else f"{alias}.id"

    def _column(self, resolved: Resolved, alias: str) -> str:
        assert resolved.field is not None
        return resolved.field.sql.format(t=alias)

    def _json(self, resolved: Resolved, alias: str) -> str:
        column = self._column(Resolved((), resolved.entity, resolved.field), alias)
        return f"({column} #> {self.give(list(resolved.inside))}::text[])" if resolved.inside else f"({column})"

    def _cast(self, term: Term) -> str:
        arg = term.args[0]
        if arg.kind == Kind.INTERVAL:
            return self.interval(arg)[0]
        if arg.kind != Kind.ANY:
            return f"({self.sql(arg)}::timestamp AT TIME ZONE 'UTC')"
        if arg.op == "path" and arg.value[-1] == "result":
            return self._result(arg, term.kind)
        return calling.from_json(self.sql(arg), term.kind)

    def _result(self, arg: Term, kind: Kind | None) -> str:
        """Numbers stand in a column of their own."""
        resolved, alias = self.locate(arg)
        if resolved.inside:
            return calling.from_json(self.sql(arg), kind)
        if kind == Kind.NUMBER:
            other = calling.from_json(f"{alias}.result", kind)
            return f"{alias}.number" if self.is_numeric else f"COALESCE({alias}.number, {other})"
        return calling.from_json(f"{alias}.result", kind)

    def _is_null(self, term: Term) -> str:
        arg = term.args[0]
        word = "IS NULL" if term.op == "is_null" else "IS NOT NULL"
        if arg.kind == Kind.INTERVAL:
            return f"({self.interval(arg)[0]} {word})"
        value = self.sql(arg)
        return (
            f"(NULLIF({value}, 'null'::jsonb) {word})" if arg.kind in {Kind.ANY, Kind.GEOMETRY} else f"({value} {word})"
        )

    def _compared(self, term: Term) -> str:
        left, right = term.args
        if left.kind == Kind.INTERVAL:
            return calling.compared_intervals(term.op, self.interval(left), self.interval(right))
        if exact := self._compared_ids(term.op, left, right):
            return exact
        if left.op == "geo.distance" and right.op == "literal" and term.op in {"lt", "le"}:
            return self._place(term, left.args)
        # Texts are compared sign by sign, in the order of Unicode, whatever the language of the database.
        collation = ' COLLATE "C"' if left.kind == Kind.TEXT else ""
        return f"({self.sql(left)}{collation} {COMPARED[term.op]} {self.sql(right)})"

    def _compared_ids(self, op: str, left: Term, right: Term) -> str:
        """Identifiers are whole numbers of up to 63 bits: as doubles, different ones would be equal."""
        sides = []
        for side in (left, right):
            if side.op == "literal" and isinstance(side.value, int):
                sides.append(f"{self.give(str(side.value))}::numeric")
            elif side.op == "path" and resolve(self.entity, side.value).field is None:  # type: ignore[union-attr]
                sides.append(self._id(*self.locate(side)))
        is_about_ids = any(side.op == "path" for side in (left, right))
        return f"({sides[0]} {COMPARED[op]} {sides[1]})" if len(sides) == 2 and is_about_ids else ""

    def _among(self, term: Term) -> str:
        """What was looked for elsewhere comes as numbers; where links lead nowhere, as the term says."""
        numbers, is_true_of_nothing = term.value
        _resolved, alias = self.locate(term.args[0])
        found = f"{alias}.id = ANY({self.give(numbers)}::int4[])"
        return f"({found} OR {alias}.id IS NULL)" if is_true_of_nothing else f"({found})"

    def _place(self, term: Term, args: tuple[Term, ...]) -> str:
        """Geometry is computed by Shapely: its answer comes as the numbers of the rows that fit."""
        path = next(arg for arg in args if arg.kind == Kind.GEOMETRY and arg.op == "path")
        return self.places(self, term, *self.locate(path))

    def locate(self, term: Term) -> tuple[Resolved, str]:
        """Return what a path leads to, and the alias of the row that holds it, joined when it is not yet."""
        resolved = resolve(self.entity, term.value)
        assert resolved is not None  # the filter was checked
        alias, entity = self.alias, self.entity
        way: tuple[str, ...] = ()
        for link in resolved.links:
            alias, way = self._join(alias, entity, link, (*way, link.name)), (*way, link.name)
            entity = SETS[link.target]
        return resolved, alias

    def _join(self, source: str, entity: Entity, link: Link, way: tuple[str, ...]) -> str:
        if way in self.joins:
            return self.joins[way]
        if link.target == "Observations":
            raise ServiceError(400, "Nothing is ordered by Observations, and they are not filtered by one another.")
        alias = self.joins[way] = f"{self.prefix}{len(self.joins)}"
        self.has_many = self.has_many or link.is_many
        column = self.links.get(link.name) if entity is self.entity else None
        inner = link_sql(link, f"{alias}x", source, self.reader, column=column)
        self.join_sql.append(f"LEFT JOIN LATERAL (SELECT {alias}x.* {inner}) {alias} ON true")
        return alias


RESULT = "CASE WHEN {t}.number IS NOT NULL THEN to_jsonb({t}.number) ELSE {t}.result END"


def link_sql(link: Link, target: str, source: str, reader: Reader, *, column: str | None = None) -> str:
    """Return FROM and WHERE of the rows that a link leads to from the row with the alias ``source``."""
    entity = SETS[link.target]
    conditions = [part for part in (entity.condition.format(t=target), reader.condition(entity, target)) if part]
    origin = f"FROM {entity.table} {target}"
    if link.through[0]:
        table, own, other = link.through
        origin = f"FROM {table} {target}t JOIN {entity.table} {target} ON {target}.id = {target}t.{other}"
        conditions.append(f"{target}t.{own} = {source}.id")
    elif link.forward:
        conditions.append(f"{target}.id = {column or f'{source}.{link.forward}'}")
    else:
        conditions.append(f"{target}.{link.reverse} = {source}.id")
    return f"{origin} WHERE {' AND '.join(conditions)}"


def filter_sql(compiler: Compiler, condition: Term | None) -> tuple[str, str]:
    """Return (joins, condition) of a filter; the condition is empty where there is none.

    A filter over links to many is true of a row when it is true of some combination of what the links lead to.
    """
    if condition is None:
        return "", ""
    expression = compiler.sql(condition)
    joins = " ".join(compiler.join_sql)
    if not compiler.has_many:
        return joins, expression
    return "", f"EXISTS (SELECT 1 FROM (SELECT 1) one {joins} WHERE {expression})"  # noqa: S608


def order_field(compiler: Compiler, term: Term) -> Field | None:
    """Return the property of the set itself that a key of an order names, where it is one."""
    resolved = resolve(compiler.entity, term.value) if term.op == "path" else None
    return resolved.field if resolved and not resolved.links and not resolved.inside else None

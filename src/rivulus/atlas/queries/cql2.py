"""Filters as conditions of SQL: names of ours, values in parameters only.

What is spatial is asked by its box first. A spatial condition that everything else is joined to with ``and`` is left
to :class:`Exact`, which looks at the rows of a page; one deeper in the tree is resolved to the features it holds for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.rules.cql2.times import RELATIONS
from rivulus.atlas.rules.cql2.tree import (
    KEY,
    UPDATED,
    VALID_FROM,
    VALID_UNTIL,
    Compare,
    Computed,
    Kind,
    Literal,
    Logic,
    Node,
    Property,
    Scalar,
    Spatial,
    Stretch,
    Temporal,
    Truth,
)

OWN_COLUMNS = {
    KEY: "f.key",
    VALID_FROM: "lower(f.valid)",
    VALID_UNTIL: "upper(f.valid)",
    UPDATED: "f.recorded_at",
    "geometry": "f.geometry",
}
RELATIONS_OF_SHAPES: dict[str, Callable[[Any, Any], Any]] = {
    "s_intersects": shapely.intersects,
    "s_equals": shapely.equals,
    "s_disjoint": shapely.disjoint,
    "s_touches": shapely.touches,
    "s_within": shapely.within,
    "s_overlaps": shapely.overlaps,
    "s_crosses": shapely.crosses,
    "s_contains": shapely.contains,
}
# What was prepared has to be the first of the two.
INVERSE: dict[str, Callable[[Any, Any], Any]] = {
    "s_intersects": shapely.intersects,
    "s_disjoint": shapely.disjoint,
    "s_touches": shapely.touches,
    "s_within": shapely.contains,
    "s_contains": shapely.within,
}
OPERATORS = {"+": "({0} + {1})", "-": "({0} - {1})", "*": "({0} * {1})", "/": "({0} / NULLIF({1}, 0))"} | {
    "div": "trunc({0} / NULLIF({1}, 0))",
    "^": "power({0}, {1})",
    "casei": "lower({0})",
    "accenti": "unaccent({0})",
}

type Resolve = Callable[[Spatial], list[int]]


@dataclass(frozen=True, slots=True)
class Exact:
    """A spatial condition that rows still have to meet; ``is_negated`` for its contrary."""

    op: str
    geometry: BaseGeometry
    is_negated: bool = False

    def holds(self, geometries: NDArray[np.object_]) -> NDArray[np.bool_]:
        """Say for which geometries the condition holds."""
        shapely.prepare(self.geometry)
        inverse = INVERSE.get(self.op)
        if inverse is None:
            found = RELATIONS_OF_SHAPES[self.op](geometries, self.geometry)
        else:
            found = inverse(self.geometry, geometries)
        return np.asarray(found != self.is_negated)


@dataclass(slots=True)
class Conditions:
    """Conditions in SQL over ``atlas_feature f``, their values, and what has to be looked at row by row."""

    sql: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    exact: list[Exact] = field(default_factory=list)


def conditions(node: Node, resolve: Resolve) -> Conditions:
    """Return what a row has to meet. ``resolve`` finds the features for which a spatial condition holds."""
    found = Conditions()
    for part in _joined(node):
        spatial, is_negated = _bare(part)
        if spatial is None:
            found.sql.append(_Writer(found.values, resolve).node(part))
            continue
        found.exact.append(Exact(spatial.op, spatial.geometry, is_negated))
        if not is_negated and spatial.op != "s_disjoint":
            found.sql.append("f.box && box(point(%s, %s), point(%s, %s))")
            found.values += shapely.bounds(spatial.geometry).tolist()
    return found


def expression(prop: Property, values: list[Any]) -> str:
    """Return the expression of a property; its name is added to the values."""
    return _Writer(values, lambda _spatial: []).scalar(prop)


def _joined(node: Node) -> Sequence[Node]:
    if isinstance(node, Logic) and node.op == "and":
        return [part for arg in node.args for part in _joined(arg)]
    return [node]


def _bare(node: Node) -> tuple[Spatial | None, bool]:
    if isinstance(node, Spatial):
        return node, False
    if isinstance(node, Logic) and node.op == "not" and isinstance(node.args[0], Spatial):
        return node.args[0], True
    return None, False


class _Writer:
    """Writes expressions, and adds their values in the order in which they stand."""

    def __init__(self, values: list[Any], resolve: Resolve) -> None:
        self._values, self._resolve = values, resolve

    def node(self, node: Node) -> str:
        match node:
            case Logic("not", (inner,)):
                return f"(NOT {self.node(inner)})"
            case Logic(op, args):
                return "(" + f" {op.upper()} ".join(self.node(arg) for arg in args) + ")"
            case Compare():
                return self._compare(node)
            case Spatial():
                return f"(f.id = ANY({self._value(self._resolve(node))}::bigint[]))"
            case Temporal():
                return self._temporal(node)
            case Truth(of):
                return self.scalar(of)

    def _compare(self, node: Compare) -> str:
        if node.op == "between":
            value, low, high = (self.scalar(arg) for arg in node.args)
            return f"({value} BETWEEN {low} AND {high})"
        if node.op == "in":
            value, *listed = (self.scalar(arg) for arg in node.args)
            return f"({value} IN ({', '.join(listed)}))"
        if node.op == "isNull":
            return f"({self.scalar(node.args[0])} IS NULL)"
        left, right = (self.scalar(arg) for arg in node.args)
        return f"({left} {'LIKE' if node.op == 'like' else node.op} {right})"

    def scalar(self, value: Scalar) -> str:
        match value:
            case Property(name, kind, is_own):
                return OWN_COLUMNS[name] if is_own else self._attribute(name, kind)
            case Literal(given, kind):
                return f"{self._value(given)}::{_TYPES[kind]}"
            case Computed("-", (only,)):
                return f"(-{self.scalar(only)})"
            case Computed("%", (left, right)):
                return f"mod({self.scalar(left)}::numeric, NULLIF({self.scalar(right)}::numeric, 0))::float8"
            case Computed(op, args):
                return OPERATORS[op].format(*(self.scalar(arg) for arg in args))

    def _attribute(self, name: str, kind: Kind) -> str:
        """What a schema says of an attribute may be younger than a row: a value of another type is none."""
        if kind is Kind.TEXT:
            return f"(f.properties ->> {self._value(name)})"
        if kind is Kind.DATE:
            test, found = self._value(name), self._value(name)
            return f"(CASE WHEN pg_input_is_valid(f.properties ->> {test}, 'date') THEN (f.properties ->> {found})::date END)"
        json_type = "number" if kind is Kind.NUMBER else "boolean"
        test, found = self._value(name), self._value(name)
        return (
            f"(CASE jsonb_typeof(f.properties -> {test}) WHEN '{json_type}'"
            f" THEN (f.properties ->> {found})::{_TYPES[kind]} END)"
        )

    def _value(self, value: Any) -> str:
        self._values.append(value)
        return "%s"

    def _temporal(self, node: Temporal) -> str:
        pattern = RELATIONS[node.op]
        ends = {"a": (node.left, 0), "b": (node.left, 1), "c": (node.right, 0), "d": (node.right, 1)}
        written = ""
        while pattern:
            before, brace, rest = pattern.partition("{")
            written += before
            if brace:
                written += self._end(*ends[rest[0]])
            pattern = rest[2:]
        return f"({written})"

    def _end(self, of: Stretch, which: int) -> str:
        end = of.until if which else of.since
        infinite = f"'{'' if which else '-'}infinity'::{_TYPES[of.kind]}"
        if end is None:
            return infinite
        written = self.scalar(end)
        is_open = isinstance(end, Property) and end.name in (VALID_FROM, VALID_UNTIL)
        return f"COALESCE({written}, {infinite})" if is_open else written


_TYPES = {
    Kind.TEXT: "text",
    Kind.NUMBER: "float8",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.MOMENT: "timestamptz",
    Kind.GEOMETRY: "bytea",
}

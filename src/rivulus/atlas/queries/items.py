"""Pages of features for programs: on days, in a box, filtered, sorted, each page from where the last one ended."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
import numpy as np
import psycopg
import shapely
from django.db import DataError, OperationalError, connection, transaction
from numpy.typing import NDArray

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.cql2 import RELATIONS_OF_SHAPES, Conditions, Exact, conditions, expression
from rivulus.atlas.rules.cql2.tree import Node, Property, Spatial
from rivulus.atlas.rules.versions import Span
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import Box
from rivulus.kernel.words import N_

TIMEOUT_S = 10
MOST_EXAMINED = 20_000
AT_ONCE = 1_000
MOST_RESOLVED = 50_000

LAST_VERSION = """NOT EXISTS (SELECT 1 FROM atlas_feature later WHERE later.layer_id = f.layer_id
AND later.key = f.key AND later.valid && daterange(%s::date, %s::date, '[]') AND later.valid >> f.valid)"""

TOO_MANY = N_(
    "A spatial condition inside “or” and “not” looks at too many features here. Put it first, joined with “and”."
)
TOO_LONG = N_("This question takes too long. Narrow it with a box or a filter.")
NO_VALUE = N_("A value of the filter cannot be computed.")


class TookTooLong(Refused):
    """The database gave up on a question."""


@dataclass(frozen=True, slots=True)
class Sorting:
    """One property to sort by."""

    by: Property
    is_descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of the features of a layer. ``since`` and ``until`` are days, both included; equal for one day."""

    since: dt.date | None
    until: dt.date | None
    box: Box | None = None
    filter: Node | None = None
    sorting: tuple[Sorting, ...] = ()
    after: tuple[Any, ...] = ()
    limit: int = 100

    @property
    def is_one_day(self) -> bool:
        """Say whether it is asked for one day."""
        return self.since is not None and self.since == self.until


@dataclass(frozen=True, slots=True)
class Item:
    """One feature as it is kept, with all its properties: whoever shows them leaves out what is private."""

    id: int
    key: str
    number: int
    valid: Span
    properties: dict[str, Any]
    recorded_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Features, their geometries beside them, and where the next page begins; None at the end."""

    items: Sequence[Item]
    geometries: NDArray[np.object_]
    next_after: tuple[Any, ...] | None


@dataclass(slots=True)
class _Statement:
    text: str
    values: list[Any]
    exact: list[Exact] = field(default_factory=list)


@contextmanager
def bounded(timeout_s: float = TIMEOUT_S) -> Iterator[None]:
    """Ask within a time; raises TookTooLong, and Refused where a value cannot be computed."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{int(timeout_s * 1000)}"])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            raise TookTooLong(TOO_LONG) from error
        raise
    except DataError as error:
        raise Refused(NO_VALUE) from error


def list_items(layer: Layer, asked: Asked) -> ItemPage:
    """Return a page of at most ``limit`` features.

    Where geometries have to be looked at one by one, at most ``MOST_EXAMINED`` are: a page may then hold fewer, even
    none, and still say where the next one begins. Ask within :func:`bounded`.
    """
    items: list[Item] = []
    geometries: list[Any] = []
    after, examined = asked.after, 0
    while True:
        statement = _statement(layer, asked, after)
        wanted = asked.limit + 1 if not statement.exact else max(AT_ONCE, asked.limit + 1)
        rows = _ask(f"{statement.text} LIMIT {wanted}", statement.values)
        shapes = np.asarray(shapely.from_wkb(np.array([row[7] for row in rows], dtype=object)))
        holds = np.ones(len(rows), np.bool_)
        for exact in statement.exact:
            holds &= exact.holds(shapes)
        for row, shape, kept in zip(rows, shapes, holds, strict=True):
            if kept and len(items) == asked.limit:
                return ItemPage(items, np.array(geometries, dtype=object), after)
            if kept:
                items.append(_item(row))
                geometries.append(shape)
            after = (*row[8:], row[0])
        examined += len(rows)
        if len(rows) < wanted:
            return ItemPage(items, np.array(geometries, dtype=object), None)
        if examined >= MOST_EXAMINED or not statement.exact:
            return ItemPage(items, np.array(geometries, dtype=object), after)


def _item(row: Sequence[Any]) -> Item:
    pk, key, number, since, until, recorded_at, properties = row[:7]
    return Item(pk, key, number, Span(since, until), msgspec.json.decode(properties), recorded_at)


def _ask(text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor(), connection.wrap_database_errors:
        cursor = psycopg.Cursor(cast("psycopg.Connection[Any]", connection.connection))
        return cursor.execute(cast(Any, text), values, binary=True).fetchall()


def _statement(layer: Layer, asked: Asked, after: tuple[Any, ...]) -> _Statement:
    values: list[Any] = []
    keys = [f"({expression(one.by, values)})" for one in asked.sorting]
    selected = "f.id, f.key, f.number, lower(f.valid), upper(f.valid), f.recorded_at, f.properties::text, f.geometry"
    tests, exact = _tests(layer, asked, values)
    if after:
        tests.append(_beyond(asked.sorting, after, values))
    order = []
    for one in asked.sorting:
        order.append(f"{expression(one.by, values)} {'DESC' if one.is_descending else 'ASC'} NULLS LAST")
    text = (
        f"SELECT {', '.join([selected, *keys])} FROM atlas_feature f WHERE {' AND '.join(tests)}"  # noqa: S608
        f" ORDER BY {', '.join([*order, 'f.id'])}"
    )
    return _Statement(text, values, exact)


def _tests(layer: Layer, asked: Asked, values: list[Any]) -> tuple[list[str], list[Exact]]:
    tests, exact = ["f.layer_id = %s"], []
    values.append(layer.pk)
    if asked.is_one_day:
        tests.append("f.valid @> %s::date")
        values.append(asked.since)
    elif asked.since or asked.until:
        tests.append("f.valid && daterange(%s::date, %s::date, '[]')")
        # Of the versions of one feature the last: a name stands for one feature in an answer.
        tests.append(LAST_VERSION)
        values += [asked.since, asked.until] * 2
    if asked.box is not None:
        tests.append("f.box && box(point(%s, %s), point(%s, %s))")
        values += asked.box
        if layer.geometry_type != "point":
            exact.append(Exact("s_intersects", shapely.box(*asked.box)))
    if asked.filter is not None:
        found: Conditions = conditions(asked.filter, lambda spatial: _resolve(layer, spatial))
        tests += found.sql
        values += found.values
        exact += found.exact
    return tests, exact


def _resolve(layer: Layer, spatial: Spatial) -> list[int]:
    """Return the features of a layer, of any day, for which a spatial condition holds; raises Refused if too many."""
    values: list[Any] = [layer.pk]
    test = ""
    if spatial.op != "s_disjoint":
        test = " AND box && box(point(%s, %s), point(%s, %s))"
        values += shapely.bounds(spatial.geometry).tolist()
    text = f"SELECT id, geometry FROM atlas_feature WHERE layer_id = %s{test} LIMIT {MOST_RESOLVED + 1}"  # noqa: S608
    rows = _ask(text, values)
    if len(rows) > MOST_RESOLVED:
        raise Refused(TOO_MANY)
    shapes = np.asarray(shapely.from_wkb(np.array([row[1] for row in rows], dtype=object)))
    holds = RELATIONS_OF_SHAPES[spatial.op](shapes, spatial.geometry)
    return [int(row[0]) for row, kept in zip(rows, holds, strict=True) if kept]


def _beyond(sorting: Sequence[Sorting], after: tuple[Any, ...], values: list[Any]) -> str:
    """Return the condition for rows after one, by its values of what is sorted by, and its id."""
    if not sorting:
        values.append(after[0])
        return "f.id > %s"
    first, value = sorting[0], after[0]
    if value is None:
        test = f"{expression(first.by, values)} IS NULL"
        return f"({test} AND {_beyond(sorting[1:], after[1:], values)})"
    beyond = expression(first.by, values)
    values.append(value)
    missing = expression(first.by, values)
    same = expression(first.by, values)
    values.append(value)
    sign = "<" if first.is_descending else ">"
    rest = _beyond(sorting[1:], after[1:], values)
    return f"({beyond} {sign} %s OR {missing} IS NULL OR ({same} = %s AND {rest}))"

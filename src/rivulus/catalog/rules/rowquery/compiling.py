"""A query checked against the columns of a table, and written as SQL of DuckDB whose values are all parameters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rivulus.catalog.rules.columns import Column
from rivulus.catalog.rules.rowquery.checking import Typed, Writer
from rivulus.catalog.rules.rowquery.functions import AGGREGATES
from rivulus.catalog.rules.rowquery.trees import (
    Call,
    Item,
    Mistake,
    Name,
    Node,
    Query,
    children,
)
from rivulus.kernel.publishing import ColumnType
from rivulus.kernel.words import N_

ROW = "file_row_number"
"""The place of a row in its table: what makes every order a total one."""

SOURCE = f"read_parquet($file, {ROW} = true)"


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL with its parameters (``$file`` is added by whoever runs it) and the columns of the answer.

    ``keys`` says how many hidden columns stand behind them: the values of the order and the row, for ``after``.
    """

    sql: str
    count_sql: str
    parameters: dict[str, Any]
    columns: tuple[Column, ...]
    keys: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of the answer: so many rows, after passing over some, or after a row whose keys are known."""

    limit: int | None = None
    offset: int = 0
    after: Sequence[Any] = ()
    with_keys: bool = False


@dataclass(slots=True)
class _Parts:
    items: list[Typed]
    columns: list[Column]
    where: list[str] = field(default_factory=list)
    group: list[str] = field(default_factory=list)
    having: str = ""
    order: list[tuple[str, bool]] = field(default_factory=list)


def compile_query(query: Query, columns: Sequence[Column], page: Page | None = None) -> Compiled:
    """Return the SQL of a query; raises Mistake where a name, a type or a place is wrong."""
    page = page or Page()
    items = query.select or tuple(Item(Name(column.name)) for column in columns)
    aliases = {item.alias: item.node for item in query.select if item.alias}
    group = tuple(_resolved(node, columns, aliases) for node in query.group)
    is_grouped = bool(group) or any(map(_has_aggregate, _nodes_of(query)))
    if is_grouped and not query.select:
        items = tuple(Item(node) for node in group)
        if not items:
            raise _in("select", Mistake(N_("Say in “select” what is to be computed."), at=1))
    writer = Writer(columns, aliases, group, is_grouped=is_grouped)
    parts = _write(query, items, group, writer)
    if is_grouped and page.after:
        raise _in("after", Mistake(N_("Of a grouped answer the pages are asked for with “offset”."), at=1))
    return _put_together(parts, writer, page, is_grouped=is_grouped)


def _write(query: Query, items: Sequence[Item], group: Sequence[Node], writer: Writer) -> _Parts:
    typed = [_guarded("select", writer.write, item.node) for item in items]
    parts = _Parts(typed, _result_columns(items, typed, writer))
    if query.where is not None:
        with_rows = Writer(writer.columns, {}, (), is_grouped=False, parameters=writer.parameters)
        parts.where.append(_guarded("where", with_rows.write_condition, query.where))
    parts.group = [_guarded("group", writer.write_group, node) for node in group]
    if query.having is not None:
        if not writer.is_grouped:
            raise _in("having", Mistake(N_("“having” needs “group”; for single rows write it in “where”."), at=1))
        parts.having = _guarded("having", writer.write_condition, query.having)
    for key in query.order:
        written: Typed = _guarded("order", writer.write_named, key.node)
        if written.type is ColumnType.GEOJSON:
            raise _in("order", Mistake(N_("Places have no order."), at=getattr(key.node, "at", 1)))
        parts.order.append((written.sql, key.is_descending))
    return parts


def _put_together(parts: _Parts, writer: Writer, page: Page, *, is_grouped: bool) -> Compiled:
    named = [f"{one.sql} AS c{place}" for place, one in enumerate(parts.items)]
    order = list(parts.order)
    keys = 0
    if is_grouped:
        order += [(sql, False) for sql in parts.group]
    elif page.with_keys:
        named += [f"{sql} AS k{place}" for place, (sql, _down) in enumerate(order)] + [f"{ROW} AS k{len(order)}"]
        keys = len(order) + 1
    counted_where = list(parts.where)
    if page.after:
        parts.where.append(_after(order, page.after, writer))
    sql = f"SELECT {', '.join(named)}{_middle(parts.where, parts)}"
    if order and not is_grouped:
        order.append((ROW, False))
    if order:
        sql += " ORDER BY " + ", ".join(f"{one} {'DESC' if down else 'ASC'} NULLS LAST" for one, down in order)
    if page.limit is not None:
        sql += f" LIMIT {int(page.limit)}"
    if page.offset:
        sql += f" OFFSET {int(page.offset)}"
    return Compiled(
        sql, _count(counted_where, parts, is_grouped=is_grouped), writer.parameters, tuple(parts.columns), keys
    )


def _middle(where: Sequence[str], parts: _Parts) -> str:
    sql = f" FROM {SOURCE}"
    if where:
        sql += " WHERE " + " AND ".join(f"({one})" for one in where)
    if parts.group:
        sql += " GROUP BY " + ", ".join(parts.group)
    return sql + (f" HAVING {parts.having}" if parts.having else "")


def _count(where: Sequence[str], parts: _Parts, *, is_grouped: bool) -> str:
    middle = _middle(where, parts)
    # An aggregate must stand in the inner question: a constant alone would be one row for each row.
    counted = f"SELECT count(*){middle}"
    return f"SELECT count(*) FROM ({counted})" if is_grouped else counted  # noqa: S608 (values are parameters)


def _after(order: Sequence[tuple[str, bool]], after: Sequence[Any], writer: Writer) -> str:
    """Rows behind the one with these keys: greater in the first key that differs; empty ones come last."""
    if len(after) != len(order) + 1:
        raise _in("after", Mistake(N_("This “after” belongs to another order."), at=1))
    row = writer.parameter(after[-1])
    behind = f"{ROW} > {row}"
    for (sql, is_descending), value in reversed(list(zip(order, after[:-1], strict=True))):
        if value is None:
            behind = f"({sql} IS NULL AND {behind})"
            continue
        name = writer.parameter(value)
        sign = "<" if is_descending else ">"
        behind = f"({sql} {sign} {name} OR {sql} IS NULL OR ({sql} = {name} AND {behind}))"
    return behind


def _result_columns(items: Sequence[Item], typed: Sequence[Typed], writer: Writer) -> list[Column]:
    found: list[Column] = []
    taken: set[str] = set()
    known = {column.name: column for column in writer.columns}
    for item, one in zip(items, typed, strict=True):
        name = _free(item.alias or _name_of(item.node), taken)
        taken.add(name)
        source = known.get(item.node.name) if isinstance(item.node, Name) else None
        if source is not None and not item.alias:
            found.append(source)
        else:
            found.append(Column(name, one.type or ColumnType.STRING, unit=source.unit if source else ""))
    return found


def _name_of(node: Node) -> str:
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Call):
        inner = next((part.name for part in node.arguments if isinstance(part, Name)), "")
        return f"{node.function}_{inner}".rstrip("_")
    return "value"


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(f"{name}_{n}" for n in range(2, len(taken) + 3) if f"{name}_{n}" not in taken)


def _resolved(node: Node, columns: Sequence[Column], aliases: dict[str, Node]) -> Node:
    """A name given in ``select`` may stand in ``group``; a column of that name comes first."""
    if isinstance(node, Name) and node.name in aliases and all(column.name != node.name for column in columns):
        return aliases[node.name]
    return node


def _nodes_of(query: Query) -> Iterable[Node]:
    yield from (item.node for item in query.select)
    yield from (key.node for key in query.order)
    if query.having is not None:
        yield query.having


def _has_aggregate(node: Node) -> bool:
    return (isinstance(node, Call) and node.function in AGGREGATES) or any(map(_has_aggregate, children(node)))


def _guarded(part: str, write: Any, node: Node) -> Any:
    try:
        return write(node)
    except Mistake as mistake:
        raise _in(part, mistake) from None


def _in(part: str, mistake: Mistake) -> Mistake:
    mistake.part = mistake.part or part
    return mistake

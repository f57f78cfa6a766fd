"""Rows of a table, as somebody asks for them in the query language, or a CKAN client in its own."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rivulus.catalog.models import Dataset
from rivulus.catalog.queries import engine
from rivulus.catalog.queries.tables import DataTable, at_version, get_table
from rivulus.catalog.rules.columns import Column
from rivulus.catalog.rules.rowquery.compiling import Compiled, Page, compile_query
from rivulus.catalog.rules.rowquery.parsing import parse
from rivulus.catalog.rules.rowquery.trees import (
    Binary,
    Call,
    In,
    IsNull,
    Item,
    Literal,
    Mistake,
    Name,
    Node,
    Query,
)
from rivulus.kernel.errors import Refused
from rivulus.kernel.publishing import ColumnType
from rivulus.kernel.words import N_, fold

MOST_ROWS = 10_000
USUAL_ROWS = 100
FARTHEST = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it stands in an address."""

    select: str = ""
    where: str = ""
    group: str = ""
    having: str = ""
    order: str = ""
    limit: int | None = None
    offset: int = 0
    after: str = ""

    @property
    def is_everything(self) -> bool:
        """Tell whether the whole table is asked for, as it is."""
        return self == Asked()

    def query(self) -> Query:
        """Return the tree; raises Mistake."""
        return parse(select=self.select, where=self.where, group=self.group, having=self.having, order=self.order)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Rows in the order asked for; ``after`` asks for the ones behind them, ``total`` counts all."""

    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]
    total: int | None = None
    after: str = ""
    version: str = ""

    def as_dicts(self) -> list[dict[str, Any]]:
        """Return each row by the names of its columns."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Streamed:
    """Rows that are read while they are sent."""

    columns: tuple[Column, ...]
    batches: Iterator[pa.RecordBatch] = field(repr=False)


def ask(table: DataTable, asked: Asked, *, with_total: bool = True) -> Found:
    """Return a page of rows; raises Refused (a Mistake where the question is wrong)."""
    limit = USUAL_ROWS if asked.limit is None else asked.limit
    check_reach(limit, asked.offset)
    after: Sequence[Any] = ()
    if asked.after:
        if asked.offset:
            raise _mistake("after", N_("Ask with “after” or with “offset”, not with both."))
        version, after = read_cursor(asked.after)
        earlier = at_version(table, version)
        if earlier is None:
            raise _mistake("after", N_("The data have changed since. Begin again with the first page."))
        table = earlier
    query = asked.query()
    page = Page(limit=limit + 1, offset=asked.offset, after=after, with_keys=not query.group)
    compiled = compile_query(query, table.columns, page)
    rows = engine.fetch(table.file, compiled)
    total = _total(table, query, asked, compiled) if with_total else None
    return _page(table, compiled, rows, limit, total)


def stream(table: DataTable, asked: Asked) -> Streamed:
    """Return everything that is asked for, streaming; raises Mistake where the question is wrong."""
    if asked.limit is not None or asked.offset:
        check_reach(asked.limit or 0, asked.offset, most=None)
    if asked.after:
        raise _mistake("after", N_("A file is whole; pages are for the interface of rows."))
    page = Page(limit=asked.limit, offset=asked.offset)
    compiled = compile_query(asked.query(), table.columns, page)
    if asked.is_everything and table.is_whole:
        return Streamed(compiled.columns, _whole(table, compiled))
    return Streamed(compiled.columns, engine.stream(table.file, compiled))


def count(table: DataTable, asked: Asked) -> int:
    """Return how many rows a question has, without its limit."""
    if not (asked.where or asked.group or asked.select or asked.having):
        return table.rows
    return engine.count(table.file, compile_query(asked.query(), table.columns))


def check_reach(limit: int, offset: int, most: int | None = MOST_ROWS) -> None:
    """Refuse a page that is too long or too far away."""
    if limit < 0 or (most is not None and limit > most):
        raise _mistake("limit", N_("“limit” lies between 0 and %(most)s."), most=most or 0)
    if not 0 <= offset <= FARTHEST:
        raise _mistake("offset", N_("“offset” lies between 0 and %(most)s."), most=FARTHEST)


def _total(table: DataTable, query: Query, asked: Asked, compiled: Compiled) -> int:
    if query.where is None and not query.group and not asked.having and not asked.select:
        return table.rows
    return engine.count(table.file, compiled)


def _whole(table: DataTable, compiled: Compiled) -> Iterator[pa.RecordBatch]:
    """Read the file as it is, which needs no engine."""
    with engine.answering(), pq.ParquetFile(table.file) as file:
        names = [column.name for column in compiled.columns]
        yield from file.iter_batches(engine.BATCH_ROWS, columns=names, use_threads=False)


def _page(table: DataTable, compiled: Compiled, rows: list[tuple[Any, ...]], limit: int, total: int | None) -> Found:
    width = len(compiled.columns)
    shown = rows[:limit]
    after = ""
    if len(rows) > limit and compiled.keys and shown:
        after = write_cursor(table.version, shown[-1][width:])
    return Found(
        columns=compiled.columns, rows=[row[:width] for row in shown], total=total, after=after, version=table.version
    )


# Where a page goes on.


def write_cursor(version: str, keys: Sequence[Any]) -> str:
    """Return the words that stand for a place in a version of a table."""
    plain = json.dumps([version, *map(_packed, keys)], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(words: str) -> tuple[str, list[Any]]:
    """Return the version and the keys of a place; raises Mistake for words that nobody here wrote."""
    try:
        plain = json.loads(base64.urlsafe_b64decode(words + "=" * (-len(words) % 4)))
        version, *keys = plain
        found = [_unpacked(key) for key in keys]
    except (binascii.Error, ValueError, TypeError, KeyError, RecursionError):
        raise _mistake("after", N_("This “after” was not given by this interface.")) from None
    is_sound = isinstance(version, str) and found and isinstance(found[-1], int) and not isinstance(found[-1], bool)
    if not is_sound:
        raise _mistake("after", N_("This “after” was not given by this interface."))
    return version, found


def _packed(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return {"t": value.astimezone(dt.UTC).isoformat()}
    return {"d": value.isoformat()} if isinstance(value, dt.date) else value


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict):
        return dt.datetime.fromisoformat(value["t"]) if "t" in value else dt.date.fromisoformat(value["d"])
    if isinstance(value, list):
        raise TypeError
    return value


# CKAN's way of asking (datastore_search).


def search_rows(
    dataset: Dataset,
    *,
    slug: str = "",
    filters: Mapping[str, Any] | None = None,
    q: str = "",
    limit: int = USUAL_ROWS,
    offset: int = 0,
    sort: str = "",
    fields: Sequence[str] = (),
) -> Found:
    """Return rows as ``datastore_search`` asks for them; raises NotFound without a table, Refused for a bad question."""
    table = get_table(dataset, slug)
    check_reach(limit, offset)
    query = Query(
        select=tuple(Item(Name(name)) for name in fields),
        where=_all_of([*_filters(table, filters or {}), *_words(table, q)]),
        order=parse(order=sort).order,
    )
    compiled = compile_query(query, table.columns, Page(limit=limit, offset=offset))
    rows = engine.fetch(table.file, compiled)
    total = engine.count(table.file, compiled) if query.where is not None else table.rows
    return Found(columns=compiled.columns, rows=rows, total=total, version=table.version)


def _filters(table: DataTable, filters: Mapping[str, Any]) -> Iterator[Node]:
    for name, wanted in filters.items():
        column = table.find_column(name)
        if column is None:
            raise _mistake("filters", N_("There is no column “%(name)s”."), name=name)
        options = wanted if isinstance(wanted, list) else [wanted]
        values = [Literal(_read_as(column, option)) for option in options if option is not None]
        empty = IsNull(Name(name))
        if not values:
            yield empty
        elif len(values) == len(options):
            yield In(Name(name), tuple(values))
        else:
            yield Binary("or", In(Name(name), tuple(values)), empty)


def _read_as(column: Column, value: Any) -> Any:
    """Clients send numbers as texts as often as not."""
    try:
        if isinstance(value, str) and column.type is ColumnType.INTEGER:
            return int(value)
        if isinstance(value, str) and column.type is ColumnType.NUMBER:
            return float(value)
        if isinstance(value, str) and column.type is ColumnType.BOOLEAN:
            return {"true": True, "false": False}[value.lower()]
    except (ValueError, KeyError):
        raise _mistake("filters", N_("“%(value)s” is no value of “%(name)s”."), value=value, name=column.name) from None
    if isinstance(value, int | float) and column.type is ColumnType.STRING:
        return str(value)
    if isinstance(value, dict | list):
        raise _mistake("filters", N_("“%(value)s” is no value of “%(name)s”."), value=value, name=column.name)
    return value


def _words(table: DataTable, q: str) -> Iterator[Node]:
    """Every word stands in some column of text, whatever its accents."""
    texts = [column for column in table.columns if column.type is ColumnType.STRING]
    for word in fold(q).split()[:10]:
        if not texts:
            yield Literal(False)
        found: Node | None = None
        for column in texts:
            one = Call("contains", (Call("fold", (Name(column.name),)), Literal(word)))
            found = one if found is None else Binary("or", found, one)
        if found is not None:
            yield found


def _all_of(conditions: Sequence[Node]) -> Node | None:
    found: Node | None = None
    for condition in conditions:
        found = condition if found is None else Binary("and", found, condition)
    return found


def _mistake(part: str, sentence: str, **values: object) -> Refused:
    mistake = Mistake(sentence, at=1, **values)
    mistake.part = part
    return mistake

"""Reading entities and what they lead to: one statement for every set that is shown, however many rows it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import msgspec

from rivulus.observations.rules.filters.checking import check
from rivulus.observations.rules.filters.kinds import FilterError, Kind
from rivulus.observations.standards.sensorthings import series, witnesses
from rivulus.observations.standards.sensorthings.asking import Cost, ask
from rivulus.observations.standards.sensorthings.entities import Entity, Field, Link
from rivulus.observations.standards.sensorthings.geography import places
from rivulus.observations.standards.sensorthings.observations import order_sql
from rivulus.observations.standards.sensorthings.options import DEFAULT_TOP, OptionError, Options, Order
from rivulus.observations.standards.sensorthings.readers import Reader
from rivulus.observations.standards.sensorthings.rendering import show_time
from rivulus.observations.standards.sensorthings.sql import Compiler, filter_sql, link_sql, order_field

type Shown = dict[str, Any]
NO_KEYS: Mapping[str, int | None] = {}


@dataclass(frozen=True)
class Asked:
    """Whatever one request carries along: who reads, where the service is, when it is now, and what it may cost."""

    reader: Reader
    base: str
    now_us: int
    cost: Cost = field(default_factory=Cost)
    ends: series.Ends = field(default_factory=series.Ends)


class Row(NamedTuple):
    """An entity as it was read: its number, whose it is (where asked by parents), its links to one, its values."""

    id: int
    parent: int
    keys: Mapping[str, int | None]
    values: Sequence[Any]


@dataclass(frozen=True)
class Level:
    """One set within an answer, with what is asked of it."""

    entity: Entity
    options: Options
    asked: Asked
    compiler: Compiler = field(init=False)
    ordering: Compiler = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiler", Compiler(self.entity, "t", self.asked.reader, places))
        object.__setattr__(self, "ordering", self.compiler.for_order())

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The properties to read."""
        return tuple(one for one in self.wanted if not self._is_computed(one))

    @cached_property
    def wanted(self) -> tuple[Field, ...]:
        """The properties to show."""
        select = self.options.select
        return tuple(one for one in self.entity.fields if select is None or one.name in select)

    @cached_property
    def computed(self) -> frozenset[str]:
        """The properties to show that are computed."""
        return frozenset(one.name for one in self.wanted if self._is_computed(one))

    def _is_computed(self, one: Field) -> bool:
        return self.entity.table == "observations_datastream" and one.name in series.COMPUTED

    @cached_property
    def forwards(self) -> tuple[Link, ...]:
        """The links to one that are to be followed."""
        names = {expand.link for expand in self.options.expand}
        return tuple(link for link in self.entity.links if link.forward and link.name in names)

    @cached_property
    def columns(self) -> str:
        """What is selected: the number, the links to one, the properties."""
        shown = [(one.shown or one.sql).format(t="t") for one in self.fields]
        return ", ".join(["t.id", *(f"t.{link.forward}" for link in self.forwards), *shown])

    @cached_property
    def condition(self) -> tuple[str, str]:
        """Joins and condition of the filter."""
        try:
            term = self.options.filter
            checked = check(term, self.compiler.kind_of, self.asked.now_us) if term else None
        except FilterError as error:
            raise OptionError(f"$filter: {error}.") from error
        if checked is not None and witnesses.reaches_observations(checked):
            search = witnesses.Search(self.asked.reader, self.asked.cost, self.asked.now_us)
            checked = witnesses.with_witnesses(self.entity, checked, search)
        return filter_sql(self.compiler, checked)

    @cached_property
    def order(self) -> str:
        """The order, ties by number."""
        return ", ".join([*(self._key(one) for one in self.options.order), "t.id"])

    def _key(self, one: Order) -> str:
        if one.term.op == "path" and one.term.value in {("id",), ("@iot.id",)}:
            return f"t.id{' DESC' if one.is_descending else ''}"
        nulls = " DESC NULLS LAST" if one.is_descending else " NULLS FIRST"
        named = order_field(self.ordering, one.term)
        sql = named.sql.format(t="t") if named else order_sql(self.ordering, one.term, self.asked.now_us)
        return f"{sql}{nulls}"

    def parts(self, extra: str = "") -> tuple[str, str, str]:
        """Return joins, the condition of the rows (seen, of this set, filtered, ``extra``), and the order."""
        order = self.order
        joins, filtered = self.condition
        joins = " ".join([joins, *self.ordering.join_sql])
        seen = self.asked.reader.condition(self.entity, "t")
        kind = self.entity.condition.format(t="t")
        return joins, " AND ".join(filter(None, [kind, seen, filtered, extra])) or "true", order

    def row(self, values: Sequence[Any], parent: int = 0) -> Row:
        """Return a row of the columns above."""
        count = len(self.forwards)
        if not count:
            return Row(values[0], parent, NO_KEYS, values[1:])
        keys = {link.name: key for link, key in zip(self.forwards, values[1:], strict=False)}
        return Row(values[0], parent, keys, values[1 + count :])

    def ask(self, text: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return the rows of a statement with the parameters of filter and reader."""
        self.asked.cost.check_time()
        rows = ask(text, {**self.compiler.parameters, **self.asked.reader.parameters, **parameters})
        self.asked.cost.spend_entities(len(rows))
        return rows


def read_rows(level: Level, *, link: Link | None = None, parent: int = 0, limit: int, skip: int = 0) -> list[Row]:
    """Return rows of a set, or of what a link leads to from one parent."""
    origin, extra = _origin(level.entity, link)
    joins, condition, order = level.parts(extra)
    text = (
        f"SELECT {level.columns} FROM {origin} {joins} WHERE {condition}"  # noqa: S608
        f" ORDER BY {order} LIMIT %(limit)s OFFSET %(skip)s"
    )
    rows = level.ask(text, {"limit": limit, "skip": skip, "parent": parent})
    return [level.row(row) for row in rows]


def _origin(entity: Entity, link: Link | None) -> tuple[str, str]:
    """Return FROM, and the condition that keeps to one parent."""
    if link is None:
        return f"{entity.table} t", ""
    if link.through[0]:
        table, own, other = link.through
        return f"{entity.table} t", f"t.id IN (SELECT x.{other} FROM {table} x WHERE x.{own} = %(parent)s)"  # noqa: S608
    return f"{entity.table} t", f"t.{link.reverse} = %(parent)s"


def count_rows(level: Level, *, link: Link | None = None, parent: int = 0) -> int:
    """Return how many there are in all."""
    origin, extra = _origin(level.entity, link)
    joins, condition, _order = level.parts(extra)
    return int(level.ask(f"SELECT count(*) FROM {origin} {joins} WHERE {condition}", {"parent": parent})[0][0])  # noqa: S608


def read_by_id(level: Level, ids: Sequence[int]) -> list[Row]:
    """Return the rows with these numbers that are seen."""
    joins, condition, _order = level.parts("t.id = ANY(%(ids)s::int8[])")
    text = f"SELECT {level.columns} FROM {level.entity.table} t {joins} WHERE {condition}"  # noqa: S608
    return [level.row(row) for row in level.ask(text, {"ids": list(ids)})]


def read_of_parents(level: Level, link: Link, parents: Sequence[int], limit: int) -> list[Row]:
    """Return the first rows that a link leads to from each of several parents."""
    joins, condition, order = level.parts()
    inner = link_sql(link, "t", "s", level.asked.reader)
    origin, _where, own = inner.partition(" WHERE ")
    text = (
        "SELECT s.id, x.* FROM unnest(%(parents)s::int4[]) s(id) CROSS JOIN LATERAL ("  # noqa: S608
        f"SELECT {level.columns} {origin} {joins} WHERE {own} AND {condition}"
        f" ORDER BY {order} LIMIT %(limit)s OFFSET %(skip)s) x ORDER BY s.id"
    )
    found = level.ask(text, {"parents": list(parents), "limit": limit, "skip": level.options.skip})
    return [level.row(row[1:], row[0]) for row in found]


def count_of_parents(level: Level, link: Link, parents: Sequence[int]) -> dict[int, int]:
    """Return how many there are of each parent."""
    joins, condition, _order = level.parts()
    origin, _where, own = link_sql(link, "t", "s", level.asked.reader).partition(" WHERE ")
    text = (
        "SELECT s.id, x.n FROM unnest(%(parents)s::int4[]) s(id) CROSS JOIN LATERAL ("  # noqa: S608
        f"SELECT count(*) AS n {origin} {joins} WHERE {own} AND {condition}) x"
    )
    return dict(level.ask(text, {"parents": list(parents)}))


def write_rows(level: Level, rows: Sequence[Row]) -> list[bytes]:
    """Return the JSON of rows without what they lead to: members, each after a comma, and no braces yet.

    All rows of a level have one pattern, filled by columns: a dictionary for each costs several times as much.
    """
    ids = [row.id for row in rows]
    pattern, columns = _identity(level, ids)
    values = dict(
        zip((one.name for one in level.fields), zip(*(row.values for row in rows), strict=True), strict=False)
    )
    computed = _computed(level, ids)
    for one in level.wanted:
        if one.name in values:
            pattern += b',"%b":%%b' % one.name.encode()
            columns.append(_written(values[one.name], one.kind))
        elif one.name in level.computed:
            pattern += b"%b"
            columns.append([_member(one.name, computed[number].get(one.name)) for number in ids])
    own = _own(level)
    for name in _links(level):
        pattern += b',"%b@iot.navigationLink":"%b%%d)/%b"' % (name, own, name)
        columns.append(ids)
    return [pattern % given for given in zip(*columns, strict=True)] if columns else [b""] * len(rows)


def close(members: Sequence[bytes]) -> msgspec.Raw:
    """Return an object of its members, each of which begins with a comma."""
    return msgspec.Raw(b"{%b}" % b"".join(members)[1:])


def _own(level: Level) -> bytes:
    """Return the address of an entity up to its number, within a pattern."""
    return msgspec.json.encode(f"{level.asked.base}/{level.entity.set_name}(")[1:-1].replace(b"%", b"%%")


def _identity(level: Level, ids: list[int]) -> tuple[bytes, list[Sequence[Any]]]:
    select = level.options.select
    pattern, columns = b"", list[Sequence[Any]]()
    if select is None or {"id", "@iot.id"} & select:
        pattern, columns = b',"@iot.id":%d', [ids]
    if select is None or "@iot.selfLink" in select:
        pattern += b',"@iot.selfLink":"%b%%d)"' % _own(level)
        columns.append(ids)
    return pattern, columns


def _written(values: Sequence[Any], kind: Kind) -> list[bytes]:
    """Return a column as JSON; what is JSON already stays as it is."""
    if kind == Kind.INSTANT:
        return [b'"%b"' % show_time(value).encode() for value in values]
    return [
        b"null" if value is None else value if isinstance(value, msgspec.Raw) else msgspec.json.encode(value)
        for value in values
    ]


def _member(name: str, value: Any) -> bytes:
    """Return a member that is left out where nobody knows its value."""
    return b"" if value is None else b',"%b":%b' % (name.encode(), msgspec.json.encode(value))


def _computed(level: Level, ids: list[int]) -> dict[int, Shown]:
    is_multi = level.entity.set_name == "MultiDatastreams"
    names = level.computed
    return series.compute(ids, names, level.asked.ends, as_boxes=is_multi) if names else {}


def _links(level: Level) -> list[bytes]:
    """Return the names of the links to show: those that are not followed."""
    select, followed = level.options.select, {expand.link for expand in level.options.expand}
    return [
        link.name.encode()
        for link in level.entity.links
        if link.name not in followed and (select is None or link.name in select)
    ]


def next_link(address: str, options: Options, changes: Mapping[str, str]) -> str:
    """Return the address of the next page: the same question, further on."""
    texts = {name: text for name, text in options.texts.items() if name not in {"$skip", "$skiptoken"}}
    return f"{address}?{urlencode({**texts, **changes}, quote_via=quote, safe='$()/,;@:')}"


def page_of(options: Options, *, is_nested: bool = False) -> int:
    """Return how many to show at once."""
    return min(options.page_size, DEFAULT_TOP) if is_nested and options.top is None else options.page_size

"""Publishing: which collections of open data the platform offers, told by the contexts that own them.

Contexts register theirs when Django starts; whoever counts or lists open data asks here. A :class:`Collection` says
that an interface exists. A :class:`Table` says besides how its rows are read, so that the catalog can publish them as
a dataset in every format, with documented columns. What is personal or not public is never in a table: the context
that owns the rows leaves it out, nobody above it can.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

Value = object
"""What a cell may be: None, str, int, float, bool, Decimal, date, aware datetime, or GeoJSON (a mapping)."""

Row = Sequence[Value]


class ColumnType(StrEnum):
    """Types of columns, in the words of Frictionless Table Schema."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    GEOJSON = "geojson"  # a geometry in longitude and latitude (WGS 84)


@dataclass(frozen=True, slots=True)
class Collection:
    """A set of open data at an address of the API; ``title`` is a msgid.

    ``live`` says that the address answers from the present records, without anybody exporting anything.
    """

    name: str
    title: str
    live: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``title`` and ``description`` are msgids, or texts by language where the data's owner wrote them."""

    name: str
    type: ColumnType
    title: str | Mapping[str, str] = ""
    description: str | Mapping[str, str] = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows that a context publishes. ``title`` and ``description`` are msgids or texts by language.

    ``rows`` yields every row in a stable order, streaming; ``revision`` is cheap and changes whenever the rows may have
    changed; ``theme`` is a code of the EU's data themes (ENVI, TRAN, GOVE …); ``organisation`` the code of the owner,
    empty for the city itself; ``simulated`` says that some row is made up. ``approximate_rows`` may be unknown.
    """

    name: str
    title: str | Mapping[str, str]
    description: str | Mapping[str, str]
    theme: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Row]]
    revision: Callable[[], str]
    key: tuple[str, ...] = ()
    licence: str = "CC-BY-4.0"
    organisation: str = ""
    keywords: tuple[str, ...] = ()
    update_rhythm: str = "IRREG"  # a code of the EU's frequencies
    simulated: Callable[[], bool] = field(default=lambda: False)
    approximate_rows: Callable[[], int | None] = field(default=lambda: None)


Tables = Callable[[], Iterator[Table] | Iterable[Table]]

_collections: dict[str, Collection] = {}
_tables: dict[str, Table] = {}
_families: dict[str, Tables] = {}


def register(collection: Collection) -> None:
    """Add a collection; two different ones of the same name are a mistake in the code."""
    known = _collections.setdefault(collection.name, collection)
    if known != collection:
        raise ValueError(f"Two collections are called {collection.name}.")


def register_table(table: Table) -> None:
    """Add a table that is always there; two of the same name are a mistake in the code."""
    if _tables.setdefault(table.name, table) is not table:
        raise ValueError(f"Two tables are called {table.name}.")


def register_tables(family: str, tables: Tables) -> None:
    """Add tables that come and go with the data, such as one for each public layer.

    ``tables`` lists those that are public now; their names begin with ``family`` and an underscore.
    """
    _families[family] = tables


def list_collections() -> tuple[Collection, ...]:
    """Return all collections by name."""
    return tuple(_collections[name] for name in sorted(_collections))


def list_tables() -> tuple[Table, ...]:
    """Return all tables that may be published now, by name."""
    found = dict(_tables)
    for family in _families.values():
        found.update((table.name, table) for table in family())
    return tuple(found[name] for name in sorted(found))


def find_table(name: str) -> Table | None:
    """Return the table of that name, if it may be published now."""
    if name in _tables:
        return _tables[name]
    families = [tables for family, tables in _families.items() if name.startswith(f"{family}_")]
    return next((table for tables in families for table in tables() if table.name == name), None)

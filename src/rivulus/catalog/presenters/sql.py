"""The tables that SQL may be asked of, beside the question."""

from collections.abc import Sequence
from dataclasses import dataclass

from rivulus.catalog.queries.sandbox.asking import SqlTable, type_name
from rivulus.ui.presenters import active_language


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column as the list shows it."""

    name: str
    type: str
    title: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """A table as the list shows it."""

    name: str
    title: str
    code: str
    rows: int
    is_simulated: bool
    columns: tuple[ColumnRow, ...]


def present_tables(tables: Sequence[SqlTable]) -> list[TableRow]:
    """Return the tables with their columns, in the reader's language."""
    language = active_language()
    return [
        TableRow(
            one.name,
            one.table.title,
            one.table.dataset.code,
            one.table.rows,
            one.table.is_simulated,
            tuple(ColumnRow(column.name, type_name(column.type), column.title_in(language)) for column in one.columns),
        )
        for one in tables
    ]

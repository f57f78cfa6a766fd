"""Facts about the tables that the strategy publishes."""

import pytest

from rivulus.kernel import publishing
from rivulus.kernel.publishing import ColumnType, Table
from rivulus.strategy.queries.tables import TABLES


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_has_a_value_of_its_type_in_every_column(table: Table, city: None) -> None:
    kinds = {
        ColumnType.STRING: str, ColumnType.INTEGER: int, ColumnType.BOOLEAN: bool,
    }  # fmt: skip
    rows = list(table.rows())
    for row in rows:
        assert len(row) == len(table.columns)
        for column, value in zip(table.columns, row, strict=True):
            if value is not None and column.type in kinds:
                assert isinstance(value, kinds[column.type]), (column.name, value)
    if table.name in {"strategy_criteria", "strategy_projects"}:
        assert len(rows) == {"strategy_criteria": 127, "strategy_projects": 111}[table.name]
    assert table.revision() == table.revision() and table.simulated() is False


def test_the_catalog_finds_them_and_their_columns_are_said_in_words() -> None:
    for table in TABLES:
        assert publishing.find_table(table.name) is table
        assert all(column.title for column in table.columns)
        assert len({column.name for column in table.columns}) == len(table.columns)

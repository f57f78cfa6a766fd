"""Facts about tables for spreadsheets."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.kernel.tables import plain, stream_csv


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (None, ""),
        (True, "true"),
        (Decimal("1450000.00"), "1450000"),
        (Decimal("-2.47"), "-2.47"),
        (dt.date(2022, 12, 31), "2022-12-31"),
        ("=1+1", "'=1+1"),
        ("-2", "'-2"),
        ("Săsar", "Săsar"),
    ],
)
def test_a_cell_is_written_plainly_and_harmlessly(cell: object, written: str) -> None:
    assert plain(cell) == written  # type: ignore[arg-type]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), min_size=1), min_size=2, max_size=2))
def test_what_is_written_can_be_read_back(cells: list[str]) -> None:
    text = "".join(stream_csv(["a", "b"], [cells]))
    header, row = list(csv.reader(io.StringIO(text, newline="")))
    assert header == ["a", "b"]
    assert [cell.removeprefix("'") for cell in row] == [cell.removeprefix("'") for cell in cells]

"""What each format is called, and how much of a table it takes."""

from collections.abc import Mapping
from dataclasses import dataclass

from rivulus.catalog.terms import Format

MOST_XLSX_ROWS = 100_000
"""Rows of a workbook: it is built whole before it is sent; a spreadsheet ends at 1,048,576 anyway."""


@dataclass(frozen=True, slots=True)
class Medium:
    """The media type of a format; ``is_text`` says that compressing it pays."""

    type: str
    is_text: bool


MEDIA: Mapping[Format, Medium] = {
    Format.CSV: Medium("text/csv; charset=utf-8", True),
    Format.JSON: Medium("application/json", True),
    Format.GEOJSON: Medium("application/geo+json", True),
    Format.PARQUET: Medium("application/vnd.apache.parquet", False),
    Format.XLSX: Medium("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False),
}

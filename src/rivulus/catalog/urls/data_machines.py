"""Addresses for programs: files of tables, and their rows."""

import datetime as dt

from django.urls import URLPattern, path, register_converter

from rivulus.catalog.views import files, rows, sql


class DayConverter:
    """A day as addresses write it: 2026-03-01."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> dt.date:
        """Return the day; a ValueError is an address that leads nowhere."""
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date | str) -> str:
        """Return the words of a day."""
        return str(value)


register_converter(DayConverter, "day")

urlpatterns: list[URLPattern] = [
    path("catalog/files/<slug:code>/<str:name>", files.one, name="catalog_file"),
    path("catalog/files/<slug:code>/<day:day>/<str:name>", files.snapshot, name="catalog_snapshot"),
    path("catalog/api/<slug:code>", rows.ask, name="catalog_rows"),
    path("catalog/sql.json", sql.answer, {"form": "json"}, name="catalog_sql_json"),
    path("catalog/sql.csv", sql.answer, {"form": "csv"}, name="catalog_sql_csv"),
]

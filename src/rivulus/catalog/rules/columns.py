"""Columns as the catalog keeps them: a name, a type, words in three languages; to and from JSON and Table Schema."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rivulus.kernel.publishing import ColumnType

LANGUAGES = ("ro", "en", "hu")
BOUNDS = ("xmin", "ymin", "xmax", "ymax")
MOST_COLUMNS = 500
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
WORDS = frozenset(
    {"and", "or", "not", "in", "like", "between", "is", "null", "true", "false", "as", "asc", "desc", "distinct"}
)
"""What means something in a query; a column of such a name is written in double quotes there."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``title`` and ``description`` hold texts by language, Romanian first."""

    name: str
    type: ColumnType
    title: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""

    def title_in(self, language: str) -> str:
        """Return the title in a language, or else in Romanian, or else the name."""
        title = self.title.get(language) or self.title.get("ro") or self.title.get("en") or self.name
        suffix = self.name.rpartition("_")[2]
        # The same thing in three languages stands in three columns of one title.
        return f"{title} ({suffix})" if suffix in LANGUAGES and title != self.name else title

    def description_in(self, language: str) -> str:
        """Return the description in a language, or else in Romanian."""
        return self.description.get(language) or self.description.get("ro") or self.description.get("en") or ""

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of the column."""
        return {
            "name": self.name,
            "type": str(self.type),
            "title": dict(self.title),
            "description": dict(self.description),
            "unit": self.unit,
        }


def from_json(kept: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Return the columns that were kept."""
    return tuple(
        Column(
            one["name"],
            ColumnType(one["type"]),
            one.get("title", {}),
            one.get("description", {}),
            one.get("unit", ""),
        )
        for one in kept
    )


def table_schema(columns: Sequence[Column], key: Sequence[str] = (), language: str = "ro") -> dict[str, Any]:
    """Return the columns as a Frictionless Table Schema."""
    schema: dict[str, Any] = {"fields": [_field(column, language) for column in columns]}
    if key:
        schema["primaryKey"] = list(key)
    return schema


def _field(column: Column, language: str) -> dict[str, Any]:
    described: dict[str, Any] = {"name": column.name, "type": str(column.type), "title": column.title_in(language)}
    if words := column.description_in(language):
        described["description"] = words
    if column.unit:
        described["unit"] = column.unit
    return described


def find_geometry(columns: Sequence[Column]) -> Column | None:
    """Return the first column that holds geometry."""
    return next((column for column in columns if column.type is ColumnType.GEOJSON), None)


def box_name(name: str) -> str:
    """Return the name of the column that holds the bounds of a geometry, in the Parquet file only."""
    return f"{name}_bbox"


def written(name: str) -> str:
    """Return a name as a query writes it."""
    return name if NAME.fullmatch(name) and name not in WORDS else '"' + name.replace('"', '""') + '"'

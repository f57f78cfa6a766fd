"""Cells of answers as JSON and as texts."""

import datetime as dt
import json
import math
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pyarrow as pa
import shapely

from rivulus.catalog.rules.columns import Column
from rivulus.kernel.publishing import ColumnType

CITY = ZoneInfo("Europe/Bucharest")


def plain_rows(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return rows as JSON takes them: places as GeoJSON, times with the city's offset, no number that JSON lacks."""
    writers = [(column.name, writer_of(column)) for column in columns]
    return [{name: write(value) for (name, write), value in zip(writers, row, strict=True)} for row in rows]


def writer_of(column: Column) -> Callable[[Any], Any]:
    """Return what makes JSON of the values of a column."""
    if column.type is ColumnType.GEOJSON:
        return geojson_of
    if column.type is ColumnType.DATETIME:
        return time_of
    if column.type is ColumnType.DATE:
        return date_of
    return number_of if column.type in (ColumnType.NUMBER, ColumnType.INTEGER) else _same


def geojson_of(value: bytes | None) -> Any:
    """Return the GeoJSON of a WKB."""
    return None if value is None else json.loads(shapely.to_geojson(shapely.from_wkb(value)))


def time_of(value: dt.datetime | None) -> str | None:
    """Return a moment with the city's offset."""
    return None if value is None else value.astimezone(CITY).isoformat()


def date_of(value: dt.date | None) -> str | None:
    """Return a date."""
    return None if value is None else value.isoformat()


def number_of(value: Any) -> Any:
    """Return a number that JSON has."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _same(value: Any) -> Any:
    return value


def geojson_texts(array: pa.Array) -> list[str | None]:
    """Return the GeoJSON of a column of WKB, all at once."""
    shapes = shapely.from_wkb(np.array(array.to_pylist(), object))
    return list(shapely.to_geojson(shapes))


def batch_rows(columns: Sequence[Column], batch: pa.RecordBatch) -> list[list[Any]]:
    """Return the rows of a batch as JSON takes them; places are raw JSON already."""
    found: list[list[Any]] = []
    for column, array in zip(columns, batch.columns, strict=True):
        if column.type is ColumnType.GEOJSON:
            texts = geojson_texts(array)
            found.append([None if text is None else msgspec.Raw(text.encode()) for text in texts])
        else:
            found.append(list(map(writer_of(column), array.to_pylist())))
    return [list(row) for row in zip(*found, strict=True)]

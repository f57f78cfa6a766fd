"""CSV, JSON and GeoJSON, a batch at a time."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from rivulus.catalog.presenters.formats.cells import batch_rows, geojson_texts
from rivulus.catalog.rules.columns import Column, find_geometry
from rivulus.kernel.publishing import ColumnType
from rivulus.kernel.tables import DANGEROUS

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
OPTIONS = pa_csv.WriteOptions(include_header=False, quoting_style="needed", eol="\r\n")
FORMULA = "^[" + "".join({"-": r"\-", "\t": r"\t", "\r": r"\r"}.get(sign, sign) for sign in DANGEROUS) + "]"
TIME = "%Y-%m-%dT%H:%M:%S%z"
CITY_TIME = pa.timestamp("us", tz="Europe/Bucharest")


def write_csv(columns: Sequence[Column], batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """Yield a table as CSV (UTF-8 with its mark, comma, CRLF), of which no cell is run as a formula."""
    yield BYTE_ORDER_MARK + _line(safe_texts(pa.array([column.name for column in columns])).to_pylist())
    names = [f"c{place}" for place in range(len(columns))]
    for batch in batches:
        arrays = [_text(column, array) for column, array in zip(columns, batch.columns, strict=True)]
        sink = io.BytesIO()
        pa_csv.write_csv(pa.record_batch(arrays, names=names), sink, OPTIONS)
        yield sink.getvalue()


def safe_texts(array: pa.Array) -> pa.Array:
    """Put an apostrophe before what a spreadsheet would run (OWASP, CSV injection)."""
    is_formula = pc.fill_null(pc.match_substring_regex(array, FORMULA), False)
    if not pc.any(is_formula).as_py():
        return array
    return pc.if_else(is_formula, pc.binary_join_element_wise("'", array, ""), array)


def _text(column: Column, array: pa.Array) -> pa.Array:
    match column.type:
        case ColumnType.GEOJSON:
            return pa.array(geojson_texts(array), pa.string())
        case ColumnType.STRING:
            return safe_texts(array)
        case ColumnType.DATETIME:
            return _times(array)
        case _:
            return array


def _times(array: pa.Array) -> pa.Array:
    """Moments with the city's offset, without fractions of seconds that are nought: 2026-03-01T08:00:00+02:00."""
    written = pc.strftime(array.cast(CITY_TIME), TIME)
    written = pc.replace_substring_regex(written, r"\.0+([+-])", r"\1")
    return pc.replace_substring_regex(written, r"(\d\d)(\d\d)$", r"\1:\2")


def _line(cells: Sequence[str]) -> bytes:
    quoted = ['"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\r\n') else cell for cell in cells]
    return (",".join(quoted) + "\r\n").encode()


def write_json(
    columns: Sequence[Column], batches: Iterable[pa.RecordBatch], about: Mapping[str, Any]
) -> Iterator[bytes]:
    """Yield ``{…about, "rows": [{…}]}``, a row on a line."""
    head = msgspec.json.encode(dict(about))
    yield head[:-1] + (b"," if about else b"") + b'"rows":[\n'
    names = [column.name for column in columns]
    is_first = True
    for batch in batches:
        lines = [msgspec.json.encode(dict(zip(names, row, strict=True))) for row in batch_rows(columns, batch)]
        if lines:
            yield (b"" if is_first else b",\n") + b",\n".join(lines)
            is_first = False
    yield b"\n]}\n"


def write_geojson(
    columns: Sequence[Column], batches: Iterable[pa.RecordBatch], about: Mapping[str, Any]
) -> Iterator[bytes]:
    """Yield a FeatureCollection (RFC 7946); ``about`` are members besides."""
    geometry = find_geometry(columns)
    at = next((place for place, column in enumerate(columns) if column is geometry), -1)
    names = [column.name for column in columns]
    head = msgspec.json.encode({"type": "FeatureCollection", **about})
    yield head[:-1] + b',"features":[\n'
    is_first = True
    for batch in batches:
        lines = [_feature(names, row, at) for row in batch_rows(columns, batch)]
        if lines:
            yield (b"" if is_first else b",\n") + b",\n".join(lines)
            is_first = False
    yield b"\n]}\n"


def _feature(names: Sequence[str], row: list[Any], at: int) -> bytes:
    properties = {name: value for place, (name, value) in enumerate(zip(names, row, strict=True)) if place != at}
    return msgspec.json.encode({"type": "Feature", "geometry": row[at] if at >= 0 else None, "properties": properties})

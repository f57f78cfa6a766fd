"""Writing a table as Parquet: typed, in groups of rows that filters can pass over, whole or not at all.

The file is written beside its place, synced to the disk, and renamed to the beginning of its own SHA-256: a process
that is killed leaves only a file that nobody reads, and the same rows make the same file.
"""

import contextlib
import hashlib
import io
import json
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from rivulus.catalog.queries import places
from rivulus.catalog.rules.columns import BOUNDS, Column, box_name
from rivulus.kernel.publishing import ColumnType, Row

GROUP_ROWS = 100_000
GROUP_BYTES = 96 * 1024 * 1024
BATCH_ROWS = 10_000
PARTIAL = ".writing-"
TYPES = {
    ColumnType.STRING: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.DATETIME: pa.timestamp("us", tz="UTC"),
    ColumnType.GEOJSON: pa.binary(),
}
BOX_TYPE = pa.struct([(bound, pa.float64()) for bound in BOUNDS])


@dataclass(frozen=True, slots=True)
class Written:
    """A file that lies at its place."""

    version: str
    checksum: str
    rows: int
    size: int
    box: tuple[float, float, float, float] | None


def write_rows(name: str, columns: Sequence[Column], rows: Iterable[Row]) -> Written:
    """Write the rows of a table, in the order of its columns."""
    return write_batches(name, columns, (to_batch(columns, part) for part in batched(rows, BATCH_ROWS)))


def write_batches(name: str, columns: Sequence[Column], batches: Iterable[pa.RecordBatch]) -> Written:
    """Write batches of the types of :func:`schema_of`."""
    folder = places.tables_folder() / name
    places.table_file(name, "0")  # refuses a name that is no file's
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{PARTIAL}{uuid.uuid4().hex}"
    try:
        with partial.open("wb") as raw:
            sink = _Hashing(raw)
            rows, box = _write(sink, columns, batches)
            raw.flush()
            os.fsync(raw.fileno())
        checksum = sink.digest.hexdigest()
        version = checksum[:20]
        size = partial.stat().st_size
        partial.replace(places.table_file(name, version))
        _sync_folder(folder)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()
    return Written(version, checksum, rows, size, box)


def _write(
    sink: "_Hashing", columns: Sequence[Column], batches: Iterable[pa.RecordBatch]
) -> tuple[int, tuple[float, float, float, float] | None]:
    bounds = _Bounds()
    schema = schema_of(columns)
    rows = 0
    with pq.ParquetWriter(
        pa.PythonFile(sink, mode="w"), schema, compression="zstd", compression_level=3, write_page_index=True
    ) as writer:
        for group in _groups(batches):
            table = pa.Table.from_batches(group, schema)
            writer.write_table(table, row_group_size=GROUP_ROWS)
            rows += table.num_rows
            for column in _places(columns):
                bounds.take(table.column(box_name(column.name)))
        if described := _describe_places(columns, bounds.box):
            writer.add_key_value_metadata({"geo": json.dumps(described)})
    return rows, bounds.box


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    """Return the types of the file: beside each column of places one with its bounds."""
    fields = []
    for column in columns:
        fields.append(pa.field(column.name, TYPES[column.type]))
        if column.type is ColumnType.GEOJSON:
            fields.append(pa.field(box_name(column.name), BOX_TYPE))
    return pa.schema(fields)


def to_batch(columns: Sequence[Column], rows: Sequence[Row]) -> pa.RecordBatch:
    """Return rows as Arrow."""
    arrays: list[pa.Array] = []
    for place, column in enumerate(columns):
        values = [row[place] for row in rows]
        if column.type is ColumnType.GEOJSON:
            arrays += place_arrays([_read_place(value) for value in values])
        else:
            arrays.append(pa.array([_plain(column.type, value) for value in values], TYPES[column.type]))
    return pa.record_batch(arrays, schema=schema_of(columns))


def place_arrays(shapes: Sequence[Any]) -> list[pa.Array]:
    """Return geometries as WKB, and their bounds."""
    geometries = np.asarray(shapes, object)
    wkb = pa.array(list(shapely.to_wkb(geometries)), pa.binary())
    bounds = shapely.bounds(geometries).reshape(len(shapes), 4)
    is_empty = np.isnan(bounds).any(axis=1)
    parts = [pa.array(bounds[:, at], pa.float64()) for at in range(4)]
    return [wkb, pa.StructArray.from_arrays(parts, list(BOUNDS), mask=pa.array(is_empty))]


def _plain(kind: ColumnType, value: Any) -> Any:
    if value is None:
        return None
    if kind is ColumnType.NUMBER:
        number = float(value)
        return number if np.isfinite(number) else None
    return str(value) if kind is ColumnType.STRING else value


def _read_place(value: Any) -> Any:
    if value is None or isinstance(value, shapely.Geometry):
        return value
    if isinstance(value, bytes | memoryview):
        return shapely.from_wkb(bytes(value))
    return shapely.from_geojson(value if isinstance(value, str) else json.dumps(value))


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    group: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        group.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= GROUP_ROWS or size >= GROUP_BYTES:
            yield group
            group, rows, size = [], 0, 0
    if group:
        yield group


def _places(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.type is ColumnType.GEOJSON]


def _describe_places(columns: Sequence[Column], box: tuple[float, ...] | None) -> dict[str, Any] | None:
    """The words of GeoParquet 1.1, so that any map program opens the file."""
    found = _places(columns)
    if not found:
        return None
    described: dict[str, Any] = {}
    for column in found:
        covering = {bound: [box_name(column.name), bound] for bound in BOUNDS}
        described[column.name] = {"encoding": "WKB", "geometry_types": [], "covering": {"bbox": covering}}
        if box and len(found) == 1:
            described[column.name]["bbox"] = list(box)
    return {"version": "1.1.0", "primary_column": found[0].name, "columns": described}


class _Bounds:
    """The box around everything that was written."""

    def __init__(self) -> None:
        self.box: tuple[float, float, float, float] | None = None

    def take(self, column: pa.ChunkedArray) -> None:
        """Widen the box by a column of bounds."""
        for chunk in column.chunks:
            parts = [chunk.field(at).to_numpy(zero_copy_only=False) for at in range(4)]
            is_known = ~np.isnan(parts[0].astype(float))
            if not is_known.any():
                continue
            west, south, east, north = (part[is_known] for part in parts)
            found = (float(west.min()), float(south.min()), float(east.max()), float(north.max()))
            old = self.box or found
            self.box = (min(old[0], found[0]), min(old[1], found[1]), max(old[2], found[2]), max(old[3], found[3]))


class _Hashing(io.RawIOBase):
    """A file that knows the hash of what was written to it."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        """It is written to."""
        return True

    def write(self, data: Any) -> int:
        """Write and count."""
        self.digest.update(data)
        written: int = self.raw.write(data)
        return written

    def tell(self) -> int:
        """Return how much was written."""
        place: int = self.raw.tell()
        return place


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""The process that opens a foreign file: with little memory, little time, one driver, and nothing of the platform.

Run as ``python -m rivulus.atlas.feeds.imports.opening`` it reads a job (JSON) from standard input, and writes what it
found into the folder of the job: ``found.json``, and the features as Arrow. It imports neither Django nor a database
driver; whatever a hostile file does to GDAL, it does here.
"""

import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import batched
from pathlib import Path
from typing import Any

from rivulus.atlas.rules.imports.encodings import KNOWN, UTF8, guess_encoding, is_utf8

WKB, ORDINAL, FAULT = "__wkb", "__ordinal", "__fault"
SAMPLES = 20
ENCODING_SAMPLE = 1_000_000
BATCH = 5_000
DELIMITERS = (",", ";", "\t", "|")
LONGEST_CELL = 1_000_000  # a polygon in WKT is long


def limit(memory: int, seconds: int, largest_file: int) -> None:
    """Give this process no more than this; whatever it would take beyond is refused by the system."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Unreadable(Exception):
    """The file cannot be read; the word names the sentence."""


def main() -> int:
    """Do the job that stands on standard input."""
    job = json.load(sys.stdin)
    limit(job["memory"], job["seconds"], job["largest_file"])
    do(job)
    return 0


def do(job: dict[str, Any]) -> None:
    """Describe or read a file; what is wrong with it stands in ``found.json``."""
    folder = Path(job["folder"])
    try:
        found = (_describe if job["do"] == "describe" else _read)(job, folder)
    except Unreadable as unreadable:
        found = {"error": str(unreadable)}
    except MemoryError:
        found = {"error": "memory"}
    except (UnicodeError, csv.Error):
        found = {"error": "encoding"}
    except Exception as error:
        found = {"error": "driver", "words": str(error)[:300]}
    (folder / "found.json").write_text(json.dumps(found))


def _describe(job: dict[str, Any], _folder: Path) -> dict[str, Any]:
    return _describe_csv(job) if job["form"] == "csv" else _describe_by_gdal(job)


def _read(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    batches = _read_csv(job) if job["form"] == "csv" else _read_by_gdal(job)
    return _write(batches, folder / "features.arrow", job["most_features"])


def _write(batches: Iterator[Any], to: Path, most: int) -> dict[str, Any]:
    """Write batches as they come, each feature with its number in the file."""
    import pyarrow as pa

    count, writer = 0, None
    try:
        for batch in batches:
            count += batch.num_rows
            if count > most:
                raise Unreadable("many")
            numbers = pa.array(range(count - batch.num_rows + 1, count + 1), pa.int32())
            table = pa.Table.from_batches([batch]).append_column(ORDINAL, numbers)
            if writer is None:
                writer = pa.ipc.new_file(str(to), table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()
    return {"count": count}


# GeoPackage, Shapefile, GeoJSON, DXF


def _describe_by_gdal(job: dict[str, Any]) -> dict[str, Any]:
    import pyogrio

    path = job["path"]
    encoding = _dbf_encoding(Path(path)) if job["form"] == "shp" else ""
    layers = []
    for name, shape in pyogrio.list_layers(path)[:50]:
        if shape is None:
            continue
        layers.append(_describe_layer(path, str(name), encoding))
    if not layers:
        raise Unreadable("nothing")
    return {"layers": layers, "encoding": encoding}


def _describe_layer(path: str, name: str, encoding: str) -> dict[str, Any]:
    import pyogrio

    wanted = encoding or None
    info = pyogrio.read_info(path, layer=name, encoding=wanted, force_feature_count=True, force_total_bounds=True)
    meta, _ids, _wkb, columns = pyogrio.raw.read(
        path, layer=name, encoding=wanted, max_features=SAMPLES, datetime_as_string=True
    )
    samples = {
        str(field): [_plain(value) for value in column] for field, column in zip(meta["fields"], columns, strict=True)
    }
    bounds = info["total_bounds"]
    return {
        "name": name,
        "shape": str(info["geometry_type"]),
        "count": int(info["features"]),
        "crs": info["crs"],
        "bounds": [float(b) for b in bounds] if bounds is not None else None,
        "columns": [str(field) for field in info["fields"]],
        "samples": samples,
    }


def _plain(value: Any) -> Any:
    import numpy as np

    if value is None or value is np.ma.masked:
        return None
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, str | int | float | bool):
        return value[:500] if isinstance(value, str) else value
    return str(value)[:500]


def _dbf_encoding(path: Path) -> str:
    """What the .cpg beside says, if it is true; else by the letters of the table."""
    table = _beside(path, ".dbf")
    sample = table.read_bytes()[:ENCODING_SAMPLE] if table else b""
    said = _beside(path, ".cpg")
    if said:
        import codecs

        word = said.read_text("ascii", errors="ignore").strip().lower()
        word = {"1250": "cp1250", "1252": "cp1252", "852": "cp852"}.get(word, word)
        try:
            known = codecs.lookup(word).name
        except LookupError:
            known = ""
        if known in KNOWN and (known != UTF8 or is_utf8(_text_of_dbf(sample))):
            return known
    return guess_encoding(_text_of_dbf(sample))


def _beside(path: Path, ending: str) -> Path | None:
    return next((file for file in path.parent.iterdir() if file.suffix.lower() == ending), None)


def _text_of_dbf(table: bytes) -> bytes:
    start = int.from_bytes(table[8:10], "little") if len(table) > 32 else 0
    return table[start:]


def _unreadable_records(path: Path, encoding: str) -> set[int]:
    """The numbers, from 0, of the records of a Shapefile whose texts are not in the encoding."""
    file = _beside(path, ".dbf")
    table = file.read_bytes() if file else b""
    if len(table) < 32:
        return set()
    count, start, length = (int.from_bytes(table[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    found = set()
    for number in range(min(count, (len(table) - start) // max(length, 1))):
        record = table[start + number * length : start + (number + 1) * length]
        try:
            record.decode(encoding)
        except UnicodeDecodeError:
            found.add(number)
    return found


def _read_by_gdal(job: dict[str, Any]) -> Iterator[Any]:
    import pyarrow as pa
    import pyogrio

    encoding = job.get("encoding") or None
    faulty = _unreadable_records(Path(job["path"]), encoding) if job["form"] == "shp" and encoding else set()
    if faulty:
        encoding = "latin-1"  # every byte is a letter of it: only what is faulty is read so, and it is not taken
    # read whole, not as Arrow: so that GDAL turns curves into lines
    meta, _ids, shapes, columns = pyogrio.raw.read(
        job["path"],
        layer=job["sublayer"],
        encoding=encoding,
        max_features=job["most_features"] + 1,
        datetime_as_string=True,
    )
    names = [str(name) for name in meta["fields"]]
    for start in range(0, len(shapes), BATCH):
        part = slice(start, start + BATCH)
        made = [_as_simple(column[part]) for column in columns]
        if faulty:
            made = [_redecoded(column, job["encoding"]) for column in made]
        wkbs = [None if shape is None else bytes(shape) for shape in shapes[part]]
        faults = ["encoding" if start + n in faulty else None for n in range(len(wkbs))]
        arrays = [*made, pa.array(wkbs, pa.binary()), pa.array(faults, pa.string())]
        yield pa.RecordBatch.from_arrays(arrays, [*names, WKB, FAULT])


def _as_simple(column: Any) -> Any:
    """Whole numbers, numbers and booleans stay; everything else, dates too, becomes text."""
    import numpy as np
    import pyarrow as pa

    if column.dtype.kind in "iu":
        return pa.array(column.astype(np.int64))
    if column.dtype.kind == "f":
        return pa.array(column.astype(np.float64), from_pandas=True)  # no number is nothing
    if column.dtype.kind == "b":
        return pa.array(column)
    return pa.array([_text(value) for value in column], pa.string())


def _text(value: Any) -> str | None:
    plain = _plain(value)
    return None if plain is None else str(value)


def _redecoded(column: Any, encoding: str) -> Any:
    import pyarrow as pa

    if not pa.types.is_string(column.type):
        return column
    given = column.to_pylist()
    texts = [None if text is None else text.encode("latin-1", "replace").decode(encoding, "replace") for text in given]
    return pa.array(texts, pa.string())


# CSV


def _describe_csv(job: dict[str, Any]) -> dict[str, Any]:
    path = Path(job["path"])
    with path.open("rb") as stream:
        sample = stream.read(ENCODING_SAMPLE)
    if b"\x00" in sample and not sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("text")
    encoding = job.get("encoding") or guess_encoding(sample, is_whole=len(sample) < ENCODING_SAMPLE)
    delimiter = job.get("delimiter") or _guess_delimiter(sample.decode(encoding, errors="replace"))
    rows: list[list[str]] = []
    count = 0
    for cells, _fault in _cells(path, encoding, delimiter):
        if len(rows) <= SAMPLES:
            rows.append(cells)
        count += 1
    if count < 2:
        raise Unreadable("nothing")
    names = _header(rows[0])
    samples = {
        name: [_whole(row[at][:500]) if at < len(row) else "" for row in rows[1:]] for at, name in enumerate(names)
    }
    layer = {
        "name": "", "shape": "", "count": count - 1, "crs": None, "bounds": None, "columns": names, "samples": samples,
    }  # fmt: skip
    return {"layers": [layer], "encoding": encoding, "delimiter": delimiter}


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _guess_delimiter(text: str) -> str:
    """The sign that parts the first lines into the same number of cells, of more than one."""
    lines = text.splitlines()[:20]
    best, most = ",", 0
    for sign in DELIMITERS:
        widths = {len(row) for row in csv.reader(lines[:-1] or lines, delimiter=sign) if row}
        if len(widths) == 1 and (width := widths.pop()) > max(1, most):
            best, most = sign, width
    return best if most else max(DELIMITERS, key=lambda sign: lines[0].count(sign) if lines else 0)


def _header(cells: list[str]) -> list[str]:
    names: list[str] = []
    for at, cell in enumerate(cells):
        name = cell.strip().strip("\ufeff")[:100] or f"column {at + 1}"
        names.append(name if name not in names else f"{name} ({at + 1})")
    return names


def _cells(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[list[str], bool]]:
    """Yield rows, and whether something in a row is not in the encoding."""
    csv.field_size_limit(LONGEST_CELL)
    # what cannot be decoded is kept as lone surrogates, which no text of a file can hold
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as text:
        for cells in csv.reader(text, delimiter=delimiter):
            if cells:
                yield cells, any("\udc80" <= sign <= "\udcff" for cell in cells if not cell.isascii() for sign in cell)


def _read_csv(job: dict[str, Any]) -> Iterator[Any]:
    import pyarrow as pa

    rows = _cells(Path(job["path"]), job["encoding"], job["delimiter"])
    names = _header(next(rows)[0])
    places = {name: at for at, name in enumerate(names)}
    schema = pa.schema([*((name, pa.string()) for name in names), (WKB, pa.binary()), (FAULT, pa.string())])
    for batch in batched(rows, BATCH):
        yield _csv_batch(batch, names, places, job, schema)


def _csv_batch(
    batch: Sequence[tuple[list[str], bool]], names: list[str], places: dict[str, int], job: Any, schema: Any
) -> Any:
    import pyarrow as pa

    shapes, faults = [], []
    for cells, is_unreadable in batch:
        shape, fault = _position(cells, places, job)
        shapes.append(shape)
        faults.append("encoding" if is_unreadable else "cells" if len(cells) > len(names) else fault)
    columns = [
        pa.array([_clean(cells[at]) if at < len(cells) else None for cells, _ in batch], pa.string())
        for at in range(len(names))
    ]
    return pa.RecordBatch.from_arrays(
        [*columns, pa.array(shapes, pa.binary()), pa.array(faults, pa.string())], schema=schema
    )


def _clean(cell: str) -> str | None:
    """An apostrophe before a sign that a spreadsheet would take for a formula was put there by an export."""
    text = cell.strip()
    if text[:1] == "'" and text[1:2] in tuple("=+-@"):
        text = text[1:]
    return _whole(text) or None


def _position(cells: list[str], places: dict[str, int], job: Any) -> tuple[bytes | None, str | None]:
    import shapely

    def cell(name: str) -> str:
        at = places.get(name, -1)
        return cells[at].strip().lstrip("'") if 0 <= at < len(cells) else ""

    try:
        if job.get("wkt_column"):
            return bytes(shapely.to_wkb(shapely.from_wkt(cell(job["wkt_column"])))), None
        x, y = _coordinate(cell(job["x_column"])), _coordinate(cell(job["y_column"]))
        return bytes(shapely.to_wkb(shapely.Point(x, y))), None
    except (ValueError, TypeError, shapely.errors.ShapelyError):
        return None, "position"


def _coordinate(text: str) -> float:
    """A number with a decimal comma or point, spaces between thousands."""
    plain = text.replace("\u00a0", "").replace(" ", "").replace("\u2212", "-")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    number = float(plain)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


if __name__ == "__main__":
    os.environ.pop("DATABASE_URL", None)
    sys.exit(main())

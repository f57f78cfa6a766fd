"""Reading a kept file line by line, never more of it in memory than a few thousand lines."""

import csv
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.feeds.imports.keeping import open_kept
from rivulus.observations.rules.imports.guessing import guess_delimiter, guess_header
from rivulus.observations.rules.imports.mapping import CSV, MOST_COLUMNS, Layout

SAMPLE_LINES = 200
LONGEST_CELL = 10_000
BATCH_ROWS = 5_000
# A Parquet file of a few kilobytes may say that it holds a billion rows: what it unpacks to is bounded before it is.
MOST_ROWS = 20_000_000
MOST_GROUP_BYTES = 256 * 1024 * 1024
MOST_BYTES = 4 * 1024 * 1024 * 1024
LONGEST_TEXT_BYTES = 200

type Line = tuple[int, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first lines of a file, and what they say of its form."""

    names: tuple[str, ...]
    rows: tuple[Sequence[Any], ...]
    layout: Layout


def read_beginning(place: str, form: str, *, delimiter: str = "", has_header: bool | None = None) -> Beginning:
    """Return the beginning of a file; delimiter and header are guessed unless given. Raises Refused."""
    if form != CSV:
        return _parquet_beginning(place)
    with open_kept(place) as file:
        text = file.read(256 * 1024).decode("utf-8", "ignore")
    lines = text.splitlines()[:SAMPLE_LINES]
    sign = delimiter or guess_delimiter(lines)
    layout = Layout(delimiter=sign)
    rows = [cells for _, cells in islice(_csv_lines(place, Layout(delimiter=sign, has_header=False)), SAMPLE_LINES)]
    if not rows:
        raise Refused(N_("The file has no lines."))
    header = guess_header(rows) if has_header is None else has_header
    width = min(max(len(row) for row in rows), MOST_COLUMNS)
    names = [name.strip() for name in rows[0][:width]] if header else []
    names += [str(number) for number in range(len(names) + 1, width + 1)]
    layout = Layout(delimiter=sign, has_header=header)
    return Beginning(tuple(names), tuple(rows[1:] if header else rows), layout)


def read_lines(place: str, layout: Layout, *, skip: int = 0) -> Iterator[Line]:
    """Yield (line number, cells) of a file from a place on; the first line of a file is 1, of Parquet the first row."""
    lines = _csv_lines(place, layout) if layout.form == CSV else _parquet_lines(place, layout)
    yield from islice(lines, skip, None)


def _csv_lines(place: str, layout: Layout) -> Iterator[Line]:
    with open_kept(place) as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
        reader = csv.reader(text, delimiter=layout.delimiter)
        is_first, line = True, 0
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield line, ()
                continue
            if is_first:
                is_first = False
                if layout.has_header:
                    continue
            if any(cells):
                yield line, [cell[:LONGEST_CELL] for cell in cells]


def _parquet_beginning(place: str) -> Beginning:
    with open_kept(place) as file:
        parquet = _open_parquet(file)
        names = tuple(parquet.schema_arrow.names[:MOST_COLUMNS])
    layout = Layout(form="parquet", names=names)
    everything = tuple(range(len(names)))
    rows = tuple(cells for _, cells in islice(_parquet_rows(place, layout, everything), SAMPLE_LINES))
    if not rows:
        raise Refused(N_("The file has no lines."))
    return Beginning(names, rows, layout)


def _parquet_lines(place: str, layout: Layout) -> Iterator[Line]:
    wanted = {layout.time_place, layout.series_place, layout.value_place, *(one.place for one in layout.columns)}
    yield from _parquet_rows(place, layout, tuple(sorted(at for at in wanted if at is not None)))


def _parquet_rows(place: str, layout: Layout, wanted: Sequence[int]) -> Iterator[Line]:
    """Read only the columns that are wanted; the others are None."""
    with open_kept(place) as file:
        parquet = _open_parquet(file)
        names = parquet.schema_arrow.names
        number = 0
        try:
            for batch in parquet.iter_batches(
                batch_size=BATCH_ROWS, columns=[names[at] for at in wanted if at < len(names)]
            ):
                columns: list[Sequence[Any]] = [[None] * batch.num_rows] * len(names)
                for name, column in zip(batch.schema.names, batch.columns, strict=True):
                    columns[names.index(name)] = _plain(column)
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield number, cells
        except (pa.ArrowException, OSError, ValueError) as error:
            raise Refused(N_("The Parquet file cannot be read: %(why)s"), why=str(error)[:150]) from error


def _plain(column: Any) -> Sequence[Any]:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    if pa.types.is_dictionary(column.type):
        words = [word[:LONGEST_TEXT_BYTES] if isinstance(word, str) else word for word in column.dictionary.to_pylist()]
        return [None if at is None else words[at] for at in column.indices.to_pylist()]
    found: Sequence[Any] = column.to_pylist()
    return found


def _open_parquet(file: IO[bytes]) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            schema = pq.read_schema(file)
            file.seek(0)
            texts = [
                field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
            ]
            parquet = pq.ParquetFile(file, read_dictionary=texts, memory_map=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Refused(N_("The Parquet file cannot be read: %(why)s"), why=str(error)[:150]) from error
    _check_bounds(parquet)
    return parquet


def _check_bounds(parquet: Any) -> None:
    about = parquet.metadata
    sizes = [about.row_group(at).total_byte_size for at in range(about.num_row_groups)]
    is_large = about.num_rows > MOST_ROWS or sum(sizes) > MOST_BYTES or max(sizes, default=0) > MOST_GROUP_BYTES
    if is_large or min(sizes, default=0) < 0:
        raise Refused(N_("The Parquet file unpacks to more than is taken at once. Split it into several files."))
    names = parquet.schema_arrow.names
    for field in parquet.schema_arrow:
        if pa.types.is_nested(field.type) or pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type):
            raise Refused(N_("The column %(name)s holds neither numbers, times nor words."), name=field.name[:80])
    if len(set(names)) < len(names) or len(names) > MOST_COLUMNS:
        raise Refused(
            N_("The columns of the file must have different names, and be at most %(most)s."), most=MOST_COLUMNS
        )

"""Series as files that are written while they are read: CSV, Parquet, and Arrow batches for whoever wants those."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rivulus.observations.models import Datastream
from rivulus.observations.queries.readings import extent, read
from rivulus.observations.queries.records import extent_of_records, read_records
from rivulus.observations.rules.readings import Readings, Record
from rivulus.observations.rules.weeks import WEEK_US
from rivulus.observations.terms import FLAG_NAMES, ResultKind

WINDOW_US = 4 * WEEK_US  # read at once, of one series
TIMES = pa.timestamp("ms", tz="UTC")
SCHEMA = pa.schema([("datastream", pa.int32()), ("time", TIMES), ("result", pa.float64()), ("quality", pa.int32())])
RECORDS = pa.schema([("datastream", pa.int32()), ("time", TIMES), ("result", pa.string()), ("quality", pa.int32())])


def windows(datastreams: Sequence[int], start_us: int, end_us: int) -> Iterator[Readings]:
    """Return the readings of [start, end) in portions: series after series, four weeks at a time."""
    reach = extent(datastreams)
    for number in sorted(reach):
        first, last = max(start_us, reach[number][0]), min(end_us, reach[number][1] + 1)
        for begin in range(first, last, WINDOW_US):
            found = read([number], begin, min(begin + WINDOW_US, last))
            if len(found):
                yield found


def record_batches(datastreams: Sequence[int], start_us: int, end_us: int) -> Iterator[pa.RecordBatch]:
    """Return the readings of [start, end) as Arrow: datastream, time (ms, UTC), result, quality (bits of terms.Flag)."""
    for found in windows(datastreams, start_us, end_us):
        yield to_batch(found)


def to_batch(found: Readings) -> pa.RecordBatch:
    """Return readings as Arrow."""
    times = pa.array((found.time // 1000).view("datetime64[ms]")).cast(TIMES)
    return pa.record_batch(
        [pa.array(found.datastream), times, pa.array(found.value), pa.array(found.quality)], schema=SCHEMA
    )


def records_to_batch(found: Sequence[Record]) -> pa.RecordBatch:
    """Return records as Arrow, the result as JSON."""
    times = pa.array(np.array([one.time // 1000 for one in found], "datetime64[ms]")).cast(TIMES)
    return pa.record_batch(
        [
            pa.array([one.datastream for one in found], pa.int32()),
            times,
            pa.array([json.dumps(one.result, ensure_ascii=False) for one in found], pa.string()),
            pa.array([one.quality for one in found], pa.int32()),
        ],
        schema=RECORDS,
    )


def stream_csv(series: Datastream, start_us: int, end_us: int) -> Iterator[bytes]:
    """Return a series as CSV in UTF-8: time (UTC), result, flags in words, and whether it is simulated where it is."""
    extra = (["simulated"], ["true"]) if series.is_simulated else ([], [])
    yield _lines([["time", "result", "flags", *extra[0]]])
    if series.kind == ResultKind.NUMBER:
        for found in windows([series.pk], start_us, end_us):
            yield _lines(_csv_rows(found, extra[1]))
        return
    for part in _records(series.pk, start_us, end_us):
        times = np.datetime_as_string(np.array([one.time // 1000 for one in part], "datetime64[ms]"))
        yield _lines(
            [f"{at}Z", json.dumps(one.result, ensure_ascii=False), flag_words(one.quality), *extra[1]]
            for at, one in zip(times.tolist(), part, strict=True)
        )


def stream_parquet(series: Datastream, start_us: int, end_us: int) -> Iterator[bytes]:
    """Return a series as Parquet (zstd), with its name, unit, thing and origin among the file's own words."""
    is_number = series.kind == ResultKind.NUMBER
    schema = (SCHEMA if is_number else RECORDS).with_metadata(_words(series))
    sink = _Sink()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        if is_number:
            batches = record_batches([series.pk], start_us, end_us)
        else:
            batches = map(records_to_batch, _records(series.pk, start_us, end_us))
        for batch in batches:
            writer.write_batch(batch.replace_schema_metadata(schema.metadata))
            yield sink.drain()
    yield sink.drain()


def flag_words(quality: int) -> str:
    """Return the names of flags in English, as they stand in files."""
    return "; ".join(name for flag, name in FLAG_NAMES.items() if quality & flag)


class _Sink(io.RawIOBase):
    """Takes what a writer of files writes, and hands it on piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Keep what is written until it is handed on."""
        part = bytes(data)
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    def tell(self) -> int:
        """Return how much was written so far."""
        return self._size

    def drain(self) -> bytes:
        """Hand on what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _csv_rows(found: Readings, extra: list[str]) -> Iterator[list[str]]:
    times = np.datetime_as_string((found.time // 1000).view("datetime64[ms]")).tolist()
    words = {int(quality): flag_words(int(quality)) for quality in np.unique(found.quality)}
    for at, value, quality in zip(times, found.value.tolist(), found.quality.tolist(), strict=True):
        yield [f"{at}Z", repr(value), words[quality], *extra]


def _lines(listed: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(listed)  # RFC 4180
    return out.getvalue().encode()


def _records(number: int, start_us: int, end_us: int) -> Iterator[list[Record]]:
    reach = extent_of_records([number]).get(number)
    if reach is None:
        return
    first, last = max(start_us, reach[0]), min(end_us, reach[1] + 1)
    for begin in range(first, last, WINDOW_US):
        found = read_records([number], begin, min(begin + WINDOW_US, last))
        if found:
            yield found


def _words(series: Datastream) -> dict[str, str]:
    unit = series.unit_of_measurement or {}
    return {
        "name": series.name,
        "unit": str(unit.get("symbol") or ""),
        "unit_name": str(unit.get("name") or ""),
        "thing": series.thing.name,
        "source": series.thing.supplier.name if series.thing.supplier else "",
        "simulated": "true" if series.is_simulated else "false",
    }

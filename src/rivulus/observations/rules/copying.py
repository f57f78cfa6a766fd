"""Readings as PostgreSQL takes them in binary: rows of COPY, and arrays for unnest. NumPy writes them, big-endian. Pure."""

import struct
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rivulus.observations.rules.readings import Readings

EPOCH_2000_US = 946_684_800_000_000  # PostgreSQL counts from 2000-01-01
TIMESTAMPTZ, FLOAT8, INT4 = 1184, 701, 23  # identifiers of types, fixed in PostgreSQL's catalogue
TIMESTAMPTZ_ARRAY, FLOAT8_ARRAY, INT4_ARRAY = 1185, 1022, 1007
COPY_COLUMNS = "(time, value, datastream, quality)"
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_ROW = np.dtype(
    [
        ("columns", ">i2"),
        ("time_size", ">i4"),
        ("time", ">i8"),
        ("value_size", ">i4"),
        ("value", ">f8"),
        ("datastream_size", ">i4"),
        ("datastream", ">i4"),
        ("quality_size", ">i4"),
        ("quality", ">i4"),
    ]
)
_ONE_ROW = struct.Struct(">hiqidiiii")  # the same for one
_EMPTY_ROW = np.array((4, 8, 0, 8, 0.0, 4, 0, 4, 0), _ROW)


def copy_body(readings: Readings) -> bytes:
    """Return what ``COPY … FROM STDIN (FORMAT binary)`` wants for these readings, 42 bytes each."""
    rows = np.empty(len(readings), _ROW)
    rows[:] = _EMPTY_ROW
    rows["time"] = readings.time - EPOCH_2000_US
    rows["value"] = readings.value
    rows["datastream"] = readings.datastream
    rows["quality"] = readings.quality
    return b"".join((_HEADER, rows.tobytes(), _TRAILER))


def copy_few(rows: Iterable[tuple[int, float, int, int]]) -> bytes:
    """Return the same for a few (time, value, series, quality), for which arrays are slow."""
    packed = [
        _ONE_ROW.pack(4, 8, time - EPOCH_2000_US, 8, value, 4, series, 4, flags) for time, value, series, flags in rows
    ]
    return b"".join((_HEADER, *packed, _TRAILER))


def time_array(times_us: NDArray[np.int64]) -> bytes:
    """Return a ``timestamptz[]`` in PostgreSQL's binary form."""
    return _array(times_us - EPOCH_2000_US, TIMESTAMPTZ, ">i8")


def number_array(values: NDArray[np.float64]) -> bytes:
    """Return a ``float8[]`` in PostgreSQL's binary form."""
    return _array(values, FLOAT8, ">f8")


def integer_array(values: NDArray[Any]) -> bytes:
    """Return an ``int4[]`` in PostgreSQL's binary form."""
    return _array(values, INT4, ">i4")


def _array(values: NDArray[Any], kind: int, form: str) -> bytes:
    size = np.dtype(form).itemsize
    items = np.empty(len(values), [("size", ">i4"), ("value", form)])
    items["size"] = size
    items["value"] = values
    if not len(values):
        return np.array((0, 0, kind), ">i4").tobytes()
    return np.array((1, 0, kind, len(values), 1), ">i4").tobytes() + items.tobytes()

"""Rollups of past months in few bytes: a year of hours of one series deflated, a year of its days as plain records. Pure.

Hours are many and asked for by the series: they are packed like readings (see rules.blocks). Days are few and asked for
of hundreds of series at once: their records stand side by side, so that one array takes them all.
"""

from typing import LiteralString

import numpy as np
from numpy.typing import NDArray

from rivulus.observations.rules import blocks
from rivulus.observations.rules.copying import EPOCH_2000_US
from rivulus.observations.rules.readings import MS
from rivulus.observations.rules.rollups import NO_TIME, Rollup, joined

VERSION = 1
DAY = np.dtype(
    [
        ("start", "<i8"),
        ("last_time", "<i8"),
        ("sum", "<f8"),
        ("min", "<f8"),
        ("max", "<f8"),
        ("last", "<f8"),
        ("count", "<i4"),
        ("flagged", "<i4"),
        ("covered_s", "<i4"),
    ]
)
COPY_COLUMNS: LiteralString = "(hour, last_time, sum, min, max, last, datastream, count, flagged, covered_s)"
_COPIED = (
    ("start", ">i8"),
    ("last_time", ">i8"),
    *((name, ">f8") for name in ("sum", "min", "max", "last")),
    *((name, ">i4") for name in ("datastream", "count", "flagged", "covered_s")),
)
_COPY = np.dtype(
    [("columns", ">i2"), *(part for name, form in _COPIED for part in ((f"{name}_size", ">i4"), (name, form)))]
)
INTEGERS, VALUES = ("count", "flagged", "covered_s"), ("sum", "min", "max", "last")


def pack_hours(hours: Rollup) -> bytes:
    """Return the hours of one series, in order; raises ValueError when there are none."""
    if not len(hours):
        raise ValueError("There are no hours to pack.")
    header, bodies = [VERSION, len(hours)], list[bytes]()
    after = np.where(hours.count > 0, hours.last_time - hours.start, 0)
    for numbers in (hours.start // MS, after // MS, *(getattr(hours, name) for name in INTEGERS)):
        blocks.add(header, bodies, numbers.astype(np.int64))
    for name in VALUES:
        blocks.add_values(header, bodies, np.ascontiguousarray(getattr(hours, name)))
    return blocks.finished(header, bodies)


def unpack_hours(data: bytes, datastream: int) -> Rollup:
    """Return the hours of a series; raises ValueError when the bytes are something else."""
    reader = blocks.Header(data)
    if reader.next() != VERSION:
        raise ValueError("These are no hours of a series, or of a later release.")
    size = reader.next()
    lines = [reader.line() for _ in range(2 + len(INTEGERS))]
    forms = [reader.form() for _ in VALUES]
    body = blocks.Body(reader.rest())
    start, after, *integers = (body.ints(size, line) for line in lines)
    total, low, high, last = (body.values(size, form) for form in forms)
    count, flagged, covered_s = (numbers.astype(np.int32) for numbers in integers)
    last_time = np.where(count > 0, (start + after) * MS, NO_TIME)
    ids = np.full(size, datastream, np.int32)
    return Rollup(ids, start * MS, count, flagged, covered_s, total, low, high, last, last_time)


def pack_days(days: Rollup) -> bytes:
    """Return the days of one series as records."""
    found = np.empty(len(days), DAY)
    for name in DAY.names or ():
        found[name] = getattr(days, name)
    return found.tobytes()


def unpack_days(data: bytes, ids: NDArray[np.int32], sizes: NDArray[np.int32], first: int, last: int) -> Rollup:
    """Return the days that begin in [first, last) of records one after the other: of each series so many."""
    found, datastream = np.frombuffer(data, DAY), np.repeat(ids, sizes)
    inside = (found["start"] >= first) & (found["start"] < last)
    if not inside.all():
        found, datastream = found[inside], datastream[inside]
    columns = {name: np.ascontiguousarray(found[name]) for name in DAY.names or ()}
    return Rollup(datastream=datastream, **columns)


def overridden(from_rows: Rollup, packed: Rollup) -> Rollup:
    """Return both, by series and then start; a row stands in the place of what is packed, an empty one for nothing."""
    if len(from_rows) and len(packed):
        held, over = packed.key, from_rows.key
        place = np.searchsorted(held, over)
        place = place[place < len(held)]  # rows are in order: those beyond all that is packed come last
        is_packed = held[place] == over[: len(place)]
        if is_packed.any():
            packed = packed.take(np.delete(np.arange(len(packed)), place[is_packed]))
    both = joined(from_rows, packed)
    there = (both.count > 0) | (both.flagged > 0)
    return both if there.all() else both.take(there)


def copy_body(hours: Rollup) -> bytes:
    """Return what ``COPY … (COPY_COLUMNS) FROM STDIN (FORMAT binary)`` wants for hours that all have good readings."""
    found = np.empty(len(hours), _COPY)
    found["columns"] = len(_COPIED)
    for name, form in _COPIED:
        column = getattr(hours, name)
        is_time = name in {"start", "last_time"}
        found[f"{name}_size"] = np.dtype(form).itemsize
        found[name] = column - EPOCH_2000_US if is_time else column
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + found.tobytes() + b"\xff\xff"

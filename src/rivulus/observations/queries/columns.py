"""Answers of PostgreSQL as NumPy columns.

Each column comes as one array in one message (``array_agg`` in binary), four times faster than row by row: a driver
pays for every row, NumPy does not. No column may hold NULL.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import psycopg
from django.db import connection
from numpy.typing import NDArray
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

EPOCH_2000_US = 946_684_800_000_000  # PostgreSQL counts from 2000-01-01
HEADER = 20  # dimensions, NULLs, type, length, lower bound
MOST_ROWS = 60_000_000  # a column of an answer is at most 1 GB
FEW = 20  # numbers in a list that psycopg may look at one by one
INT4, INT4_ARRAY = 23, 1007


class _Column(Loader):
    """A one-dimensional array without NULL: every value follows its length."""

    format = Format.BINARY
    form = ">i4"

    def load(self, data: Buffer) -> NDArray[Any]:
        """Return the values, in the byte order of this machine."""
        if len(data) <= HEADER:
            return np.empty(0, np.dtype(self.form).newbyteorder("="))
        items = np.frombuffer(data, [("length", ">i4"), ("value", self.form)], offset=HEADER)
        return items["value"].astype(np.dtype(self.form).newbyteorder("="))


class _Numbers(_Column):
    form = ">f8"


class _Bigs(_Column):
    form = ">i8"


class _Times(_Bigs):
    def load(self, data: Buffer) -> NDArray[np.int64]:
        """Return microseconds since 1970; -infinity is rules.rollups.NO_TIME."""
        return super().load(data) + EPOCH_2000_US


LOADERS: dict[int, type[_Column]] = {1007: _Column, 1016: _Bigs, 1022: _Numbers, 1185: _Times}
"""By the identifiers of int4[], int8[], float8[] and timestamptz[], fixed in PostgreSQL's catalogue."""


@dataclass(frozen=True, slots=True)
class _Numbers4:
    """Many numbers of series as one parameter: psycopg would look at each."""

    values: list[int]


class _Numbers4Dumper(Dumper):
    format = Format.BINARY
    oid = INT4_ARRAY

    def dump(self, obj: _Numbers4) -> bytes:
        """Return the header of an array, and every number after its length."""
        items = np.empty(len(obj.values), [("length", ">i4"), ("value", ">i4")])
        items["length"], items["value"] = 4, obj.values
        return struct.pack(">iiIii", 1, 0, INT4, len(items), 1) + items.tobytes()


def fetch(select: str, parameters: Sequence[Any], columns: Sequence[str]) -> tuple[NDArray[Any], ...]:
    """Return the named columns of a SELECT of our own words, as arrays of equal length.

    Times are microseconds since 1970. Takes the connection of Django, and so its transaction.
    """
    wanted = ", ".join(f"array_agg({name})" for name in columns)
    with connection.cursor(), connection.wrap_database_errors:
        cursor = _cursor()
        for kind, loader in LOADERS.items():
            cursor.adapters.register_loader(kind, loader)
        cursor.execute(f"SELECT {wanted} FROM ({select}) x", _quick(parameters), binary=True)  # noqa: S608
        row = cursor.fetchone()
        kinds = [column.type_code for column in cursor.description or ()]
    assert row is not None  # an aggregate always answers
    return tuple(_none(kind) if found is None else found for kind, found in zip(kinds, row, strict=True))


def rows(select: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement of our own words, each column as psycopg reads it in binary."""
    with connection.cursor(), connection.wrap_database_errors:
        return _cursor().execute(select, _quick(parameters), binary=True).fetchall()


def _cursor() -> psycopg.Cursor[Any]:
    cursor = psycopg.Cursor(cast("psycopg.Connection[Any]", connection.connection))
    cursor.adapters.register_dumper(_Numbers4, _Numbers4Dumper)
    return cursor


def _quick(parameters: Sequence[Any]) -> list[Any]:
    """Return parameters with long lists of numbers in the form that costs nothing; statements cast them to int4[]."""
    return [_Numbers4(one) if _are_many(one) else one for one in parameters]


def _are_many(value: Any) -> bool:
    return isinstance(value, list) and len(value) > FEW and type(value[0]) is int and max(value) < 2**31


def _none(kind: int) -> NDArray[Any]:
    return np.empty(0, np.dtype(LOADERS[kind].form).newbyteorder("="))

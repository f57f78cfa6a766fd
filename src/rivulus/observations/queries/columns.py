"""Answers of PostgreSQL as NumPy columns.

Each column comes as one array in one message (``array_agg`` in binary), four times faster than row by row: a driver
pays for every row, NumPy does not. No column may hold NULL.
"""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import psycopg
from django.db import connection
from numpy.typing import NDArray
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format

EPOCH_2000_US = 946_684_800_000_000  # PostgreSQL counts from 2000-01-01
HEADER = 20  # dimensions, NULLs, type, length, lower bound
MOST_ROWS = 60_000_000  # a column of an answer is at most 1 GB


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


def fetch(select: str, parameters: Sequence[Any], columns: Sequence[str]) -> tuple[NDArray[Any], ...]:
    """Return the named columns of a SELECT of our own words, as arrays of equal length.

    Times are microseconds since 1970. Takes the connection of Django, and so its transaction.
    """
    wanted = ", ".join(f"array_agg({name})" for name in columns)
    with connection.cursor(), connection.wrap_database_errors:
        cursor = psycopg.Cursor(cast("psycopg.Connection[Any]", connection.connection))
        for kind, loader in LOADERS.items():
            cursor.adapters.register_loader(kind, loader)
        cursor.execute(f"SELECT {wanted} FROM ({select}) x", parameters, binary=True)  # noqa: S608
        row = cursor.fetchone()
        kinds = [column.type_code for column in cursor.description or ()]
    assert row is not None  # an aggregate always answers
    return tuple(_none(kind) if found is None else found for kind, found in zip(kinds, row, strict=True))


def rows(select: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement of our own words, each column as psycopg reads it in binary."""
    with connection.cursor(), connection.wrap_database_errors:
        cursor = psycopg.Cursor(cast("psycopg.Connection[Any]", connection.connection))
        return cursor.execute(select, parameters, binary=True).fetchall()


def _none(kind: int) -> NDArray[Any]:
    return np.empty(0, np.dtype(LOADERS[kind].form).newbyteorder("="))

"""Answers of PostgreSQL as NumPy columns, and several questions in one round trip.

Each column comes as one array in one message (``array_agg`` in binary), four times faster than row by row: a driver
pays for every row, NumPy does not. No column may hold NULL.
"""

import struct
from collections.abc import Sequence
from contextlib import nullcontext
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


@dataclass(frozen=True, slots=True)
class Question:
    """A statement of our own words; with `as_columns` its one row is of arrays."""

    statement: str
    parameters: Sequence[Any]
    as_columns: bool = False


def columns_of(select: str, parameters: Sequence[Any], columns: Sequence[str]) -> Question:
    """Ask for the named columns of a SELECT, as arrays of equal length; times are microseconds since 1970."""
    wanted = ", ".join(f"array_agg({name})" for name in columns)
    return Question(f"SELECT {wanted} FROM ({select}) x", parameters, as_columns=True)  # noqa: S608


def ask(*questions: Question) -> list[Any]:
    """Return the answer to each: rows as psycopg reads them in binary, or a tuple of columns.

    They are answered one after the other, in this order, each seeing what was committed until then; in one round trip,
    because a short question costs less than being woken up for it. Takes the connection of Django, and so its
    transaction.
    """
    with connection.cursor(), connection.wrap_database_errors:
        raw = cast("psycopg.Connection[Any]", connection.connection)
        with raw.pipeline() if len(questions) > 1 else nullcontext():
            cursors = [_asked(psycopg.Cursor(raw), question) for question in questions]
        return [_answer(cursor, question) for cursor, question in zip(cursors, questions, strict=True)]


def fetch(select: str, parameters: Sequence[Any], columns: Sequence[str]) -> tuple[NDArray[Any], ...]:
    """Return the named columns of a SELECT of our own words (see columns_of)."""
    found: tuple[NDArray[Any], ...] = ask(columns_of(select, parameters, columns))[0]
    return found


def rows(select: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement of our own words, each column as psycopg reads it in binary."""
    found: list[tuple[Any, ...]] = ask(Question(select, parameters))[0]
    return found


def _asked(cursor: psycopg.Cursor[Any], question: Question) -> psycopg.Cursor[Any]:
    cursor.adapters.register_dumper(_Numbers4, _Numbers4Dumper)
    if question.as_columns:
        for kind, loader in LOADERS.items():
            cursor.adapters.register_loader(kind, loader)
    return cursor.execute(question.statement, _quick(question.parameters), binary=True)


def _answer(cursor: psycopg.Cursor[Any], question: Question) -> Any:
    if not question.as_columns:
        return cursor.fetchall()
    row = cursor.fetchone()
    assert row is not None  # an aggregate always answers
    kinds = [column.type_code for column in cursor.description or ()]
    return tuple(_none(kind) if found is None else found for kind, found in zip(kinds, row, strict=True))


def _quick(parameters: Sequence[Any]) -> list[Any]:
    """Return parameters with long lists of numbers in the form that costs nothing; statements cast them to int4[]."""
    return [_Numbers4(one) if _are_many(one) else one for one in parameters]


def _are_many(value: Any) -> bool:
    return isinstance(value, list) and len(value) > FEW and type(value[0]) is int and max(value) < 2**31


def _none(kind: int) -> NDArray[Any]:
    return np.empty(0, np.dtype(LOADERS[kind].form).newbyteorder("="))

"""Columns of NumPy as parameters of a statement, in PostgreSQL's binary form."""

from typing import Any, LiteralString

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format

from rivulus.observations.rules import copying


class Times(bytes):
    """A ``timestamptz[]``."""


class Numbers(bytes):
    """A ``float8[]``."""


class Integers(bytes):
    """An ``int4[]``."""


class _AsIs(Dumper):
    """Hands over bytes that are already what the server wants."""

    format = Format.BINARY

    def dump(self, obj: bytes) -> bytes:
        """Return it."""
        return obj


class _TimesDumper(_AsIs):
    oid = copying.TIMESTAMPTZ_ARRAY


class _NumbersDumper(_AsIs):
    oid = copying.FLOAT8_ARRAY


class _IntegersDumper(_AsIs):
    oid = copying.INT4_ARRAY


_DUMPERS = ((Times, _TimesDumper), (Numbers, _NumbersDumper), (Integers, _IntegersDumper))


def times(values: NDArray[np.int64]) -> Times:
    """Return microseconds since 1970 as a parameter."""
    return Times(copying.time_array(values))


def numbers(values: NDArray[np.float64]) -> Numbers:
    """Return floats as a parameter."""
    return Numbers(copying.number_array(values))


def integers(values: NDArray[Any]) -> Integers:
    """Return integers of four bytes as a parameter."""
    return Integers(copying.integer_array(values))


def run(connection: psycopg.Connection[Any], query: LiteralString, *parameters: object) -> psycopg.Cursor[Any]:
    """Run one statement with such parameters; whatever factory of cursors the connection has, this one is plain."""
    cursor = psycopg.Cursor(connection)
    for kind, dumper in _DUMPERS:
        cursor.adapters.register_dumper(kind, dumper)
    return cursor.execute(query, parameters, binary=True)

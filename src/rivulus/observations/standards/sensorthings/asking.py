"""Questions to the database: bounded in time, and answered in forms that are cheap to show.

Times come as microseconds since 1970, JSON as it lies there (``msgspec.Raw``), so that it is neither read nor written
again on its way out.
"""

import struct
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
import numpy as np
import psycopg
from django.db import DataError, OperationalError, connection, transaction
from numpy.typing import NDArray
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

from rivulus.observations.standards.sensorthings.rendering import ServiceError

TIMEOUT_S = 5
EPOCH_2000_US = 946_684_800_000_000
_INT8 = struct.Struct(">q")
FEW = 20
JSONB, TIMESTAMPTZ = 3802, 1184


class _Json(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> msgspec.Raw:
        """Return JSON without its version byte."""
        return msgspec.Raw(bytes(data)[1:])


class _Time(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> int:
        """Return microseconds since 1970."""
        return int(_INT8.unpack(data)[0]) + EPOCH_2000_US


@dataclass(frozen=True, slots=True)
class Column:
    """An array as a parameter, in the binary form of PostgreSQL; the subclass names the type of its items."""

    values: NDArray[Any]


class Numbers(Column):
    """float8[]."""


class Integers(Column):
    """int4[]."""


class Times(Column):
    """timestamptz[], from microseconds since 1970."""


class _Numbers(Dumper):
    format = Format.BINARY
    oid, item, form, offset = 1022, 701, ">f8", 0

    def dump(self, obj: Column) -> bytes:
        """Return the header of an array, and every value after its length."""
        form = np.dtype(self.form)
        items = np.empty(len(obj.values), [("length", ">i4"), ("value", form)])
        items["length"], items["value"] = form.itemsize, obj.values - self.offset
        return struct.pack(">iiIii", 1, 0, self.item, len(items), 1) + items.tobytes()


class _Integers(_Numbers):
    oid, item, form = 1007, 23, ">i4"


class _Times(_Numbers):
    oid, item, form, offset = 1185, 1184, ">i8", EPOCH_2000_US


class _Bigs(Dumper):
    """A list of whole numbers, as int8[]; statements say what they want it to be."""

    format = Format.BINARY
    oid = 1016

    def dump(self, obj: "Numbered") -> bytes:
        """Return the header of an array, and every value after its length."""
        items = np.empty(len(obj.values), [("length", ">i4"), ("value", ">i8")])
        items["length"], items["value"] = 8, obj.values
        return struct.pack(">iiIii", 1, 0, 20, len(items), 1) + items.tobytes()


@dataclass(frozen=True, slots=True)
class Numbered:
    """Many identifiers: psycopg would look at each."""

    values: list[int]


@dataclass(slots=True)
class Cost:
    """What one request may cost: seconds in all, readings unpacked from blocks, entities shown."""

    deadline: float = field(default_factory=lambda: time.monotonic() + TIMEOUT_S)
    readings: int = 3_000_000
    entities: int = 50_000

    def check_time(self) -> None:
        """Raise 503 when the time is up."""
        if time.monotonic() > self.deadline:
            raise ServiceError(503, TOO_LONG)

    def spend_readings(self, count: int) -> None:
        """Count readings that are going to be unpacked; raise 400 when these are too many."""
        self.readings -= count
        if self.readings < 0:
            raise ServiceError(
                400, "This question looks at too many old observations. Name a series, or a shorter stretch of time."
            )

    def spend_entities(self, count: int) -> None:
        """Count entities that are going to be shown; raise 400 when these are too many."""
        self.entities -= count
        if self.entities < 0:
            raise ServiceError(400, "This answer would be too long. Use $top, also within $expand.")


TOO_LONG = "This question takes too long. Narrow it: name a series, a stretch of time, or fewer links."


@contextmanager
def bounded(timeout_s: float = TIMEOUT_S) -> Iterator[None]:
    """Answer questions in one transaction; one that takes too long ends with 503 and a sentence."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{int(timeout_s * 1000)}"])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            raise ServiceError(503, TOO_LONG) from error
        raise
    except DataError as error:
        raise ServiceError(400, f"$filter: a value cannot be computed ({_reason(error)}).") from error


def _reason(error: DataError) -> str:
    cause = error.__cause__
    return (cause.diag.message_primary or "out of range") if isinstance(cause, psycopg.Error) else "out of range"


def ask(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement of our own words; values are in ``parameters`` only."""
    with connection.cursor(), connection.wrap_database_errors:
        cursor = psycopg.Cursor(cast("psycopg.Connection[Any]", connection.connection))
        cursor.adapters.register_loader(JSONB, _Json)
        cursor.adapters.register_loader(TIMESTAMPTZ, _Time)
        for column, dumper in ((Numbers, _Numbers), (Integers, _Integers), (Times, _Times), (Numbered, _Bigs)):
            cursor.adapters.register_dumper(column, dumper)
        given = {name: _quick(value) for name, value in parameters.items()}
        return cursor.execute(statement, given, binary=True).fetchall()


def _quick(value: Any) -> Any:
    return Numbered(value) if isinstance(value, list) and len(value) > FEW and isinstance(value[0], int) else value

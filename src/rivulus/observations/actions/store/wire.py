"""The shortest way to PostgreSQL: libpq as it is, for the few statements that run with every commit.

A cursor of psycopg costs a tenth of a millisecond a statement, most of it holding Python's lock. Statements here are
our own words, answers are text, and errors are psycopg's.
"""

import select
from typing import Any

import psycopg
from psycopg import errors, pq

_SHOWN = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK, pq.ExecStatus.COPY_IN)


def ask(connection: psycopg.Connection[Any], statements: bytes) -> tuple[str | None, ...]:
    """Run statements in one round trip; return the first row of the last one, or nothing."""
    result = connection.pgconn.exec_(statements)
    _check(connection, result)
    return tuple(_text(result.get_value(0, column)) for column in range(result.nfields)) if result.ntuples else ()


def copy(connection: psycopg.Connection[Any], statement: bytes, body: bytes) -> None:
    """Run a ``COPY … FROM STDIN`` with this body."""
    pgconn = connection.pgconn
    ask(connection, statement)
    for start in range(0, len(body), 1 << 16):
        while not pgconn.put_copy_data(body[start : start + (1 << 16)]):
            _wait(pgconn, writes=True)
    while not pgconn.put_copy_end():
        _wait(pgconn, writes=True)
    while pgconn.flush():
        _wait(pgconn, writes=True)
    outcome = None
    while (result := _next(pgconn)) is not None:
        outcome = outcome or result
    _check(connection, outcome)


def is_idle(connection: psycopg.Connection[Any]) -> bool:
    """Say whether no transaction is open and none opens by itself."""
    return connection.autocommit and connection.pgconn.transaction_status == pq.TransactionStatus.IDLE


def _next(pgconn: Any) -> Any:
    """Return the next result; libpq would wait for it holding Python's lock."""
    while pgconn.is_busy():
        _wait(pgconn)
        pgconn.consume_input()
    return pgconn.get_result()


def _wait(pgconn: Any, *, writes: bool = False) -> None:
    select.select([pgconn.socket], [pgconn.socket] if writes else [], [])


def _check(connection: psycopg.Connection[Any], result: Any) -> None:
    if result is not None and result.status in _SHOWN:
        return
    if connection.broken or result is None:
        raise psycopg.OperationalError("The connection to the database is lost.")
    raise errors.error_from_result(result, encoding="utf-8")


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()

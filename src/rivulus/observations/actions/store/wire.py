"""The shortest way to PostgreSQL: libpq as it is, for the few statements that run with every commit.

A cursor of psycopg costs a tenth of a millisecond a statement, most of it holding Python's lock. Statements here are
our own words, answers are text, and errors are psycopg's.
"""

import select
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import errors, pq

_SHOWN = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK, pq.ExecStatus.COPY_IN)


def ask(connection: psycopg.Connection[Any], statements: bytes) -> tuple[str | None, ...]:
    """Run statements in one round trip; return the first row of the last one, or nothing."""
    result = connection.pgconn.exec_(statements)
    _check(connection, result)
    return _first_row(result)


def copy(connection: psycopg.Connection[Any], statement: bytes, body: bytes) -> None:
    """Run a ``COPY … FROM STDIN`` with this body."""
    ask(connection, statement)
    _send_body(connection, body)


def copy_among(
    connection: psycopg.Connection[Any], statements: bytes, choose: Callable[[tuple[str | None, ...]], bytes | None]
) -> bool:
    """Run statements, one of them a ``COPY … FROM STDIN``, all in one round trip.

    `choose` is given the first row of what the statement before that one answers, and returns the body, or nothing:
    then the COPY fails, what comes after it does not run, and the return value says so.
    """
    pgconn = connection.pgconn
    pgconn.send_query(statements)
    _flush(pgconn)
    row: tuple[str | None, ...] = ()
    while (result := _next(pgconn)) is not None and result.status != pq.ExecStatus.COPY_IN:
        if result.status not in _SHOWN:
            _drain(pgconn)
        _check(connection, result)
        row = _first_row(result)
    _check(connection, result)
    body = choose(row)
    if body is not None:
        _send_body(connection, body)
        return True
    pgconn.put_copy_end(b"not like this")
    _flush(pgconn)
    _drain(pgconn)
    return False


def is_idle(connection: psycopg.Connection[Any]) -> bool:
    """Say whether no transaction is open and none opens by itself."""
    return connection.autocommit and connection.pgconn.transaction_status == pq.TransactionStatus.IDLE


def _send_body(connection: psycopg.Connection[Any], body: bytes) -> None:
    """Send the body of a COPY that has begun; wait for it, and for the statements after it."""
    pgconn = connection.pgconn
    for start in range(0, len(body), 1 << 16):
        while not pgconn.put_copy_data(body[start : start + (1 << 16)]):
            _wait(pgconn, writes=True)
    while not pgconn.put_copy_end():
        _wait(pgconn, writes=True)
    _flush(pgconn)
    outcomes = _drain(pgconn)
    _check(
        connection,
        None if not outcomes else next((each for each in outcomes if each.status not in _SHOWN), outcomes[0]),
    )


def _drain(pgconn: Any) -> list[Any]:
    """Return all results that are still to come."""
    results = []
    while (result := _next(pgconn)) is not None:
        results.append(result)
    return results


def _flush(pgconn: Any) -> None:
    while pgconn.flush():
        _wait(pgconn, writes=True)


def _first_row(result: Any) -> tuple[str | None, ...]:
    return tuple(_text(result.get_value(0, column)) for column in range(result.nfields)) if result.ntuples else ()


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

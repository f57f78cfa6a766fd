"""The two forms in which readings are stored: rows of the open weeks, and blocks of the closed ones."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from rivulus.observations.queries.columns import Question, ask, columns_of, rows
from rivulus.observations.rules import blocks, ordering
from rivulus.observations.rules.readings import Readings, concatenate
from rivulus.observations.rules.weeks import microseconds, moment

COLUMNS = ("time", "value", "datastream", "quality")
_ROWS = "SELECT time, value, datastream, quality FROM observations_reading WHERE {} AND time >= %s AND time < %s"
_BLOCKS = """SELECT datastream, data FROM observations_block
    WHERE {} AND start < %s AND finish >= %s ORDER BY datastream, start"""
_PARTITIONS = """SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'observations_reading'::regclass ORDER BY 1"""


def list_weeks() -> list[int]:
    """Return the weeks that have a partition of rows, oldest first."""
    days = [dt.datetime.strptime(row[0][-8:], "%Y%m%d").replace(tzinfo=dt.UTC) for row in rows(_PARTITIONS, [])]
    return [microseconds(day) for day in days]


def read_both(ids: Sequence[int] | None, start_us: int, end_us: int) -> Readings:
    """Return the readings of [start, end), by series and then time; of every series where none are named."""
    columns, packed = ask(*questions_of_both(ids, start_us, end_us))
    return both(columns, packed, start_us, end_us)


def questions_of_both(ids: Sequence[int] | None, start_us: int, end_us: int) -> tuple[Question, Question]:
    """Return what to ask for rows and blocks of [start, end).

    Rows come first: a week that is compacted in between is then found twice, and not nowhere.
    """
    return _question_of_rows(ids, start_us, end_us), _question_of_blocks(ids, start_us, end_us)


def both(columns: Sequence[Any], packed: Iterable[tuple[Any, ...]], start_us: int, end_us: int) -> Readings:
    """Return the readings of the answers, by series and then time."""
    return merge(Readings(*columns), _opened(packed, start_us, end_us))


def read_blocks(ids: Sequence[int] | None, start_us: int, end_us: int) -> Readings:
    """Return what the blocks hold of [start, end), by series and then time; of every series where none are named."""
    return _opened(ask(_question_of_blocks(ids, start_us, end_us))[0], start_us, end_us)


def read_rows(
    ids: Sequence[int] | None, start_us: int, end_us: int, limit: int | None = None, newest_first: bool = False
) -> Readings:
    """Return the rows of [start, end), in no order; with a limit the oldest or newest of them."""
    return Readings(*ask(_question_of_rows(ids, start_us, end_us, limit, newest_first))[0])


def _question_of_blocks(ids: Sequence[int] | None, start_us: int, end_us: int) -> Question:
    condition, who = which(ids)
    return Question(_BLOCKS.format(condition), [*who, moment(end_us), moment(start_us)])


def _question_of_rows(
    ids: Sequence[int] | None, start_us: int, end_us: int, limit: int | None = None, newest_first: bool = False
) -> Question:
    condition, who = which(ids)
    select, parameters = _ROWS.format(condition), [*who, moment(start_us), moment(end_us)]
    if limit is not None:
        select += f" ORDER BY time {'DESC' if newest_first else ''} LIMIT %s"
        parameters.append(limit)
    return columns_of(select, parameters, COLUMNS)


def _opened(found: Iterable[tuple[Any, ...]], start_us: int, end_us: int) -> Readings:
    return within(concatenate(blocks.decode(data, number) for number, data in found), start_us, end_us)


def merge(from_rows: Readings, from_blocks: Readings) -> Readings:
    """Return both together by series and time; a row overrides the block's reading of the same key."""
    if not len(from_blocks):
        return ordering.in_order(from_rows)[0]
    if not len(from_rows):
        return from_blocks
    both, repeats = ordering.in_order(concatenate([from_rows, from_blocks]))
    return both.take(ordering.first_of_each(both)) if repeats else both


def which(ids: Sequence[int] | None) -> tuple[str, list[Any]]:
    """Return a condition and its parameters: one series by equality, which keeps the order of the index."""
    if ids is None:
        return "true", []
    return ("datastream = %s", [ids[0]]) if len(ids) == 1 else ("datastream = ANY(%s::int4[])", [list(ids)])


def within(found: Readings, start_us: int, end_us: int) -> Readings:
    """Return the readings of [start, end)."""
    inside = (found.time >= start_us) & (found.time < end_us)
    return found if inside.all() else found.take(inside)

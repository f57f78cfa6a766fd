"""Rollups of past months, as they were packed."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from rivulus.observations.queries.columns import Question, ask, rows
from rivulus.observations.queries.segments import which
from rivulus.observations.rules.packing import unpack_days, unpack_hours
from rivulus.observations.rules.rollups import Rollup, joined_all
from rivulus.observations.rules.weeks import microseconds, moment

_HOURS = """SELECT datastream, data FROM observations_hourly_block
    WHERE {} AND start < %s AND finish >= %s ORDER BY datastream, start"""
_DAYS = """SELECT datastream, count, data FROM observations_daily_block
    WHERE {} AND start < %s AND finish >= %s ORDER BY datastream, start"""


def packed_hours(ids: Sequence[int] | None, first: int, last: int) -> Rollup:
    """Return the packed hours that begin in [first, last), by series and then start."""
    return opened_hours(ask(question_of_hours(ids, first, last))[0], first, last)


def question_of_hours(ids: Sequence[int] | None, first: int, last: int) -> Question:
    """Return what to ask for the packed hours that begin in [first, last)."""
    condition, who = which(ids)
    return Question(_HOURS.format(condition), [*who, moment(last), moment(first)])


def opened_hours(found: Iterable[tuple[Any, ...]], first: int, last: int) -> Rollup:
    """Return the hours of the answer."""
    whole = joined_all([unpack_hours(data, number) for number, data in found])
    inside = (whole.start >= first) & (whole.start < last)
    return whole if inside.all() else whole.take(inside)


def question_of_days(ids: Sequence[int] | None, begin: int, end: int) -> Question:
    """Return what to ask for the packed days that begin in [begin, end)."""
    condition, who = which(ids)
    return Question(_DAYS.format(condition), [*who, moment(end), moment(begin)])


def opened_days(found: Sequence[tuple[Any, ...]], begin: int, end: int) -> Rollup:
    """Return the days of the answer, by series and then start."""
    if not found:
        return Rollup.none()
    numbers, sizes, data = zip(*found, strict=True)
    return unpack_days(b"".join(data), np.array(numbers, np.int32), np.array(sizes, np.int32), begin, end)


def packed_until(table: str) -> int | None:
    """Return when the newest packed hour or day begins."""
    newest = rows(f"SELECT max(finish) FROM {table}", [])[0][0]  # noqa: S608
    return None if newest is None else microseconds(newest)

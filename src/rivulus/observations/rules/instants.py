"""Many times that are written alike, read at once with NumPy: a device writes all of its times in one way. Pure.

Every number in ``2026-03-01T08:00:00.250+02:00`` is a sum of its digits, each times a weight; so are the milliseconds
since its month began. One product of matrices turns all letters of all texts into what is to be checked and added up.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rivulus.observations.rules.readings import MS

_SHAPE = re.compile(r"0000-00-00T00:00:00(?:\.(0{1,9}))?(?:Z|([+-])00:00)\Z")
_ANY_DIGIT = str.maketrans("123456789", "000000000")
_LONGEST = 35
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_DAY_MS, _HOUR_MS, _MINUTE_MS, _SECOND_MS = 86_400_000, 3_600_000, 60_000, 1000
# What is computed of each text: months since the year 0 began, milliseconds within the month, and what has bounds
# that its letters alone do not keep: month, day, hour, hour of the offset.
_MONTHS, _MILLISECONDS, _MONTH, _DAY, _HOUR, _OFFSET_HOUR = range(6)
_ROWS = 6
_BOUNDS = (
    (_MONTHS, _FIRST_YEAR * 12 + 1, _LAST_YEAR * 12 + 12),
    (_MONTH, 1, 12),
    (_DAY, 1, 31),
    (_HOUR, 0, 23),
    (_OFFSET_HOUR, 0, 23),
)
_SURE_DAYS = 28  # every month has them
_MONTH_MS = (
    np.arange(f"{_FIRST_YEAR}-01", f"{_LAST_YEAR + 1}-02", dtype="datetime64[M]")
    .astype("datetime64[ms]")
    .astype(np.int64)
)
_LENGTH_MS = np.diff(_MONTH_MS)
_FIRST_MONTH = _FIRST_YEAR * 12 + 1  # January is month 1


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which letters may stand where, and what each weighs; `constant` takes away what a 0 weighs as a letter."""

    lowest: NDArray[np.uint8]
    span: NDArray[np.uint8]
    weights: NDArray[np.float64]
    constant: NDArray[np.float64]


def read_alike(texts: Sequence[str]) -> NDArray[np.int64] | None:
    """Return microseconds since 1970, in whole milliseconds, or None where the texts must be read one by one.

    That is: where they are not all written like the first, where that is an unusual way, or where one is no time.
    """
    if not texts:
        return np.empty(0, np.int64)
    first = texts[0]
    layout = _layout_of(first.translate(_ANY_DIGIT)) if len(first) <= _LONGEST else None
    joined = "".join(texts)
    if layout is None or len(joined) != len(first) * len(texts) or not joined.isascii():
        return None
    letters = np.frombuffer(joined.encode(), np.uint8).reshape(len(texts), len(first))
    # A letter below the lowest wraps around and is far above the span.
    if np.logical_or.reduce(letters - layout.lowest > layout.span, axis=None):
        return None
    return _add_up(layout.weights @ letters.T.astype(np.float64) + layout.constant)


def _add_up(found: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """Check the bounds and add up. Floats hold these numbers exactly: all are whole, and far below 2**53."""
    lowest: list[float] = np.minimum.reduce(found, axis=1).tolist()
    highest: list[float] = np.maximum.reduce(found, axis=1).tolist()
    for row, low, high in _BOUNDS:
        if lowest[row] < low or highest[row] > high:
            return None
    is_one_month = lowest[_MONTHS] == highest[_MONTHS]
    months = int(lowest[_MONTHS]) if is_one_month else found[_MONTHS].astype(np.int64)
    if highest[_DAY] > _SURE_DAYS and (found[_DAY] * _DAY_MS > _LENGTH_MS[months - _FIRST_MONTH]).any():
        return None
    within = found[_MILLISECONDS].astype(np.int64)
    summed: NDArray[np.int64] = (within + (_MONTH_MS[months - _FIRST_MONTH] - _DAY_MS)) * MS
    return summed


@lru_cache(maxsize=64)
def _layout_of(shape: str) -> _Layout | None:
    """Return the layout of a text all of whose digits were made 0, where its way of writing is a usual one."""
    known = _SHAPE.match(shape)
    if known is None:
        return None
    weights = np.zeros((_ROWS, len(shape)))
    span = np.array([9 if letter == "0" else 0 for letter in shape], np.uint8)
    span[[14, 17]] = 5  # minutes and seconds end with 59
    _weigh(weights, 0, 4, {_MONTHS: 12})
    _weigh(weights, 5, 2, {_MONTHS: 1, _MONTH: 1})
    _weigh(weights, 8, 2, {_DAY: 1, _MILLISECONDS: _DAY_MS})
    _weigh(weights, 11, 2, {_HOUR: 1, _MILLISECONDS: _HOUR_MS})
    _weigh(weights, 14, 2, {_MILLISECONDS: _MINUTE_MS})
    _weigh(weights, 17, 2, {_MILLISECONDS: _SECOND_MS})
    for place in range(min(3, len(known[1] or ""))):  # what is finer than a millisecond weighs nothing
        weights[_MILLISECONDS, 20 + place] = 10 ** (2 - place)
    if known[2]:
        sign = -1 if known[2] == "+" else 1
        span[len(shape) - 2] = 5
        _weigh(weights, len(shape) - 5, 2, {_OFFSET_HOUR: 1, _MILLISECONDS: sign * _HOUR_MS})
        _weigh(weights, len(shape) - 2, 2, {_MILLISECONDS: sign * _MINUTE_MS})
    letters = np.frombuffer(shape.encode(), np.uint8)
    return _Layout(letters, span, weights, -ord("0") * weights.sum(axis=1, keepdims=True))


def _weigh(weights: NDArray[np.float64], start: int, length: int, rows: dict[int, int]) -> None:
    """Add the digits of a number, each worth ten of the next, to these rows."""
    for place in range(length):
        for row, factor in rows.items():
            weights[row, start + place] += factor * 10 ** (length - 1 - place)

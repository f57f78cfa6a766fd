"""What a sentence of `$filter` is made of: kinds of values, and terms with their place in the text. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_LENGTH = 4000
"""Characters of one filter."""

MAX_DEPTH = 32
"""Brackets and functions within one another."""


class Kind(StrEnum):
    """What a value is; ``ANY`` is JSON, known only when it is read."""

    BOOLEAN = "true or false"
    NUMBER = "a number"
    TEXT = "text"
    INSTANT = "a moment"
    INTERVAL = "a stretch of time"
    DATE = "a date"
    CLOCK = "a time of day"
    DURATION = "a duration"
    GEOMETRY = "a geometry"
    ANY = "JSON"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a filter.

    ``op`` is ``literal``, ``path``, ``cast`` or the name of an operator or function; ``value`` is the value of a
    literal or the names of a path; ``kind`` is None until the filter has been checked.
    """

    op: str
    args: tuple["Term", ...] = ()
    value: Any = None
    kind: Kind | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment as it was written: microseconds since 1970, and how far its clock was from UTC."""

    time_us: int
    offset_min: int = 0


class FilterError(ValueError):
    """A filter cannot be understood; the message is a sentence that names the place."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (at character {position + 1})")
        self.position = position

"""What JSON the store can keep: bounded in depth and size, and made of characters and numbers that PostgreSQL knows."""

import math
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

DEEPEST = 32
MOST_VALUES = 200_000  # in one document; a polygon of 100,000 positions fits
MOST_DIGITS = 300  # of a whole number
LONGEST_TEXT = 1_000_000


def check_text(value: Any, label: str, *, longest: int = LONGEST_TEXT) -> str:
    """Return a text that is one, not longer than ``longest`` characters, without characters no database keeps."""
    if not isinstance(value, str):
        raise Refused(N_("%(label)s must be a text."), label=label)
    if len(value) > longest:
        raise Refused(N_("%(label)s may have %(longest)s characters at most."), label=label, longest=longest)
    _check_characters(value, label)
    return str(value)


def check_object(value: Any, label: str) -> dict[str, Any]:
    """Return a JSON object that can be kept."""
    if not isinstance(value, dict):
        raise Refused(N_("%(label)s must be a JSON object."), label=label)
    check_value(value, label)
    return value


def check_value(value: Any, label: str) -> Any:
    """Return a JSON value that can be kept; walks without recursion, so that depth costs nothing."""
    left, seen = [(value, 1)], 0
    while left:
        item, depth = left.pop()
        seen += 1
        if depth > DEEPEST:
            raise Refused(N_("%(label)s is nested more than %(deepest)s levels deep."), label=label, deepest=DEEPEST)
        if seen > MOST_VALUES:
            raise Refused(N_("%(label)s has more than %(most)s values."), label=label, most=MOST_VALUES)
        if isinstance(item, dict):
            for key, inner in item.items():
                check_text(key, label)
                left.append((inner, depth + 1))
        elif isinstance(item, list | tuple):
            left.extend((inner, depth + 1) for inner in item)
        else:
            _check_scalar(item, label)
    return value


def _check_scalar(item: Any, label: str) -> None:
    if item is None or isinstance(item, bool):
        return
    if isinstance(item, str):
        check_text(item, label)
    elif isinstance(item, float):
        if not math.isfinite(item):
            raise Refused(N_("%(label)s: NaN and Infinity are not numbers of JSON."), label=label)
    elif isinstance(item, int):
        if abs(item) >= 10**MOST_DIGITS:
            raise Refused(N_("%(label)s: this number is too large."), label=label)
    else:
        raise Refused(N_("%(label)s holds something that JSON does not know."), label=label)


def _check_characters(value: str, label: str) -> None:
    if "\x00" in value:
        raise Refused(N_("%(label)s holds the character NUL, which cannot be kept."), label=label)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Refused(N_("%(label)s holds half a character, which cannot be kept."), label=label) from error

"""From the words of a filter to its JSON form, with bounds that hold before anything is parsed. Pure."""

import json
import re
from typing import Any

import cql2

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

LONGEST = 16_000
DEEPEST = 24
MOST_NODES = 500
QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")
NESTING = re.compile(r"[()]|\bNOT\b|-", re.IGNORECASE)

TOO_LONG = N_("The filter is longer than 16,000 signs.")
TOO_DEEP = N_("The filter is nested too deeply.")


def parse(text: str, language: str) -> Any:
    """Return the JSON form of a filter in ``cql2-text`` or ``cql2-json``; raises Refused."""
    if len(text) > LONGEST:
        raise Refused(TOO_LONG)
    if language == "cql2-text":
        return _parse_text(text)
    if language != "cql2-json":
        raise Refused(N_("Filters are written in cql2-text or cql2-json, not in “%(name)s”."), name=language[:40])
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(N_("The filter is not JSON.")) from None


def _parse_text(text: str) -> Any:
    _check_nesting(text)
    try:
        return cql2.parse_text(text).to_json()
    except Exception as error:
        raise Refused(N_("The filter cannot be read: %(reason)s"), reason=_reason(error)) from None


def _check_nesting(text: str) -> None:
    """The parser descends with every bracket and every NOT: what would take it too deep is not given to it."""
    depth = in_a_row = 0
    for found in NESTING.finditer(QUOTED.sub("''", text)):
        if found[0] == "(":
            depth += 1
        elif found[0] == ")":
            depth -= 1
        in_a_row = in_a_row + 1 if found[0] not in "()" else in_a_row
        if depth > DEEPEST or in_a_row > 200:
            raise Refused(TOO_DEEP)


def _reason(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else "")[:200]

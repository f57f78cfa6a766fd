"""The words of a query."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rivulus.catalog.rules.columns import WORDS
from rivulus.catalog.rules.rowquery.trees import Mistake
from rivulus.kernel.words import N_

LONGEST = 4_000
"""Signs in one part of a query."""


class Kind(StrEnum):
    """Kinds of words."""

    NUMBER = "number"
    STRING = "string"
    NAME = "name"
    WORD = "word"  # one that the language keeps for itself
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its position, from 1."""

    kind: Kind
    text: str
    at: int


PATTERN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<string>'(?:[^']|'')*')
  | (?P<quoted>"(?:[^"]|"")+")
  | (?P<name>[^\W\d]\w*)
  | (?P<sign><>|!=|<=|>=|\|\||[-+*/%=<>(),])
    """,
    re.VERBOSE,
)


def read_tokens(text: str) -> list[Token]:
    """Return the words of a text and its end; raises Mistake at what is none."""
    if len(text) > LONGEST:
        raise Mistake(N_("This is longer than %(most)s signs."), at=LONGEST, most=LONGEST)
    return [*_read(text), Token(Kind.END, "", len(text) + 1)]


def _read(text: str) -> Iterator[Token]:
    place = 0
    while place < len(text):
        found = PATTERN.match(text, place)
        if found is None:
            raise _mistake(text, place)
        kind, words = found.lastgroup or "", found.group()
        if kind != "space":
            yield _token(kind, words, place + 1)
        place = found.end()


def _token(kind: str, words: str, at: int) -> Token:
    if kind == "string":
        return Token(Kind.STRING, words[1:-1].replace("''", "'"), at)
    if kind == "quoted":
        return Token(Kind.NAME, words[1:-1].replace('""', '"'), at)
    if kind == "name":
        return Token(Kind.WORD, words.lower(), at) if words.lower() in WORDS else Token(Kind.NAME, words, at)
    return Token(Kind(kind), words, at)


def _mistake(text: str, place: int) -> Mistake:
    if text[place] in "'\"":
        return Mistake(N_("A quotation mark is opened here and never closed."), at=place + 1)
    return Mistake(N_("“%(sign)s” means nothing here."), at=place + 1, sign=text[place])

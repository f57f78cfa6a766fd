"""Words by which places are looked for: folded, without what everybody writes in another way. Pure.

``Str. Victoriei nr. 12 A`` → the words ``victoriei``, the number ``12A``. What kind of street it is (stradă, bulevard,
piață …) says little: people leave it out, shorten it, or have it wrong.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rivulus.kernel.words import fold

LONGEST_WORDS = 420
# Words for a kind of street, as people write them in Romanian and in Hungarian.
STREET_WORDS = frozenset(
    [
        "strada",
        "str",
        "stradela",
        "bulevardul",
        "bulevard",
        "bd",
        "bdul",
        "bld",
        "blvd",
        "calea",
        "cal",
        "aleea",
        "alee",
        "al",
        "piata",
        "pta",
        "piateta",
        "soseaua",
        "sos",
        "drumul",
        "drum",
        "intrarea",
        "intr",
        "splaiul",
        "spl",
        "ulita",
        "fundatura",
        "fund",
        "prelungirea",
        "pasajul",
        "pas",
        "cartierul",
        "cart",
        "utca",
        "ut",
        "ter",
        "korut",
        "sor",
        "fasor",
        "koz",
    ]
)
NUMBER_WORDS = frozenset(["nr", "no", "numarul", "numar", "szam"])
# After these words comes something that tells flats of a house apart, and is of no use for finding the house.
FLAT_WORDS = frozenset(["bl", "bloc", "sc", "scara", "ap", "apartament", "et", "etaj"])
NUMBER = re.compile(r"\d{1,4}[a-z]?(?:[-/]\d{1,4}[a-z]?|[-/][a-z])?")
SIGNS = re.compile(r"[^\w/-]+|_")
LETTERS = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "’": " ", "'": " "})


@dataclass(frozen=True, slots=True)
class Wanted:
    """One way to understand what somebody looks for."""

    words: tuple[str, ...]
    number: str = ""

    @property
    def text(self) -> str:
        """The words in a line."""
        return " ".join(self.words)


def split(text: str) -> list[str]:
    """Return the folded words of a text, in their order."""
    apart = SIGNS.sub(" ", fold(text).translate(LETTERS)).replace("p-ta", "pta").replace("b-dul", "bdul")
    words = (word.strip("-/") for word in apart.split())
    return [
        part
        for word in words
        if word
        for part in ([word] if NUMBER.fullmatch(word) else re.split(r"[-/]", word))
        if part
    ]


def without_kinds(words: list[str]) -> list[str]:
    """Return words without those for a kind of street, unless nothing else is said."""
    kept = [word for word in words if word not in STREET_WORDS]
    return kept or words


def words_of(name: str, others: Iterable[str] = (), detail: str = "") -> str:
    """Return the words by which a place is found: its names and where it is, each word once, in their order."""
    words = without_kinds(split(name))
    for text in (*others, detail):
        words += without_kinds(split(text)) if text else []
    found = " ".join(dict.fromkeys(words))
    return found if len(found) <= LONGEST_WORDS else found[:LONGEST_WORDS].rpartition(" ")[0]


def fold_number(text: str) -> str:
    """Return the number of a house as it is compared: ``12 a`` and ``12A`` are the same."""
    return re.sub(r"\s+", "", text).upper()[:20]


def read_wanted(text: str) -> tuple[Wanted, ...]:
    """Return the ways to understand what somebody types, the likeliest first; none where there is nothing to look for.

    A number may be of a house (``Victoriei 12``) or belong to a name (``1 Decembrie 1918``): both are tried, unless
    ``nr.`` stands before it.
    """
    words = split(text[:200])[:16]
    words, number = _take_marked_number(_without_flats(_joined(words)))
    words = without_kinds(words)
    if not words:
        return ()
    if number:
        return (Wanted(tuple(words), number.upper()),)
    ways = [Wanted(tuple(words))]
    for at in range(len(words) - 1, 0, -1):
        rest = words[:at] + words[at + 1 :]
        if NUMBER.fullmatch(words[at]):
            ways.append(Wanted(tuple(rest), words[at].upper()))
    return tuple(ways[:3])


def _joined(words: list[str]) -> list[str]:
    """Put a letter to the number before it: ``12 a`` is the house 12A, if the letter is not the beginning of a name."""
    found: list[str] = []
    for word in words:
        if found and len(word) == 1 and word in "abcdefg" and re.fullmatch(r"\d{1,4}", found[-1]):
            found[-1] += word
        else:
            found.append(word)
    return found


def _take_marked_number(words: list[str]) -> tuple[list[str], str]:
    for at, word in enumerate(words[:-1]):
        if word in NUMBER_WORDS and NUMBER.fullmatch(words[at + 1]):
            return words[:at] + words[at + 2 :], words[at + 1]
    return words, ""


def _without_flats(words: list[str]) -> list[str]:
    found: list[str] = []
    skips = False
    for word in words:
        if word in FLAT_WORDS and found:
            skips = True
        elif skips:
            skips = False
        else:
            found.append(word)
    return found

"""What may be entered as the value of an indicator, and what is worth a second look before it is kept."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

FIRST_YEAR = 2000
LARGEST = Decimal(10) ** 12 - 1
DECIMALS = 4
LARGEST_FILE_BYTES = 2 * 1024 * 1024
LONGEST_TEXT = 200
LONGEST_SOURCE = 300
# A value that moved by more than half since the last one is more often a slip than a fact.
STRIKING = Decimal("0.5")
# A spreadsheet takes a cell that begins so for a formula, and runs it.
FORMULA_SIGNS = ("=", "+", "@", "\t", "\r")
YES_NO = {"yes": ("da", "yes", "igen"), "no": ("nu", "no", "nem")}


@dataclass(frozen=True, slots=True)
class Entry:
    """A value that somebody wants to enter."""

    indicator: str
    place: str
    year: int
    value: Decimal | None
    text: str
    source: str

    @property
    def key(self) -> tuple[str, str, int]:
        """Return what makes the value one of its kind."""
        return self.indicator, self.place, self.year


@dataclass(frozen=True, slots=True)
class Nature:
    """What must be known of an indicator to judge an entry; ``repeats`` is the code of the row it repeats."""

    kind: str
    unit: str = ""
    repeats: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an entry and how to mend it; sentences are msgids with named placeholders."""

    column: str
    sentence: str
    mend: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is worth a second look; ``last`` and ``value`` are for the sentence."""

    sentence: str
    values: dict[str, object] = field(default_factory=dict)


def check_can_enter(entry: Entry, nature: Nature, *, this_year: int) -> None:
    """Refuse an entry with the first thing that is wrong with it."""
    for fault in faults_of(entry, nature, this_year=this_year):
        raise Refused(fault.sentence, **fault.values)


def faults_of(entry: Entry, nature: Nature, *, this_year: int) -> Iterator[Fault]:
    """Yield everything that is wrong with an entry."""
    if nature.repeats:
        yield Fault(
            "indicator",
            N_("This row repeats %(code)s, so it has no values of its own."),
            N_("Enter the value for the row it repeats."),
            {"code": nature.repeats},
        )
    if not FIRST_YEAR <= entry.year <= this_year:
        yield Fault(
            "year",
            N_("The year must be between %(first)s and %(last)s."),
            N_("Write the year that the value is about."),
            {"first": FIRST_YEAR, "last": this_year},
        )
    yield from _value_faults(entry, nature)
    yield from _word_faults(entry)


def _value_faults(entry: Entry, nature: Nature) -> Iterator[Fault]:
    if nature.kind == "number":
        yield from _number_faults(entry)
        return
    if entry.value is not None:
        sentence = N_("This indicator is told in words, and a number is given.")
        yield Fault("value", sentence, N_("Leave the number empty and write the answer as text."))
    elif not entry.text.strip():
        sentence = N_("This indicator is told in words, and no text is given.")
        yield Fault("text", sentence, N_("Write the answer as text."))
    elif nature.kind == "yes_no" and find_answer(entry.text) is None:
        sentence = N_("This indicator is answered with yes or no.")
        yield Fault("text", sentence, N_("Write yes or no, in one of the languages of the platform."))


def _number_faults(entry: Entry) -> Iterator[Fault]:
    if entry.text.strip():
        sentence = N_("This indicator is a number, and a text is given.")
        yield Fault("text", sentence, N_("Leave the text empty and write the number."))
    if entry.value is None:
        yield Fault("value", N_("This indicator is a number, and none is given."), N_("Write the number."))
    elif not entry.value.is_finite() or abs(entry.value) > LARGEST:
        yield Fault("value", N_("The number is too large to be kept."), N_("Check the number and its unit."))
    elif entry.value != round(entry.value, DECIMALS):
        sentence = N_("The number has too many decimals; at most %(decimals)s are kept.")
        yield Fault("value", sentence, N_("Round the number."), {"decimals": DECIMALS})


def _word_faults(entry: Entry) -> Iterator[Fault]:
    if not entry.source.strip():
        sentence = N_("The source of the value is missing.")
        yield Fault("source", sentence, N_("Say which document, report or office the value comes from."))
    for column, words, longest in (
        ("text", entry.text, LONGEST_TEXT),
        ("source", entry.source, LONGEST_SOURCE),
    ):
        if len(words) > longest:
            sentence = N_("The text is too long: its number of characters is %(length)s, and may be %(longest)s.")
            yield Fault(column, sentence, N_("Shorten the text."), {"length": len(words), "longest": longest})
        yield from safety_faults(column, words)


def safety_faults(column: str, words: str) -> Iterator[Fault]:
    """Yield what would make a text dangerous or unreadable once it is opened elsewhere."""
    if words.startswith(FORMULA_SIGNS):
        sentence = N_("The text begins with a sign that a spreadsheet takes for a formula.")
        yield Fault(column, sentence, N_("Take away the first sign."))
    elif any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\t" for sign in words):
        sentence = N_("The text holds signs that cannot be shown.")
        yield Fault(column, sentence, N_("Type the text again instead of copying it."))


def find_answer(words: str) -> str | None:
    """Return ``yes`` or ``no`` for an answer in any language of the platform, or None."""
    plain = words.strip().casefold()
    return next((answer for answer, known in YES_NO.items() if plain in known), None)


def texts_of(entry: Entry, nature: Nature) -> tuple[str, str, str]:
    """Return the text in Romanian, English and Hungarian; free text is kept as it was written."""
    answer = find_answer(entry.text) if nature.kind == "yes_no" else None
    if answer is not None:
        romanian, english, hungarian = YES_NO[answer]
        return romanian, english, hungarian
    words = entry.text.strip()
    return words, words, words


def doubts(value: Decimal | None, *, unit: str, last: Decimal | None) -> tuple[Doubt, ...]:
    """Return what is striking about a number beside the last one known for the same place."""
    if value is None:
        return ()
    found = []
    if last is not None and abs(value - last) > STRIKING * abs(last):
        sentence = N_("It differs by more than half from the last value, %(last)s.")
        found.append(Doubt(sentence, {"last": last}))
    if unit.strip() == "%" and (value > 100 or (value < 0 and (last is None or last >= 0))):
        found.append(Doubt(N_("A share is usually between 0 and 100 percent.")))
    return tuple(found)

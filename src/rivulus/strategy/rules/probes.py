"""What a reading answers to a criterion, and when that answer is worth a new row."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from rivulus.strategy.rules.matrix import passes
from rivulus.strategy.terms import Mode

# A second press of the same button within this time is the same press.
SAME_PRESS = dt.timedelta(seconds=10)
YEAR = dt.timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Question:
    """What a link asks of its probe."""

    comparator: str
    threshold: Decimal
    mode: Mode
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe says of a criterion: passed or not, or nothing at all (``silent``)."""

    passed: bool
    silent: bool
    comparator: str
    threshold: Decimal
    mode: Mode


def answer(question: Question, value: float | None, *, simulated: bool = False) -> Answer:
    """Return what a reading answers. Withdrawn links, missing values and simulated ones say nothing."""
    silent = question.withdrawn or value is None or simulated
    passed = not silent and value is not None and passes(value, question.comparator, float(question.threshold))
    return Answer(passed, silent, question.comparator, question.threshold, question.mode)


def is_news(latest: Answer | None, new: Answer) -> bool:
    """Tell whether an answer differs from the one in force; silence is no news where nothing was said before."""
    if latest is None or latest.silent:
        return not new.silent
    return latest != new if not new.silent else True


def share(part: int, whole: int) -> float | None:
    """Return a share in percent with two decimals, or None when there is nothing to share."""
    return round(100 * part / whole, 2) if whole else None

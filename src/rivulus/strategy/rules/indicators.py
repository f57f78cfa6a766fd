"""How the city does against a reference, a target and its own past: normalised, signed, with reasons."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

# Differences under one percent are smaller than the rounding of most sources: they count as equal.
SAME = Decimal("0.01")
# Where equality lies on the scale of points from 0 to 100.
MIDDLE = 50


class Outcome(StrEnum):
    """How one value stands to another, once it is known which way is better."""

    BETTER = "better"
    WORSE = "worse"
    EQUAL = "equal"
    NOT_COMPARABLE = "not_comparable"


class Reason(StrEnum):
    """Why two values are not compared."""

    NEUTRAL = "neutral"
    TEXT = "text"
    ZERO_BESIDE_TEXT = "zero_beside_text"
    NO_VALUE = "no_value"
    NO_REFERENCE = "no_reference"
    NO_FIGURE = "no_figure"
    REPEATED = "repeated"


class Mark(StrEnum):
    """What to keep in mind of a comparison that was made all the same."""

    SUSPICIOUS = "suspicious"
    OTHER_YEAR = "other_year"
    YEAR_NOT_STATED = "year_not_stated"


@dataclass(frozen=True, slots=True)
class Measure:
    """What an indicator is: ``kind`` number, text or yes_no; ``direction`` higher, lower or neutral."""

    kind: str
    direction: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A value as the rules see it; ``year`` is None where the source does not state it."""

    value: Decimal | None
    year: int | None = None
    text: str = ""
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``score`` runs from -1 (far worse) over 0 (same) to 1 (far better); ``ratio`` is value / reference."""

    outcome: Outcome
    score: float | None = None
    ratio: Decimal | None = None
    difference: Decimal | None = None
    reason: Reason | None = None
    marks: frozenset[Mark] = frozenset()

    @property
    def points(self) -> float | None:
        """Return the score on the scale from 0 to 100 on which 50 means the same."""
        return None if self.score is None else MIDDLE + MIDDLE * self.score


@dataclass(frozen=True, slots=True)
class TargetStanding:
    """How far a target is: ``distance`` in the unit of the indicator, zero once the target is reached."""

    is_reached: bool | None
    distance: Decimal | None
    year: int | None
    years_left: int | None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """How a value went: ``shape`` up, down or flat; ``meaning`` better, worse or neutral."""

    shape: str
    meaning: str
    change: Decimal
    change_percent: Decimal | None
    from_year: int
    to_year: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many comparisons came out which way."""

    better: int
    worse: int
    equal: int
    not_comparable: int

    @property
    def compared(self) -> int:
        """Return how many pairs could be compared."""
        return self.better + self.worse + self.equal


def compare(
    measure: Measure, value: Figure | None, reference: Figure | None, *, is_suspicious: bool = False
) -> Comparison:
    """Compare a value with a reference; a suspicious one is compared too, but marked."""
    reason = _obstacle(measure, value, reference)
    if reason is not None:
        return Comparison(Outcome.NOT_COMPARABLE, reason=reason)
    mine, theirs = _number(value), _number(reference)
    sign = 1 if measure.direction == "higher" else -1
    size = abs(mine) + abs(theirs)
    score = float(sign * (mine - theirs) / size) if size else 0.0
    return Comparison(
        outcome=_outcome(mine, theirs, sign),
        score=score,
        ratio=mine / theirs if theirs > 0 and mine >= 0 else None,
        difference=mine - theirs,
        marks=_marks(value, reference, is_suspicious),
    )


def _obstacle(measure: Measure, value: Figure | None, reference: Figure | None) -> Reason | None:
    if measure.direction == "neutral" and measure.kind == "number":
        return Reason.NEUTRAL
    if value is None or (value.value is None and not value.text):
        return Reason.NO_VALUE
    if measure.kind != "number":
        return Reason.ZERO_BESIDE_TEXT if reference is not None and _prints_zero(reference) else Reason.TEXT
    if value.value is None:
        return Reason.NO_VALUE
    if reference is None or reference.value is None:
        return Reason.NO_REFERENCE
    return None


def _prints_zero(figure: Figure) -> bool:
    """Tell whether the source prints a nought: beside a text it only shows that nothing could be averaged."""
    printed = figure.printed.strip().replace(",", ".")
    return bool(printed) and not printed.strip("0.") and "0" in printed


def _number(figure: Figure | None) -> Decimal:
    if figure is None or figure.value is None:
        raise ValueError("Only numbers are compared.")
    return figure.value


def _outcome(mine: Decimal, theirs: Decimal, sign: int) -> Outcome:
    if is_same(mine, theirs):
        return Outcome.EQUAL
    return Outcome.BETTER if (mine - theirs) * sign > 0 else Outcome.WORSE


def is_same(one: Decimal, other: Decimal) -> bool:
    """Tell whether two numbers differ by less than one percent of the larger."""
    return one == other or abs(one - other) < SAME * max(abs(one), abs(other))


def _marks(value: Figure | None, reference: Figure | None, is_suspicious: bool) -> frozenset[Mark]:
    marks = {Mark.SUSPICIOUS} if is_suspicious else set()
    years = {figure.year for figure in (value, reference) if figure is not None}
    if None in years:
        marks.add(Mark.YEAR_NOT_STATED)
    elif len(years) > 1:
        marks.add(Mark.OTHER_YEAR)
    return frozenset(marks)


def stand_to_target(
    value: Figure | None,
    *,
    comparator: str,
    target: Decimal | None,
    year: int | None,
    has_words: bool,
    this_year: int,
) -> TargetStanding | None:
    """Return how far the target is; None when the indicator has none at all."""
    left = None if year is None else year - this_year
    if target is None:
        return TargetStanding(None, None, year, left, Reason.NO_FIGURE) if has_words else None
    if value is None or value.value is None:
        return TargetStanding(None, None, year, left, Reason.NO_VALUE)
    missing = target - value.value if comparator == ">=" else value.value - target
    return TargetStanding(missing <= 0, max(missing, Decimal(0)), year, left)


def trend(direction: str, figures: Iterable[Figure]) -> Trend | None:
    """Return how the value went between its two latest stated years; None when there are not two."""
    dated = {f.year: f.value for f in figures if f.year is not None and f.value is not None}
    if len(dated) < 2:
        return None
    earlier, later = sorted(dated)[-2:]
    before, after = dated[earlier], dated[later]
    shape = "flat" if is_same(before, after) else "up" if after > before else "down"
    return Trend(
        shape=shape,
        meaning=_meaning(shape, direction),
        change=after - before,
        change_percent=(after - before) / before * 100 if before > 0 else None,
        from_year=earlier,
        to_year=later,
    )


def _meaning(shape: str, direction: str) -> str:
    if shape == "flat" or direction == "neutral":
        return "neutral"
    return "better" if (shape == "up") == (direction == "higher") else "worse"


def tally(comparisons: Iterable[Comparison]) -> Tally:
    """Count the comparisons by outcome."""
    counted = Counter(comparison.outcome for comparison in comparisons)
    return Tally(*(counted[outcome] for outcome in Outcome))

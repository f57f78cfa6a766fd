"""The maturity matrix: how a criterion stands, what a ladder implies, which level a pillar has reached."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from rivulus.strategy.terms import Basis, Mode, State

LEVELS = (1, 2, 3, 4, 5)
COMPARATORS = (">=", "<=")
# A state is stronger than those before it; a ladder carries the strongest of its higher steps down.
STRENGTH = {State.UNKNOWN: 0, State.NOT_MET: 1, State.IN_PROGRESS: 2, State.MET: 3}


@dataclass(frozen=True, slots=True)
class CriterionFact:
    """What the matrix must know of a criterion: its place, and its step on a ladder if it has one."""

    code: str
    pillar: str
    level: int
    ladder: str | None = None
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """What a person declared, or what was reconstructed from the strategy."""

    state: State
    basis: Basis
    since: dt.date


@dataclass(frozen=True, slots=True)
class Measured:
    """The present answer of a probe: passed or not, and since when."""

    passed: bool
    mode: Mode
    since: dt.date


@dataclass(frozen=True, slots=True)
class Standing:
    """How a criterion stands: state, how it is known, since when, and the ladder step that implies it."""

    state: State
    basis: Basis
    since: dt.date | None
    implied_by: str | None = None


UNKNOWN = Standing(State.UNKNOWN, Basis.UNKNOWN, None)


@dataclass(frozen=True, slots=True)
class PillarStanding:
    """The level a pillar has reached: all criteria of it and of all levels below are met.

    ``met`` of ``total`` criteria of the next level are met; ``fraction`` is their share (1 at level 5).
    """

    pillar: str
    level: int
    met: int
    total: int

    @property
    def fraction(self) -> Fraction:
        """Return the share of the next level that is met, between 0 and 1."""
        return Fraction(self.met, self.total) if self.total else Fraction(1)

    @property
    def share(self) -> float:
        """Return the fraction as a number that can be drawn."""
        return float(self.fraction)

    @property
    def score(self) -> float:
        """Return level and share as one number between 0 and 5, for charts only."""
        return min(5.0, self.level + float(self.fraction)) if self.level < LEVELS[-1] else 5.0


def passes(value: float, comparator: str, threshold: float) -> bool:
    """Tell whether a measured value satisfies ``value comparator threshold``."""
    if comparator not in COMPARATORS:
        raise ValueError(f"Unknown comparator {comparator!r}.")
    return value >= threshold if comparator == ">=" else value <= threshold


def standing(stated: Stated | None, measured: Iterable[Measured] = ()) -> Standing:
    """Combine what is said and what is measured of one criterion.

    Measurements that decide alone win over words: all of them must pass. Measurements that need a declaration
    beside them can only confirm it (basis *measured*) or hold it back (*in progress*); they never create one.
    """
    answers = list(measured)
    alone = [a for a in answers if a.mode is Mode.MEASURED]
    if alone:
        passed = all(a.passed for a in alone)
        deciding = [a for a in alone if a.passed == passed]
        since = max(a.since for a in deciding) if passed else min(a.since for a in deciding)
        return Standing(State.MET if passed else State.NOT_MET, Basis.MEASURED, since)
    if stated is None:
        return UNKNOWN
    together = [a for a in answers if a.mode is Mode.BOTH]
    if stated.state is State.MET and stated.basis is Basis.DECLARED and together:
        if all(a.passed for a in together):
            return Standing(State.MET, Basis.MEASURED, max([stated.since, *(a.since for a in together)]))
        failed_since = min(a.since for a in together if not a.passed)
        return Standing(State.IN_PROGRESS, Basis.MEASURED, max(stated.since, failed_since))
    return Standing(stated.state, stated.basis, stated.since)


def climb(criteria: Collection[CriterionFact], standings: Mapping[str, Standing]) -> dict[str, Standing]:
    """Let every ladder carry what a higher step proves down to the steps below it.

    A lower step takes the state of a higher one when that is stronger and is *met* or *in progress*; a state
    *not met* or *unknown* proves nothing about lower steps. Met steps are never weakened.
    """
    result = {c.code: standings.get(c.code, UNKNOWN) for c in criteria}
    ladders: dict[str, list[CriterionFact]] = {}
    for criterion in criteria:
        if criterion.ladder is not None:
            ladders.setdefault(criterion.ladder, []).append(criterion)
    for steps in ladders.values():
        strongest: tuple[CriterionFact, Standing] | None = None
        for criterion in sorted(steps, key=lambda c: c.step or 0, reverse=True):
            own = result[criterion.code]
            if strongest is not None and STRENGTH[strongest[1].state] > STRENGTH[own.state]:
                own = replace(strongest[1], implied_by=strongest[0].code)
                result[criterion.code] = own
            elif own.state in (State.MET, State.IN_PROGRESS):
                strongest = (criterion, own)
    return result


def pillar_standing(pillar: str, criteria: Collection[CriterionFact], met: Collection[str]) -> PillarStanding:
    """Return the highest level of which it and all below are wholly met, and the share of the next one."""
    by_level: dict[int, list[str]] = {level: [] for level in LEVELS}
    for criterion in criteria:
        if criterion.pillar == pillar:
            by_level[criterion.level].append(criterion.code)
    reached = 0
    for level in LEVELS:
        codes = by_level[level]
        count = sum(code in met for code in codes)
        if count < len(codes):
            return PillarStanding(pillar, reached, count, len(codes))
        reached = level
    return PillarStanding(pillar, reached, 0, 0)


def counted_as_met(
    criteria: Collection[CriterionFact],
    standings: Mapping[str, Standing],
    *,
    with_in_progress: bool = False,
    and_expected: Collection[str] = (),
) -> frozenset[str]:
    """Return the codes that count as met: now; with what is under way; with what is expected besides."""
    counted = {State.MET, State.IN_PROGRESS} if with_in_progress else {State.MET}
    supposed = {
        c.code: Standing(State.MET, Basis.RECONSTRUCTED, None)
        for c in criteria
        if standings.get(c.code, UNKNOWN).state in counted or c.code in and_expected
    }
    return frozenset(code for code, s in climb(criteria, supposed).items() if s.state is State.MET)

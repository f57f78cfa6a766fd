"""What if: which projects a sum of money should buy, so that most criteria of the matrix become met.

A project is chosen or not. A criterion becomes met when all projects that would satisfy it are chosen (or already
finished), or when a higher step of its ladder becomes met. Among all sets of projects within the budget the one is
taken that, in this order,

1. meets most criteria of the chosen pillar (when one is chosen),
2. meets most criteria altogether,
3. helps most criteria that are not met, and costs least; or costs least, and helps most, when what is left of the
   budget shall stay unspent.

This module states the problem and counts what a set of projects brings; :mod:`rivulus.strategy.rules.optimum` finds
the best set.
"""

import itertools
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.strategy.rules import forecast, matrix
from rivulus.strategy.rules.budget import Reading
from rivulus.strategy.rules.matrix import CriterionFact, PillarStanding

Links = Mapping[str, frozenset[str]]
"""For each criterion, the projects linked to it."""

FARTHEST_HORIZON_YEARS = 20


class LeftOut(StrEnum):
    """Why a project is not among those to choose from."""

    NO_VALUE = "no_value"
    AFTER_HORIZON = "after_horizon"
    STOPPED = "stopped"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class ProjectFact:
    """What the choice must know of a project."""

    code: str
    value_eur: Decimal | None
    reading: Reading = Reading.ONCE
    horizon_year: int | None = None
    is_finished: bool = False
    is_stopped: bool = False

    def cost_eur(self, years: int) -> int | None:
        """Return the cost in whole euros over so many years, rounded up; None when no value is stated.

        A yearly amount counts once for each year; an amount per unit for one unit; an amount of which chapter 5 does
        not say whether it is per year counts once, as everywhere on the platform.
        """
        if self.value_eur is None:
            return None
        return math.ceil(self.value_eur * (years if self.reading is Reading.YEARLY else 1))


@dataclass(frozen=True, slots=True)
class Facts:
    """The matrix now and the portfolio: what there is to choose from."""

    criteria: tuple[CriterionFact, ...]
    met: frozenset[str]
    projects: tuple[ProjectFact, ...]
    meets: Links
    contributes: Links


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks: ``budget_eur`` None is no limit; ``level`` is to be reached by ``pillar``."""

    budget_eur: int | None
    horizon: int
    pillar: str | None = None
    level: int | None = None
    included: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    without_value_is_free: bool = False
    leave_rest: bool = False


def check_wish(wish: Wish, *, this_year: int) -> None:
    """Refuse a wish that contradicts itself."""
    if wish.budget_eur is not None and wish.budget_eur < 0:
        raise Refused(N_("The budget cannot be below zero."))
    if not this_year < wish.horizon <= this_year + FARTHEST_HORIZON_YEARS:
        raise Refused(
            N_("Choose a horizon between %(first)s and %(last)s."),
            first=this_year + 1,
            last=this_year + FARTHEST_HORIZON_YEARS,
        )
    if wish.level is not None and wish.pillar is None:
        raise Refused(N_("Choose the pillar that should reach this level."))
    both = sorted(wish.included & wish.excluded)
    if both:
        raise Refused(N_("A project cannot be kept in and left out at once: %(codes)s."), codes=", ".join(both))


@dataclass(frozen=True)
class Problem:
    """The facts seen through a wish: projects to choose from with their costs, criteria still to be met."""

    criteria: tuple[CriterionFact, ...]
    met: frozenset[str]
    awaiting: tuple[str, ...]
    costs: Mapping[str, int]
    needs: Links
    helps: Links
    included: frozenset[str]
    left_out: Mapping[str, LeftOut]
    counted_free: tuple[str, ...]
    target: frozenset[str]
    focus: frozenset[str]
    budget_eur: int | None
    leave_rest: bool

    @cached_property
    def reachable(self) -> tuple[str, ...]:
        """Return the unmet criteria that the projects to choose from would satisfy, if all were chosen."""
        found = forecast.sources(self.criteria, dict.fromkeys(self.needs, 0))
        return tuple(c.code for c in self.criteria if c.code in found and c.code not in self.met)

    @cached_property
    def ladders(self) -> dict[str, list[CriterionFact]]:
        """Return the steps of each ladder from the lowest up."""
        result: dict[str, list[CriterionFact]] = {}
        for criterion in sorted(self.criteria, key=lambda c: c.step or 0):
            if criterion.ladder is not None:
                result.setdefault(criterion.ladder, []).append(criterion)
        return result

    @cached_property
    def lower_steps(self) -> dict[str, tuple[str, ...]]:
        """Return for each criterion on a ladder the steps below it, which it implies."""
        return {
            high.code: tuple(low.code for low in steps[:place])
            for steps in self.ladders.values()
            for place, high in enumerate(steps)
        }

    @cached_property
    def help_count(self) -> dict[str, int]:
        """Return for each project how many criteria not met now it would help."""
        counts = dict.fromkeys(self.costs, 0)
        for projects in self.helps.values():
            for project in projects:
                counts[project] += 1
        return counts

    @cached_property
    def next_steps(self) -> dict[str, str]:
        """Return for each reachable criterion the next higher reachable step of its ladder."""
        reachable = set(self.reachable)
        result = {}
        for steps in self.ladders.values():
            codes = [c.code for c in steps if c.code in reachable]
            result.update(dict(itertools.pairwise(codes)))
        return result


def pose(facts: Facts, wish: Wish, *, this_year: int) -> Problem:
    """Return the problem behind a wish. Yearly amounts count from next year to the horizon."""
    costs: dict[str, int] = {}
    left_out: dict[str, LeftOut] = {}
    free = []
    for project in sorted(facts.projects, key=lambda p: p.code):
        if project.is_finished:
            continue
        cost = project.cost_eur(wish.horizon - this_year)
        reason = _left_out(project, cost, wish)
        if reason is not None:
            left_out[project.code] = reason
            continue
        costs[project.code] = cost or 0
        if cost is None:
            free.append(project.code)
    finished = {p.code for p in facts.projects if p.is_finished}
    done = {c for c, projects in facts.meets.items() if projects and projects <= finished}
    met = matrix.counted_as_met(facts.criteria, {}, and_expected=facts.met | done)
    available = costs.keys() | finished
    needs = {
        c: projects - finished
        for c, projects in facts.meets.items()
        if projects and c not in met and projects <= available
    }
    chosen = [c for c in facts.criteria if wish.pillar is None or c.pillar == wish.pillar]
    return Problem(
        criteria=facts.criteria,
        met=met,
        awaiting=tuple(c.code for c in facts.criteria if c.code in met - facts.met),
        costs=costs,
        needs=needs,
        helps={c: projects & costs.keys() for c, projects in facts.contributes.items() if c not in met},
        included=wish.included & costs.keys(),
        left_out=left_out,
        counted_free=tuple(free),
        target=frozenset(c.code for c in chosen if wish.level and c.level <= wish.level) - met,
        focus=frozenset(c.code for c in chosen),
        budget_eur=wish.budget_eur,
        leave_rest=wish.leave_rest,
    )


def _left_out(project: ProjectFact, cost: int | None, wish: Wish) -> LeftOut | None:
    if project.code in wish.excluded:
        return LeftOut.EXCLUDED
    if project.code in wish.included:
        return None
    if project.is_stopped:
        return LeftOut.STOPPED
    if project.horizon_year is not None and project.horizon_year > wish.horizon:
        return LeftOut.AFTER_HORIZON
    if cost is None and not wish.without_value_is_free:
        return LeftOut.NO_VALUE
    return None


def gained(problem: Problem, selected: Collection[str]) -> frozenset[str]:
    """Return the criteria newly met when these projects are finished."""
    chosen = set(selected)
    done = {c for c, projects in problem.needs.items() if projects <= chosen}
    return frozenset(done.union(*(problem.lower_steps.get(c, ()) for c in done)) - problem.met)


def cost_of(problem: Problem, selected: Iterable[str]) -> int:
    """Return what these projects cost together, in whole euros."""
    return sum(problem.costs[code] for code in selected)


def help_of(problem: Problem, selected: Iterable[str]) -> int:
    """Return how many links to unmet criteria these projects have that only help."""
    return sum(problem.help_count[code] for code in selected)


@dataclass(frozen=True, slots=True)
class Gain:
    """A criterion newly met, by which projects, and through which higher step if not itself."""

    criterion: str
    projects: tuple[str, ...]
    implied_by: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """A chosen project: its cost, the criteria lost if it alone were left out, and how many it only helps."""

    project: str
    cost_eur: int
    lost: tuple[str, ...]
    helps: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The best set of projects for a wish."""

    selected: tuple[str, ...]
    cost_eur: int
    gains: tuple[Gain, ...]
    shares: tuple[Share, ...]
    before: tuple[PillarStanding, ...]
    after: tuple[PillarStanding, ...]


class Obstacle(StrEnum):
    """Why a wish cannot be fulfilled."""

    UNREACHABLE = "unreachable"
    BUDGET = "budget"
    INCLUDED = "included"


@dataclass(frozen=True, slots=True)
class Missing:
    """A criterion that the wish asks for and nothing to choose from satisfies; the projects left out that would."""

    criterion: str
    blocked: tuple[tuple[str, LeftOut], ...]


@dataclass(frozen=True, slots=True)
class Impossible:
    """A wish that cannot be fulfilled: which criteria are out of reach, or how much money would do."""

    obstacle: Obstacle
    missing: tuple[Missing, ...] = ()
    least_eur: int | None = None


def missing_for(problem: Problem, meets: Links) -> tuple[Missing, ...]:
    """Return the criteria of the target out of reach, with the projects left out that stand in the way.

    Projects of higher steps of the same ladder count too: the higher step would imply the criterion.
    """
    out = problem.target - set(problem.reachable)
    result = []
    for criterion in problem.criteria:
        if criterion.code in out:
            ways = [criterion.code, *(h for h, lower in problem.lower_steps.items() if criterion.code in lower)]
            projects = sorted({p for way in ways for p in meets.get(way, ()) if p in problem.left_out})
            result.append(Missing(criterion.code, tuple((p, problem.left_out[p]) for p in projects)))
    return tuple(result)


def explain(problem: Problem, selected: Collection[str]) -> Choice:
    """Return what the selected projects bring: criteria, levels, and the share of each project."""
    codes = tuple(code for code in problem.costs if code in set(selected))
    new = gained(problem, codes)
    own = {c: 0 for c, projects in problem.needs.items() if projects <= set(codes)}
    found = forecast.sources(problem.criteria, own)
    gains = tuple(
        Gain(c.code, tuple(sorted(problem.needs[found[c.code][1]])), _other(found[c.code][1], c.code))
        for c in problem.criteria
        if c.code in new
    )
    pillars = tuple(dict.fromkeys(c.pillar for c in problem.criteria))
    return Choice(
        selected=codes,
        cost_eur=cost_of(problem, codes),
        gains=gains,
        shares=tuple(_share(problem, codes, code, new) for code in codes),
        before=tuple(matrix.pillar_standing(p, problem.criteria, problem.met) for p in pillars),
        after=tuple(matrix.pillar_standing(p, problem.criteria, problem.met | new) for p in pillars),
    )


def _other(step: str, criterion: str) -> str | None:
    return step if step != criterion else None


def _share(problem: Problem, codes: tuple[str, ...], code: str, new: frozenset[str]) -> Share:
    rest = gained(problem, [c for c in codes if c != code])
    lost = tuple(c.code for c in problem.criteria if c.code in new - rest)
    return Share(code, problem.costs[code], lost, problem.help_count[code])

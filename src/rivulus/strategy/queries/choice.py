"""What if: the portfolio as the choice sees it, and its answers, kept in the cache by what they were asked."""

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache

from rivulus.kernel import clock
from rivulus.strategy.queries.forecast import Portfolio
from rivulus.strategy.rules import choice, optimum
from rivulus.strategy.rules.budget import reading_of
from rivulus.strategy.rules.choice import Choice, Facts, Impossible, Obstacle, Problem, ProjectFact, Wish
from rivulus.strategy.rules.forecast import STOPPED
from rivulus.strategy.rules.optimum import Answer, Point
from rivulus.strategy.terms import Status

# Change it when the order of what is better changes, so that old answers are not shown for new questions.
RULES_VERSION = 1
KEEP_S = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a wish: a choice, or why there is none; and the frontier wherever there is one."""

    problem: Problem
    choice: Choice | None
    impossible: Impossible | None
    frontier: tuple[Point, ...]


def get_outcome(
    portfolio: Portfolio,
    wish: Wish,
    *,
    today: dt.date | None = None,
    before_solving: Callable[[], None] = lambda: None,
) -> Outcome:
    """Return the answer to a wish; raises :class:`~rivulus.strategy.rules.solver.Unsolved` when it takes too long.

    ``before_solving`` is called each time that the solver has to work, because the cache holds no answer.
    """
    this_year = (today or clock.today()).year
    facts = facts_of(portfolio)
    problem = choice.pose(facts, wish, this_year=this_year)
    missing = choice.missing_for(problem, facts.meets)
    if missing:
        return Outcome(problem, None, Impossible(Obstacle.UNREACHABLE, missing=missing), ())
    frontier = _cached_frontier(problem, before_solving)
    kept_in = choice.cost_of(problem, problem.included)
    if problem.budget_eur is not None and kept_in > problem.budget_eur:
        return Outcome(problem, None, Impossible(Obstacle.INCLUDED, least_eur=kept_in), frontier)
    answer = _cached_answer(problem, before_solving)
    if answer.selected is None:
        return Outcome(problem, None, Impossible(Obstacle.BUDGET, least_eur=answer.least_eur), frontier)
    return Outcome(problem, choice.explain(problem, answer.selected), None, frontier)


def facts_of(portfolio: Portfolio) -> Facts:
    """Return what there is to choose from: values as chapter 5 prints them, statuses as last reported."""
    return Facts(
        criteria=portfolio.facts,
        met=portfolio.met,
        projects=tuple(
            ProjectFact(
                code=p.code,
                value_eur=p.value_eur,
                reading=reading_of(has_value=p.value_eur is not None, rhythm=p.value_rhythm),
                horizon_year=p.horizon_year,
                is_finished=portfolio.status_of(p) is Status.DONE,
                is_stopped=portfolio.status_of(p) in STOPPED,
            )
            for p in portfolio.projects.values()
        ),
        meets=portfolio.meets,
        contributes=portfolio.contributes,
    )


def _cached_answer(problem: Problem, before_solving: Callable[[], None]) -> Answer:
    key = _digest("answer", problem, problem.budget_eur, problem.leave_rest, sorted(problem.help_count.items()))
    found = cache.get(key)
    if found is None:
        before_solving()
        answer = optimum.solve(problem)
        found = (answer.selected, answer.least_eur)
        cache.set(key, found, KEEP_S)
    return Answer(*found)


def _cached_frontier(problem: Problem, before_solving: Callable[[], None]) -> tuple[Point, ...]:
    """The frontier does not depend on the budget, so that it is worked out once for many of them."""
    key = _digest("frontier", problem)
    found = cache.get(key)
    if found is None:
        before_solving()
        found = [(p.criteria, p.cost_eur, p.selected) for p in optimum.Solver(problem).frontier()]
        cache.set(key, found, KEEP_S)
    return tuple(Point(*row) for row in found)


def _digest(question: str, problem: Problem, *more: object) -> str:
    asked = (
        RULES_VERSION,
        problem.criteria,
        sorted(problem.met),
        sorted(problem.costs.items()),
        sorted((c, sorted(p)) for c, p in problem.needs.items()),
        sorted(problem.included),
        sorted(problem.target),
        sorted(problem.focus),
        *more,
    )
    return f"choice:{question}:{hashlib.sha256(repr(asked).encode()).hexdigest()}"

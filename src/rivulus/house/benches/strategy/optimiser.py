"""The choice of projects under a budget, beside scipy's solver asked the same questions."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial

import numpy as np

from rivulus.kernel import clock
from rivulus.strategy.queries.choice import facts_of
from rivulus.strategy.queries.forecast import get_portfolio
from rivulus.strategy.rules import choice, optimum
from rivulus.strategy.rules.choice import Facts, Links, Problem, Wish
from rivulus.strategy.rules.solver import INFINITY, Model, Row, Session

BUDGET_EUR = 10_000_000
SEED = 2030


def optimiser_part(scale: int) -> None:
    """Time the choice of projects, and ask scipy's solver the same questions: the objectives must be equal."""
    year = clock.today().year
    wish = Wish(BUDGET_EUR * scale, max(2030, year + 1))
    problem = choice.pose(enlarged(facts_of(get_portfolio()), scale), wish, this_year=year)
    print(f"Optimiser, {scale}×: {len(problem.criteria)} criteria, {len(problem.costs)} projects to choose from")
    best_s, selected = _timed(lambda: optimum.solve(problem).selected)
    found = choice.explain(problem, selected or ())
    print(f"  best set: {best_s:.3f} s, {len(found.gains)} criteria, {len(found.selected)} projects")
    frontier_s, points = _timed(lambda: optimum.Solver(problem).frontier())
    print(f"  frontier: {frontier_s:.3f} s, {len(points)} corners")
    import scipy.optimize  # noqa: F401 (its first import is no part of the time)

    for question, model, objective, unit in _questions(problem):
        ours_s, ours = _timed(partial(_by_highs, model, objective, unit))
        theirs_s, theirs = _timed(partial(_by_scipy, model, objective))
        equal = "equal" if abs(ours - theirs) < 1e-6 * max(1.0, abs(ours)) else f"NOT EQUAL: {ours} and {theirs}"
        print(f"  {question}: HiGHS {ours_s:.3f} s, scipy.optimize.milp {theirs_s:.3f} s, objectives {equal}")


def enlarged(facts: Facts, scale: int) -> Facts:
    """Return so many copies of the facts, tied together: links lead to projects of any copy."""
    draw = random.Random(SEED)  # noqa: S311 (a made-up city, the same in every run)

    def linked(links: Links) -> Links:
        return {
            f"{criterion}/{n}": frozenset(f"{project}/{draw.randrange(scale)}" for project in sorted(projects))
            for n in range(scale)
            for criterion, projects in sorted(links.items())
        }

    if scale == 1:
        return facts
    return Facts(
        criteria=tuple(
            replace(c, code=f"{c.code}/{n}", ladder=c.ladder and f"{c.ladder}/{n}")
            for n in range(scale)
            for c in facts.criteria
        ),
        met=frozenset(f"{code}/{n}" for n in range(scale) for code in facts.met),
        projects=tuple(
            replace(
                p,
                code=f"{p.code}/{n}",
                value_eur=None
                if p.value_eur is None
                else (p.value_eur * draw.randint(50, 200) / 100).quantize(Decimal(1)),
            )
            for n in range(scale)
            for p in facts.projects
        ),
        meets=linked(facts.meets),
        contributes=linked(facts.contributes),
    )


def _questions(problem: Problem) -> list[tuple[str, Model, dict[int, float], float]]:
    """Return two questions as plain models, to be minimised: most criteria for the budget; least cost for half."""
    model = optimum.linear_model(problem)
    met = dict.fromkeys(range(model.columns - len(problem.reachable), model.columns), 1.0)
    cost = {i: euros / 1000 for i, euros in enumerate(problem.costs.values())}
    budget = Row(-INFINITY, ((problem.budget_eur or 0) + 0.5) / 1000, cost)
    half = Row(len(problem.reachable) // 2, INFINITY, met)
    return [
        ("most criteria", replace(model, rows=(*model.rows, budget)), dict.fromkeys(met, -1.0), 1.0),
        ("least cost of half of them", replace(model, rows=(*model.rows, half)), cost, 0.001),
    ]


def _by_highs(model: Model, objective: dict[int, float], unit: float) -> float:
    values = Session(model).minimise(objective, unit=unit)
    return float("nan") if values is None else sum(values[i] * weight for i, weight in objective.items())


def _by_scipy(model: Model, objective: dict[int, float]) -> float:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import lil_array

    matrix = lil_array((len(model.rows), model.columns))
    for number, row in enumerate(model.rows):
        for column, value in row.terms.items():
            matrix[number, column] = value
    lower, weights = np.zeros(model.columns), np.zeros(model.columns)
    lower[sorted(model.fixed)] = 1.0
    for column, value in objective.items():
        weights[column] = value
    result = milp(
        weights,
        integrality=[1] * model.integers + [0] * (model.columns - model.integers),
        bounds=Bounds(lower, np.ones(model.columns)),
        constraints=LinearConstraint(matrix.tocsr(), [r.lower for r in model.rows], [r.upper for r in model.rows]),
        options={"mip_rel_gap": 0.0},
    )
    return float(result.fun)


def _timed[Answer](ask: Callable[[], Answer]) -> tuple[float, Answer]:
    began = time.perf_counter()
    answer = ask()
    return time.perf_counter() - began, answer

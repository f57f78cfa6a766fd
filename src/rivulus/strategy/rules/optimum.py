"""The best set of projects, proven so by HiGHS, and counted again without it in whole euros."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rivulus.strategy.rules.choice import Problem, cost_of, gained, help_of
from rivulus.strategy.rules.solver import INFINITY, Model, Row, Session, Unsolved

# Whole numbers (criteria, links, thousandths of a thousand euros) are compared with this margin, because the solver
# works with floating-point numbers.
MARGIN = 0.0005

# The frontier asks for every number of criteria up to so many; beyond, it leaves out numbers between its corners.
FRONTIER_CORNERS = 60


@dataclass(frozen=True, slots=True)
class Point:
    """A corner of the frontier: the least money that meets so many criteria, and the projects that do it."""

    criteria: int
    cost_eur: int
    selected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """Something to maximise, the same counted without the solver, and the least difference between two sets."""

    objective: dict[int, float]
    count: Callable[[tuple[str, ...]], float]
    unit: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The best projects within the budget; None when there are none, and then the least money that would do."""

    selected: tuple[str, ...] | None
    least_eur: int | None = None


def solve(problem: Problem) -> Answer:
    """Return the best projects within the budget. Everything asked for must be reachable at some price."""
    selected = Solver(problem).best()
    if selected is not None:
        return Answer(selected)
    cheapest = Solver(problem).least_cost()
    return Answer(None, None if cheapest is None else cost_of(problem, cheapest))


def linear_model(problem: Problem) -> Model:
    """Return the constraints: columns for projects, then for criteria done by their own projects, then met.

    done <= each project it needs; met <= done + the next higher step met.
    """
    projects = {code: i for i, code in enumerate(problem.costs)}
    done, met = _columns(problem)
    rows = [
        Row(0.0, INFINITY, {projects[project]: 1.0, done[criterion]: -1.0})
        for criterion in done
        for project in sorted(problem.needs[criterion])
    ]
    for criterion, column in met.items():
        terms = {column: -1.0}
        if criterion in done:
            terms[done[criterion]] = 1.0
        if criterion in problem.next_steps:
            terms[met[problem.next_steps[criterion]]] = 1.0
        rows.append(Row(0.0, INFINITY, terms))
    fixed = {projects[code] for code in problem.included} | {met[c] for c in problem.target if c in met}
    return Model(len(projects) + len(done) + len(met), len(projects), frozenset(fixed), tuple(rows))


def _columns(problem: Problem) -> tuple[dict[str, int], dict[str, int]]:
    start = len(problem.costs)
    own = [c for c in problem.reachable if c in problem.needs]
    done = {code: start + i for i, code in enumerate(own)}
    met = {code: start + len(own) + i for i, code in enumerate(problem.reachable)}
    return done, met


class Solver:
    """A problem in the memory of the solver; several questions are asked of the same constraints."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._session = Session(linear_model(problem))
        met = _columns(problem)[1]
        # In thousands of euros, so that the numbers of the model stay within a few powers of ten.
        self._cost = {i: cost / 1000 for i, cost in enumerate(problem.costs.values())}
        self._cost_unit = (math.gcd(*problem.costs.values()) or 1) / 1000
        self._help = {i: float(problem.help_count[code]) for i, code in enumerate(problem.costs)}
        self._all = dict.fromkeys(met.values(), 1.0)
        self._focus = {column: 1.0 for code, column in met.items() if code in problem.focus}

    def least_cost(self) -> tuple[str, ...] | None:
        """Return the cheapest projects with all that is asked for, whatever the budget."""
        return self._selected(self._session.minimise(self._cost, unit=self._cost_unit))

    def best(self) -> tuple[str, ...] | None:
        """Return the best projects within the budget, by the order that the module states."""
        problem = self.problem
        if problem.budget_eur is not None:  # half a euro more is no more in whole euros
            self._session.add(Row(-INFINITY, (problem.budget_eur + 0.5) / 1000, self._cost))
        selected: tuple[str, ...] | None = None
        for stage in self._stages():
            selected = self._selected(self._session.maximise(stage.objective, unit=stage.unit))
            if selected is None:
                return None
            self._session.add(Row(stage.count(selected) - MARGIN, INFINITY, stage.objective))
        if selected is not None and problem.budget_eur is not None and cost_of(problem, selected) > problem.budget_eur:
            raise Unsolved("The chosen projects cost more than the budget.")
        return None if selected is None else _pruned(problem, selected)

    def _stages(self) -> list[Stage]:
        problem = self.problem
        cheap = Stage({i: -c for i, c in self._cost.items()}, lambda s: -cost_of(problem, s) / 1000, self._cost_unit)
        helpful = Stage(self._help, lambda s: float(help_of(problem, s)), 1.0)
        most = Stage(self._all, lambda s: float(len(gained(problem, s))), 1.0)
        stages = [most]
        if len(self._focus) < len(self._all):
            first = Stage(self._focus, lambda s: float(len(gained(problem, s) & problem.focus)), 1.0)
            stages = [first, most]
        return [*stages, cheap, helpful] if problem.leave_rest else [*stages, helpful, cheap]

    def frontier(self) -> tuple[Point, ...]:
        """Return the least cost of 0, 1, 2 … criteria of the focus, whatever the budget; only the corners.

        A cheapest set may meet more criteria than were asked for; the numbers between cost the same. In a matrix far
        larger than that of chapter 4 some corners are left out; those that are returned stay exact.
        """
        problem, points = self.problem, list[Point]()
        if not self._focus:
            return ()
        stride = -(-len(self._focus) // FRONTIER_CORNERS)
        row = self._session.add(Row(0.0, INFINITY, self._focus))
        wanted = 0
        while wanted <= len(self._focus):
            self._session.bound(row, wanted - MARGIN, INFINITY)
            selected = self._selected(self._session.minimise(self._cost, unit=self._cost_unit))
            if selected is None:
                break
            selected = _pruned(problem, selected)
            point = Point(len(gained(problem, selected) & problem.focus), cost_of(problem, selected), selected)
            if points and points[-1].cost_eur == point.cost_eur:
                points.pop()
            points.append(point)
            wanted = max(point.criteria + 1, min(point.criteria + stride, len(self._focus)))
        return tuple(points)

    def _selected(self, values: Sequence[float] | None) -> tuple[str, ...] | None:
        if values is None:
            return None
        return tuple(code for code, value in zip(self.problem.costs, values, strict=False) if value > 0.5)


def _pruned(problem: Problem, selected: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out what costs nothing and brings nothing: the solver may carry it along by chance."""
    kept = list(selected)
    everything = gained(problem, kept)
    for code in selected:
        if code in problem.included or problem.costs[code] or problem.help_count[code]:
            continue
        rest = [c for c in kept if c != code]
        if gained(problem, rest) == everything:
            kept = rest
    return tuple(kept)

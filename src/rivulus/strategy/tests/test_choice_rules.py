"""The best projects for a sum of money, against a twin that tries every set of projects."""

import datetime as dt
import itertools
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rivulus.kernel.errors import Refused
from rivulus.strategy.rules import choice, matrix, optimum
from rivulus.strategy.rules.budget import Reading
from rivulus.strategy.rules.choice import Facts, LeftOut, Missing, Problem, ProjectFact, Wish
from rivulus.strategy.rules.matrix import CriterionFact

THIS_YEAR = dt.date(2026, 11, 22).year
E1, E2, E3 = CriterionFact("E1.1", "E", 1), CriterionFact("E1.2", "E", 1), CriterionFact("E2.1", "E", 2)
C1 = CriterionFact("C1.1", "C", 1)
LOW, HIGH = CriterionFact("Me2.1", "Me", 2, "waste", 1), CriterionFact("Me3.1", "Me", 3, "waste", 2)


def project(code: str, value: int | None, **rest: object) -> ProjectFact:
    """A project of that value in euros."""
    return ProjectFact(code, None if value is None else Decimal(value), **rest)  # type: ignore[arg-type]


def facts(
    criteria: list[CriterionFact],
    projects: list[ProjectFact],
    meets: dict[str, str],
    *,
    met: str = "",
    contributes: dict[str, str] | None = None,
) -> Facts:
    """The matrix and the portfolio; links are written as ``{"E1.1": "A B"}``."""

    def linked(links: dict[str, str]) -> dict[str, frozenset[str]]:
        return {code: frozenset(names.split()) for code, names in links.items()}

    return Facts(tuple(criteria), frozenset(met.split()), tuple(projects), linked(meets), linked(contributes or {}))


def wish(budget: int | None = None, horizon: int = 2030, **rest: object) -> Wish:
    """A wish with that budget."""
    return Wish(budget, horizon, **rest)  # type: ignore[arg-type]


def pose(given_facts: Facts, given_wish: Wish) -> Problem:
    return choice.pose(given_facts, given_wish, this_year=THIS_YEAR)


def chosen(given_facts: Facts, given_wish: Wish) -> tuple[str, ...] | None:
    return optimum.solve(pose(given_facts, given_wish)).selected


class TestCosts:
    def test_a_yearly_amount_counts_from_next_year_to_the_horizon(self) -> None:
        yearly = project("A", 30_000, reading=Reading.YEARLY)
        assert pose(facts([], [yearly], {}), wish(horizon=2030)).costs == {"A": 120_000}
        assert pose(facts([], [yearly], {}), wish(horizon=2027)).costs == {"A": 30_000}

    @pytest.mark.parametrize("reading", [Reading.ONCE, Reading.UNCLEAR, Reading.PER_UNIT])
    def test_any_other_amount_counts_once(self, reading: Reading) -> None:
        assert project("A", 30_000, reading=reading).cost_eur(4) == 30_000

    def test_cents_are_rounded_up_so_that_a_budget_is_never_passed(self) -> None:
        assert ProjectFact("A", Decimal("10.01")).cost_eur(1) == 11

    def test_no_value_is_no_cost(self) -> None:
        assert project("A", None).cost_eur(4) is None


class TestWhatThereIsToChooseFrom:
    def test_projects_without_a_value_are_left_out_and_listed(self) -> None:
        assert pose(facts([], [project("A", None)], {}), wish()).left_out == {"A": LeftOut.NO_VALUE}

    def test_projects_without_a_value_cost_nothing_when_asked_so(self) -> None:
        problem = pose(facts([], [project("A", None)], {}), wish(without_value_is_free=True))
        assert (problem.costs, problem.counted_free) == ({"A": 0}, ("A",))

    def test_projects_that_end_after_the_horizon_are_left_out(self) -> None:
        problem = pose(facts([], [project("A", 5, horizon_year=2030)], {}), wish(horizon=2029))
        assert problem.left_out == {"A": LeftOut.AFTER_HORIZON}

    def test_stopped_projects_are_left_out(self) -> None:
        assert pose(facts([], [project("A", 5, is_stopped=True)], {}), wish()).left_out == {"A": LeftOut.STOPPED}

    def test_a_project_kept_in_is_there_whatever_else_is_said_of_it(self) -> None:
        odd = project("A", None, horizon_year=2030, is_stopped=True)
        problem = pose(facts([], [odd], {}), wish(horizon=2028, included=frozenset({"A"})))
        assert (problem.costs, problem.included, problem.left_out) == ({"A": 0}, {"A"}, {})

    def test_finished_projects_are_free_and_what_they_alone_satisfy_awaits_a_declaration(self) -> None:
        done = project("A", 5, is_finished=True)
        problem = pose(facts([E1, E2], [done, project("B", 7)], {"E1.1": "A", "E1.2": "A B"}), wish())
        assert (problem.awaiting, problem.needs) == (("E1.1",), {"E1.2": {"B"}})

    def test_a_criterion_whose_project_is_left_out_is_out_of_reach(self) -> None:
        problem = pose(facts([E1], [project("A", None)], {"E1.1": "A"}), wish())
        assert problem.reachable == ()


class TestRefusedWishes:
    @pytest.mark.parametrize("horizon", [2025, 2026, 2047])
    def test_a_horizon_must_lie_ahead_and_in_sight(self, horizon: int) -> None:
        with pytest.raises(Refused, match="between 2027 and 2046"):
            choice.check_wish(wish(horizon=horizon), this_year=THIS_YEAR)

    def test_a_level_needs_its_pillar(self) -> None:
        with pytest.raises(Refused, match="pillar"):
            choice.check_wish(wish(level=2), this_year=THIS_YEAR)

    def test_a_project_is_kept_in_or_left_out_but_not_both(self) -> None:
        both = wish(included=frozenset("A"), excluded=frozenset("A"))
        with pytest.raises(Refused, match="at once: A"):
            choice.check_wish(both, this_year=THIS_YEAR)

    def test_a_budget_below_zero_is_refused(self) -> None:
        with pytest.raises(Refused, match="below zero"):
            choice.check_wish(wish(-1), this_year=THIS_YEAR)

    def test_a_sensible_wish_passes(self) -> None:
        choice.check_wish(wish(5, pillar="E", level=3), this_year=THIS_YEAR)


class TestTheBestSet:
    def test_two_cheap_criteria_win_over_a_dear_one(self) -> None:
        city = facts(
            [E1, E2, C1],
            [project("A", 10), project("B", 4), project("C", 6)],
            {"E1.1": "A", "E1.2": "B", "C1.1": "C"},
        )
        assert chosen(city, wish(10)) == ("B", "C")

    def test_the_chosen_pillar_comes_first(self) -> None:
        city = facts(
            [E1, E2, C1],
            [project("A", 10), project("B", 4), project("C", 6)],
            {"C1.1": "A", "E1.2": "B", "E1.1": "C"},
        )
        assert chosen(city, wish(10, pillar="C")) == ("A",)

    def test_half_of_a_criterion_is_not_bought(self) -> None:
        city = facts([E1], [project("A", 4), project("B", 9)], {"E1.1": "A B"})
        assert chosen(city, wish(10)) == ()
        assert chosen(city, wish(13)) == ("A", "B")

    def test_one_high_step_brings_the_steps_below_it(self) -> None:
        city = facts([LOW, HIGH, E1, E2], [project("A", 9), project("B", 3)], {"Me3.1": "A", "Me2.1": "B"})
        problem = pose(city, wish(9))
        assert optimum.solve(problem).selected == ("A",)
        gain = choice.explain(problem, ["A"]).gains[0]
        assert gain == choice.Gain("Me2.1", ("A",), "Me3.1")

    def test_money_left_goes_to_projects_that_help_unless_it_shall_stay(self) -> None:
        city = facts([E1, E2], [project("A", 4), project("B", 3)], {"E1.1": "A"}, contributes={"E1.2": "B"})
        assert chosen(city, wish(10)) == ("A", "B")
        assert chosen(city, wish(10, leave_rest=True)) == ("A",)

    def test_what_is_kept_in_is_paid_and_what_is_left_out_is_not(self) -> None:
        city = facts([E1, E2], [project("A", 4), project("B", 3), project("D", 6)], {"E1.1": "A", "E1.2": "B"})
        assert chosen(city, wish(9, included=frozenset("D"))) == ("B", "D")
        assert chosen(city, wish(9, excluded=frozenset("A"))) == ("B",)

    def test_a_wanted_level_is_reached_even_when_other_criteria_are_cheaper(self) -> None:
        city = facts([E1, C1, LOW, HIGH], [project("A", 9), project("B", 3)], {"E1.1": "A", "Me2.1": "B", "C1.1": "B"})
        assert chosen(city, wish(9, pillar="E", level=1)) == ("A",)

    def test_a_budget_to_the_euro_is_enough(self) -> None:
        city = facts([E1], [project("A", 50_000_001)], {"E1.1": "A"})
        assert chosen(city, wish(50_000_000)) == ()
        assert chosen(city, wish(50_000_001)) == ("A",)


class TestTheImpossible:
    def test_a_small_budget_is_told_how_much_would_do(self) -> None:
        city = facts([E1, E2], [project("A", 9), project("B", 5)], {"E1.1": "A", "E1.2": "B"})
        assert optimum.solve(pose(city, wish(10, pillar="E", level=1))) == optimum.Answer(None, 14)

    def test_a_budget_below_what_is_kept_in_is_told_too(self) -> None:
        city = facts([E1], [project("A", 9)], {})
        assert optimum.solve(pose(city, wish(5, included=frozenset("A")))) == optimum.Answer(None, 9)

    def test_criteria_out_of_reach_are_named_with_what_stands_in_the_way(self) -> None:
        city = facts([E1, LOW, HIGH], [project("A", None), project("B", 4)], {"Me2.1": "B", "Me3.1": "A"})
        problem = pose(city, wish(pillar="Me", level=3))
        assert choice.missing_for(problem, city.meets) == (Missing("Me3.1", (("A", LeftOut.NO_VALUE),)),)
        assert choice.missing_for(pose(city, wish(pillar="E", level=1)), city.meets) == (Missing("E1.1", ()),)

    def test_a_lower_step_out_of_reach_names_the_higher_project_that_would_do(self) -> None:
        city = facts([LOW, HIGH], [project("A", None)], {"Me3.1": "A"})
        missing = choice.missing_for(pose(city, wish(pillar="Me", level=2)), city.meets)
        assert missing == (Missing("Me2.1", (("A", LeftOut.NO_VALUE),)),)


class TestTheExplanation:
    city = facts(
        [E1, E2, E3, C1],
        [project("A", 4), project("B", 3), project("D", 1)],
        {"E1.1": "A B", "E1.2": "B", "E2.1": "A"},
        contributes={"C1.1": "D"},
    )

    def test_each_project_is_told_with_what_is_lost_without_it(self) -> None:
        told = choice.explain(pose(self.city, wish()), ["A", "B", "D"])
        assert [(s.project, s.cost_eur, s.lost, s.helps) for s in told.shares] == [
            ("A", 4, ("E1.1", "E2.1"), 0),
            ("B", 3, ("E1.1", "E1.2"), 0),
            ("D", 1, (), 1),
        ]

    def test_levels_before_and_after(self) -> None:
        told = choice.explain(pose(self.city, wish()), ["A", "B"])
        assert [s.level for s in told.before] == [0, 0]
        assert [(s.pillar, s.level) for s in told.after] == [("E", 5), ("C", 0)]
        assert told.cost_eur == 7


def test_the_frontier_has_the_least_cost_of_each_number_of_criteria() -> None:
    city = facts(
        [E1, E2, C1],
        [project("A", 10), project("B", 4), project("D", 1)],
        {"E1.1": "A", "E1.2": "B D", "C1.1": "D"},
    )
    points = optimum.Solver(pose(city, wish(0))).frontier()
    assert [(p.criteria, p.cost_eur) for p in points] == [(0, 0), (1, 1), (2, 5), (3, 15)]


def test_two_criteria_for_the_price_of_one_make_one_corner() -> None:
    city = facts([E1, E2], [project("A", 10)], {"E1.1": "A", "E1.2": "A"})
    assert [(p.criteria, p.cost_eur) for p in optimum.Solver(pose(city, wish())).frontier()] == [
        (0, 0),
        (2, 10),
    ]


def test_a_long_frontier_leaves_out_numbers_but_never_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimum, "FRONTIER_CORNERS", 3)
    criteria = [CriterionFact(f"E1.{n}", "E", 1) for n in range(1, 8)]
    projects = [project(f"P{n}", n) for n in range(1, 8)]
    city = facts(criteria, projects, {f"E1.{n}": f"P{n}" for n in range(1, 8)})
    points = optimum.Solver(pose(city, wish())).frontier()
    assert [(p.criteria, p.cost_eur) for p in points] == [(0, 0), (3, 6), (6, 21), (7, 28)]


def test_the_frontier_of_nothing_to_gain_is_empty() -> None:
    assert optimum.Solver(pose(facts([E1], [], {}), wish())).frontier() == ()


CODES = [f"P{i}" for i in range(6)]
CRITERIA = [
    CriterionFact(f"{p}{n}.{k}", p, n, f"{p}-ladder" if k == 1 else None, n if k == 1 else None)
    for p in ("E", "C")
    for n in (1, 2, 3)
    for k in (1, 2)
]
link_maps = st.fixed_dictionaries(
    {}, optional={c.code: st.frozensets(st.sampled_from(CODES), min_size=1, max_size=3) for c in CRITERIA}
)
cities = st.builds(
    Facts,
    criteria=st.just(tuple(CRITERIA)),
    met=st.frozensets(st.sampled_from([c.code for c in CRITERIA]), max_size=4).map(
        lambda codes: matrix.counted_as_met(CRITERIA, {}, and_expected=codes)
    ),
    projects=st.tuples(
        *(
            st.builds(
                ProjectFact,
                code=st.just(code),
                value_eur=st.none() | st.integers(1, 40).map(Decimal) | st.integers(1, 40_000_000).map(Decimal),
                reading=st.sampled_from(Reading),
                horizon_year=st.none() | st.integers(2024, 2031),
                is_finished=st.sampled_from([False, False, False, True]),
                is_stopped=st.sampled_from([False, False, False, True]),
            )
            for code in CODES
        )
    ),
    meets=link_maps,
    contributes=link_maps,
)
wishes = st.builds(
    Wish,
    budget_eur=st.none() | st.integers(0, 120) | st.integers(0, 100_000_000),
    horizon=st.integers(2027, 2031),
    pillar=st.sampled_from(["E", "C", None]),
    level=st.sampled_from([None, None, 1, 2]),
    included=st.frozensets(st.sampled_from(CODES[:3]), max_size=1),
    excluded=st.frozensets(st.sampled_from(CODES[3:]), max_size=1),
    without_value_is_free=st.booleans(),
    leave_rest=st.booleans(),
)


def every_set(problem: Problem) -> Iterator[tuple[str, ...]]:
    """All sets that the wish allows whatever they cost, the slow way."""
    for size in range(len(problem.costs) + 1):
        for selected in itertools.combinations(problem.costs, size):
            if problem.included <= set(selected) and problem.target <= choice.gained(problem, selected):
                yield selected


def rank(problem: Problem, selected: tuple[str, ...]) -> tuple[int, ...]:
    """How good a set is, by the order that the module promises; more is better."""
    new = choice.gained(problem, selected)
    helps, cost = choice.help_of(problem, selected), choice.cost_of(problem, selected)
    tail = (-cost, helps) if problem.leave_rest else (helps, -cost)
    return (len(new & problem.focus), len(new), *tail)


@given(cities, wishes, st.frozensets(st.sampled_from(CODES)))
@settings(deadline=None)
def test_what_a_set_brings_equals_the_matrix_climbed_anew(city: Facts, asked: Wish, some: frozenset[str]) -> None:
    problem = pose(city, asked)
    selected = some & problem.costs.keys()
    done = {c for c, projects in problem.needs.items() if projects <= selected}
    met = matrix.counted_as_met(problem.criteria, {}, and_expected=problem.met | done)
    assert choice.gained(problem, selected) == met - problem.met


@given(cities, wishes)
@settings(deadline=None, max_examples=150)
def test_no_set_within_the_budget_is_better_than_the_chosen_one(city: Facts, asked: Wish) -> None:
    assume(asked.level is None or asked.pillar is not None)
    problem = pose(city, asked)
    allowed = list(every_set(problem))
    if choice.missing_for(problem, city.meets):
        assert allowed == []
        return
    affordable = [s for s in allowed if asked.budget_eur is None or choice.cost_of(problem, s) <= asked.budget_eur]
    answer = optimum.solve(problem)
    if affordable:
        assert answer.selected is not None
        assert answer.selected in affordable
        assert rank(problem, answer.selected) == max(rank(problem, s) for s in affordable)
    else:
        assert answer == optimum.Answer(None, min(choice.cost_of(problem, s) for s in allowed))


@given(cities, wishes)
@settings(deadline=None, max_examples=60)
def test_no_set_is_cheaper_than_the_frontier(city: Facts, asked: Wish) -> None:
    assume(asked.level is None or asked.pillar is not None)
    problem = pose(city, asked)
    assume(not choice.missing_for(problem, city.meets))
    points = optimum.Solver(problem).frontier()
    least: dict[int, int] = {}
    for selected in every_set(problem):
        count = len(choice.gained(problem, selected) & problem.focus)
        least[count] = min(least.get(count, 10**12), choice.cost_of(problem, selected))
    corners = [(k, cost) for k, cost in sorted(least.items()) if all(cost < c for more, c in least.items() if more > k)]
    if set(problem.reachable) & problem.focus:
        assert [(p.criteria, p.cost_eur) for p in points] == corners


@given(cities, wishes)
@settings(deadline=None, max_examples=40)
def test_the_same_wish_is_answered_the_same(city: Facts, asked: Wish) -> None:
    assume(asked.level is None or asked.pillar is not None)
    problem = pose(city, asked)
    assume(not choice.missing_for(problem, city.meets))
    assert optimum.solve(problem) == optimum.solve(problem)

"""When projects end, and what the matrix becomes with them."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rivulus.strategy.rules import forecast, matrix
from rivulus.strategy.rules.forecast import Expectation, Forecast, Ground, Progress, ProjectFact, Reading
from rivulus.strategy.rules.matrix import CriterionFact
from rivulus.strategy.terms import Status

TODAY = dt.date(2026, 11, 22)


def project(code: str = "P1", horizon: int | None = 2027, **reported: object) -> ProjectFact:
    """A project with a printed year and, when something is reported, its progress."""
    if not reported:
        return ProjectFact(code, horizon)
    end = reported.get("period_end", dt.date(2026, 6, 30))
    values = {
        "status": Status.IN_PROGRESS,
        "percent": 40,
        "period_end": end,
        "expected_end": None,
        "first_percent": reported.get("percent", 40),
        "first_period_end": end,
    }
    return ProjectFact(code, horizon, progress=Progress(**{**values, **reported}))  # type: ignore[arg-type]


def test_the_forecast_goes_to_2030() -> None:
    assert list(forecast.years_ahead(TODAY)) == [2026, 2027, 2028, 2029, 2030]


@pytest.mark.parametrize("year", [2030, 2031, 2040])
def test_from_2030_on_the_forecast_still_shows_the_next_year(year: int) -> None:
    assert list(forecast.years_ahead(dt.date(year, 3, 1))) == [year, year + 1]


def test_as_planned_a_project_ends_in_its_printed_year_even_when_that_has_passed() -> None:
    assert forecast.as_planned(project(horizon=2023)) == Expectation(2023, Ground.PRINTED)


def test_as_planned_a_project_without_a_year_ends_with_the_strategy() -> None:
    assert forecast.as_planned(project(horizon=None)) == Expectation(2030, Ground.NO_YEAR)


def test_a_finished_project_ended_in_the_half_year_of_its_report() -> None:
    done = project(status=Status.DONE, percent=100, period_end=dt.date(2025, 12, 31))
    assert forecast.as_reported(done, TODAY) == Expectation(2025, Ground.FINISHED)


def test_a_project_that_the_strategy_itself_calls_finished_is_finished() -> None:
    assert forecast.as_reported(ProjectFact("P1", 2023, is_finished=True), TODAY) == Expectation(2023, Ground.FINISHED)


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.ABANDONED])
def test_a_stopped_project_has_no_end_in_sight(status: Status) -> None:
    stopped = project(status=status, expected_end=dt.date(2027, 1, 1))
    assert forecast.as_reported(stopped, TODAY) == Expectation(None, Ground.STOPPED)


def test_the_end_that_the_team_gives_wins_over_the_plan() -> None:
    late = project(horizon=2027, expected_end=dt.date(2029, 5, 1))
    assert forecast.as_reported(late, TODAY) == Expectation(2029, Ground.REPORTED_END)


def test_an_end_date_that_has_passed_says_nothing() -> None:
    late = project(horizon=2025, expected_end=dt.date(2026, 11, 21))
    assert forecast.as_reported(late, TODAY) == Expectation(2027, Ground.SLIDES)


def test_the_pace_between_two_reports_is_continued_in_a_straight_line() -> None:
    # 20 percent in the 365 days from mid 2025 to mid 2026: 60 more take three years.
    steady = project(horizon=2026, percent=40, first_percent=20, first_period_end=dt.date(2025, 6, 30))
    assert steady.progress is not None
    assert forecast.pace_end(steady.progress) == dt.date(2026, 6, 30) + dt.timedelta(days=3 * 365)
    assert forecast.as_reported(steady, TODAY) == Expectation(2029, Ground.PACE)


def test_a_pace_never_points_before_this_year() -> None:
    fast = project(
        percent=90, first_percent=10, first_period_end=dt.date(2023, 6, 30), period_end=dt.date(2023, 12, 31)
    )
    assert forecast.as_reported(fast, TODAY) == Expectation(2026, Ground.PACE)


def test_a_pace_points_at_most_ten_years_ahead() -> None:
    slow = project(percent=2, first_percent=1, first_period_end=dt.date(2022, 6, 30))
    assert forecast.as_reported(slow, TODAY) == Expectation(2036, Ground.PACE)


def test_all_done_but_not_yet_called_finished_is_expected_this_year() -> None:
    assert forecast.as_reported(project(percent=100), TODAY) == Expectation(2026, Ground.PACE)


def test_one_report_alone_gives_no_pace_and_leaves_the_plan() -> None:
    assert forecast.as_reported(project(horizon=2028, percent=30), TODAY) == Expectation(2028, Ground.PRINTED)


def test_a_silent_project_whose_year_has_passed_slides_to_next_year() -> None:
    assert forecast.as_reported(project(horizon=2025), TODAY) == Expectation(2027, Ground.SLIDES)
    assert forecast.as_reported(project(horizon=2025), dt.date(2029, 1, 1)) == Expectation(2030, Ground.SLIDES)


def test_a_silent_project_whose_year_is_running_may_still_end_in_it() -> None:
    assert forecast.as_reported(project(horizon=2026), TODAY) == Expectation(2026, Ground.PRINTED)


def test_after_2030_a_silent_project_without_a_year_slides_too() -> None:
    assert forecast.as_reported(project(horizon=None), dt.date(2031, 2, 1)) == Expectation(2032, Ground.SLIDES)


E1, E2, E3 = CriterionFact("E1.1", "E", 1), CriterionFact("E1.2", "E", 1), CriterionFact("E2.1", "E", 2)
LOW, HIGH = CriterionFact("Me2.1", "Me", 2, "waste", 1), CriterionFact("Me3.1", "Me", 3, "waste", 2)


def of(criteria: list[CriterionFact], projects: list[ProjectFact], met: set[str], **needs: set[str]) -> Forecast:
    """A forecast from criteria, projects, what is met now, and what each criterion needs (E1_1 for E1.1)."""
    links = {code.replace("_", "."): frozenset(codes) for code, codes in needs.items()}
    return Forecast(criteria, frozenset(met), projects, links, TODAY)


def test_a_criterion_waits_for_all_its_projects() -> None:
    both = of([E1, E2], [project("A", 2027), project("B", 2029)], {"E1.1"}, E1_2={"A", "B"})
    outlook = {o.year: o for o in both.outlook(Reading.PLANNED)}
    assert "E1.2" not in outlook[2028].met
    assert outlook[2029].gains == (forecast.Gain("E1.2", ("A", "B"), None),)
    assert [s.level for s in outlook[2028].pillars] == [0]
    assert [s.level for s in outlook[2029].pillars] == [5]  # no criteria above level 1 here


def test_what_should_have_happened_before_this_year_is_gained_this_year() -> None:
    past = of([E1], [project("A", 2023)], set(), E1_1={"A"})
    assert [g.criterion for g in past.outlook(Reading.PLANNED)[0].gains] == ["E1.1"]
    assert [len(o.gains) for o in past.outlook(Reading.REPORTED)] == [0, 1, 0, 0, 0]


def test_a_higher_step_brings_the_lower_one() -> None:
    ladder = of([LOW, HIGH], [project("A", 2027), project("B", 2029)], set(), Me2_1={"B"}, Me3_1={"A"})
    gains = {g.criterion: g for o in ladder.outlook(Reading.PLANNED) for g in o.gains if o.year == 2027}
    assert gains["Me2.1"] == forecast.Gain("Me2.1", ("A",), "Me3.1")


def test_no_project_satisfies_a_criterion_without_links_or_higher_steps() -> None:
    facts = of([E1, E2, E3, LOW, HIGH], [project("A")], {"E1.1"}, Me3_1={"A"})
    assert facts.unreachable == ("E1.2", "E2.1")


def test_a_project_outside_the_portfolio_satisfies_nothing() -> None:
    assert of([E1], [], set(), E1_1={"gone"}).unreachable == ("E1.1",)


def test_lateness_is_told_with_the_criteria_that_it_holds_back() -> None:
    facts = of(
        [E1, E2],
        [project("A", 2027, expected_end=dt.date(2029, 1, 1)), project("B", 2028)],
        set(),
        E1_1={"A", "B"},
    )
    (late,) = facts.late
    assert (late.project, late.expected.year) == ("A", 2029)
    assert late.delays == (forecast.Delay("E1.1", 2028, 2029),)


def test_a_late_project_that_another_later_one_covers_costs_nothing() -> None:
    facts = of(
        [E1],
        [project("A", 2027, expected_end=dt.date(2028, 1, 1)), project("B", 2029)],
        set(),
        E1_1={"A", "B"},
    )
    assert [(late.project, late.delays) for late in facts.late] == [("A", ())]


def test_an_abandoned_project_takes_its_criteria_with_it() -> None:
    facts = of([E1], [project("A", 2027, status=Status.ABANDONED)], set(), E1_1={"A"})
    assert facts.late[0].delays == (forecast.Delay("E1.1", 2027, None),)


def test_lateness_reaches_lower_steps_through_the_ladder() -> None:
    facts = of([LOW, HIGH], [project("A", 2027, expected_end=dt.date(2030, 1, 1))], set(), Me3_1={"A"})
    assert [d.criterion for d in facts.late[0].delays] == ["Me2.1", "Me3.1"]


CODES = [f"P{i}" for i in range(5)]
CRITERIA = [
    CriterionFact(
        f"{pillar}{level}.{n}",
        pillar,
        level,
        f"{pillar}-ladder" if n == 1 else None,
        level if n == 1 else None,
    )
    for pillar in ("E", "C")
    for level in (1, 2, 3)
    for n in (1, 2)
]
progresses = st.builds(
    Progress,
    status=st.sampled_from(Status),
    percent=st.integers(0, 100),
    period_end=st.sampled_from([dt.date(2025, 12, 31), dt.date(2026, 6, 30)]),
    expected_end=st.none() | st.dates(dt.date(2024, 1, 1), dt.date(2034, 1, 1)),
    first_percent=st.integers(0, 100),
    first_period_end=st.sampled_from([dt.date(2024, 6, 30), dt.date(2025, 12, 31)]),
)
portfolios = st.fixed_dictionaries(
    {code: st.tuples(st.none() | st.integers(2022, 2032), st.none() | progresses) for code in CODES}
).map(lambda rows: [ProjectFact(code, year, progress=p) for code, (year, p) in rows.items()])
links = st.fixed_dictionaries(
    {}, optional={c.code: st.frozensets(st.sampled_from(CODES), max_size=3) for c in CRITERIA}
)
mets = st.frozensets(st.sampled_from([c.code for c in CRITERIA]))


def naive_met(facts: Forecast, reading: Reading, year: int) -> frozenset[str]:
    """The rule word for word: met now, or all projects ended by then; then the ladders."""
    ends = facts.expectations(reading)

    def ended(code: str) -> bool:
        end = ends[code].year
        return end is not None and end <= year

    done = {c for c, projects in facts.needs.items() if projects and all(ended(p) for p in projects)}
    return matrix.counted_as_met(facts.criteria, {}, and_expected=done | facts.met_now)


@given(portfolios, links, mets)
@settings(deadline=None)
def test_every_year_equals_the_rule_word_for_word(
    projects: list[ProjectFact], needs: dict[str, frozenset[str]], met: frozenset[str]
) -> None:
    now = matrix.counted_as_met(CRITERIA, {}, and_expected=met)
    facts = Forecast(CRITERIA, now, projects, needs, TODAY)
    for reading in Reading:
        for outlook in facts.outlook(reading):
            assert outlook.met == naive_met(facts, reading, outlook.year)


@given(portfolios, links, mets)
@settings(deadline=None)
def test_nothing_is_lost_with_the_years_and_every_gain_has_its_projects(
    projects: list[ProjectFact], needs: dict[str, frozenset[str]], met: frozenset[str]
) -> None:
    now = matrix.counted_as_met(CRITERIA, {}, and_expected=met)
    facts = Forecast(CRITERIA, now, projects, needs, TODAY)
    for reading in Reading:
        before = facts.met_now
        for outlook in facts.outlook(reading):
            assert before <= outlook.met
            assert {g.criterion for g in outlook.gains} == outlook.met - before
            assert all(g.projects for g in outlook.gains)
            before = outlook.met


@given(portfolios, links, mets)
@settings(deadline=None)
def test_every_delay_is_owed_to_a_late_project(
    projects: list[ProjectFact], needs: dict[str, frozenset[str]], met: frozenset[str]
) -> None:
    now = matrix.counted_as_met(CRITERIA, {}, and_expected=met)
    facts = Forecast(CRITERIA, now, projects, needs, TODAY)
    assert {d for late in facts.late for d in late.delays} == set(facts.delays)

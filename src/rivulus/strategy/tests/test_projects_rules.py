"""The life of a project, half-years, and what the sums of chapter 5 mean."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.kernel.errors import Refused
from rivulus.strategy.rules import budget, projects
from rivulus.strategy.rules.projects import HalfYear, Standing
from rivulus.strategy.terms import Status

E, P, A, G, D, S, X = (
    Status.IDEA,
    Status.PREPARING,
    Status.APPLIED,
    Status.IN_PROGRESS,
    Status.DONE,
    Status.SUSPENDED,
    Status.ABANDONED,
)
# Rows: from; columns: to, in the order E P A G D S X.
TABLE = {
    E: "yyyynyy",
    P: "nyyynyy",
    A: "nyyynyy",
    G: "nnnyyyy",
    D: "nnnyynn",
    S: "nyyynyy",
    X: "ynnnnny",
}


@pytest.mark.parametrize("before", list(TABLE))
@pytest.mark.parametrize(("column", "after"), list(enumerate((E, P, A, G, D, S, X))))
def test_every_move_is_as_the_table_says(before: Status, column: int, after: Status) -> None:
    if TABLE[before][column] == "y":
        projects.check_can_move(before, after)
    else:
        with pytest.raises(Refused):
            projects.check_can_move(before, after)


def test_the_table_of_moves_knows_every_status() -> None:
    assert set(projects.MOVES) == set(Status) == set(TABLE)
    assert set(projects.STATUS_OF_MATURITY.values()) <= set(Status)


half_years = st.builds(HalfYear, st.integers(1900, 2200), st.sampled_from([1, 2]))
days = st.dates(dt.date(1990, 1, 1), dt.date(2190, 12, 31))


@given(half_years)
def test_the_next_of_the_previous_is_the_same_half_year(period: HalfYear) -> None:
    assert period.previous.next == period == period.next.previous
    assert period.previous < period < period.next


@given(half_years)
def test_a_half_year_begins_the_day_after_the_one_before_ended(period: HalfYear) -> None:
    assert period.start == period.previous.end + dt.timedelta(days=1)
    assert period.end < period.due


@given(days)
def test_every_day_lies_in_exactly_one_half_year(day: dt.date) -> None:
    period = HalfYear.of(day)
    assert period.start <= day <= period.end


@given(days)
def test_the_half_year_that_ended_last_is_over(day: dt.date) -> None:
    assert projects.last_ended(day).end < day <= projects.last_ended(day).next.end


@given(half_years)
def test_a_half_year_is_read_back_as_it_is_written(period: HalfYear) -> None:
    assert HalfYear.parse(str(period)) == period


@pytest.mark.parametrize(
    "text", ["", "2025", "2025-3", "2025-0", "25-1", "2025-1 ", " 2025-1", "２０２５-1", "2025-1\n"]
)
def test_what_is_no_half_year_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="half-year"):
        HalfYear.parse(text)


@given(st.lists(half_years, max_size=8))
def test_half_years_sort_as_their_days_do(periods: list[HalfYear]) -> None:
    assert [p.start for p in sorted(periods)] == sorted(p.start for p in periods)


TODAY = dt.date(2026, 11, 22)
PERIOD = HalfYear(2026, 1)


def check(
    *,
    period: HalfYear = PERIOD,
    percent: int = 10,
    spent: Decimal = Decimal(0),
    status: Status = G,
    summary: str = "Contract signed.",
) -> None:
    projects.check_report(period=period, today=TODAY, percent=percent, spent=spent, status=status, summary=summary)


def test_a_plain_report_is_taken() -> None:
    check()
    check(period=HalfYear(2026, 2))
    check(status=D, percent=100)


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": HalfYear(2027, 1)},
        {"period": HalfYear(2021, 2)},
        {"percent": -1},
        {"percent": 101},
        {"spent": Decimal(-1)},
        {"status": D, "percent": 99},
        {"status": E, "percent": 1},
        {"summary": "  "},
    ],
)
def test_a_report_that_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Refused):
        check(**wrong)  # type: ignore[arg-type]


def test_numbers_may_fall_only_with_a_reason() -> None:
    known = Standing(G, 40, Decimal(1000))
    projects.check_numbers(known=known, percent=40, spent=Decimal(1000), risks="")
    projects.check_numbers(known=known, percent=30, spent=Decimal(10), risks="The wall must be built anew.")
    for percent, spent in ((39, Decimal(1000)), (40, Decimal(999))):
        with pytest.raises(Refused):
            projects.check_numbers(known=known, percent=percent, spent=spent, risks=" late ")


def test_a_first_report_has_nothing_to_fall_below() -> None:
    projects.check_numbers(known=Standing(E), percent=0, spent=Decimal(0), risks="")


def test_the_expected_end_is_a_plausible_day() -> None:
    period = HalfYear(2026, 1)
    projects.check_expected_end(expected_end=None, status=G, period=period)
    projects.check_expected_end(expected_end=dt.date(2026, 1, 1), status=G, period=period)
    projects.check_expected_end(expected_end=dt.date(2025, 5, 1), status=D, period=period)
    for day in (dt.date(2025, 12, 31), dt.date(2061, 1, 1), dt.date(2021, 1, 1)):
        with pytest.raises(Refused):
            projects.check_expected_end(expected_end=day, status=G, period=period)


def test_a_running_project_owes_the_last_half_year_then_the_present_one() -> None:
    late = projects.owed_report(status=G, reported=[], today=TODAY)
    assert late is not None
    assert (late.period, late.days_late, late.is_late) == (HalfYear(2026, 1), 114, True)
    after = projects.owed_report(status=G, reported=[HalfYear(2026, 1)], today=TODAY)
    assert after is not None
    assert (after.period, after.is_late) == (HalfYear(2026, 2), False)
    assert projects.owed_report(status=G, reported=[HalfYear(2026, 1), HalfYear(2026, 2)], today=TODAY) is None


@pytest.mark.parametrize("status", [E, D, S, X])
def test_a_project_that_does_not_run_owes_nothing(status: Status) -> None:
    assert projects.owed_report(status=status, reported=[], today=TODAY) is None


def test_a_report_on_its_due_day_is_in_time() -> None:
    period = HalfYear(2026, 1)
    assert period.due == dt.date(2026, 7, 31)
    assert projects.is_in_time(period, period.due)
    assert not projects.is_in_time(period, period.due + dt.timedelta(days=1))


def test_teams_are_reminded_from_fourteen_days_before() -> None:
    period = HalfYear(2026, 1)
    assert not projects.is_reminded(period, dt.date(2026, 7, 16))
    assert projects.is_reminded(period, dt.date(2026, 7, 17))


def test_periods_run_from_the_present_back_to_the_strategy() -> None:
    periods = projects.list_periods(TODAY)
    assert (periods[0], periods[-1], len(periods)) == (HalfYear(2026, 2), HalfYear(2022, 1), 10)


@pytest.mark.parametrize(
    ("rhythm", "horizon", "years"),
    [
        ("once", 2025, (2025,)),
        ("once", None, (None,)),
        ("", None, (None,)),
        ("per_unit", 2030, (2030,)),
        ("yearly", 2025, (2023, 2024, 2025)),
        ("yearly", 2023, (2023,)),
        ("yearly", 2022, (2022,)),
        ("yearly", None, tuple(range(2023, 2031))),
    ],
)
def test_a_value_falls_on_the_years_that_the_rule_says(
    rhythm: str, horizon: int | None, years: tuple[int | None, ...]
) -> None:
    assert budget.years_of(rhythm=rhythm, horizon_year=horizon) == years


def test_every_reading_of_a_value_has_its_words() -> None:
    assert set(budget.READINGS) == set(budget.Reading)
    assert budget.reading_of(has_value=False, rhythm="once") is budget.Reading.UNSTATED
    assert budget.reading_of(has_value=True, rhythm="") is budget.Reading.UNCLEAR
    assert budget.reading_of(has_value=True, rhythm="yearly") is budget.Reading.YEARLY

"""Comparing values: what is better, what cannot be compared, how far a target is, and where a value goes."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rivulus.kernel.errors import Refused
from rivulus.strategy.rules import indicator_values as values
from rivulus.strategy.rules.indicator_values import Entry, Nature
from rivulus.strategy.rules.indicators import (
    Comparison,
    Figure,
    Mark,
    Measure,
    Outcome,
    Reason,
    compare,
    stand_to_target,
    tally,
    trend,
)

HIGHER, LOWER = Measure("number", "higher"), Measure("number", "lower")
numbers = st.decimals(-(10**9), 10**9, places=4)


def figure(value: str | None, year: int | None = 2020, text: str = "", printed: str = "") -> Figure:
    return Figure(None if value is None else Decimal(value), year, text, printed)


@pytest.mark.parametrize(
    ("measure", "mine", "theirs", "outcome"),
    [
        (HIGHER, "11", "4.86", Outcome.BETTER),
        (HIGHER, "36.75", "51.56", Outcome.WORSE),
        (LOWER, "1.27", "1.58", Outcome.BETTER),
        (LOWER, "17.48", "15.81", Outcome.WORSE),
        (HIGHER, "-2.47", "-1.88", Outcome.WORSE),
        (LOWER, "403685.14", "404997.13", Outcome.EQUAL),
        (HIGHER, "0", "0", Outcome.EQUAL),
        (HIGHER, "0", "1.25", Outcome.WORSE),
        (HIGHER, "100", "101", Outcome.EQUAL),
        (HIGHER, "100", "102", Outcome.WORSE),
        (HIGHER, "0", "0.0001", Outcome.WORSE),
    ],
)
def test_better_follows_the_direction(measure: Measure, mine: str, theirs: str, outcome: Outcome) -> None:
    assert compare(measure, figure(mine), figure(theirs)).outcome is outcome


@pytest.mark.parametrize(
    ("measure", "mine", "theirs", "reason"),
    [
        (Measure("number", "neutral"), figure("1"), figure("2"), Reason.NEUTRAL),
        (
            Measure("text", "neutral"),
            figure(None, text="31"),
            figure(None, printed="0,00"),
            Reason.ZERO_BESIDE_TEXT,
        ),
        (
            Measure("yes_no", "higher"),
            figure(None, text="nu"),
            figure(None, printed="0.00"),
            Reason.ZERO_BESIDE_TEXT,
        ),
        (Measure("text", "higher"), figure(None, text="map"), None, Reason.TEXT),
        (Measure("yes_no", "higher"), figure(None, text="da"), figure(None, text="nu"), Reason.TEXT),
        (Measure("yes_no", "higher"), None, figure(None, text="nu"), Reason.NO_VALUE),
        (HIGHER, None, figure("1"), Reason.NO_VALUE),
        (HIGHER, figure(None, text="N/A"), figure("0"), Reason.NO_VALUE),
        (HIGHER, figure("1"), None, Reason.NO_REFERENCE),
        (HIGHER, figure("1"), figure(None, text="x"), Reason.NO_REFERENCE),
    ],
)
def test_what_cannot_be_compared_says_why(
    measure: Measure, mine: Figure | None, theirs: Figure | None, reason: Reason
) -> None:
    found = compare(measure, mine, theirs)
    assert (found.outcome, found.reason, found.score) == (Outcome.NOT_COMPARABLE, reason, None)


def test_suspicious_values_are_compared_but_marked() -> None:
    found = compare(HIGHER, figure("119.36"), figure("37.27"), is_suspicious=True)
    assert found.outcome is Outcome.BETTER
    assert found.marks == {Mark.SUSPICIOUS}


def test_different_and_unstated_years_are_marked() -> None:
    assert compare(HIGHER, figure("1", 2018), figure("2", 2020)).marks == {Mark.OTHER_YEAR}
    assert compare(HIGHER, figure("1", None), figure("2", 2020)).marks == {Mark.YEAR_NOT_STATED}


def test_twice_as_good_is_two_thirds_of_the_scale() -> None:
    assert compare(HIGHER, figure("2"), figure("1")).points == pytest.approx(66.67, abs=0.01)
    assert compare(LOWER, figure("2"), figure("1")).points == pytest.approx(33.33, abs=0.01)
    assert compare(LOWER, figure("7"), figure("7")).points == 50


@given(numbers, numbers)
def test_the_score_is_signed_bounded_and_turns_with_direction_and_order(mine: Decimal, theirs: Decimal) -> None:
    one = compare(HIGHER, Figure(mine), Figure(theirs))
    assert one.score is not None and -1 <= one.score <= 1
    assert one.score == pytest.approx(-(compare(LOWER, Figure(mine), Figure(theirs)).score or 0))
    assert one.score == pytest.approx(-(compare(HIGHER, Figure(theirs), Figure(mine)).score or 0))
    if one.outcome is Outcome.BETTER:
        assert one.score > 0 and mine > theirs
    if one.outcome is Outcome.WORSE:
        assert one.score < 0 and mine < theirs


@given(st.lists(st.sampled_from(Outcome)))
def test_a_tally_counts_every_comparison_once(outcomes: list[Outcome]) -> None:
    found = tally(Comparison(outcome) for outcome in outcomes)
    assert found.compared + found.not_comparable == len(outcomes)
    assert found.better == outcomes.count(Outcome.BETTER)
    assert found.equal == outcomes.count(Outcome.EQUAL)


def test_a_target_says_how_much_is_missing_and_for_how_long() -> None:
    def stand(value: str | None, comparator: str, target: str | None, has_words: bool = True) -> Any:
        goal = None if target is None else Decimal(target)
        return stand_to_target(
            figure(value), comparator=comparator, target=goal, year=2030, has_words=has_words, this_year=2026
        )

    doctors = stand("2.20", ">=", "2.3")
    assert (doctors.is_reached, doctors.distance, doctors.years_left) == (False, Decimal("0.10"), 4)
    assert stand("11", "<=", "50").is_reached
    assert stand("51", "<=", "50").distance == 1
    assert stand("2.3", ">=", "2.3").is_reached
    assert stand(None, ">=", "70").reason is Reason.NO_VALUE
    assert stand("1", ">=", None).reason is Reason.NO_FIGURE
    assert stand("1", ">=", None, has_words=False) is None


def test_a_trend_is_between_the_two_latest_stated_years() -> None:
    found = trend("lower", [figure("5", 2018), figure("4", 2020), figure("3", 2024), figure("9", None)])
    assert (found.from_year, found.to_year, found.shape, found.meaning) == (2020, 2024, "down", "better")
    assert found.change_percent == -25
    assert trend("higher", [figure("5", 2018), figure("9", None)]) is None
    assert trend("higher", [figure("100", 2018), figure("100.5", 2019)]).shape == "flat"
    assert trend("neutral", [figure("1", 2018), figure("2", 2019)]).meaning == "neutral"
    assert trend("higher", [figure("-2", 2018), figure("-3", 2019)]).meaning == "worse"


def entry(value: str | None = "1", year: int = 2026, text: str = "", source: str = "A report") -> Entry:
    return Entry("E-15", "baia_mare", year, None if value is None else Decimal(value), text, source)


@pytest.mark.parametrize(
    ("wrong", "nature", "column"),
    [
        (entry(), Nature("number", repeats="Mo-01"), "indicator"),
        (entry(year=1999), Nature("number"), "year"),
        (entry(year=2027), Nature("number"), "year"),
        (entry(None), Nature("number"), "value"),
        (entry(text="x"), Nature("number"), "text"),
        (entry("1e12"), Nature("number"), "value"),
        (entry("NaN"), Nature("number"), "value"),
        (entry("0.00001"), Nature("number"), "value"),
        (entry("1"), Nature("text"), "value"),
        (entry(None), Nature("text"), "text"),
        (entry(None, text="poate"), Nature("yes_no"), "text"),
        (entry(source=" "), Nature("number"), "source"),
        (entry(source="x" * 301), Nature("number"), "source"),
        (entry(source="=HYPERLINK(1)"), Nature("number"), "source"),
        (entry(None, text="@sum"), Nature("text"), "text"),
        (entry(None, text="a\x00b"), Nature("text"), "text"),
    ],
)
def test_a_wrong_entry_is_refused_at_the_column_that_is_wrong(wrong: Entry, nature: Nature, column: str) -> None:
    assert column in {fault.column for fault in values.faults_of(wrong, nature, this_year=2026)}
    with pytest.raises(Refused):
        values.check_can_enter(wrong, nature, this_year=2026)


def test_right_entries_pass() -> None:
    values.check_can_enter(entry(), Nature("number"), this_year=2026)
    values.check_can_enter(entry("-2.4700", 2000), Nature("number"), this_year=2026)
    values.check_can_enter(entry(None, text="hartă simplă"), Nature("text"), this_year=2026)
    for word in ("da", "NU", "yes", "Igen", "nem"):
        values.check_can_enter(entry(None, text=word), Nature("yes_no"), this_year=2026)


def test_a_yes_is_kept_in_all_languages_and_words_as_they_were_written() -> None:
    assert values.texts_of(entry(None, text="Igen"), Nature("yes_no")) == ("da", "yes", "igen")
    assert values.texts_of(entry(None, text=" hartă "), Nature("text")) == ("hartă", "hartă", "hartă")


def test_what_moved_by_more_than_half_or_is_no_share_wants_a_second_look() -> None:
    assert not values.doubts(Decimal("1.9"), unit="%", last=Decimal("1.27"))
    assert values.doubts(Decimal("1.91"), unit="%", last=Decimal("1.27"))
    assert values.doubts(Decimal("0.5"), unit="km", last=Decimal(0))
    assert not values.doubts(Decimal(0), unit="km", last=Decimal(0))
    assert values.doubts(Decimal(101), unit="%", last=None)
    assert not values.doubts(Decimal("-2"), unit="%", last=Decimal("-2.47"))
    assert not values.doubts(None, unit="%", last=Decimal(1))

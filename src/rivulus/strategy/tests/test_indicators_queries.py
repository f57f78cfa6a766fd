"""Indicators and their values, counted again the slow way."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from rivulus.identity.models import Person
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound
from rivulus.strategy import models
from rivulus.strategy.actions.indicators import add_place, enter_value
from rivulus.strategy.queries import benchmark as benchmarks
from rivulus.strategy.queries import indicators as queries
from rivulus.strategy.queries.anomalies import AnomalyFilter, count_by_about, list_anomalies
from rivulus.strategy.queries.indicators import IndicatorFilter
from rivulus.strategy.rules.indicators import Outcome, Reason

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture(autouse=True)
def _november_2026() -> Any:
    with clock.frozen(dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)):
        yield


def enter(by: Person, code: str, value: str, year: int = 2026, place: str = "baia_mare", **more: Any) -> Any:
    return enter_value(
        by=by,
        indicator=models.Indicator.objects.get(code=code),
        place=models.Place.objects.get(code=place),
        year=year,
        value=Decimal(value),
        source_place="Report of the department",
        **more,
    )


def naive_in_force(with_demonstration: bool = False) -> set[int]:
    """Return the ids in force by going through every row, one by one."""
    best: dict[tuple[int, int, int | None], models.IndicatorValue] = {}
    for row in models.IndicatorValue.objects.order_by("id"):
        if row.is_demonstration and not with_demonstration:
            continue
        key = (row.indicator_id, row.place_id, row.year)
        rank = (not row.is_demonstration, row.origin == "person", row.pk)
        known = best.get(key)
        if known is None or rank > (not known.is_demonstration, known.origin == "person", known.pk):
            best[key] = row
    return {row.pk for row in best.values()}


def test_every_row_of_chapter_6_4_has_a_value_or_says_why_not() -> None:
    standings = queries.list_standings()
    assert len(standings) == 68
    assert all(s.city is not None and s.region is not None for s in standings)
    assert queries.count_indicators() == 61


@pytest.mark.usefixtures("demonstration_runs")
def test_the_rows_in_force_are_those_a_slow_walk_finds(ioana: Person, dan: Person) -> None:
    enter(ioana, "E-15", "1.4")
    enter(dan, "E-15", "1.5")
    enter(dan, "L-04", "40", year=2018)
    enter(dan, "E-17", "9999", is_demonstration=True)
    enter(dan, "E-15", "77", is_demonstration=True)
    # The pack is mended later: what a person entered for that year stays in force.
    known = models.IndicatorValue.objects.filter(indicator__code="L-04", origin="pack").earliest("id")
    models.IndicatorValue.objects.create(
        indicator=known.indicator,
        place=known.place,
        year=2018,
        value=Decimal("41"),
        source_place="cap. 6.4",
        origin="pack",
        entered_at=clock.now(),
    )
    for with_demonstration in (False, True):
        rows = queries.list_values_in_force(with_demonstration=with_demonstration)
        assert {row.pk for row in rows} == naive_in_force(with_demonstration)
    assert queries.get_standing("L-04").city.value == 40


def test_the_newest_year_is_shown_and_the_region_of_the_same_year_beside_it(ioana: Person) -> None:
    enter(ioana, "E-15", "1.1", year=2024, place="regiunea_nord_vest")
    enter(ioana, "E-15", "0.9", year=2025, place="regiunea_nord_vest")
    enter(ioana, "E-15", "1.5", year=2024)
    standing = queries.get_standing("E-15")
    assert (standing.city.year, standing.region.year) == (2024, 2024)
    assert standing.comparison.outcome is Outcome.WORSE
    enter(ioana, "E-15", "1.6", year=2026)
    standing = queries.get_standing("E-15")
    assert (standing.city.year, standing.region.year) == (2026, 2025)
    assert (standing.trend.from_year, standing.trend.to_year, standing.trend.meaning) == (2024, 2026, "worse")


@pytest.mark.usefixtures("demonstration_runs")
def test_demonstrations_are_shown_only_when_asked_for_and_never_counted(ioana: Person) -> None:
    enter(ioana, "E-15", "9", is_demonstration=True)
    assert queries.get_standing("E-15").city.value == Decimal("1.27")
    assert queries.get_standing("E-15", with_demonstration=True).city.value == 9
    assert queries.count_with_value(2026) == 0
    enter(ioana, "E-15", "1.3")
    assert queries.count_with_value(2026) == 1


def test_indicators_with_a_value_are_counted_once_for_the_city_and_the_year_only(ioana: Person) -> None:
    enter(ioana, "E-15", "1.3")
    enter(ioana, "E-15", "1.4")
    enter(ioana, "E-17", "6000", year=2025)
    enter(ioana, "E-18", "2", place="regiunea_nord_vest")
    assert queries.count_with_value(2026) == 1
    assert queries.count_with_value(2025) == 1
    assert queries.count_with_value(2018) == 4  # L-02, L-04, L-05 and L-08, printed with that year


def test_a_row_that_repeats_shows_what_the_repeated_one_shows(ioana: Person) -> None:
    enter(ioana, "Mo-01", "0.2")
    assert queries.get_standing("G-01").city == queries.get_standing("Mo-01").city
    assert queries.list_standings(IndicatorFilter(pillar="G"))[0].city.value == Decimal("0.2")


def test_one_and_all_agree() -> None:
    for standing in queries.list_standings():
        assert queries.get_standing(standing.indicator.code) == standing


def test_the_list_is_filtered_by_pillar_words_and_outcome() -> None:
    assert {s.indicator.pillar.code for s in queries.list_standings(IndicatorFilter(pillar="Me"))} == {"Me"}
    found = queries.list_standings(IndicatorFilter(search="SOMAJ"))
    assert [s.indicator.code for s in found] == ["E-15"]
    worse = queries.list_standings(IndicatorFilter(outcome="worse"))
    assert worse and all(s.comparison.outcome is Outcome.WORSE for s in worse)
    assert queries.list_standings(IndicatorFilter(search="no such words")) == ()


def test_outcomes_add_up_to_the_different_indicators() -> None:
    counted = queries.count_outcomes(queries.list_standings())
    assert sum(counted.values()) == queries.count_indicators()
    assert counted[Outcome.BETTER] and counted[Outcome.WORSE]


def test_zero_beside_a_text_is_named_as_the_reason() -> None:
    by_code = {s.indicator.code: s.comparison for s in queries.list_standings()}
    for code in ("E-02", "E-12", "Me-02", "L-06", "Mo-06", "G-06"):
        assert by_code[code].reason is Reason.ZERO_BESIDE_TEXT
    assert by_code["Me-01"].reason is Reason.NO_VALUE
    assert by_code["C-10"].reason is Reason.NEUTRAL


def test_history_keeps_what_was_superseded(ioana: Person) -> None:
    enter(ioana, "E-15", "1.4")
    enter(ioana, "E-15", "1.5")
    history = queries.list_history(models.Indicator.objects.get(code="E-15"))
    of_2026 = [(past.row.value, past.is_in_force) for past in history if past.row.year == 2026]
    assert of_2026 == [(Decimal("1.5"), True), (Decimal("1.4"), False)]
    assert len(history) == 4


def test_an_unknown_code_is_not_found() -> None:
    with pytest.raises(NotFound):
        queries.get_indicator("E-99")


def test_the_city_of_the_pack_is_home_whatever_peers_there_are(ioana: Person) -> None:
    add_place(by=ioana, name_ro="Alba Iulia")
    assert queries.find_city().code == "baia_mare"


def test_the_benchmark_compares_with_every_chosen_place_and_nothing_twice(ioana: Person) -> None:
    add_place(by=ioana, name_ro="Satu Mare")
    enter(ioana, "E-15", "2", place="satu_mare")
    found = benchmarks.get_benchmark(["satu_mare", "regiunea_nord_vest"])
    assert [place.code for place in found.places] == ["regiunea_nord_vest", "satu_mare"]
    region, peer = found.tallies
    assert (peer.compared, peer.better) == (1, 1)
    assert sum((region.better, region.worse, region.equal, region.not_comparable)) == 68
    left_out = dict(found.left_out())
    assert {i.code for i in left_out[Reason.REPEATED]} == {f"G-0{n}" for n in range(1, 8)}
    compared = {line.indicator.code for line in found.lines if line.is_compared}
    assert compared.isdisjoint({i.code for group in left_out.values() for i in group})
    assert len(compared) + sum(map(len, left_out.values())) == 68


def test_without_a_choice_the_region_is_the_reference() -> None:
    for codes in ([], ["nowhere"], ["baia_mare"]):
        assert [place.kind for place in benchmarks.get_benchmark(codes).places] == ["region"]


def test_queries_stay_as_many_whatever_is_listed(ioana: Person, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(4):
        queries.list_standings()
    enter(ioana, "E-15", "2")
    with django_assert_num_queries(4):
        queries.list_standings()
    with django_assert_num_queries(4):
        benchmarks.get_benchmark(["regiunea_nord_vest", "romania"])


def test_faults_are_found_by_kind_thing_and_words_without_accents() -> None:
    every = list_anomalies()
    assert len(every) == sum(count_by_about().values()) == models.Anomaly.objects.count()
    found = list_anomalies(AnomalyFilter(about="indicator", subject="E-16"))
    assert {row.code for row in found} == {"ind-poverty", "ind-poverty-table"}
    assert "ind-poverty" in {row.code for row in list_anomalies(AnomalyFilter(search="SARACIA"))}
    assert list_anomalies(AnomalyFilter(search="zzzz")) == []

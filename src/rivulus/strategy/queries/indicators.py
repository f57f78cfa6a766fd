"""Indicators with the values in force, how the city stands by them, and the history of each."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound
from rivulus.kernel.words import fold
from rivulus.strategy import models
from rivulus.strategy.queries.anomalies import map_anomalies
from rivulus.strategy.queries.demonstration import shown
from rivulus.strategy.rules import indicators as rules
from rivulus.strategy.rules.indicator_values import Nature
from rivulus.strategy.rules.indicators import Comparison, Figure, Measure, Outcome, TargetStanding, Trend

type Values = Mapping[int, Mapping[int, tuple[models.IndicatorValue, ...]]]


@dataclass(frozen=True, slots=True)
class IndicatorFilter:
    """Which indicators are wanted: of a pillar, holding some words, with an outcome against the region."""

    pillar: str = ""
    search: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """An indicator with its values in force, and how the city stands by it.

    A row that repeats another shows the values of that other, so that the two never differ.
    """

    indicator: models.Indicator
    city: models.IndicatorValue | None
    city_place: models.Place | None
    region: models.IndicatorValue | None
    region_place: models.Place | None
    comparison: Comparison
    target: TargetStanding | None
    trend: Trend | None
    anomalies: tuple[models.Anomaly, ...]


@dataclass(frozen=True, slots=True)
class PastValue:
    """A row of an indicator's history, and whether it is the one in force for its place and year."""

    row: models.IndicatorValue
    is_in_force: bool


def list_values_in_force(
    *, places: Collection[models.Place] | None = None, with_demonstration: bool = False
) -> QuerySet[models.IndicatorValue]:
    """Return the row in force for each indicator, place and year.

    It is the latest one, but a fact of the pack never outranks what a person entered, nor a demonstration
    anything real.
    """
    rows = shown(models.IndicatorValue.objects.all())
    if places is not None:
        rows = rows.filter(place__in=places)
    if not with_demonstration:
        rows = rows.filter(is_demonstration=False)
    return rows.order_by("indicator_id", "place_id", "year", "is_demonstration", "-origin", "-id").distinct(
        "indicator_id", "place_id", "year"
    )


def list_places() -> QuerySet[models.Place]:
    """Return all places, the city that the pack describes first: ``is_home`` tells it from its peers."""
    home = models.PackLoad.objects.filter(pack=OuterRef("code"))
    return models.Place.objects.annotate(is_home=Exists(home)).order_by("-is_home", "kind", "id")


def list_references() -> QuerySet[models.Place]:
    """Return the places the city can be compared with, with the number of indicators each has a value for."""
    city = find_city()
    return (
        models.Place.objects.exclude(code=city.code if city else "")
        .annotate(
            number=Count(
                "values__indicator",
                distinct=True,
                filter=Q(values__is_demonstration=False, values__indicator__repeats=None)
                & Q(values__value__isnull=False),
            )
        )
        .order_by("-number", "kind", "id")
    )


def find_city() -> models.Place | None:
    """Return the city that the pack describes."""
    return list_places().filter(kind="city").first()


def list_indicators() -> QuerySet[models.Indicator]:
    """Return the indicators in the order of the source."""
    rows = models.Indicator.objects.select_related("pillar", "repeats")
    return rows.order_by("pillar__order", "order", "id")


def get_indicator(code: str) -> models.Indicator:
    """Return an indicator by its code; raise NotFound when there is none."""
    found = list_indicators().filter(code=code).first()
    if found is None:
        raise NotFound(code)
    return found


def count_indicators() -> int:
    """Return the number of different indicators: a row that repeats another is not counted."""
    return models.Indicator.objects.filter(repeats=None).count()


def count_with_value(year: int) -> int:
    """Return for how many different indicators the city has a value of that year, demonstrations aside."""
    is_number = Q(indicator__kind="number")
    answered = (is_number & Q(value__isnull=False)) | (~is_number & ~Q(text_ro=""))
    return (
        models.IndicatorValue.objects.filter(
            answered, place=find_city(), year=year, is_demonstration=False, indicator__repeats=None
        )
        .order_by()
        .values("indicator")
        .distinct()
        .count()
    )


def list_standings(wanted: IndicatorFilter | None = None, *, with_demonstration: bool = False) -> tuple[Standing, ...]:
    """Return how the city stands by each indicator. Four queries, whatever the number of indicators."""
    wanted = wanted or IndicatorFilter()
    places = list(list_places())
    city, region = _first(places, "city"), _first(places, "region")
    values = _values_of((city, region), with_demonstration)
    anomalies = map_anomalies("indicator")
    standings = (
        _standing(indicator, city, region, values, anomalies.get(indicator.code, ()))
        for indicator in _wanted(list_indicators(), wanted)
    )
    return tuple(s for s in standings if not wanted.outcome or s.comparison.outcome == wanted.outcome)


def get_standing(code: str, *, with_demonstration: bool = False) -> Standing:
    """Return how the city stands by one indicator; raise NotFound when there is none of that code."""
    indicator = get_indicator(code)
    places = list(list_places())
    city, region = _first(places, "city"), _first(places, "region")
    values = _values_of((city, region), with_demonstration, shown_from(indicator))
    anomalies = map_anomalies("indicator", subject=indicator.code)
    return _standing(indicator, city, region, values, anomalies.get(indicator.code, ()))


def shown_from(indicator: models.Indicator) -> int:
    """Return the id of the indicator whose values are shown: the repeated one, where a row repeats."""
    return indicator.repeats_id or indicator.pk


def _wanted(indicators: QuerySet[models.Indicator], wanted: IndicatorFilter) -> Iterable[models.Indicator]:
    if wanted.pillar:
        indicators = indicators.filter(pillar__code=wanted.pillar)
    words = [fold(word) for word in wanted.search.split()]
    return [i for i in indicators if all(word in fold(f"{i.code} {i.title} {i.unit}") for word in words)]


def _first(places: Iterable[models.Place], kind: str) -> models.Place | None:
    return next((place for place in places if place.kind == kind), None)


def _values_of(
    places: Iterable[models.Place | None], with_demonstration: bool, indicator_id: int | None = None
) -> Values:
    known = [place for place in places if place is not None]
    rows = list_values_in_force(places=known, with_demonstration=with_demonstration)
    return group_values(rows if indicator_id is None else rows.filter(indicator_id=indicator_id))


def group_values(rows: Iterable[models.IndicatorValue]) -> Values:
    """Return the values by indicator and place."""
    grouped: dict[int, dict[int, tuple[models.IndicatorValue, ...]]] = {}
    for row in rows:
        by_place = grouped.setdefault(row.indicator_id, {})
        by_place[row.place_id] = (*by_place.get(row.place_id, ()), row)
    return grouped


def latest_of(rows: Iterable[models.IndicatorValue]) -> models.IndicatorValue | None:
    """Return the value of the latest year; one without a year is older than all others."""
    return max(rows, key=lambda row: row.year or 0, default=None)


def matching(rows: Collection[models.IndicatorValue], year: int | None) -> models.IndicatorValue | None:
    """Return the value of the same year, or else the latest."""
    return next((row for row in rows if row.year == year), None) or latest_of(rows)


def _standing(
    indicator: models.Indicator,
    city: models.Place | None,
    region: models.Place | None,
    values: Values,
    anomalies: tuple[models.Anomaly, ...],
) -> Standing:
    by_place = values.get(shown_from(indicator), {})
    own = by_place.get(city.pk, ()) if city else ()
    value = latest_of(own)
    other = matching(by_place.get(region.pk, ()), value.year if value else None) if region else None
    return Standing(
        indicator=indicator,
        city=value,
        city_place=city,
        region=other,
        region_place=region,
        comparison=rules.compare(
            measure_of(indicator), figure_of(value), figure_of(other), is_suspicious=bool(anomalies)
        ),
        target=rules.stand_to_target(
            figure_of(value),
            comparator=indicator.target_comparator,
            target=indicator.target_value,
            year=indicator.target_year,
            has_words=bool(indicator.target_text),
            this_year=clock.today().year,
        ),
        trend=rules.trend(indicator.direction, [f for f in map(figure_of, own) if f is not None]),
        anomalies=anomalies,
    )


def measure_of(indicator: models.Indicator) -> Measure:
    """Return what the rules need of an indicator."""
    return Measure(indicator.kind, indicator.direction)


def figure_of(row: models.IndicatorValue | None) -> Figure | None:
    """Return what the rules need of a value."""
    return None if row is None else Figure(row.value, row.year, row.text, row.printed)


def list_history(indicator: models.Indicator, *, with_demonstration: bool = True) -> tuple[PastValue, ...]:
    """Return every row ever entered for an indicator, the newest years first.

    Superseded rows follow the one in force. A row that repeats another has no history but the values it prints.
    """
    in_force = set(
        list_values_in_force(with_demonstration=with_demonstration)
        .filter(indicator=indicator)
        .values_list("pk", flat=True)
    )
    rows = shown(models.IndicatorValue.objects.filter(indicator=indicator)).select_related("place", "entered_by")
    if not with_demonstration:
        rows = rows.filter(is_demonstration=False)
    ordered = rows.order_by(F("year").desc(nulls_last=True), "place_id", "is_demonstration", "-origin", "-id")
    return tuple(PastValue(row, row.pk in in_force) for row in ordered)


def count_outcomes(standings: Iterable[Standing]) -> dict[Outcome, int]:
    """Return how many indicators came out which way, each different indicator once."""
    found = rules.tally(s.comparison for s in standings if s.indicator.repeats_id is None)
    return {
        Outcome.BETTER: found.better,
        Outcome.WORSE: found.worse,
        Outcome.EQUAL: found.equal,
        Outcome.NOT_COMPARABLE: found.not_comparable,
    }


def nature_of(indicator: models.Indicator) -> Nature:
    """Return what the rules need of an indicator (its ``repeats`` must be loaded)."""
    repeated = indicator.repeats.code if indicator.repeats else ""
    return Nature(indicator.kind, indicator.unit, repeated)


def says_the_same(known: models.IndicatorValue, row: models.IndicatorValue) -> bool:
    """Tell whether two rows of one indicator, place and year say the same, and of the same source."""
    return what_is_said(known) == what_is_said(row)


def what_is_said(row: models.IndicatorValue) -> tuple[Decimal | None, str, str]:
    """Return number, text and source of a row: what tells two rows of the same year apart."""
    return row.value, row.text_ro or "", row.source_place  # type: ignore[attr-defined]

"""The city beside other places: every indicator normalised, what came out, and what was left out and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rivulus.strategy import models
from rivulus.strategy.queries import indicators as queries
from rivulus.strategy.queries.anomalies import map_anomalies
from rivulus.strategy.rules import indicators as rules
from rivulus.strategy.rules.indicators import Comparison, Outcome, Reason, Tally


@dataclass(frozen=True, slots=True)
class Pair:
    """The city's value of an indicator beside that of one other place."""

    place: models.Place
    value: models.IndicatorValue | None
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator: the city's value, and a pair for every place it is compared with."""

    indicator: models.Indicator
    city: models.IndicatorValue | None
    pairs: tuple[Pair, ...]

    @property
    def is_compared(self) -> bool:
        """Tell whether the city could be compared with at least one place."""
        return any(pair.comparison.outcome is not Outcome.NOT_COMPARABLE for pair in self.pairs)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The whole comparison; ``tallies`` follow the order of ``places``."""

    city: models.Place | None
    places: tuple[models.Place, ...]
    lines: tuple[Line, ...]
    tallies: tuple[Tally, ...]

    def left_out(self) -> tuple[tuple[Reason, tuple[models.Indicator, ...]], ...]:
        """Return which indicators were compared with no place, by the reason of the first."""
        found: dict[Reason, list[models.Indicator]] = {}
        for line in self.lines:
            if line.pairs and not line.is_compared:
                reason = line.pairs[0].comparison.reason or Reason.NO_VALUE
                found.setdefault(reason, []).append(line.indicator)
        return tuple((reason, tuple(found[reason])) for reason in Reason if reason in found)


def get_benchmark(codes: Sequence[str] = (), *, with_demonstration: bool = False) -> Benchmark:
    """Compare the city with the places of those codes (the region when none is named). Four queries.

    A row that repeats another is compared with nothing, so that nothing is counted twice.
    """
    places = list(queries.list_places())
    city = next((place for place in places if place.kind == "city"), None)
    others = _chosen(places, city, codes)
    values = queries.group_values(
        queries.list_values_in_force(
            places=[place for place in (city, *others) if place], with_demonstration=with_demonstration
        )
    )
    suspicious = map_anomalies("indicator").keys()
    lines = tuple(
        _line(indicator, city, others, values.get(indicator.pk, {}), indicator.code in suspicious)
        for indicator in queries.list_indicators()
    )
    tallies = tuple(rules.tally(line.pairs[n].comparison for line in lines) for n in range(len(others)))
    return Benchmark(city, others, lines, tallies)


def _chosen(
    places: Iterable[models.Place], city: models.Place | None, codes: Sequence[str]
) -> tuple[models.Place, ...]:
    others = sorted((place for place in places if place != city), key=lambda place: place.kind != "region")
    chosen = tuple(place for place in others if place.code in codes)
    return chosen or tuple(place for place in others if place.kind == "region")[:1]


def _line(
    indicator: models.Indicator,
    city: models.Place | None,
    others: Iterable[models.Place],
    by_place: Mapping[int, tuple[models.IndicatorValue, ...]],
    is_suspicious: bool,
) -> Line:
    own = queries.latest_of(by_place.get(city.pk, ())) if city else None
    pairs = []
    for place in others:
        value = queries.matching(by_place.get(place.pk, ()), own.year if own else None)
        pairs.append(Pair(place, value, _comparison(indicator, own, value, is_suspicious)))
    return Line(indicator, own, tuple(pairs))


def _comparison(
    indicator: models.Indicator,
    own: models.IndicatorValue | None,
    value: models.IndicatorValue | None,
    is_suspicious: bool,
) -> Comparison:
    if indicator.repeats_id is not None:
        return Comparison(Outcome.NOT_COMPARABLE, reason=Reason.REPEATED)
    measure = queries.measure_of(indicator)
    return rules.compare(measure, queries.figure_of(own), queries.figure_of(value), is_suspicious=is_suspicious)

"""The city beside other places, as bars on one scale."""

from dataclasses import dataclass

from django.utils.translation import gettext

from rivulus.strategy import models
from rivulus.strategy.presenters.indicators import LINE_TONES, OUTCOME_WORDS, REASON_WORDS, url_of
from rivulus.strategy.queries.benchmark import Benchmark, Line, Pair
from rivulus.strategy.rules.indicators import MIDDLE, Mark, Tally
from rivulus.strategy.terms import TONES
from rivulus.ui.charts import Bar, Bars, GroupedBars, Series
from rivulus.ui.terms import Tone

HIGHEST = 100


@dataclass(frozen=True, slots=True)
class PillarBars:
    """The comparable indicators of a pillar as a chart; None when there are none."""

    pillar: models.Pillar
    chart: Bars | GroupedBars | None
    compared: int
    total: int


@dataclass(frozen=True, slots=True)
class Count:
    """How the city came out beside one place."""

    place: models.Place
    tally: Tally


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was compared with no place, and why."""

    reason: str
    indicators: tuple[tuple[str, str], ...]


def present_pillars(benchmark: Benchmark) -> tuple[PillarBars, ...]:
    """Return a chart for each pillar, in the order of the pillars."""
    by_pillar: dict[models.Pillar, list[Line]] = {}
    for line in benchmark.lines:
        by_pillar.setdefault(line.indicator.pillar, []).append(line)
    return tuple(
        PillarBars(
            pillar=pillar,
            chart=_chart(benchmark, pillar, [line for line in lines if line.is_compared]),
            compared=sum(line.is_compared for line in lines),
            total=len(lines),
        )
        for pillar, lines in by_pillar.items()
    )


def _chart(benchmark: Benchmark, pillar: models.Pillar, lines: list[Line]) -> Bars | GroupedBars | None:
    if not lines:
        return None
    key = f"benchmark-{pillar.code.lower()}"
    unit = gettext("points; 50 = the same, more = better")
    if len(benchmark.places) == 1:
        place = benchmark.places[0]
        return Bars(
            key=key,
            title=gettext("Baia Mare beside %(place)s") % {"place": place.name},
            description="",
            unit=unit,
            bars=tuple(_bar(line, pillar) for line in lines),
            reference_label=place.name,
            maximum=HIGHEST,
        )
    return GroupedBars(
        key=key,
        title=gettext("Baia Mare beside every chosen place"),
        description="",
        unit=unit,
        categories=tuple(_label(line.indicator) for line in lines),
        series=tuple(
            Series(
                label=place.name,
                values=tuple(line.pairs[number].comparison.points for line in lines),
                tone=LINE_TONES[number % len(LINE_TONES)],
            )
            for number, place in enumerate(benchmark.places)
        ),
    )


def _bar(line: Line, pillar: models.Pillar) -> Bar:
    return Bar(
        label=_label(line.indicator),
        value=line.pairs[0].comparison.points,
        tone=TONES.get(pillar.code, Tone.STREAM),
        reference=MIDDLE,
        note=_note(line.pairs[0]),
    )


def _note(pair: Pair) -> str:
    word = gettext(OUTCOME_WORDS[pair.comparison.outcome])
    return f"{word} *" if Mark.SUSPICIOUS in pair.comparison.marks else word


def _label(indicator: models.Indicator) -> str:
    return f"{indicator.code} {indicator.title}"


def present_counts(benchmark: Benchmark) -> tuple[Count, ...]:
    """Return how the city came out beside each place."""
    return tuple(Count(place, tally) for place, tally in zip(benchmark.places, benchmark.tallies, strict=True))


def present_left_out(benchmark: Benchmark) -> tuple[LeftOut, ...]:
    """Return what was left out, by reason."""
    return tuple(
        LeftOut(gettext(REASON_WORDS[reason]), tuple((_label(one), url_of(one)) for one in indicators))
        for reason, indicators in benchmark.left_out()
    )

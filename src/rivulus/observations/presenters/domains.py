"""A domain: its figures in words, and a picture of what it mainly measures."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from rivulus.kernel.clock import CITY_ZONE
from rivulus.observations.presenters.dashboards import TONES, draw_line
from rivulus.observations.presenters.series import read_reach
from rivulus.observations.presenters.values import day_words, series_name, unit_words, when_words
from rivulus.observations.queries.domain_figures import Figure
from rivulus.observations.queries.domains import find_domain, get_declared
from rivulus.observations.queries.kept_figures import list_figures
from rivulus.observations.queries.panels import list_series_of_property
from rivulus.observations.rules.dashboards import MOST_SERIES
from rivulus.observations.rules.domains.declared import Translated
from rivulus.observations.rules.domains.scales import Condition
from rivulus.ui import charts
from rivulus.ui.presenters import active_language
from rivulus.ui.rules import format_number
from rivulus.ui.terms import Tone

EMISSIONS = "energy_co2e"
CONDITION_TONES: dict[Condition, str] = {
    Condition.GOOD: Tone.MALACHITE,
    Condition.FAIR: Tone.STREAM,
    Condition.ATTENTION: Tone.GOLD,
    Condition.BAD: Tone.CHESTNUT,
    Condition.CRITICAL: Tone.AMETHYST,
    Condition.UNKNOWN: Tone.STIBNITE,
}


@dataclass(frozen=True, slots=True)
class FigureWords:
    """A figure as a page shows it."""

    title: str
    text: str
    unit: str
    words: str
    tone: str
    detail: str
    source: str
    where: str
    where_url: str
    is_simulated: bool
    is_known: bool


@dataclass(frozen=True, slots=True)
class FactorWords:
    """What a kWh of a carrier of energy stands for, as a page shows it."""

    carrier: str
    text: str
    year: int
    source: str
    url: str


@dataclass(frozen=True, slots=True)
class DomainWords:
    """What the pack says of a domain, in the reader's language."""

    title: str
    summary: str
    things: str


def words_of(translated: Translated) -> str:
    """Return words in the reader's language."""
    return {"en": translated.en, "hu": translated.hu}.get(active_language(), translated.ro)


def present_domain(code: str) -> DomainWords | None:
    """Return what the pack says of a domain, or None where it says nothing."""
    found = find_domain(code)
    return DomainWords(words_of(found.title), words_of(found.summary), words_of(found.things)) if found else None


def present_figures(code: str, *, is_duty: bool) -> list[FigureWords]:
    """Return the figures of a domain's public or duty page; none where the pack declares none."""
    if find_domain(code) is None:
        return []
    return [_present(figure) for figure in list_figures(code, is_duty=is_duty)]


def present_factors(code: str) -> list[FactorWords]:
    """Return the factors behind the emissions that a domain's public page shows; none where it shows none."""
    domain = find_domain(code)
    if domain is None or not any(each.code == EMISSIONS and each.is_public for each in domain.figures):
        return []
    return [
        FactorWords(
            carrier=words_of(factor.name),
            text=_number(factor.kg_per_kwh, 4),
            year=factor.year,
            source=words_of(factor.source),
            url=factor.url,
        )
        for factor in get_declared().factors.values()
    ]


def _present(figure: Figure) -> FigureWords:
    known = figure.value is not None
    words = words_of(figure.band.name) if figure.band else ""
    return FigureWords(
        title=words_of(figure.spec.title),
        text=words if figure.is_step else _number(figure.value, figure.spec.decimals),
        unit=words_of(figure.spec.unit) if known else "",
        words="" if figure.is_step else words,
        tone=CONDITION_TONES[figure.band.band.condition] if figure.band else Tone.STIBNITE,
        detail=_detail(figure),
        source=words_of(figure.spec.source),
        where=figure.where,
        where_url=reverse("observations:thing", args=[figure.thing]) if figure.thing else "",
        is_simulated=figure.is_simulated,
        is_known=known,
    )


def _number(value: float | None, decimals: int) -> str:
    if value is None:
        return gettext("not known")
    return format_number(value, language=active_language(), decimals=decimals)


def _detail(figure: Figure) -> str:
    if figure.value is None:
        return gettext("Nothing was measured that could say it.")
    parts = []
    if figure.at_us is not None:
        at = dt.datetime.fromtimestamp(figure.at_us / 1e6, CITY_ZONE)
        parts.append(day_words(at.date()) if figure.is_day else when_words(at))
    if figure.places > 1:
        parts.append(gettext("from %(number)s places") % {"number": figure.places})
    return " · ".join(parts)


def draw_main(code: str, *, with_private: bool) -> charts.TimeSeries | None:
    """Return the week of the property that a domain mainly measures, at most six places, or None."""
    found = find_domain(code)
    series = list(list_series_of_property(found.main, with_private=with_private)[:MOST_SERIES]) if found else []
    reach = read_reach("week", "", "")
    lines = [draw_line(one, reach, tone) for one, tone in zip(series, TONES, strict=False)]
    lines = [line for line in lines if any(moment.value is not None for moment in line.moments)]
    if not lines or found is None:
        return None
    return charts.TimeSeries(
        key="main",
        title=gettext("%(name)s in the last 7 days") % {"name": series_name(series[0])},
        description=gettext("Means of the newest week; a gap stays open."),
        unit=unit_words(series[0]),
        start=reach.start_us / 1e6,
        end=reach.end_us / 1e6,
        lines=tuple(lines),
    )


def headline(figures: Sequence[FigureWords]) -> FigureWords | None:
    """Return the figure that stands for a domain: the first that is known."""
    return next((figure for figure in figures if figure.is_known), None)

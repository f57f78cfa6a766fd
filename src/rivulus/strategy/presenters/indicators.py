"""Indicators in words, shapes and pictures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from rivulus.kernel import clock
from rivulus.kernel.words import N_
from rivulus.strategy import models
from rivulus.strategy.queries.indicators import PastValue, Standing
from rivulus.strategy.rules.indicator_values import Doubt
from rivulus.strategy.rules.indicators import Comparison, Mark, Outcome, Reason, TargetStanding
from rivulus.ui.charts import Line, Lines, Point
from rivulus.ui.places import place_text
from rivulus.ui.rules import format_date, format_number, format_percent
from rivulus.ui.terms import Tone

LINE_TONES = (Tone.STREAM, Tone.CHESTNUT, Tone.MALACHITE, Tone.AMETHYST, Tone.GOLD, Tone.STIBNITE)
OUTCOME_WORDS = {
    Outcome.BETTER: N_("Better"),
    Outcome.WORSE: N_("Worse"),
    Outcome.EQUAL: N_("About the same"),
    Outcome.NOT_COMPARABLE: N_("Not compared"),
}
REASON_WORDS = {
    Reason.NEUTRAL: N_("Neither more nor less of it is better, so it is not judged."),
    Reason.TEXT: N_("The value is a text, not a number."),
    Reason.ZERO_BESIDE_TEXT: N_("The city’s value is a text; the 0.00 printed for the region is not a value."),
    Reason.NO_VALUE: N_("There is no value for the city."),
    Reason.NO_REFERENCE: N_("There is no value to compare with."),
    Reason.NO_FIGURE: N_("The target is words without a figure, or in another unit."),
    Reason.REPEATED: N_("The row repeats another one, which is compared already."),
}
MARK_WORDS = {
    Mark.SUSPICIOUS: N_("The source has faults here: read the comparison with care."),
    Mark.OTHER_YEAR: N_("The two values are of different years."),
    Mark.YEAR_NOT_STATED: N_("The source does not state the year."),
}
DIRECTION_WORDS = {
    "higher": N_("More is better."),
    "lower": N_("Less is better."),
    "neutral": N_("Neither more nor less is better."),
}
MANY_TIMES = Decimal(3)
COMPARATORS = {">=": "≥", "<=": "≤"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as a page shows it: a number or a text, the unit, the year, the source."""

    figure: str
    unit: str
    year: str
    source: str
    is_missing: bool
    is_text: bool
    is_demonstration: bool

    @property
    def markup(self) -> SafeString:
        """Return value, unit and year for a cell; lists have hundreds of these, too many for templates of their own."""
        if self.is_missing:
            value = format_html('<span class="number-missing">{}</span>', self.figure)
        elif self.unit:
            value = format_html('<strong>{}</strong> <span class="muted">{}</span>', self.figure, self.unit)
        else:
            value = format_html("{}" if self.is_text else "<strong>{}</strong>", self.figure)
        return format_html('{}<br><span class="muted">{}</span>', value, self.year) if self.year else value


@dataclass(frozen=True, slots=True)
class Words:
    """A comparison as a page says it."""

    mark: SafeString
    detail: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TargetWords:
    """A target and how far it is."""

    target: str
    mark: SafeString
    source: str


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """A line of the list."""

    indicator: models.Indicator
    url: str
    city: Shown
    region: Shown
    comparison: Words
    target: TargetWords | None
    anomaly_words: str
    anomalies_url: str
    repeats_url: str


def present_row(standing: Standing) -> IndicatorRow:
    """Return an indicator as a line of the list."""
    indicator = standing.indicator
    return IndicatorRow(
        indicator=indicator,
        url=url_of(indicator),
        city=show(standing.city, indicator),
        region=show(standing.region, indicator),
        comparison=say_comparison(standing.comparison, standing.region_place),
        target=say_target(standing),
        anomaly_words=_count_faults(len(standing.anomalies)),
        anomalies_url=anomalies_url(indicator),
        repeats_url=url_of(indicator.repeats) if indicator.repeats else "",
    )


def _count_faults(number: int) -> str:
    sentence = ngettext("%(number)s fault of the source", "%(number)s faults of the source", number)
    return sentence % {"number": number} if number else ""


@lru_cache(maxsize=256)
def mark_of(outcome: str, word: str) -> SafeString:
    """Return colour, shape and word of an outcome."""
    return render_to_string("strategy/indicators/outcome.html", {"outcome": str(outcome), "word": word})


@lru_cache(maxsize=1)
def warning_sign() -> SafeString:
    """Return the sign that stands before faults of the source."""
    return render_to_string("ui/symbols/notice.html", {"kind": "warning"})


def url_of(indicator: models.Indicator) -> str:
    """Return the address of an indicator's page."""
    return _address(indicator.code, _language())


def anomalies_url(indicator: models.Indicator) -> str:
    """Return the address of the faults about an indicator."""
    return _anomalies_address(indicator.code, _language())


@lru_cache(maxsize=2048)
def _address(code: str, language: str) -> str:
    return reverse("strategy:indicator", args=[code])


@lru_cache(maxsize=2048)
def _anomalies_address(code: str, language: str) -> str:
    return f"{reverse('strategy:anomalies')}?{urlencode({'about': 'indicator', 'subject': code})}"


def show(value: models.IndicatorValue | None, indicator: models.Indicator) -> Shown:
    """Return a value as a page shows it."""
    if value is None:
        return Shown(gettext("no value"), "", "", "", is_missing=True, is_text=True, is_demonstration=False)
    is_number = value.value is not None
    return Shown(
        figure=number(value.value) if value.value is not None else value.text or gettext("no value"),
        unit=indicator.unit if is_number else "",
        year=say_year(value.year),
        source=place_text(value.source_place),
        is_missing=not is_number and not value.text,
        is_text=not is_number,
        is_demonstration=value.is_demonstration,
    )


def say_year(year: int | None) -> str:
    """Return a year, or that the source does not state it."""
    return gettext("year not stated by the source") if year is None else str(year)


def number(value: Decimal, decimals: int | None = None) -> str:
    """Return a number as the reader's language writes it; small ones keep the digits they have."""
    if decimals is None and value != round(value, 2):
        decimals = max(-int(value.normalize().as_tuple().exponent), 2)
    return format_number(value, language=_language(), decimals=decimals)


def say_comparison(comparison: Comparison, place: models.Place | None) -> Words:
    """Return a comparison in words."""
    marks = tuple(gettext(MARK_WORDS[mark]) for mark in Mark if mark in comparison.marks)
    detail = gettext(REASON_WORDS[comparison.reason]) if comparison.reason else ""
    if place is not None and comparison.difference is not None:
        detail = _difference(comparison, place.name)
    return Words(mark_of(comparison.outcome, gettext(OUTCOME_WORDS[comparison.outcome])), detail, marks)


def _difference(comparison: Comparison, place: str) -> str:
    ratio, difference = comparison.ratio, comparison.difference or Decimal(0)
    if difference == 0:
        return gettext("the same as %(place)s") % {"place": place}
    if ratio is None or ratio == 0:
        sentence = (
            gettext("%(difference)s above %(place)s, in the unit of the indicator")
            if difference > 0
            else gettext("%(difference)s below %(place)s, in the unit of the indicator")
        )
        return sentence % {"difference": number(abs(difference)), "place": place}
    if ratio >= MANY_TIMES:
        return gettext("%(times)s times the value of %(place)s") % {"times": number(ratio, 1), "place": place}
    percent = abs(ratio - 1) * 100
    words = format_percent(percent, language=_language(), decimals=0 if percent >= 10 else 1)
    sentence = gettext("%(percent)s above %(place)s") if ratio > 1 else gettext("%(percent)s below %(place)s")
    return sentence % {"percent": words, "place": place}


def say_target(standing: Standing) -> TargetWords | None:
    """Return a target with its year, and how far it is; None when there is none."""
    target, indicator = standing.target, standing.indicator
    if target is None:
        return None
    printed = indicator.target_text
    if indicator.target_value is not None:
        figure = f"{number(indicator.target_value)} {indicator.unit}".strip()
        printed = f"{COMPARATORS.get(indicator.target_comparator, '')} {figure}".strip()
        if target.year:
            printed = gettext("%(target)s by %(year)s") % {"target": printed, "year": target.year}
    outcome, word = _target_words(target, indicator.unit)
    return TargetWords(printed, mark_of(outcome, word), indicator.target_source)


def _target_words(target: TargetStanding, unit: str) -> tuple[Outcome, str]:
    if target.reason is not None:
        return Outcome.NOT_COMPARABLE, gettext(REASON_WORDS[target.reason])
    if target.is_reached:
        return Outcome.BETTER, gettext("Target reached")
    distance = f"{number(target.distance or Decimal(0))} {unit}".strip()
    if target.years_left is None:
        return Outcome.WORSE, gettext("Not reached: %(distance)s to go") % {"distance": distance}
    if target.years_left < 0:
        return Outcome.WORSE, gettext("Target missed by %(distance)s") % {"distance": distance}
    values = {"distance": distance, "years": target.years_left}
    return Outcome.WORSE, gettext("Not reached: %(distance)s to go, years left: %(years)s") % values


@dataclass(frozen=True, slots=True)
class PastRow:
    """A line of an indicator's history."""

    place: str
    year: str
    figure: str
    unit: str
    is_text: bool
    printed: str
    standing: str
    is_demonstration: bool
    source: str
    entered: str


def present_past(past: PastValue, indicator: models.Indicator, *, with_name: bool) -> PastRow:
    """Return a line of the history; the name of who entered it only for those who may read it."""
    row = past.row
    shown = show(row, indicator)
    return PastRow(
        place=row.place.name,
        year=shown.year,
        figure=shown.figure,
        unit=shown.unit,
        is_text=shown.is_text,
        printed=row.printed,
        standing=gettext("in force") if past.is_in_force else gettext("replaced"),
        is_demonstration=row.is_demonstration,
        source=place_text(row.source_place),
        entered=_entered(row, with_name=with_name),
    )


def _entered(row: models.IndicatorValue, *, with_name: bool) -> str:
    if row.entered_by_id is None:
        return gettext("taken from the strategy")
    name = str(row.entered_by) if with_name else gettext("the city hall")
    day = format_date(row.entered_at.astimezone(clock.CITY_ZONE).date(), language=_language())
    return gettext("%(name)s, %(date)s") % {"name": name, "date": day}


def present_history(history: Iterable[PastValue], indicator: models.Indicator) -> Lines | None:
    """Return the chart of the values over the years; None while no place has two stated years.

    Demonstrations and superseded rows are not drawn.
    """
    points: dict[models.Place, dict[int, float]] = {}
    for past in history:
        row = past.row
        if past.is_in_force and not row.is_demonstration and row.year is not None and row.value is not None:
            points.setdefault(row.place, {})[row.year] = float(row.value)
    places = sorted((place for place, years in points.items() if len(years) > 1), key=lambda place: place.pk)
    if not places:
        return None
    numbers = [value for place in places for value in points[place].values()]
    return Lines(
        key=f"history-{indicator.code.lower()}",
        title=gettext("Over the years"),
        description=indicator.title,
        x_label=gettext("Year"),
        y_label=indicator.unit,
        lines=tuple(
            Line(
                label=place.name,
                points=tuple(Point(x=year, y=points[place][year]) for year in sorted(points[place])),
                tone=LINE_TONES[order % len(LINE_TONES)],
            )
            for order, place in enumerate(places)
        ),
        x_is_year=True,
        y_decimals=0 if max(map(abs, numbers)) >= 100 else 2,
        y_minimum=0.0 if min(numbers) >= 0 else None,
    )


def say_trend(standing: Standing) -> str:
    """Return how the city's value went between its two latest stated years."""
    trend = standing.trend
    if trend is None:
        return ""
    values = {"from": trend.from_year, "to": trend.to_year, "change": number(abs(trend.change))}
    sentence = {
        "up": gettext("Rose by %(change)s between %(from)s and %(to)s."),
        "down": gettext("Fell by %(change)s between %(from)s and %(to)s."),
        "flat": gettext("Stayed about the same between %(from)s and %(to)s."),
    }[trend.shape]
    return sentence % values


def say_direction(indicator: models.Indicator) -> str:
    """Return which way is better."""
    return gettext(DIRECTION_WORDS.get(indicator.direction, DIRECTION_WORDS["neutral"]))


def say_doubt(doubt: Doubt) -> str:
    """Return a doubt in the reader's language, its numbers too."""
    return say_with(doubt.sentence, doubt.values)


def say_with(sentence: str, values: Mapping[str, object]) -> str:
    """Return a sentence in the reader's language; decimals among its values are written as numbers."""
    shown = {name: number(value) if isinstance(value, Decimal) else value for name, value in values.items()}
    return gettext(sentence) % shown if shown else gettext(sentence)


def _language() -> str:
    return get_language() or "ro"

"""Forecasts as a picture, as rows, and as a verdict on what they are worth."""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from rivulus.kernel import clock
from rivulus.kernel.words import N_
from rivulus.observations.models import Datastream, Forecaster
from rivulus.observations.presenters.automation_words import words_of
from rivulus.observations.presenters.series import moments_of
from rivulus.observations.presenters.values import name_of, number_words, series_name, unit_words, when_words
from rivulus.observations.queries.forecasts import Issued, Past, read_backtest
from rivulus.observations.queries.series_charts import get_envelope
from rivulus.observations.rules.forecasts.backtest import Backtest, Method, Score
from rivulus.observations.rules.forecasts.groups import How
from rivulus.ui import charts
from rivulus.ui.presenters import percent_text
from rivulus.ui.terms import Tone

METHOD_WORDS: dict[Method, str] = {
    Method.PERSISTENCE: N_("as it is now"),
    Method.SEASONAL: N_("as it was a day or a week before"),
    Method.TREES: N_("learned from the past"),
}
PAST = dt.timedelta(days=2)
SHOWN_HORIZONS = (1, 6, 24)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """What the methods were worth at one horizon, in words."""

    horizon: int
    error_persistence: str
    error_seasonal: str
    error_trees: str
    skill_persistence: str
    skill_seasonal: str
    coverage_80: str
    coverage_95: str
    serves: str
    is_better: bool


@dataclass(frozen=True, slots=True)
class PointRow:
    """What is forecast for one hour."""

    when: str
    iso: str
    value: str
    likely: str
    almost_certain: str
    method: str


@dataclass(frozen=True, slots=True)
class ListRow:
    """A series or a group in the list of forecasts."""

    url: str
    name: str
    place: str
    is_simulated: bool
    skills: tuple[ScoreRow | None, ...]
    state: str
    refusal: str


def present_list(forecaster: Forecaster) -> ListRow:
    """Return a forecaster with its scores at 1, 6 and 24 hours."""
    content: dict[str, Any] | None = getattr(forecaster, "backtest", None)
    found = read_backtest(content) if content else None
    rows = tuple(_find_row(found, horizon) for horizon in SHOWN_HORIZONS)
    series = forecaster.datastream
    members = list(forecaster.members.all()) if series is None else [series]
    return ListRow(
        url_of(forecaster),
        words_of(forecaster.title) if series is None else series_name(series),
        how_words(forecaster.how, len(members)) if series is None else name_of(series.thing),
        any(one.is_simulated for one in members),
        rows,
        forecaster.state,
        gettext(forecaster.refusal) if forecaster.refusal else "",
    )


def url_of(forecaster: Forecaster) -> str:
    """Return the address of a forecast."""
    if forecaster.datastream_id is None:
        return reverse("observations:forecast_group", args=[forecaster.code])
    return reverse("observations:forecast", args=[forecaster.datastream_id])


def how_words(how: str, count: int) -> str:
    """Return what a group is made of."""
    if how == How.SUM:
        return ngettext("sum of %(number)s series", "sum of %(number)s series", count) % {"number": count}
    return ngettext("mean of %(number)s series", "mean of %(number)s series", count) % {"number": count}


def _find_row(found: Backtest | None, horizon: int) -> ScoreRow | None:
    score = found.score(horizon) if found else None
    return present_score(score) if score else None


def present_score(score: Score) -> ScoreRow:
    """Return one score in words."""
    return ScoreRow(
        horizon=score.horizon,
        error_persistence=_error(score.error_persistence),
        error_seasonal=_error(score.error_seasonal),
        error_trees=_error(score.error_trees),
        skill_persistence=_share(score.skill_persistence),
        skill_seasonal=_share(score.skill_seasonal),
        coverage_80=_share(score.coverage_80),
        coverage_95=_share(score.coverage_95),
        serves=gettext(METHOD_WORDS[score.serves]),
        is_better=score.serves is Method.TREES
        and (score.skill_persistence or 0) > 0
        and (score.skill_seasonal or 0) > 0,
    )


def _error(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else number_words(value)


def _share(value: float | None) -> str:
    return "–" if value is None else percent_text(value * 100, 0)


def present_points(issued: Issued, unit: str) -> list[PointRow]:
    """Return the hours of a forecast with their intervals."""
    return [
        PointRow(
            when=when_words(issued.time_of(point)),
            iso=issued.time_of(point).isoformat(),
            value=f"{number_words(point.value)} {unit}".strip(),
            likely=_interval(point.value, point.radius_80),
            almost_certain=_interval(point.value, point.radius_95),
            method=gettext(METHOD_WORDS[point.method]),
        )
        for point in issued.points
    ]


def _interval(value: float, radius: float) -> str:
    if math.isinf(radius):
        return gettext("not known yet")
    return gettext("%(low)s to %(high)s") % {"low": number_words(value - radius), "high": number_words(value + radius)}


def draw_forecast(series: Datastream, issued: Issued) -> charts.TimeSeries:
    """Return the last two days as measured, and the next day as forecast with its interval of 80 %."""
    start = int((clock.now() - PAST).timestamp())
    measured = get_envelope(series, start * 1_000_000, int(issued.origin.timestamp()) * 1_000_000, 96)
    past = tuple(charts.Moment(time=moment.time, value=moment.value) for moment in moments_of(measured))
    return _draw(issued, past, start, unit_words(series))


def draw_group_forecast(issued: Issued, past: Past, unit: str) -> charts.TimeSeries:
    """Return the last two days of a group by the hour, and the next day as forecast with its interval of 80 %."""
    start, values = int((clock.now() - PAST).timestamp()), past.frame.target
    hours = (past.frame.first_hour + np.arange(len(values))) * 3600
    known = ~np.isnan(values) & (hours >= start)
    moments = zip((hours[known] + 1800).tolist(), values[known].tolist(), strict=True)
    return _draw(issued, tuple(charts.Moment(time=time, value=_round(value)) for time, value in moments), start, unit)


def _draw(issued: Issued, past: tuple[charts.Moment, ...], start: int, unit: str) -> charts.TimeSeries:
    last = issued.time_of(issued.points[-1])
    ahead = tuple(
        charts.Moment(
            time=issued.time_of(point).timestamp() + 1800,
            value=_round(point.value),
            low=None if math.isinf(point.radius_80) else _round(point.value - point.radius_80),
            high=None if math.isinf(point.radius_80) else _round(point.value + point.radius_80),
        )
        for point in issued.points
    )
    return charts.TimeSeries(
        key="forecast",
        title=gettext("Measured, and forecast for the next day"),
        description=gettext("The band holds the value in four cases of five, if tomorrow errs like yesterday."),
        unit=unit,
        start=float(start),
        end=last.timestamp() + 3600,
        lines=(
            charts.TimeLine(label=gettext("measured"), moments=past, tone=Tone.STREAM),
            charts.TimeLine(label=gettext("forecast"), moments=ahead, tone=Tone.AMETHYST, is_expected=True),
        ),
    )


def _round(value: float) -> float:
    return float(f"{value:.5g}")

"""Forecasts: which there are and what they are worth, and one of them."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rivulus.kernel.errors import NotFound
from rivulus.observations.models import Datastream, Forecaster
from rivulus.observations.presenters import forecasts as words
from rivulus.observations.presenters.automation_words import words_of
from rivulus.observations.presenters.values import name_of, series_name, unit_words, when_words
from rivulus.observations.presenters.viewer import sees_private
from rivulus.observations.queries import forecasts as queries
from rivulus.observations.queries.things import get_series
from rivulus.observations.views.things import live
from rivulus.ui.charts import TimeSeries

PER_PAGE = 40
DRAWN_HOURS = 60


@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the series that are forecast, with their skill against both naive forecasts."""
    found = queries.list_forecasters(with_private=sees_private(request))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    groups = queries.list_groups(with_private=sees_private(request)) if page.number == 1 else []
    context = {"page": page, "rows": [words.present_list(one) for one in [*groups, *page.object_list]]}
    return live(request, render(request, "observations/forecasts/list.html", context))


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the forecast of a series, and what it was worth in the past."""
    try:
        series = get_series(pk, with_private=sees_private(request))
        forecaster = queries.get_forecaster(pk)
    except NotFound:
        raise Http404 from None
    issued = queries.find_forecast(pk)
    context = _worth(forecaster, issued, unit_words(series)) | {
        "title": series_name(series),
        "subtitle": name_of(series.thing),
        "series": series,
        "is_simulated": series.is_simulated,
        "chart": words.draw_forecast(series, issued) if issued else None,
    }
    return live(request, render(request, "observations/forecasts/one.html", context))


@require_safe
def group(request: HttpRequest, code: str) -> HttpResponse:
    """Show the forecast of several series as one, which these are, and what it was worth in the past."""
    try:
        forecaster = queries.get_group(code, with_private=sees_private(request))
    except NotFound:
        raise Http404 from None
    members = list(forecaster.members.all())
    issued, training = queries.find_group_forecast(forecaster), queries.find_training(forecaster)
    unit = unit_words(members[0]) if members else ""
    used = set(training.members) if training else {one.pk for one in members}
    context = _worth(forecaster, issued, unit) | {
        "title": words_of(forecaster.title),
        "subtitle": words.how_words(forecaster.how, len(used)),
        "series": None,
        "is_simulated": any(one.is_simulated for one in members),
        "chart": _draw_group(forecaster, issued, sorted(used), unit) if issued else None,
        "members": [(one, name_of(one.thing), one.pk in used) for one in members],
    }
    return live(request, render(request, "observations/forecasts/one.html", context))


def _draw_group(forecaster: Forecaster, issued: queries.Issued, used: list[int], unit: str) -> TimeSeries:
    past = queries.get_past(forecaster, [], int(issued.origin.timestamp()) // 3600, used, hours=DRAWN_HOURS)
    return words.draw_group_forecast(issued, past, unit)


def _worth(forecaster: Forecaster, issued: queries.Issued | None, unit: str) -> dict[str, object]:
    """Return what a page says of every forecast."""
    training = queries.find_training(forecaster)
    backtest = queries.read_backtest(training.backtest) if training else None
    return {
        "forecaster": forecaster,
        "unit": unit,
        "issued": issued,
        "issued_when": when_words(issued.origin) if issued else "",
        "points": words.present_points(issued, unit) if issued else [],
        "scores": [words.present_score(score) for score in backtest.scores] if backtest else [],
        "trained_when": when_words(training.made_at) if training else "",
        "companions": [f"{series_name(other)}, {name_of(other.thing)}" for other in _companions(forecaster)],
    }


def _companions(forecaster: Forecaster) -> list[Datastream]:
    return list(forecaster.companions.select_related("observed_property", "thing").order_by("pk"))

"""Forecasts: which there are and what they are worth, and one of them."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rivulus.kernel.errors import NotFound
from rivulus.observations.models import Datastream, Forecaster
from rivulus.observations.presenters import forecasts as words
from rivulus.observations.presenters.values import name_of, series_name, unit_words, when_words
from rivulus.observations.presenters.viewer import sees_private
from rivulus.observations.queries import forecasts as queries
from rivulus.observations.queries.things import get_series
from rivulus.observations.views.things import live

PER_PAGE = 40


@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the series that are forecast, with their skill against both naive forecasts."""
    found = queries.list_forecasters(with_private=sees_private(request))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": [words.present_list(one) for one in page.object_list]}
    return live(request, render(request, "observations/forecasts/list.html", context))


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the forecast of a series, and what it was worth in the past."""
    try:
        series = get_series(pk, with_private=sees_private(request))
        forecaster = queries.get_forecaster(pk)
    except NotFound:
        raise Http404 from None
    training = queries.find_training(forecaster)
    backtest = queries.read_backtest(training.backtest) if training else None
    issued = queries.find_forecast(pk)
    context = {
        "series": series,
        "title": series_name(series),
        "thing_name": name_of(series.thing),
        "forecaster": forecaster,
        "unit": unit_words(series),
        "issued": issued,
        "issued_when": when_words(issued.origin) if issued else "",
        "chart": words.draw_forecast(series, issued) if issued else None,
        "points": words.present_points(issued, unit_words(series)) if issued else [],
        "scores": [words.present_score(score) for score in backtest.scores] if backtest else [],
        "trained_when": when_words(training.made_at) if training else "",
        "companions": [f"{series_name(other)}, {name_of(other.thing)}" for other in _companions(forecaster)],
    }
    return live(request, render(request, "observations/forecasts/one.html", context))


def _companions(forecaster: Forecaster) -> list[Datastream]:
    return list(forecaster.companions.select_related("observed_property", "thing").order_by("pk"))

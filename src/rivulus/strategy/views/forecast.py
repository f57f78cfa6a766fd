"""The page of the forecast."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rivulus.strategy.forms.forecast import ForecastForm
from rivulus.strategy.presenters.forecast import forecast_page, reading_tabs
from rivulus.strategy.queries import demonstration
from rivulus.strategy.queries.forecast import get_forecast

LATE_PER_PAGE = 20


@require_safe
def forecast(request: HttpRequest) -> HttpResponse:
    """Show the expected matrix of each year, and what stands in its way."""
    form = ForecastForm(request.GET)
    reading, with_demonstrations = form.chosen_reading, form.with_demonstrations and demonstration.runs()
    expected = get_forecast(with_demonstrations=with_demonstrations)
    page = forecast_page(expected, reading)
    return render(
        request,
        "strategy/forecast/forecast.html",
        {
            "form": form,
            "forecast": page,
            "late": Paginator(page.late, LATE_PER_PAGE).get_page(request.GET.get("page")),
            "readings": reading_tabs(reading, with_demonstrations=with_demonstrations),
            "today": expected.forecast.today,
            "with_demonstrations": with_demonstrations,
            "offers_demonstrations": expected.has_demonstrations or with_demonstrations,
        },
    )

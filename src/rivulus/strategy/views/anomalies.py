"""The faults found in the source."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rivulus.strategy.forms.anomalies import AnomalyFilterForm
from rivulus.strategy.presenters.anomalies import present_anomaly
from rivulus.strategy.queries import anomalies as queries

PER_PAGE = 30


@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the faults of the source, by what they are about."""
    form = AnomalyFilterForm(request.GET, counts=queries.count_by_about())
    found = queries.list_anomalies(form.wanted())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [present_anomaly(anomaly) for anomaly in page.object_list]
    return render(request, "strategy/anomalies/list.html", {"form": form, "page": page, "rows": rows})

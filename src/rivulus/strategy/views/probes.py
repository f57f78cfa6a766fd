"""The probes with their last values, the history of one, and the button that asks all of them."""

import datetime as dt

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from rivulus.kernel import clock
from rivulus.strategy.actions import probes as actions
from rivulus.strategy.presenters import probes as presenter
from rivulus.strategy.presenters.viewer import door, roles_of, sees_names
from rivulus.strategy.queries import readings
from rivulus.strategy.rules import permissions
from rivulus.strategy.views.entry import turn_away

ON_A_PAGE = 30
CHARTED = dt.timedelta(days=3 * 365)


def list_all(request: HttpRequest) -> HttpResponse:
    """Show every probe with its last value and what it speaks for."""
    context = {
        "rows": [presenter.probe_view(found) for found in readings.list_probes_now()],
        "measured_at": readings.find_last_measured_at(),
        "measure": door(request, "measure_now"),
        "sees_errors": sees_names(request),
    }
    return render(request, "strategy/probes/list.html", context)


def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show one probe with all its readings."""
    found = readings.find_probe_now(name)
    if found is None:
        raise Http404
    page = Paginator(readings.list_readings(name), ON_A_PAGE).get_page(request.GET.get("page"))
    charted = readings.list_readings_since(name, clock.now() - CHARTED)
    context = {
        "probe": presenter.probe_view(found),
        "chart": presenter.history_chart(found, charted),
        "page": page,
        "rows": [presenter.reading_view(row) for row in page],
        "sees_errors": permissions.can("measure_now", roles_of(request)),
    }
    return render(request, "strategy/probes/probe.html", context)


@require_POST
def measure_now(request: HttpRequest) -> HttpResponse:
    """Ask every probe now."""
    turned = turn_away(request, "measure_now")
    if turned:
        return turned
    found = actions.measure_all(by=request.user)  # type: ignore[arg-type]
    failed = sum(bool(reading.error) for reading in found)
    if failed:
        words = ngettext("%(count)s probe could not be measured.", "%(count)s probes could not be measured.", failed)
        messages.warning(request, words % {"count": failed})
    else:
        messages.success(request, gettext("All probes were asked."))
    return redirect("strategy:probes")

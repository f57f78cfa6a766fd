"""Dashboards: the list, one of them, and one to stand in the page of somebody else."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound
from rivulus.observations.feeds import dashboards as feed
from rivulus.observations.presenters.alarms import alarm_row
from rivulus.observations.presenters.dashboards import present_dashboard, words_of
from rivulus.observations.presenters.values import when_words
from rivulus.observations.presenters.viewer import sees_private
from rivulus.observations.queries.alarms import list_open
from rivulus.observations.rules.dashboards import Dashboard, PanelKind
from rivulus.observations.views.things import live

EMBEDDED_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
    "frame-ancestors": ["*"],  # public figures, no session, nothing to press
}
MOST_ALARMS = 12


@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Show which dashboards there are."""
    found = feed.list_dashboards(with_duty=sees_private(request))
    cards = [(one, words_of(one.title), words_of(one.lead)) for one in found]
    return live(request, render(request, "observations/dashboards/list.html", {"cards": cards}))


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a dashboard."""
    private = sees_private(request)
    dashboard = _get(code, private)
    return live(request, render(request, "observations/dashboards/one.html", _context(dashboard, private)))


@xframe_options_exempt
@csp_override(EMBEDDED_CSP)
@require_safe
def embedded(request: HttpRequest, code: str) -> HttpResponse:
    """Show a public dashboard without the frame of the platform, to stand in another page."""
    context = _context(_get(code, private=False), private=False)
    response = render(request, "observations/dashboards/embedded.html", context)
    response["Cache-Control"] = "public, max-age=60"
    return response


def _get(code: str, private: bool) -> Dashboard:
    try:
        return feed.get_dashboard(code, with_duty=private)
    except NotFound:
        raise Http404 from None


def _context(dashboard: Dashboard, private: bool) -> dict[str, object]:
    panels = present_dashboard(dashboard, with_private=private)
    wants_alarms = any(panel.kind is PanelKind.ALARMS for panel in panels)
    return {
        "dashboard": dashboard,
        "title": words_of(dashboard.title),
        "lead": words_of(dashboard.lead),
        "panels": panels,
        "shown_when": when_words(clock.now()),
        "is_simulated": any(panel.is_simulated for panel in panels),
        "alarm_rows": [alarm_row(alarm) for alarm in list_open()[:MOST_ALARMS]] if wants_alarms and private else [],
    }

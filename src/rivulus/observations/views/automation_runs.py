"""One run of a rule, and one replay."""

import datetime as dt

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rivulus.kernel.errors import NotFound
from rivulus.kernel.http import requires
from rivulus.observations.presenters import automations as presenter
from rivulus.observations.presenters import replays as replay_presenter
from rivulus.observations.presenters.automation_words import explain
from rivulus.observations.presenters.values import unit_words
from rivulus.observations.queries import automations as queries
from rivulus.observations.rules.automations.grammar import parse
from rivulus.observations.rules.permissions import ALLOWED

EPISODES_ON_A_PAGE = 50
WATCHERS = sorted(ALLOWED["see_duty"])
EDITORS = sorted(ALLOWED["edit_rule"])


@requires(*WATCHERS)
@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Show why a run fired, from which readings, and what it did."""
    try:
        found = queries.get_run(pk)
    except NotFound:
        raise Http404 from None
    readings = [
        (presenter.moment_words(dt.datetime.fromtimestamp(time / 1e6, dt.UTC)), value)
        for time, value in found.why.get("readings", [])
    ]
    context = {
        "run": found,
        "row": presenter.run_row(found),
        "title": presenter.title_of(found.version),
        "readings": readings,
        "unit": unit_words(found.datastream) if found.datastream else "",
        "deliveries": found.deliveries.order_by("id"),
    }
    return render(request, "observations/automations/run.html", context)


@requires(*EDITORS)
@require_safe
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a rule would have done, or how far its replay is."""
    try:
        found = queries.get_replay(pk)
    except NotFound:
        raise Http404 from None
    rule = parse(found.text).rule
    episodes = replay_presenter.episode_rows(found)
    page = Paginator(episodes, EPISODES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "replay": found,
        "explained": explain(rule) if rule else None,
        "sentence": replay_presenter.sentence(found),
        "chart": replay_presenter.chart_of(found),
        "page": page,
        "start": presenter.moment_words(found.start),
        "finish": presenter.moment_words(found.finish),
    }
    return render(request, "observations/automations/replay.html", context)

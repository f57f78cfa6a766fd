"""Things and series: the list, one thing, one series."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from rivulus.kernel.errors import NotFound
from rivulus.observations.forms.things import ThingFilterForm
from rivulus.observations.presenters import series as pictures
from rivulus.observations.presenters import things as rows
from rivulus.observations.presenters.values import name_of, period_words, present_value, series_name, unit_words
from rivulus.observations.presenters.viewer import sees_private
from rivulus.observations.queries import things as queries
from rivulus.observations.queries.latest import latest_of
from rivulus.observations.queries.tasking import list_capabilities
from rivulus.observations.terms import ResultKind

THINGS_PER_PAGE = 40
KEEP_S = 15  # a page for guests with values that change


def live(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Say for how long a page with live values may be kept: a moment for guests, not at all for anybody signed in."""
    response["Cache-Control"] = "no-store" if request.user.is_authenticated else f"public, max-age={KEEP_S}"
    return response


@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the things of the city with what they say now, on a sketch and in a list."""
    form = ThingFilterForm(request.GET)
    private = sees_private(request)
    wanted = form.wanted(with_private=private)
    page = Paginator(queries.list_things(wanted), THINGS_PER_PAGE).get_page(request.GET.get("page"))
    shown = rows.present_rows(list(page.object_list), with_private=private)
    context = {
        "form": form,
        "page": page,
        "rows": shown,
        "sketch": rows.sketch_of(shown, key="things", title=gettext("Where these things are")),
        "silent": rows.count_silent(shown),
    }
    return live(request, render(request, "observations/things/list.html", context))


@require_safe
def thing(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one thing: where it is, whose it is, and all of its series."""
    private = sees_private(request)
    try:
        found = queries.get_thing(pk, with_private=private)
    except NotFound:
        raise Http404 from None
    row = rows.present_rows([found], with_private=private, most=None)[0]
    page = Paginator(row.values, THINGS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "thing": found,
        "row": row,
        "page": page,
        "sketch": rows.sketch_of([row], key="thing", title=gettext("Where it is")),
        "machine_url": f"/sensorthings/v1.1/Things({found.pk})",
        "is_controlled": private and list_capabilities(thing=found.pk).exists(),
    }
    return live(request, render(request, "observations/things/thing.html", context))


@require_safe
def series(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one series: the newest value, a picture of a time, and its observations page by page."""
    try:
        found = queries.get_series(pk, with_private=sees_private(request))
    except NotFound:
        raise Http404 from None
    reach = pictures.read_reach(request.GET.get("range", ""), request.GET.get("from", ""), request.GET.get("to", ""))
    before = request.GET.get("before", "")
    entries = pictures.list_entries(found, reach, int(before) if before.isdecimal() and len(before) < 18 else None)
    is_number = found.kind == ResultKind.NUMBER
    context = {
        "series": found,
        "title": series_name(found),
        "thing_name": name_of(found.thing),
        "value": present_value(found, latest_of([found]).get(found.pk)),
        "unit": unit_words(found),
        "period": period_words(found.period_s),
        "reach": reach,
        "tabs": [
            (gettext(words), f"?range={code}", code == reach.code) for code, (words, _) in pictures.RANGES.items()
        ],
        "chart": pictures.draw_series(found, reach) if is_number else None,
        "is_number": is_number,
        "entries": entries,
        "older": _older(request, entries.older),
        "chart_url": reverse("observations_series_chart", args=[found.pk]),
        "csv_url": reverse("observations_series_csv", args=[found.pk]) + _span(reach),
        "parquet_url": reverse("observations_series_parquet", args=[found.pk]) + _span(reach),
        "machine_url": f"/sensorthings/v1.1/Datastreams({found.pk})",
    }
    return live(request, render(request, "observations/things/series.html", context))


def _older(request: HttpRequest, before: int | None) -> str:
    if before is None:
        return ""
    given = request.GET.copy()
    given["before"] = str(before)
    return f"?{given.urlencode()}"


def _span(reach: pictures.Reach) -> str:
    return f"?start={reach.start_us // 1000}&end={reach.end_us // 1000}"

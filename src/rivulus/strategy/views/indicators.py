"""Indicators: the list, one of them, and the city beside other places."""

from itertools import groupby

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import say
from rivulus.strategy import models
from rivulus.strategy.actions import indicators as actions
from rivulus.strategy.forms.indicators import IndicatorFilterForm, PlaceForm, ReferencesForm
from rivulus.strategy.presenters import benchmark as bars
from rivulus.strategy.presenters import indicators as words
from rivulus.strategy.presenters.viewer import door, roles_of, sees_names
from rivulus.strategy.queries import benchmark as benchmarks
from rivulus.strategy.queries import indicators as queries
from rivulus.strategy.queries.anomalies import list_general_anomalies
from rivulus.strategy.queries.matrix import list_pillars
from rivulus.strategy.rules import permissions
from rivulus.strategy.rules.indicators import Outcome

INDICATORS_PER_PAGE = 25
VALUES_PER_PAGE = 50
VERB = "enter_values"


@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the indicators, pillar by pillar, with the values in force."""
    form = IndicatorFilterForm(request.GET)
    wanted = form.wanted()
    standings = queries.list_standings(wanted)
    page = Paginator(standings, INDICATORS_PER_PAGE).get_page(request.GET.get("page"))
    groups = [
        (pillar, [words.present_row(standing) for standing in of_pillar])
        for pillar, of_pillar in groupby(page.object_list, key=lambda standing: standing.indicator.pillar)
    ]
    context = {
        "form": form,
        "wanted": wanted,
        "page": page,
        "groups": groups,
        "tabs": _tabs(wanted.pillar),
        "city_name": _name_of(standings[0].city_place) if standings else "",
        "counts": present_counts(standings),
        "general": list_general_anomalies("indicator"),
        "entering": door(request, VERB),
        "warning": words.warning_sign(),
    }
    return render(request, "strategy/indicators/list.html", context)


def _name_of(place: models.Place | None) -> str:
    return place.name if place else gettext("no value")


def _tabs(chosen: str) -> list[tuple[str, str, bool]]:
    """Return the pillars as tabs: words, address, whether it is the one shown."""
    every = (gettext("All pillars"), reverse("strategy:indicators"), not chosen)
    return [every, *((pillar.name, f"?pillar={pillar.code}", pillar.code == chosen) for pillar in list_pillars())]


def present_counts(standings: tuple[queries.Standing, ...]) -> list[tuple[SafeString, int]]:
    """Return how many of the listed indicators came out which way."""
    counted = queries.count_outcomes(standings)
    return [(words.mark_of(outcome, gettext(words.OUTCOME_WORDS[outcome])), counted[outcome]) for outcome in Outcome]


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show one indicator with its whole history."""
    try:
        standing = queries.get_standing(code)
    except NotFound:
        raise Http404 from None
    indicator = standing.indicator
    history = queries.list_history(indicator)
    page = Paginator(history, VALUES_PER_PAGE).get_page(request.GET.get("page"))
    with_name = sees_names(request)
    context = {
        "row": words.present_row(standing),
        "standing": standing,
        "indicator": indicator,
        "city_name": _name_of(standing.city_place),
        "region_name": _name_of(standing.region_place),
        "direction": words.say_direction(indicator),
        "trend": words.say_trend(standing),
        "trend_shape": standing.trend.shape if standing.trend else "",
        "trend_meaning": standing.trend.meaning if standing.trend else "neutral",
        "chart": words.present_history(history, indicator),
        "page": page,
        "history": [words.present_past(past, indicator, with_name=with_name) for past in page.object_list],
        "repeated_by": indicator.repeated_by.order_by("id"),
        "entering": door(request, VERB),
    }
    return render(request, "strategy/indicators/one.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def benchmark(request: HttpRequest) -> HttpResponse:
    """Show the city beside its region and the peers that were chosen; add a peer."""
    place_form = PlaceForm(request.POST or None)
    if request.method == "POST":
        answer = _add_place(request, place_form)
        if answer is not None:
            return answer
    chosen = request.GET if "place" in request.GET else None
    form = ReferencesForm(chosen, places=list(queries.list_references()))
    found = benchmarks.get_benchmark(form.codes())
    form.initial = {"place": [place.code for place in found.places]}
    context = {
        "form": form,
        "benchmark": found,
        "pillars": bars.present_pillars(found),
        "counts": bars.present_counts(found),
        "left_out": bars.present_left_out(found),
        "place_form": place_form,
        "entering": door(request, VERB),
    }
    return render(request, "strategy/indicators/benchmark.html", context)


def _add_place(request: HttpRequest, form: PlaceForm) -> HttpResponse | None:
    """Add a peer; return None when the form must be shown again."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    check_may_enter(request)
    if not form.is_valid():
        return None
    try:
        place: models.Place = actions.add_place(by=request.user, **form.cleaned_data)
    except Refused as refused:
        form.add_error(None, say(refused))
        return None
    messages.success(request, gettext("%(place)s was added; now its values can be entered.") % {"place": place.name})
    return redirect("strategy:benchmark")


def check_may_enter(request: HttpRequest) -> None:
    """Answer 403 to whoever may not enter values."""
    try:
        permissions.check_can(VERB, roles_of(request))
    except Refused as refused:
        raise PermissionDenied(say(refused)) from None

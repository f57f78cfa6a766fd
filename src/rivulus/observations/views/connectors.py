"""Connectors: the list with their health, one with its runs, and trying one out."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rivulus.kernel import limits
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.http import requires
from rivulus.kernel.words import say
from rivulus.observations.actions import connectors as actions
from rivulus.observations.feeds.connectors import declared
from rivulus.observations.feeds.connectors.running import try_out
from rivulus.observations.presenters import connectors as presenter
from rivulus.observations.presenters.viewer import may
from rivulus.observations.queries import connectors as queries
from rivulus.observations.rules.connectors.declarations import Declaration
from rivulus.observations.rules.permissions import ALLOWED
from rivulus.ui.presenters import active_language

WATCHERS = sorted(ALLOWED["see_duty"])
MANAGERS = sorted(ALLOWED["manage_connectors"])
ON_A_PAGE = 20
TRIALS = limits.Limit(name="connector-trial", most=6)


@never_cache
@require_safe
@requires(*WATCHERS)
def list_all(request: HttpRequest) -> HttpResponse:
    """Show what is declared, how it fares, and what is wrong with the declarations."""
    found, states = declared.read_declared(), queries.list_states()
    page = Paginator(found.connectors, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [presenter.present(one, states.get(one.code), is_on=declared.is_on(one)) for one in page],
        "faults": [(one.code, say(one.refused)) for one in found.faults],
        "agreed": bool(declared.agreed_codes()),
        "may_manage": may(request, "manage_connectors"),
    }
    return render(request, "observations/connectors/list.html", context)


@never_cache
@require_safe
@requires(*WATCHERS)
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a connector and its runs."""
    return _show(request, _find(code))


@never_cache
@require_safe
@requires(*WATCHERS)
def run(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Show what a run brought in, and what was wrong."""
    declaration = _find(code)
    try:
        row = queries.get_run(code, pk)
    except NotFound:
        raise Http404 from None
    context = {
        "title": declaration.say_title(active_language()),
        "code": code,
        "run": presenter.present_run(row),
        "problems": presenter.problems_of(row.problems),
    }
    return render(request, "observations/connectors/run.html", context)


@never_cache
@require_POST
@requires(*MANAGERS)
def try_now(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the source once and show what would be stored; nothing is."""
    declaration = _find(code)
    if not declared.agreed_codes():
        messages.error(request, gettext("The operator has not agreed that the platform asks sources outside."))
        return redirect("observations:connector", code)
    limits.count(TRIALS, request.user.pk)
    try:
        readings, problems = presenter.present_trial(mapped := try_out(declaration))
    except Refused as refused:
        return _show(request, declaration, failure=say(refused))
    trial = {"readings": readings, "problems": problems, "things": len(mapped.things), "count": len(mapped.readings)}
    return _show(request, declaration, trial=trial)


@require_POST
@requires(*MANAGERS)
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Pause, resume, or ask at once."""
    declaration = _find(code)
    wish = request.POST.get("wish", "")
    if wish in {"pause", "resume"}:
        actions.set_paused(by=request.user, code=declaration.code, is_paused=wish == "pause")  # type: ignore[arg-type]
        words = gettext("The connector is paused.") if wish == "pause" else gettext("The connector goes on.")
    elif wish == "ask" and declared.is_on(declaration):
        actions.ask_soon(by=request.user, code=declaration.code)  # type: ignore[arg-type]
        words = gettext("The source is asked within a minute.")
    else:
        raise Http404
    messages.success(request, words)
    return redirect("observations:connector", code)


def _find(code: str) -> Declaration:
    found = declared.read_declared().find(code)
    if found is None:
        raise Http404
    return found


def _show(request: HttpRequest, declaration: Declaration, **more: Any) -> HttpResponse:
    state = queries.find_state(declaration.code)
    page = Paginator(queries.list_runs(declaration.code), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "shown": presenter.present(declaration, state, is_on=declared.is_on(declaration)),
        "page": page,
        "runs": [presenter.present_run(row) for row in page],
        "agreed": bool(declared.agreed_codes()),
        "may_manage": may(request, "manage_connectors"),
        **more,
    }
    return render(request, "observations/connectors/one.html", context)

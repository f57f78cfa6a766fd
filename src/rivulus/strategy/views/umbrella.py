"""The strategy as an umbrella: what each direction answers to, and the small pages where the unit records it."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say
from rivulus.strategy import models
from rivulus.strategy.actions import umbrella as actions
from rivulus.strategy.forms.links import ReasonForm
from rivulus.strategy.forms.umbrella import NewLinkForm, ObjectiveForm, UmbrellaFilterForm
from rivulus.strategy.presenters import umbrella as presenters
from rivulus.strategy.presenters.viewer import door, sees_names
from rivulus.strategy.queries import umbrella as queries
from rivulus.strategy.views.entry import turn_away

METHODS = ["GET", "HEAD", "POST"]


@require_safe
def show_umbrella(request: HttpRequest) -> HttpResponse:
    """Show what each direction answers to, and how many links join it to the city's own documents."""
    directions, documents = list(queries.list_directions()), list(queries.list_other_documents())
    pillars = list(dict.fromkeys(direction.pillar for direction in directions))
    form = UmbrellaFilterForm(request.GET, pillars=pillars, documents=documents)
    wanted, with_names = form.wanted(), sees_names(request)
    shown = [direction for direction in directions if wanted.pillar in ("", direction.pillar.code)]
    context = {
        "form": form,
        "wanted": wanted,
        "coverage": queries.get_coverage(directions, documents),
        "groups": presenters.present_directions(shown, queries.list_links(wanted), with_names=with_names),
        "withdrawn": presenters.present_links(queries.list_withdrawn(wanted), with_names=with_names),
        "edit": door(request, "edit_links"),
    }
    return render(request, "strategy/umbrella/page.html", context)


@require_http_methods(METHODS)
def add_link(request: HttpRequest, code: str) -> HttpResponse:
    """Record that a direction answers to a document or to one of its objectives."""
    turned = turn_away(request, "edit_links")
    if turned:
        return turned
    direction = queries.find_direction(code)
    if direction is None:
        raise Http404
    known = {"answers_to": request.GET.get("document", "")}
    form = NewLinkForm(request.POST or None, initial=known, documents=queries.list_documents_with_objectives())

    def act() -> object:
        document, objective = form.cleaned_data["answers_to"]
        return actions.add_link(
            by=request.user,  # type: ignore[arg-type]
            direction=direction,
            document=document,
            objective=objective,
            reason=form.cleaned_data["reason"],
        )

    if _is_done(request, form, act):
        return _back(request, direction)
    context = {"direction": direction, "form": form}
    return render(request, "strategy/umbrella/add.html", context, status=400 if form.errors else 200)


@require_http_methods(METHODS)
def edit_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Say anew why a direction answers to a document, or withdraw the link."""
    turned = turn_away(request, "edit_links")
    if turned:
        return turned
    link = queries.find_link(pk)
    if link is None or (link.withdrawn and request.method != "POST"):
        raise Http404
    withdrawing = "withdraw" in request.POST
    form = ReasonForm(None if withdrawing else request.POST or None, initial={"reason": link.reason})
    farewell = ReasonForm(request.POST if withdrawing else None, prefix="farewell")
    sent, action = (farewell, actions.withdraw_link) if withdrawing else (form, actions.edit_link)

    def act() -> object:
        return action(by=request.user, link=link, reason=sent.cleaned_data["reason"])  # type: ignore[arg-type]

    if _is_done(request, sent, act):
        return _back(request, link.direction)
    context = {"link": link, "form": form, "farewell": farewell}
    return render(request, "strategy/umbrella/edit.html", context, status=400 if sent.errors else 200)


@require_http_methods(METHODS)
def add_objective(request: HttpRequest, code: str) -> HttpResponse:
    """Record an objective of a document that the strategy does not print."""
    turned = turn_away(request, "edit_links")
    if turned:
        return turned
    document = queries.find_document(code)
    if document is None:
        raise Http404
    form = ObjectiveForm(request.POST or None)

    def act() -> object:
        return actions.add_objective(by=request.user, document=document, **form.cleaned_data)  # type: ignore[arg-type]

    if _is_done(request, form, act):
        messages.success(request, gettext("The objective is kept; directions can now be linked to it."))
        return redirect(reverse("strategy:documents") + f"#{document.code}")
    context = {"document": document, "form": form}
    return render(request, "strategy/umbrella/objective.html", context, status=400 if form.errors else 200)


def _is_done(request: HttpRequest, form: forms.Form, act: Callable[[], object]) -> bool:
    """Act when the form was sent and is whole; a refusal becomes a sentence of the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except Refused as refused:
        form.add_error(None, say(refused))
        return False
    return True


def _back(request: HttpRequest, direction: models.Direction) -> HttpResponse:
    messages.success(request, gettext("The link is kept; the journal names who changed it."))
    return redirect(reverse("strategy:umbrella") + f"#{direction.code}")

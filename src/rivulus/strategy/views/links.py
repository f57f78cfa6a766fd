"""Small pages of the strategy unit: which projects move a criterion, and which probes speak for it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say
from rivulus.strategy import models
from rivulus.strategy.actions import links as actions
from rivulus.strategy.forms import links as link_forms
from rivulus.strategy.presenters.probes import title_of
from rivulus.strategy.queries import criterion as criteria
from rivulus.strategy.queries import links
from rivulus.strategy.views.entry import turn_away

METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
def add_project(request: HttpRequest, code: str) -> HttpResponse:
    """Link a project to a criterion."""
    criterion = _criterion(code)

    def act(data: dict[str, Any]) -> object:
        return actions.add_project_link(by=request.user, criterion=criterion, **data)  # type: ignore[arg-type]

    form = link_forms.NewProjectLinkForm(request.POST or None)
    return _answer(request, criterion, form, act, title=gettext("Link a project"))


@require_http_methods(METHODS)
def add_probe(request: HttpRequest, code: str) -> HttpResponse:
    """Let a probe speak for a criterion."""
    criterion = _criterion(code)

    def act(data: dict[str, Any]) -> object:
        return actions.add_probe_link(by=request.user, criterion=criterion, **data)  # type: ignore[arg-type]

    form = link_forms.NewProbeLinkForm(request.POST or None)
    return _answer(request, criterion, form, act, title=gettext("Link a probe"))


@require_http_methods(METHODS)
def edit_project(request: HttpRequest, pk: int) -> HttpResponse:
    """Change or withdraw the link of a project."""
    link = _found(links.find_project_link(pk))
    form: forms.Form
    if "withdraw" in request.POST:
        form = link_forms.ReasonForm(request.POST)
    else:
        known = {"effect": link.effect, "reason": link.reason}
        form = link_forms.ProjectLinkForm(request.POST or None, initial=known)

    def act(data: dict[str, Any]) -> object:
        if "withdraw" in request.POST:
            return actions.withdraw_project_link(by=request.user, link=link, **data)  # type: ignore[arg-type]
        return actions.edit_project_link(by=request.user, link=link, **data)  # type: ignore[arg-type]

    return _answer(request, link.criterion, form, act, title=str(link.project), link=link)


@require_http_methods(METHODS)
def edit_probe(request: HttpRequest, pk: int) -> HttpResponse:
    """Change or withdraw the link of a probe."""
    link = _found(links.find_probe_link(pk))
    form: forms.Form
    if "withdraw" in request.POST:
        form = link_forms.ReasonForm(request.POST)
    else:
        known = {name: getattr(link, name) for name in ("comparator", "threshold", "mode", "reason")}
        form = link_forms.ProbeLinkForm(request.POST or None, initial=known)

    def act(data: dict[str, Any]) -> object:
        if "withdraw" in request.POST:
            return actions.withdraw_probe_link(by=request.user, link=link, **data)  # type: ignore[arg-type]
        return actions.edit_probe_link(by=request.user, link=link, **data)  # type: ignore[arg-type]

    return _answer(request, link.criterion, form, act, title=title_of(link.probe), link=link)


def _answer(
    request: HttpRequest,
    criterion: models.Criterion,
    form: forms.Form,
    act: Callable[[dict[str, Any]], object],
    *,
    title: str,
    link: object = None,
) -> HttpResponse:
    turned = turn_away(request, "edit_links")
    if turned:
        return turned
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            messages.success(request, gettext("The link is kept; the journal names who changed it."))
            return redirect("strategy:criterion", code=criterion.code)
    context = {"criterion": criterion, "form": form, "title": title, "link": link}
    return render(request, "strategy/links/edit.html", context, status=400 if form.errors else 200)


def _criterion(code: str) -> models.Criterion:
    try:
        return criteria.get_criterion(code)
    except models.Criterion.DoesNotExist:
        raise Http404 from None


def _found[Link: models.ProjectCriterion | models.CriterionProbe](link: Link | None) -> Link:
    if link is None or link.withdrawn:
        raise Http404
    return link

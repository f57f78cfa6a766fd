"""Declaring a state, the list of declarations, and the second person's decision."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say
from rivulus.strategy import models
from rivulus.strategy.actions import assessments as actions
from rivulus.strategy.forms.assessments import DecideForm, DeclarationsForm, DeclareForm
from rivulus.strategy.presenters import assessments as presenter
from rivulus.strategy.presenters.viewer import door, sees_names
from rivulus.strategy.queries import assessments, criterion
from rivulus.strategy.rules.assessments import needs_confirmation
from rivulus.strategy.terms import Verdict
from rivulus.strategy.views.entry import turn_away

ON_A_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, code: str) -> HttpResponse:
    """Show the form of a declaration, and take it."""
    try:
        view = criterion.get_criterion_view(code)
    except models.Criterion.DoesNotExist:
        raise Http404 from None
    turned = turn_away(request, "declare")
    if turned:
        return turned
    form = DeclareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.declare(by=request.user, criterion=view.criterion, **form.said())  # type: ignore[arg-type]
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            messages.success(request, presenter.thanks(row))
            return redirect("strategy:criterion", code=code)
    context = {"view": view, "form": form, "needs_two": needs_confirmation(view.criterion.level)}
    return render(request, "strategy/assessments/declare.html", context, status=400 if form.errors else 200)


def list_all(request: HttpRequest) -> HttpResponse:
    """Show the declarations, first those that wait for a second person."""
    form = DeclarationsForm(request.GET)
    wanted = form.wanted()
    page = Paginator(assessments.list_declarations(wanted), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "wanted": wanted,
        "page": page,
        "rows": [presenter.declaration(row, with_names=sees_names(request)) for row in page],
        "waiting": assessments.count_waiting(),
        "confirm": door(request, "confirm"),
    }
    return render(request, "strategy/assessments/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a declaration to its second person, and take the decision."""
    try:
        row = assessments.get_declaration(pk)
    except models.Assessment.DoesNotExist:
        raise Http404 from None
    turned = turn_away(request, "confirm")
    if turned:
        return turned
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verdict, reason = Verdict(form.cleaned_data["verdict"]), form.cleaned_data["reason"]
        try:
            actions.decide(by=request.user, assessment=row, verdict=verdict, reason=reason)  # type: ignore[arg-type]
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            messages.success(request, _decided(verdict))
            return redirect(reverse("strategy:criterion", args=[row.criterion.code]))
    context = {
        "row": presenter.declaration(row, with_names=True),
        "view": criterion.get_criterion_view(row.criterion.code),
        "form": form,
        "refusal": presenter.refusal(row, request.user),  # type: ignore[arg-type]
    }
    return render(request, "strategy/assessments/decide.html", context, status=400 if form.errors else 200)


def _decided(verdict: Verdict) -> str:
    if verdict is Verdict.CONFIRMED:
        return gettext("Confirmed. The declaration counts in the matrix from now on.")
    return gettext("Refused. The declaration stays in the history and never counts.")

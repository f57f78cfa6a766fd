"""Requests for data, answered in public; and the showcase of what people made with the data."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.catalog.actions import requests as actions
from rivulus.catalog.forms import participation as forms
from rivulus.catalog.forms.datasets import ReasonForm
from rivulus.catalog.models import DataRequest
from rivulus.catalog.presenters import participation as presenters
from rivulus.catalog.queries import participation as queries
from rivulus.catalog.queries.datasets import find_public
from rivulus.catalog.queries.viewing import Viewer
from rivulus.catalog.rules.requests import can_moderate
from rivulus.catalog.terms import ReuseKind
from rivulus.identity.queries import list_organisations
from rivulus.kernel import clock, limits
from rivulus.kernel.forms import attempt, status_of
from rivulus.kernel.http import requires

if TYPE_CHECKING:
    from rivulus.identity.models import Person

PER_PAGE = 20
EDIT = require_http_methods(["GET", "HEAD", "POST"])
ASKING = limits.Limit(name="catalog_asking", most=10, window_s=3600)


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """List the requests that are public, and one's own."""
    form = forms.RequestFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {"q": "", "state": ""}
    rows = queries.list_requests(state=wanted["state"], search=wanted["q"].strip())
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    today = clock.today()
    own = queries.list_requests_of(_me(request))[:20] if request.user.is_authenticated else []
    context = {
        "form": form,
        "page_obj": page,
        "rows": presenters.present_requests(page.object_list, today),
        "own": presenters.present_requests(own, today),
    }
    return render(request, "catalog/requests.html", context)


@EDIT
@requires()
def new_request(request: HttpRequest) -> HttpResponseBase:
    """Ask an organisation for data."""
    own = {row.code: row for row in list_organisations()}
    about = find_public(request.GET.get("dataset", "").replace("\x00", ""))
    owner = about.organisation.code if about is not None else request.GET.get("organisation", "")
    form = forms.RequestForm(
        _posted(request),
        organisations=[(code, row.name) for code, row in own.items()],
        initial={"organisation": owner, "dataset": about.code if about is not None else ""},
    )
    if request.method == "POST" and form.is_valid():
        limits.count(ASKING, _me(request).pk)
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: actions.ask_for_data(
                by=_me(request),
                organisation=own[data["organisation"]],
                title=data["title"],
                text=data["text"],
                about=find_public(data["dataset"]),
            ),
        )
        if made is not None:
            messages.success(request, _("Your request is kept. It becomes public once somebody has read it."))
            return redirect("catalog:request", number=made.number)
    return render(request, "catalog/request_new.html", {"form": form, "about": about}, status=status_of(form))


@require_safe
def one_request(request: HttpRequest, number: int) -> HttpResponse:
    """Show one request with its answer; those who answer find the forms for it."""
    return _render(request, _find(request, number))


@require_POST
@requires()
def open_request(request: HttpRequest, number: int) -> HttpResponseBase:
    """Let the public see a request."""
    row = _find(request, number)
    form = forms.OpenForm(request.POST, auto_id="open_%s")
    if form.is_valid():
        data = form.cleaned_data
        if attempt(form, lambda: actions.open_request(by=_me(request), request=row, **data)) is not None:
            messages.success(request, _("The request is public now."))
            return redirect("catalog:request", number=number)
    return _render(request, row, open_form=form)


@require_POST
@requires()
def answer_request(request: HttpRequest, number: int) -> HttpResponseBase:
    """Answer a request in public."""
    row = _find(request, number)
    form = forms.AnswerForm(request.POST, auto_id="answer_%s")
    if form.is_valid():
        data = form.cleaned_data
        if attempt(form, lambda: actions.answer_request(by=_me(request), request=row, **data)) is not None:
            messages.success(request, _("The answer is public now."))
            return redirect("catalog:request", number=number)
    return _render(request, row, answer_form=form)


@require_POST
@requires()
def refuse_request(request: HttpRequest, number: int) -> HttpResponseBase:
    """Keep a request from the public."""
    row = _find(request, number)
    form = ReasonForm(request.POST, auto_id="refuse_%s")
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: actions.refuse_request(by=_me(request), request=row, reason=reason)) is not None:
            messages.success(request, _("The request is not public."))
            return redirect("catalog:request", number=number)
    return _render(request, row, refuse_form=form)


@require_safe
def reuses(request: HttpRequest) -> HttpResponse:
    """Show what people made with the data."""
    page = Paginator(queries.list_shown(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "rows": presenters.present_reuses(page.object_list)}
    return render(request, "catalog/reuses.html", context)


@EDIT
@requires()
def new_reuse(request: HttpRequest) -> HttpResponseBase:
    """Propose something made with the data."""
    form = forms.ReuseForm(_posted(request), initial={"datasets": request.GET.get("dataset", "")[:100]})
    if request.method == "POST" and form.is_valid():
        limits.count(ASKING, _me(request).pk)
        data = form.cleaned_data | {"kind": ReuseKind(form.cleaned_data["kind"])}
        if attempt(form, lambda: actions.propose_reuse(by=_me(request), **data)) is not None:
            messages.success(request, _("Thank you. Somebody looks at it before it is shown."))
            return redirect("catalog:reuses")
    return render(request, "catalog/reuse_new.html", {"form": form}, status=status_of(form))


@EDIT
@requires("publisher", "department", "administrator")
def decide_reuse(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Look at a proposed reuse, and show it or not."""
    row = get_object_or_404(queries.list_proposed(Viewer.of(request.user)), pk=pk)
    form = ReasonForm(_posted(request) if request.POST.get("decision") == "decline" else None)
    if request.method == "POST":
        is_shown = request.POST.get("decision") == "show"
        reason = "" if is_shown or not form.is_valid() else form.cleaned_data["reason"]
        if is_shown or form.is_valid():
            act = lambda: actions.decide_reuse(by=_me(request), reuse=row, is_shown=is_shown, reason=reason)  # noqa: E731
            if attempt(form, act) is not None:
                messages.success(request, _("Saved."))
                return redirect("catalog:desk")
    shown = presenters.present_reuses([row])[0]
    return render(request, "catalog/reuse_decide.html", {"row": shown, "form": form}, status=status_of(form))


def _render(request: HttpRequest, row: DataRequest, **bound: Form) -> HttpResponse:
    viewer = Viewer.of(request.user)
    context: dict[str, Any] = {
        "row": presenters.present_request(row, clock.today()),
        "answers": can_moderate(viewer.who, row.organisation_id),
        "is_own": row.asked_by_id is not None and row.asked_by_id == viewer.who.person,
        "open_form": forms.OpenForm(initial={"title": row.title, "text": row.text}, auto_id="open_%s"),
        "answer_form": forms.AnswerForm(auto_id="answer_%s"),
        "refuse_form": ReasonForm(auto_id="refuse_%s"),
    }
    status = max((status_of(form) for form in bound.values()), default=200)
    return render(request, "catalog/request.html", context | bound, status=status)


def _find(request: HttpRequest, number: int) -> DataRequest:
    found = queries.find_request(Viewer.of(request.user), number)
    if found is None:
        raise Http404
    return found


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _me(request: HttpRequest) -> "Person":
    return cast("Person", request.user)

"""The catalogs elsewhere that are visited: entering them, looking at what they have, the report of every visit."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.catalog.actions import harvest as actions
from rivulus.catalog.feeds.harvesting.queueing import queue_visit
from rivulus.catalog.feeds.harvesting.running import read
from rivulus.catalog.forms import harvest as forms
from rivulus.catalog.models import HarvestSource
from rivulus.catalog.queries import harvest as queries
from rivulus.catalog.rules.harvest import check_found
from rivulus.catalog.terms import HARVEST_KIND_NAMES, HarvestKind
from rivulus.identity.queries import list_organisations
from rivulus.kernel import limits
from rivulus.kernel.errors import Refused
from rivulus.kernel.forms import attempt, status_of
from rivulus.kernel.http import requires
from rivulus.kernel.words import say

if TYPE_CHECKING:
    from rivulus.identity.models import Person

PER_PAGE, PREVIEWED = 20, 25
EDIT = require_http_methods(["GET", "HEAD", "POST"])
PREVIEWS = limits.Limit(name="catalog_preview", most=10)


@require_safe
@requires("department", "administrator")
def sources(request: HttpRequest) -> HttpResponseBase:
    """List the catalogs elsewhere."""
    counts = queries.count_by_source()
    rows = [
        (row, _(HARVEST_KIND_NAMES[HarvestKind(row.kind)]), counts.get(row.code, 0)) for row in queries.list_sources()
    ]
    return render(request, "catalog/harvest/list.html", {"rows": rows})


@EDIT
@requires("department", "administrator")
def new(request: HttpRequest) -> HttpResponseBase:
    """Enter a catalog."""
    own = {row.code: row for row in list_organisations()}
    form = forms.NewSourceForm(
        request.POST if request.method == "POST" else None,
        organisations=[(code, row.name) for code, row in own.items()],
    )
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        data["organisation"], data["kind"] = own[data["organisation"]], HarvestKind(data["kind"])
        made = attempt(form, lambda: actions.add_source(by=_me(request), **data))
        if made is not None:
            messages.success(request, _("Entered. Look at what it has before the first visit."))
            return redirect("catalog:harvest_source", code=made.code)
    return render(request, "catalog/harvest/new.html", {"form": form}, status=status_of(form))


@EDIT
@requires("department", "administrator")
def source(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show the visits to a catalog, and change where it is."""
    row = _source(code)
    initial = {name: getattr(row, name) for name in ("title", "url", "every_h", "is_active")}
    form = forms.SourceForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if attempt(form, lambda: actions.change_source(by=_me(request), source=row, **data)) is not None:
            messages.success(request, _("Saved."))
            return redirect("catalog:harvest_source", code=code)
    return _render(request, row, form, {})


@require_POST
@requires("department", "administrator")
def preview(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show what a catalog has, without changing anything."""
    row = _source(code)
    limits.count(PREVIEWS, _me(request).pk)
    try:
        visit = read(row, is_preview=True)
    except Refused as refused:
        messages.error(request, say(refused))
        return redirect("catalog:harvest_source", code=code)
    found = []
    for one in visit.found[:PREVIEWED]:
        try:
            check_found(one)
        except Refused as refused:
            found.append((one, say(refused)))
        else:
            found.append((one, ""))
    return _render(request, row, None, {"previewed": found, "seen": len(visit.found), "is_whole": visit.is_whole})


@require_POST
@requires("department", "administrator")
def visit(request: HttpRequest, code: str) -> HttpResponseBase:
    """Queue a visit now."""
    row = _source(code)
    queue_visit(row)
    messages.success(request, _("A visit is queued; its report appears here in a moment."))
    return redirect("catalog:harvest_source", code=code)


def _render(request: HttpRequest, row: HarvestSource, form: Form | None, context: dict[str, object]) -> HttpResponse:
    initial = {name: getattr(row, name) for name in ("title", "url", "every_h", "is_active")}
    shown = form if form is not None else forms.SourceForm(initial=initial)
    page = Paginator(queries.list_runs(row), PER_PAGE).get_page(request.GET.get("page"))
    common = {
        "source": row,
        "kind": _(HARVEST_KIND_NAMES[HarvestKind(row.kind)]),
        "form": shown,
        "page_obj": page,
        "count": queries.count_by_source().get(row.code, 0),
    }
    return render(request, "catalog/harvest/source.html", common | context, status=status_of(shown))


def _source(code: str) -> HarvestSource:
    found = queries.find_source_by_code(code)
    if found is None:
        raise Http404
    return found


def _me(request: HttpRequest) -> "Person":
    return cast("Person", request.user)

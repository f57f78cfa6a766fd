"""The desk of those who publish: describing datasets, proposing, reviewing, letting out, archiving."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.catalog.actions import datasets as actions
from rivulus.catalog.forms import datasets as forms
from rivulus.catalog.models import Dataset, Distribution
from rivulus.catalog.presenters import datasets as presenters
from rivulus.catalog.queries import datasets as queries
from rivulus.catalog.queries.participation import list_proposed, list_waiting_requests
from rivulus.catalog.queries.viewing import Viewer, authors_of, subject_of
from rivulus.catalog.queries.ways import list_ways
from rivulus.catalog.rules import datasets as rules
from rivulus.catalog.terms import Source, State
from rivulus.identity.queries import list_organisations
from rivulus.kernel.forms import attempt, status_of, tell
from rivulus.kernel.http import requires

if TYPE_CHECKING:
    from rivulus.identity.models import Person

PER_PAGE = 25
EDIT = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@requires("publisher", "department", "administrator")
def desk(request: HttpRequest) -> HttpResponseBase:
    """Show one's own datasets, and what waits for a second person."""
    viewer = Viewer.of(request.user)
    page = Paginator(queries.list_own(viewer), PER_PAGE).get_page(request.GET.get("page"))
    waiting = list(queries.list_waiting(viewer)[:PER_PAGE])
    context = {
        "viewer": viewer,
        "page_obj": page,
        "rows": presenters.present_rows(list(page.object_list)),
        "waiting": presenters.present_rows(waiting),
        "requests": list(list_waiting_requests(viewer)[:10]),
        "proposed": list(list_proposed(viewer)[:10]),
    }
    return render(request, "catalog/desk.html", context)


@EDIT
@requires("publisher", "department", "administrator")
def new(request: HttpRequest) -> HttpResponseBase:
    """Begin a dataset."""
    viewer = Viewer.of(request.user)
    own = {row.code: row for row in list_organisations() if row.pk in viewer.who.organisations}
    if not own:
        raise PermissionDenied(_("You act for no organisation yet; the administrator names publishers."))
    form = forms.NewDatasetForm(
        request.POST if request.method == "POST" else None,
        organisations=[(code, row.name) for code, row in own.items()],
    )
    if request.method == "POST" and form.is_valid():
        organisation, source = own[form.cleaned_data["organisation"]], Source(form.cleaned_data["source"])
        made = attempt(
            form,
            lambda: actions.create_dataset(by=_me(request), organisation=organisation, said=form.said(), source=source),
        )
        if made is not None:
            messages.success(request, _("The draft is kept. Add the data next."))
            return redirect("catalog:manage", code=made.code)
    return render(request, "catalog/new.html", {"form": form}, status=status_of(form))


@EDIT
@requires("publisher", "department", "administrator")
def manage(request: HttpRequest, code: str) -> HttpResponseBase:
    """Describe a dataset, and do the next step with it."""
    dataset = _dataset(request, code)
    form = _change_form(dataset, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        changed = attempt(
            form,
            lambda: actions.change_dataset(
                by=_me(request),
                dataset=dataset,
                said=form.said(),
                seen=form.cleaned_data["seen"],
                reason=form.reason_given,
            ),
        )
        if changed is not None:
            messages.success(request, _("Saved."))
            return redirect("catalog:manage", code=code)
    return _manage(request, dataset, form=form)


@require_POST
@requires("publisher", "department", "administrator")
def add_link(request: HttpRequest, code: str) -> HttpResponseBase:
    """Add an address elsewhere."""
    dataset = _dataset(request, code)
    form = forms.LinkForm(request.POST, is_public=dataset.state == State.PUBLISHED, auto_id="link_%s")
    act = lambda: actions.add_link(by=_me(request), dataset=dataset, **form.said())  # noqa: E731
    if form.is_valid() and attempt(form, act) is not None:
        messages.success(request, _("Saved."))
        return redirect("catalog:manage", code=code)
    return _manage(request, dataset, link_form=form)


@require_POST
@requires("publisher", "department", "administrator")
def remove_link(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Take an address elsewhere away."""
    dataset = _dataset(request, code)
    row = get_object_or_404(Distribution.objects.select_related("dataset"), pk=pk, dataset=dataset)
    reason = request.POST.get("reason", "").replace("\x00", "")
    tell(request, lambda: actions.remove_link(by=_me(request), distribution=row, reason=reason), _("Saved."))
    return redirect("catalog:manage", code=code)


@require_POST
@requires("publisher", "department", "administrator")
def propose(request: HttpRequest, code: str) -> HttpResponseBase:
    """Hand a dataset to a second person."""
    dataset = _dataset(request, code)
    tell(
        request,
        lambda: actions.propose_dataset(by=_me(request), dataset=dataset),
        _("Proposed. Somebody else looks at it now."),
    )
    return redirect("catalog:manage", code=code)


@require_POST
@requires("publisher", "department", "administrator")
def send_back(request: HttpRequest, code: str) -> HttpResponseBase:
    """Return a dataset to its authors."""
    dataset = _dataset(request, code)
    form = forms.ReasonForm(request.POST, auto_id="back_%s")
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: actions.send_back_dataset(by=_me(request), dataset=dataset, reason=reason)):
            messages.success(request, _("Sent back."))
            return redirect("catalog:manage", code=code)
    return _manage(request, dataset, back_form=form)


@require_POST
@requires("publisher", "department", "administrator")
def publish(request: HttpRequest, code: str) -> HttpResponseBase:
    """Let a dataset out."""
    dataset = _dataset(request, code)
    form = forms.SeenForm(request.POST)
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        tell(
            request,
            lambda: actions.publish_dataset(by=_me(request), dataset=dataset, seen=seen),
            _("Published."),
        )
    return redirect("catalog:manage", code=code)


@require_POST
@requires("publisher", "department", "administrator")
def archive(request: HttpRequest, code: str) -> HttpResponseBase:
    """Take a dataset out of the catalog."""
    dataset = _dataset(request, code)
    form = forms.ReasonForm(request.POST, auto_id="archive_%s")
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: actions.archive_dataset(by=_me(request), dataset=dataset, reason=reason)):
            messages.success(request, _("Archived."))
            return redirect("catalog:manage", code=code)
    return _manage(request, dataset, archive_form=form)


def _manage(request: HttpRequest, dataset: Dataset, **bound: Form) -> HttpResponse:
    viewer = Viewer.of(request.user)
    state, is_public = State(dataset.state), dataset.state == State.PUBLISHED
    last = queries.find_last_published(dataset)
    now = rules.as_json(queries.metadata_of(dataset))
    refusal = rules.refusal_to_publish(viewer.who, subject_of(dataset, authors_of(dataset)))
    context: dict[str, Any] = {
        "dataset": dataset,
        "row": presenters.present_row(dataset),
        "edits": viewer.edits(dataset),
        "ways": presenters.present_ways(list_ways(dataset)),
        "links": queries.list_links(dataset),
        "changes": presenters.present_changes(last.metadata, now) if last is not None and state is State.REVIEW else [],
        "is_first": last is None,
        "events": presenters.present_events(list(queries.list_events(dataset)[:20])),
        "quality": presenters.present_quality(dataset),
        "refusal": _(refusal) if refusal else "",
        "form": _change_form(dataset, None),
        "link_form": forms.LinkForm(is_public=is_public, auto_id="link_%s"),
        "back_form": forms.ReasonForm(auto_id="back_%s"),
        "archive_form": forms.ReasonForm(auto_id="archive_%s"),
        "takes_links": dataset.source == Source.LINK,
        "takes_files": dataset.source == Source.FILE,
    }
    status = max((status_of(form) for form in bound.values()), default=200)
    return render(request, "catalog/manage.html", context | bound, status=status)


def _change_form(dataset: Dataset, data: Any) -> forms.ChangeForm:
    return forms.ChangeForm(
        data,
        initial=forms.ChangeForm.initial_of(dataset) | {"seen": dataset.revision},
        is_public=dataset.state == State.PUBLISHED,
        licence=dataset.licence,
    )


def _dataset(request: HttpRequest, code: str) -> Dataset:
    """Return a dataset for those who edit or review it; to everybody else it is not here."""
    viewer = Viewer.of(request.user)
    found = queries.find_visible(viewer, code)
    if found is None or not (viewer.edits(found) or viewer.reviews):
        raise Http404
    return found


def _me(request: HttpRequest) -> "Person":
    return cast("Person", request.user)

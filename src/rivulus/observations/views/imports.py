"""Importing history: upload, say what the columns are, see what it would do, say yes, watch it being done."""

from typing import IO, TYPE_CHECKING, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.kernel import limits
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.http import requires
from rivulus.kernel.tables import stream_csv
from rivulus.kernel.words import say
from rivulus.observations.actions import imports as actions
from rivulus.observations.feeds.imports import keeping, queueing, working
from rivulus.observations.feeds.imports.reading import Beginning, read_beginning
from rivulus.observations.forms.imports import SERIES_LIST, LayoutForm, UploadForm
from rivulus.observations.models import HistoryImport
from rivulus.observations.presenters import imports as presenter
from rivulus.observations.queries import imports as queries
from rivulus.observations.rules.imports import mapping
from rivulus.observations.rules.imports.guessing import guess_layout
from rivulus.observations.rules.imports.states import State, can_move
from rivulus.observations.rules.permissions import ALLOWED

if TYPE_CHECKING:
    from rivulus.identity.models import Person

IMPORTERS = sorted(ALLOWED["import_observations"])
ON_A_PAGE = 20
UPLOADS = limits.Limit(name="history-import", most=10)
BYTE_ORDER_MARK = "\ufeff"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(*IMPORTERS)
def list_all(request: HttpRequest) -> HttpResponse:
    """Show all imports, and take a new file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        limits.count(UPLOADS, request.user.pk)
        try:
            return redirect("observations:import", _take_up(request, form).pk)
        except Refused as refused:
            form.add_error("file", say(refused))
    page = Paginator(queries.list_imports(), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rows": [presenter.present(row) for row in page]}
    return render(request, "observations/imports/list.html", context)


def _take_up(request: HttpRequest, form: UploadForm) -> HistoryImport:
    file, thing = form.cleaned_data["file"], form.cleaned_data["thing"]
    kept = keeping.keep(cast("IO[bytes]", file))
    try:
        begun = read_beginning(kept.place, kept.form)
        candidates = queries.list_candidates(thing)
        layout = guess_layout(begun.names, begun.rows, candidates, base=begun.layout)
        return actions.take_up(
            by=_person(request), name=file.name or "", place=kept.place, size=kept.size, layout=layout
        )
    except BaseException:
        keeping.remove(kept.place)
        raise


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(*IMPORTERS)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an import as far as it is; on the way in, what its columns are."""
    row = _find(pk)
    if row.state == State.DESCRIBED:
        return _describe(request, row)
    if request.method == "POST":
        return redirect("observations:import", pk)
    shown = presenter.present(row)
    context = {
        "shown": shown,
        "size": row.size,
        "rows": presenter.present_rows(working.first_readings(row)) if row.state == State.CHECKED else (),
        "rejects": presenter.present_rejects(queries.list_rejects(pk)[: presenter.SHOWN_REJECTS]),
        "may_confirm": row.state == State.CHECKED and shown.counts.readings > 0,
        "may_change": can_move(row.state, State.DESCRIBED) and bool(row.file),
        "may_withdraw": can_move(row.state, State.WITHDRAWN),
    }
    return render(request, "observations/imports/one.html", context)


def _describe(request: HttpRequest, row: HistoryImport) -> HttpResponse:
    layout = mapping.from_json(row.mapping)
    try:
        begun = read_beginning(row.file, layout.form, delimiter=layout.delimiter, has_header=layout.has_header)
    except Refused as refused:
        actions.withdraw(by=_person(request), import_id=row.pk)
        messages.error(request, say(refused))
        return redirect("observations:imports")
    if request.method != "POST":
        form = LayoutForm(layout=layout, names=begun.names, initial=LayoutForm.initial_of(layout, begun.names))
        return _show_layout(request, row, form, begun)
    form = LayoutForm(request.POST, layout=layout, names=begun.names)
    if form.is_read_otherwise():
        return _read_otherwise(request, row, form)
    if not form.is_valid():
        return _show_layout(request, row, form, begun)
    with transaction.atomic():
        actions.begin_check(by=_person(request), import_id=row.pk, layout=form.wanted())
        queueing.check_import.enqueue(row.pk)
    return redirect("observations:import", row.pk)


def _read_otherwise(request: HttpRequest, row: HistoryImport, form: LayoutForm) -> HttpResponse:
    """With cells parted otherwise the columns are other ones, and are guessed anew."""
    delimiter = form.data.get("delimiter", ",")
    if delimiter not in mapping.DELIMITERS:
        raise Http404
    begun = read_beginning(row.file, mapping.CSV, delimiter=delimiter, has_header="has_header" in form.data)
    layout = guess_layout(begun.names, begun.rows, queries.list_candidates(), base=begun.layout)
    actions.describe(by=_person(request), import_id=row.pk, layout=layout)
    messages.info(request, gettext("The file was read in the new way. Look at its columns again."))
    return redirect("observations:import", row.pk)


def _show_layout(request: HttpRequest, row: HistoryImport, form: LayoutForm, begun: Beginning) -> HttpResponse:
    samples = presenter.sample_cells(begun.names, begun.rows)
    context = {
        "row": row,
        "form": form,
        "columns": list(zip(form.column_rows, samples, strict=True)),
        "candidates": queries.list_candidates(),
        "series_list": SERIES_LIST,
        "size": row.size,
    }
    return render(request, "observations/imports/columns.html", context)


@require_POST
@requires(*IMPORTERS)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Say yes, go back to the columns, or give up."""
    _find(pk)
    wish, person = request.POST.get("wish", ""), _person(request)
    try:
        with transaction.atomic():
            if wish == "confirm":
                actions.confirm(by=person, import_id=pk)
                queueing.carry_out_import.enqueue(pk)
            elif wish == "columns":
                actions.describe(by=person, import_id=pk, layout=mapping.from_json(_find(pk).mapping))
            elif wish == "withdraw":
                actions.withdraw(by=person, import_id=pk)
            else:
                raise Http404
    except Refused as refused:
        messages.error(request, say(refused))
    return redirect("observations:import", pk)


@never_cache
@require_safe
@requires(*IMPORTERS)
def rejects(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give everything that was rejected as a table."""
    _find(pk)
    header = [gettext("line"), gettext("column"), gettext("written"), gettext("reason")]
    lines = stream_csv(header, presenter.reject_table(pk))
    body = (BYTE_ORDER_MARK + line if at == 0 else line for at, line in enumerate(lines))
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejects-{pk}.csv"'
    return response


def _find(pk: int) -> HistoryImport:
    try:
        return queries.get_import(pk)
    except NotFound:
        raise Http404 from None


def _person(request: HttpRequest) -> "Person":
    return cast("Person", request.user)

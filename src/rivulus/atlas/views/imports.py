"""Importing into a layer: a file or an address, what is in it, what it would do, a yes, and watching it being done."""

from typing import IO, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.atlas.actions import imports as actions
from rivulus.atlas.feeds.imports import keeping, queueing
from rivulus.atlas.feeds.imports.asking import first_address
from rivulus.atlas.forms.imports import ChoicesForm, UploadForm
from rivulus.atlas.models import Layer, LayerImport
from rivulus.atlas.presenters import imports as presenter
from rivulus.atlas.queries import imports as queries
from rivulus.atlas.rules.imports.states import State
from rivulus.atlas.views.layers import ROLES, own, person
from rivulus.kernel import limits
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.http import requires
from rivulus.kernel.tables import stream_csv
from rivulus.kernel.words import say

ON_A_PAGE = 20
UPLOADS = limits.Limit(name="layer-import", most=10)
VERB = "import_features"
BYTE_ORDER_MARK = "\ufeff"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(*ROLES)
def list_all(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show the imports into a layer, and take a new file or address."""
    layer = own(request, code, VERB)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        limits.count(UPLOADS, request.user.pk)
        try:
            return redirect("atlas:layer_import", code, _take_up(request, layer, form).pk)
        except Refused as refused:
            form.add_error("file" if form.cleaned_data.get("file") else "url", say(refused))
    page = Paginator(queries.list_imports(layer), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"layer": layer, "form": form, "page": page, "rows": [presenter.present(row) for row in page]}
    return render(request, "atlas/imports/list.html", context, status=422 if form.errors else 200)


def _take_up(request: HttpRequest, layer: Layer, form: UploadForm) -> LayerImport:
    file, url = form.cleaned_data.get("file"), form.cleaned_data.get("url", "")
    if not file:
        first_address(url)
        with transaction.atomic():
            return queueing.enqueue(actions.take_up(by=person(request), layer=layer, name=url, url=url))
    kept = keeping.keep(cast("IO[bytes]", file))
    try:
        with transaction.atomic():
            row = actions.take_up(
                by=person(request), layer=layer, name=file.name or "", place=kept.place, size=kept.size
            )
            return queueing.enqueue(row)
    except BaseException:
        keeping.remove(kept.place)
        raise


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(*ROLES)
def one(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Show an import as far as it is; on the way in, the questions about the file."""
    layer = own(request, code, VERB)
    row = _find(layer, pk)
    if row.state == State.DESCRIBED:
        return _describe(request, row)
    if request.method == "POST":
        return redirect("atlas:layer_import", code, pk)
    problems = presenter.problem_rows(queries.list_problems(pk)[: presenter.SHOWN_PROBLEMS])
    context = {
        "layer": layer,
        "shown": presenter.present(row),
        "preview": presenter.preview(row),
        "bounds": presenter.bounds_of_samples(row),
        "problems": problems,
    }
    return render(request, "atlas/imports/one.html", context)


def _describe(request: HttpRequest, row: LayerImport) -> HttpResponseBase:
    if request.method != "POST":
        return _show_questions(request, row, ChoicesForm(row=row))
    form = ChoicesForm(request.POST, row=row)
    if form.is_read_otherwise():
        with transaction.atomic():
            encoding, delimiter = request.POST.get("encoding", "")[:20], request.POST.get("delimiter", "")[:1]
            again = actions.read_again(by=person(request), import_id=row.pk, encoding=encoding, delimiter=delimiter)
            queueing.enqueue(again)
        messages.info(request, gettext("The file is read in the new way. Look at its columns again."))
        return redirect("atlas:layer_import", row.layer.code, row.pk)
    if form.is_valid():
        try:
            with transaction.atomic():
                queueing.enqueue(actions.begin_check(by=person(request), import_id=row.pk, choices=form.wanted()))
            return redirect("atlas:layer_import", row.layer.code, row.pk)
        except Refused as refused:
            form.add_error(None, say(refused))
    return _show_questions(request, row, form)


def _show_questions(request: HttpRequest, row: LayerImport, form: ChoicesForm) -> HttpResponse:
    sentence = form.part.get("sentence", "")
    context = {
        "layer": row.layer,
        "shown": presenter.present(row),
        "form": form,
        "said": gettext(sentence) if sentence else "",
        "system": form.part.get("crs", ""),
        "count": form.part["count"],
    }
    return render(request, "atlas/imports/questions.html", context, status=422 if form.errors else 200)


@require_POST
@requires(*ROLES)
def do(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Say yes, go back to the questions, or give up."""
    layer = own(request, code, VERB)
    _find(layer, pk)
    wish, by = request.POST.get("wish", ""), person(request)
    try:
        if wish == "confirm":
            with transaction.atomic():
                queueing.enqueue(actions.confirm(by=by, import_id=pk))
        elif wish == "questions":
            actions.describe(by=by, import_id=pk)
        elif wish == "withdraw":
            actions.withdraw(by=by, import_id=pk)
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, say(refused))
    return redirect("atlas:layer_import", code, pk)


@never_cache
@require_safe
@requires(*ROLES)
def problems(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Give everything that does not fit as a table."""
    layer = own(request, code, VERB)
    _find(layer, pk)
    header = [gettext("feature"), gettext("key"), gettext("attribute"), gettext("reason"), gettext("place")]
    lines = stream_csv(header, presenter.problem_table(pk))
    body = (BYTE_ORDER_MARK + line if at == 0 else line for at, line in enumerate(lines))
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="problems-{pk}.csv"'
    return response


def _find(layer: Layer, pk: int) -> LayerImport:
    try:
        row = queries.get_import(pk)
    except NotFound:
        raise Http404 from None
    if row.layer_id != layer.pk:
        raise Http404
    return row

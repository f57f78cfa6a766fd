"""Uploading a table: the file, what its columns are, what is wrong, what looks personal, and then the public."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rivulus.catalog.actions import uploads as actions
from rivulus.catalog.feeds.uploads import receiving, working
from rivulus.catalog.feeds.uploads.receiving import ENCODING_NAMES
from rivulus.catalog.forms.uploads import ReadingForm, SheetForm, UploadForm, answer_forms, column_forms
from rivulus.catalog.models import Upload
from rivulus.catalog.presenters import uploads as presenter
from rivulus.catalog.queries import uploads as queries
from rivulus.catalog.queries.viewing import Viewer
from rivulus.catalog.rules.faults import FORMULA
from rivulus.catalog.rules.guessing import DELIMITER_NAMES, reading_from
from rivulus.catalog.rules.tableschema import from_schema
from rivulus.catalog.rules.uploads import MOST_FAULTS, State, check_answers, check_size, is_done_at_once
from rivulus.identity.terms import Role
from rivulus.kernel import limits
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.http import requires
from rivulus.kernel.words import say

if TYPE_CHECKING:
    from rivulus.identity.models import Person

EDITORS = (Role.PUBLISHER, Role.DEPARTMENT, Role.ADMINISTRATOR)
UPLOADS = limits.Limit(name="catalog-upload", most=10)
ON_A_PAGE = 20


def _read_late[**P](view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Look at who sends before reading what they send: five gigabytes of a stranger are not taken to the disk."""
    guarded = requires(*EDITORS)(csrf_protect(view))

    @csrf_exempt
    @wraps(view)
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return guarded(request, *args, **kwargs)

    return read


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@_read_late
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the files so far, and take a new one."""
    viewer = Viewer.of(request.user)
    datasets, tables = queries.list_datasets_to_fill(viewer), queries.list_tables_to_renew(viewer)
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*given, datasets=datasets, tables=tables, initial={"dataset": request.GET.get("dataset")})
    if request.method == "POST" and form.is_valid():
        limits.count(UPLOADS, request.user.pk)
        try:
            return redirect("catalog:upload", _take_up(request, form).pk)
        except Refused as refused:
            form.add_error("file", say(refused))
    page = Paginator(queries.list_uploads(viewer), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "has_datasets": datasets.exists(),
        "page": page,
        "rows": [presenter.present_upload(one) for one in page],
    }
    return render(request, "catalog/data/uploads.html", context)


def _take_up(request: HttpRequest, form: UploadForm) -> Upload:
    file = form.cleaned_data["file"]
    check_size(file.size or 0)
    received = receiving.receive(file)
    try:
        upload = actions.take_up(
            by=_person(request),
            dataset=form.cleaned_data["dataset"],
            distribution=form.cleaned_data["distribution"],
            name=file.name or "",
            place=received.place,
            size=received.size,
            checksum=received.checksum,
            reading=received.reading.as_json(),
        )
    except BaseException:
        receiving.remove(received.place)
        raise
    working.begin(upload)
    return upload


@never_cache
@require_safe
@requires(*EDITORS)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a file as far as it is: its columns, its faults, what looks personal."""
    return _show(request, _find(request, pk))


def _show(request: HttpRequest, upload: Upload, status: int = 200, **forms: Any) -> HttpResponse:
    findings = presenter.present_findings(upload.findings)
    is_open = upload.state in (State.CHECKED, State.DESCRIBED)
    columns = forms.get("columns") or (column_forms(from_schema(upload.schema)) if is_open else [])
    answers = forms.get("answers") or answer_forms([one.column for one in findings], upload.answers)
    sheets = presenter.present_sheets(upload.reading)
    context = {
        "shown": presenter.present_upload(upload),
        "upload": upload,
        "dataset": upload.dataset,
        "reading": (forms.get("reading") or _reading_form(upload, None)) if is_open else None,
        "sheets": sheets,
        "columns": columns,
        "faults": presenter.present_faults(upload.faults),
        "most_faults": MOST_FAULTS,
        "has_formula_errors": any(one["sentence"] == FORMULA for one in upload.faults),
        "findings": list(zip(findings, answers, strict=True)) if upload.state == State.CHECKED else [],
        "is_answered": _is_answered(upload),
        "may_publish": upload.state == State.CHECKED and not upload.fault_count and bool(upload.rows),
        "is_large": not is_done_at_once(upload.size, reading_from(upload.reading).format),
    }
    return render(request, "catalog/data/upload.html", context, status=status)


def _reading_form(upload: Upload, data: Any) -> ReadingForm | SheetForm | None:
    """How a file was read, to be said otherwise; GeoJSON and Parquet are read in one way only."""
    sheets = presenter.present_sheets(upload.reading)
    if sheets is not None:
        return SheetForm(data, initial={**upload.reading, "sheet": sheets.sheet}, sheets=sheets.choices)
    if upload.reading.get("format") != "csv":
        return None
    return ReadingForm(data, initial=upload.reading, encodings=ENCODING_NAMES, delimiters=DELIMITER_NAMES)


@require_POST
@requires(*EDITORS)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what was asked: describe the columns, read the file otherwise, answer, publish, withdraw."""
    upload = _find(request, pk)
    wishes = {
        "columns": _describe,
        "reading": _reread,
        "answer": _answer,
        "publish": _publish,
        "withdraw": _withdraw,
    }
    wish = wishes.get(request.POST.get("wish", ""))
    if wish is None:
        raise Http404
    try:
        shown = wish(request, upload)
    except Refused as refused:
        messages.error(request, say(refused))
        shown = None
    return shown or redirect("catalog:upload", pk)


def _describe(request: HttpRequest, upload: Upload) -> HttpResponse | None:
    forms = column_forms(from_schema(upload.schema), request.POST)
    if not all([form.is_valid() for form in forms]):  # noqa: C419 (each says what is wrong with it)
        return _show(request, upload, 422, columns=forms)
    with transaction.atomic():
        upload = actions.describe(by=_person(request), upload=upload, fields=[form.field() for form in forms])
    working.begin(upload)
    return None


def _reread(request: HttpRequest, upload: Upload) -> HttpResponse | None:
    form = _reading_form(upload, request.POST)
    if form is None:
        raise Http404
    if not form.is_valid():
        return _show(request, upload, 422, reading=form)
    reading = {**upload.reading, **form.cleaned_data}
    if isinstance(form, SheetForm) and "sheet" in form.changed_data and "heading" not in form.changed_data:
        reading["heading"] = None  # it was said of the sheet before
    working.begin(actions.reread(by=_person(request), upload=upload, reading=reading))
    return None


def _answer(request: HttpRequest, upload: Upload) -> HttpResponse | None:
    columns = [one.column for one in presenter.present_findings(upload.findings)]
    forms = answer_forms(columns, upload.answers, request.POST)
    if not all([form.is_valid() for form in forms]):  # noqa: C419 (each says what is wrong with it)
        return _show(request, upload, 422, answers=forms)
    said = {column: form.cleaned_data for column, form in zip(columns, forms, strict=True)}
    actions.answer(by=_person(request), upload=upload, answers=said)
    return None


def _publish(request: HttpRequest, upload: Upload) -> HttpResponse | None:
    working.begin(actions.begin_publishing(by=_person(request), upload=upload))
    return None


def _withdraw(request: HttpRequest, upload: Upload) -> HttpResponse | None:
    actions.withdraw(by=_person(request), upload=upload)
    return redirect("catalog:uploads")


@never_cache
@require_safe
@requires(*EDITORS)
def schema(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the Table Schema of a file, to be kept beside it."""
    upload = _find(request, pk)
    response = JsonResponse(upload.schema, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="schema-{pk}.json"'
    return response


def _is_answered(upload: Upload) -> bool:
    try:
        check_answers(upload.findings, upload.answers)
    except Refused:
        return False
    return True


def _find(request: HttpRequest, pk: int) -> Upload:
    try:
        return queries.get_upload(Viewer.of(request.user), pk)
    except NotFound:
        raise Http404 from None


def _person(request: HttpRequest) -> "Person":
    return cast("Person", request.user)

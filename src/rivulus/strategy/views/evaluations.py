"""Evaluations: the list, one, two compared, a new one; the snapshot and the printed reports to download."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from rivulus.kernel import limits
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say
from rivulus.strategy import models
from rivulus.strategy.actions.annual import ask_report
from rivulus.strategy.actions.evaluations import make_evaluation
from rivulus.strategy.forms.evaluations import CompareForm, EvaluationForm
from rivulus.strategy.presenters import evaluations as presenter
from rivulus.strategy.presenters.annual import make_report
from rivulus.strategy.presenters.snapshot import language as active_language
from rivulus.strategy.presenters.viewer import door, name_of, sees_names
from rivulus.strategy.queries import evaluations as queries
from rivulus.strategy.rules.evaluations import QUEUED, canonical
from rivulus.strategy.views.entry import turn_away

ON_A_PAGE = 20
MOST_TO_CHOOSE = 200
REPORTS_ASKED = limits.Limit(name="report", most=6)


@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Show the evaluations, the newest first."""
    page = Paginator(queries.list_evaluations(), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, presenter.kind_word(row.kind)) for row in page],
        "making": door(request, "evaluate"),
        "choice": _choice(None) if page.paginator.count > 1 else None,
    }
    return render(request, "strategy/evaluations/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of a new evaluation, and make it."""
    turned = turn_away(request, "evaluate")
    if turned:
        return turned
    form = EvaluationForm(request.POST) if request.method == "POST" else EvaluationForm.blank()
    if form.is_bound and form.is_valid():
        try:
            row = make_evaluation(by=request.user, **form.said())  # type: ignore[arg-type]
        except Refused as refused:
            form.add_error(None, say(refused))
        else:
            messages.success(request, gettext("The evaluation is kept; nothing in it can change any more."))
            return redirect("strategy:evaluation", pk=row.pk)
    return render(request, "strategy/evaluations/new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one evaluation."""
    row = _get_or_404(pk)
    context = {
        "view": presenter.view_of(row),
        "maker": name_of(row.made_by, with_name=sees_names(request)),
        "reports": presenter.reports_of(row),
        "choice": _choice(None, to=row.pk),
        "QUEUED": QUEUED,
    }
    return render(request, "strategy/evaluations/one.html", context)


@require_safe
def reports(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far the printed reports are: the part of the page that htmx asks for while one is being made."""
    row = queries.find_head(pk)
    if row is None:
        raise Http404
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(reverse("strategy:evaluation", args=[pk]) + "#reports")
    context = {"row": row, "reports": presenter.reports_of(row), "QUEUED": QUEUED}
    return render(request, "strategy/evaluations/_reports.html", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Show what changed between two evaluations (?a=…&b=…), the earlier one first."""
    form = _choice(request.GET if request.GET else None)
    view = None
    if form.is_bound and form.is_valid():
        pair = [_get_or_404(form.cleaned_data[name]) for name in ("a", "b")]
        before, after = sorted(pair, key=lambda row: (row.at, row.pk))
        view = presenter.comparison(before, after)
    return render(request, "strategy/evaluations/compare.html", {"form": form, "view": view})


@require_safe
def snapshot(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the snapshot in its canonical form: its SHA-256 is the digest of the evaluation."""
    row = _get_or_404(pk)
    return _download(request, canonical(row.content), row.digest, "application/json", f"rivulus-{row.at}-{row.pk}.json")


@require_http_methods(["GET", "HEAD", "POST"])
def report_file(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Send the printed report; a POST has it made. Where there is none to send, its progress is shown."""
    row = queries.find_head(pk)
    if row is None or language not in queries.LANGUAGES:
        raise Http404
    progress = redirect(reverse("strategy:evaluation", args=[pk]) + "#reports")
    if request.method == "POST":
        limits.count(REPORTS_ASKED, limits.address_of(request))
        by = request.user if request.user.is_authenticated else None
        ask_report(by=by, evaluation=row, language=language, enqueue=make_report.enqueue)
        return progress
    file = queries.find_report_file(pk, language)
    pdf = queries.read_report(file) if file else None
    if file is None or pdf is None:
        return progress
    return _download(request, pdf, file.sha256, "application/pdf", f"rivulus-{row.at}-{row.pk}-{language}.pdf")


def _download(request: HttpRequest, content: bytes, tag: str, kind: str, name: str) -> HttpResponse:
    if request.headers.get("If-None-Match") == f'"{tag}"':
        return HttpResponseNotModified(headers={"ETag": f'"{tag}"'})
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["ETag"] = f'"{tag}"'
    response["Cache-Control"] = "public, max-age=3600"
    return response


def _choice(data: object, *, to: int | None = None) -> CompareForm:
    """Return the form that offers an evaluation (the newest when none is given) beside the one before it."""
    rows = list(queries.list_evaluations()[:MOST_TO_CHOOSE])
    keys = [row.pk for row in rows]
    at = keys.index(to) if to in keys else 0
    form = CompareForm(data, rows=rows, language=active_language())
    form.initial = dict(zip(("b", "a"), keys[at : at + 2], strict=False))
    return form


def _get_or_404(pk: int) -> models.Evaluation:
    try:
        return queries.get_evaluation(pk)
    except models.Evaluation.DoesNotExist:
        raise Http404 from None

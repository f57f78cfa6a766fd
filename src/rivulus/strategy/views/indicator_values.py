"""Entering a value, and importing a file of them: upload, preview, confirm."""

import csv
import io

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from rivulus.kernel import clock, limits
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import say
from rivulus.strategy.actions import indicators as actions
from rivulus.strategy.feeds import indicator_previews as previews
from rivulus.strategy.feeds.indicator_values import read_sheet
from rivulus.strategy.forms.indicators import ConfirmForm, UploadForm, ValueForm
from rivulus.strategy.presenters import imports as words
from rivulus.strategy.presenters.indicators import say_doubt, url_of
from rivulus.strategy.queries import indicator_previews
from rivulus.strategy.queries import indicators as queries
from rivulus.strategy.rules.indicator_values import FORMULA_SIGNS
from rivulus.strategy.rules.sheets import COLUMNS
from rivulus.strategy.views.indicators import check_may_enter

# Romanian and Hungarian spreadsheet programs split at semicolons and look for this mark to read UTF-8.
BYTE_ORDER_MARK = "\ufeff"
FILES = limits.Limit(name="import", most=10)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """Enter a value of an indicator."""
    check_may_enter(request)
    try:
        indicator = queries.get_indicator(code)
    except NotFound:
        raise Http404 from None
    if request.method == "POST":
        form = ValueForm(request.POST, indicator=indicator, say_doubt=say_doubt)
        if form.is_valid() and _keep(request, form):
            return redirect(url_of(indicator))
    else:
        initial = {"year": clock.today().year, "place": queries.find_city()}
        form = ValueForm(indicator=indicator, say_doubt=say_doubt, initial=initial)
    return render(request, "strategy/indicators/value.html", {"form": form, "indicator": indicator})


def _keep(request: HttpRequest, form: ValueForm) -> bool:
    entry, place = form.entry(), form.cleaned_data["place"]
    try:
        actions.enter_value(
            by=request.user,  # type: ignore[arg-type]
            indicator=form.indicator,
            place=place,
            year=entry.year,
            value=entry.value,
            text=entry.text,
            source_place=entry.source,
        )
    except Refused as refused:
        form.add_error(None, say(refused))
        return False
    kept = {"place": place.name, "year": entry.year}
    messages.success(request, gettext("The value of %(place)s for %(year)s was kept.") % kept)
    return True


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_values(request: HttpRequest) -> HttpResponse:
    """Upload a file, see what it would change, and only then import it."""
    check_may_enter(request)
    if request.method == "POST":
        return _import(request) if "preview" in request.POST else _upload(request)
    key = request.GET.get("preview", "")
    return _show_preview(request, key) if key else _show_upload(request, UploadForm())


def _show_upload(request: HttpRequest, form: UploadForm) -> HttpResponse:
    return render(request, "strategy/indicators/import.html", {"form": form, "columns": COLUMNS})


def _upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show_upload(request, form)
    file, source = form.cleaned_data["file"], form.cleaned_data["source"]
    limits.count(FILES, request.user.pk)
    sheet = read_sheet(file.read())
    key = previews.keep(sheet, by=request.user, name=file.name or "", default_source=source)  # type: ignore[arg-type]
    return redirect(f"{reverse('strategy:import_values')}?{urlencode({'preview': key})}")


def _show_preview(request: HttpRequest, key: str, form: ConfirmForm | None = None) -> HttpResponse:
    kept = previews.find_kept(key, by=request.user)  # type: ignore[arg-type]
    if kept is None:
        messages.error(request, gettext("The file is no longer kept here. Upload it again."))
        return redirect("strategy:import_values")
    preview = indicator_previews.preview(kept.sheet, by=request.user, default_source=kept.default_source)  # type: ignore[arg-type]
    shown = words.present_preview(preview, page=request.GET.get("page"))
    context = {"shown": shown, "name": kept.name, "form": form or ConfirmForm(initial={"preview": key})}
    return render(request, "strategy/indicators/preview.html", context)


def _import(request: HttpRequest) -> HttpResponse:
    key = request.POST.get("preview", "")
    kept = previews.find_kept(key, by=request.user)  # type: ignore[arg-type]
    form = ConfirmForm(request.POST)
    if kept is None or not form.is_valid():
        return _show_preview(request, key)
    preview = indicator_previews.preview(kept.sheet, by=request.user, default_source=kept.default_source)  # type: ignore[arg-type]
    if preview.fault_count:
        return _show_preview(request, key)
    if preview.has_doubts and not form.cleaned_data["checked"]:
        form.add_error("checked", gettext("Look at the marked lines, and tick the box if they are right."))
        return _show_preview(request, key, form)
    try:
        done = actions.import_values(by=request.user, rows=preview.entries)  # type: ignore[arg-type]
    except Refused as refused:
        form.add_error(None, say(refused))
        return _show_preview(request, key, form)
    previews.forget(key, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _done(done))
    return redirect("strategy:indicators")


def _done(done: actions.Import) -> str:
    if not done.created:
        return gettext("Nothing was added: all the values of the file were here already.")
    sentence = ngettext("%(number)s value was added.", "%(number)s values were added.", done.created)
    return sentence % {"number": done.created}


@login_required
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """Give a file with a line for each indicator, in which only the values and their source are missing."""
    check_may_enter(request)
    city = queries.find_city()
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow([*COLUMNS, "title", "unit"])
    for indicator in queries.list_indicators().filter(repeats=None):
        place = city.code if city else ""
        line = [indicator.code, place, clock.today().year, "", "", "", indicator.title, indicator.unit]
        writer.writerow([_harmless(cell) for cell in line])
    response = HttpResponse(BYTE_ORDER_MARK + written.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="indicators.csv"'
    return response


def _harmless(cell: object) -> object:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith((*FORMULA_SIGNS, "-")) else cell

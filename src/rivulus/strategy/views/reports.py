"""Reporting progress, the photos of reports, and the people of a project."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say
from rivulus.strategy import models
from rivulus.strategy.actions.reports import report_progress
from rivulus.strategy.actions.teams import assign_member, end_membership
from rivulus.strategy.forms.reports import MemberForm, ReportForm
from rivulus.strategy.presenters.periods import period_text
from rivulus.strategy.presenters.viewer import door
from rivulus.strategy.queries import projects as portfolio
from rivulus.strategy.queries import reports as queries
from rivulus.strategy.rules.projects import HalfYear, ReportedMeanwhile
from rivulus.strategy.views.entry import turn_away
from rivulus.strategy.views.projects import get_or_404

A_YEAR_S = 365 * 24 * 3600


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, code: str) -> HttpResponse:
    """Take a half-yearly report; a refusal gives back the form with all that was typed."""
    project = get_or_404(code)
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
    with _forbidden():
        queries.check_may_report(request.user, project)
    if request.method != "POST":
        last = queries.list_reports(project).filter(is_demonstration=False).first()
        return _show(request, project, ReportForm.blank(project, known=queries.find_latest_id(project), last=last))
    form = ReportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, project, form)
    try:
        made = report_progress(by=request.user, project=project, **form.said())
    except ReportedMeanwhile as refused:
        return _show_others(request, project, form, refused)
    except Refused as refused:
        form.refuse(refused)
        return _show(request, project, form)
    period = period_text(HalfYear(made.year, made.half))
    messages.success(request, gettext("The report is kept: %(period)s.") % {"period": period})
    return redirect("strategy:project", code=project.code)


def _show_others(request: HttpRequest, project: models.Project, form: ReportForm, refused: Refused) -> HttpResponse:
    known = form.cleaned_data["known"]
    others = list(queries.list_reports_since(project, HalfYear.parse(form.cleaned_data["period"]), known))
    seen = form.saw(max(other.pk for other in others))
    seen.refuse(refused)
    return _show(request, project, seen, others)


def _show(
    request: HttpRequest, project: models.Project, form: ReportForm, others: list[models.ProgressReport] | None = None
) -> HttpResponse:
    owed = queries.find_owed(project)
    context = {
        "project": project,
        "form": form,
        "problems": [bound for bound in form.visible_fields() if bound.errors],
        "general": form.non_field_errors(),
        "others": others or [],
        "owed": owed,
        "owed_period": period_text(owed.period) if owed else "",
        "last": queries.list_reports(project).filter(is_demonstration=False).first(),
    }
    return render(request, "strategy/reports/report.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, code: str) -> HttpResponse:
    """Show and change who reports for a project."""
    project = get_or_404(code)
    away = turn_away(request, "see_overdue")
    if away:
        return away
    form = MemberForm(request.POST or None, project=project)
    if request.method == "POST":
        turn_away(request, "assign_team")
        try:
            if "end" in request.POST:
                return _end(request, project)
            if form.is_valid():
                assign_member(by=request.user, project=project, person=form.cleaned_data["person"])  # type: ignore[arg-type]
                return redirect("strategy:team", code=project.code)
        except Refused as refused:
            form.add_error(None, say(refused))
    context = {
        "project": project,
        "form": form,
        "members": list(portfolio.list_members(project)),
        "naming": door(request, "assign_team"),
    }
    return render(request, "strategy/reports/team.html", context, status=422 if form.is_bound and form.errors else 200)


def _end(request: HttpRequest, project: models.Project) -> HttpResponse:
    number = request.POST["end"]
    found = models.ProjectMember.objects.filter(project=project, pk=number if number.isdecimal() else 0)
    end_membership(by=request.user, member=get_object_or_404(found))  # type: ignore[arg-type]
    return redirect("strategy:team", code=project.code)


@require_safe
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a photo: always a JPEG that this platform encoded itself, and never anything a browser would run."""
    try:
        found = queries.get_photo(pk)
    except models.ReportPhoto.DoesNotExist:
        raise Http404 from None
    tag = f'"{found.sha256}"'
    if request.headers.get("If-None-Match") == tag:
        return _for_ever(HttpResponseNotModified(), tag)
    try:
        with found.file.open("rb") as file:
            response = HttpResponse(file.read(), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404 from None
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return _for_ever(response, tag)


def _for_ever[Response: HttpResponse](response: Response, tag: str) -> Response:
    """A report never changes, and so neither do its photos."""
    response["Cache-Control"] = f"public, max-age={A_YEAR_S}, immutable"
    response["ETag"] = tag
    return response


@contextmanager
def _forbidden() -> Iterator[None]:
    """Answer 403 with the sentence of the rule that refuses."""
    try:
        yield
    except Refused as refused:
        raise PermissionDenied(say(refused)) from refused

"""The portfolio: list, timeline, budget, what is overdue, and one project."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import say
from rivulus.strategy import models
from rivulus.strategy.forms.projects import ProjectFilterForm
from rivulus.strategy.presenters import projects as presenter
from rivulus.strategy.presenters.periods import period_text
from rivulus.strategy.presenters.viewer import Door, door, roles_of
from rivulus.strategy.queries import budget as money
from rivulus.strategy.queries import projects as queries
from rivulus.strategy.queries import reports as told
from rivulus.strategy.rules import permissions
from rivulus.strategy.terms import EFFECT_LABELS, STATUS_LABELS, Effect, Status
from rivulus.strategy.views.entry import turn_away

ON_A_PAGE = 25


@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """Show the projects wanted, 25 on a page, with what they come to."""
    form = ProjectFilterForm(request.GET)
    wanted = form.wanted()
    totals = money.get_totals(wanted)
    page = Paginator(queries.list_projects(wanted), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **_frame(request, form),
        "page": page,
        "rows": presenter.make_rows(page.object_list),
        "totals": totals,
        "sorting": presenter.sort_links(request.GET, wanted.order),
        "csv": presenter.csv_address(wanted),
    }
    return render(request, "strategy/projects/list.html", context)


@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    """Show by year when projects should be ready, pillar by pillar, and the same as a list."""
    form = ProjectFilterForm(request.GET)
    rows = presenter.make_rows(queries.list_projects(form.wanted()))
    context = {
        **_frame(request, form),
        "rows": rows,
        "charts": presenter.make_timelines(rows, clock.today()),
        "groups": presenter.group_by_year(rows),
        "past": sum(row.is_past for row in rows),
    }
    return render(request, "strategy/projects/timeline.html", context)


@require_safe
def budget(request: HttpRequest) -> HttpResponse:
    """Show the sums of chapter 5 by direction, by year and by source."""
    form = ProjectFilterForm(request.GET)
    found = money.get_budget(form.wanted())
    context = {
        **_frame(request, form),
        "budget": found,
        "stated": found.totals.projects - found.totals.unstated,
        "charts": [presenter.direction_chart(found), presenter.year_chart(found), presenter.source_chart(found)],
        "exclusive": presenter.exclusive_chart(found),
        "interpreted": [(project, presenter.reading_text(reading)) for project, reading in found.interpreted],
    }
    return render(request, "strategy/projects/budget.html", context)


@require_safe
def overdue(request: HttpRequest) -> HttpResponse:
    """Show the projects that owe the report of the half-year that ended last, to those who work on them."""
    away = turn_away(request, "see_overdue")
    if away:
        return away
    owing = queries.list_owing()
    period = owing[0].period if owing else None
    context = {
        "owing": [(late, presenter.tone_of(late.project), _may_report(request, late)) for late in owing],
        "period": period_text(period) if period else "",
        "due": owing[0].due if owing else None,
        "days": abs(owing[0].days_late) if owing else 0,
        "is_late": bool(owing) and owing[0].is_late,
    }
    return render(request, "strategy/projects/overdue.html", context)


@require_safe
def project(request: HttpRequest, code: str) -> HttpResponse:
    """Show one project: what is printed and how it is read, what it would move, and what was reported."""
    found = get_or_404(code)
    row = presenter.make_row(found, clock.today())
    funding = list(queries.list_funding_of(found))
    history = told.list_told(found)
    owed = told.find_owed(found)
    with_names = permissions.can("see_overdue", roles_of(request))
    context = {
        "project": found,
        "row": row,
        "facts": presenter.make_facts(found, funding),
        "whole": money.value_until_end(found),
        "steps": presenter.make_steps(found, history),
        "links": [(link, gettext(EFFECT_LABELS[Effect(link.effect)])) for link in queries.list_criterion_links(found)],
        "anomalies": list(queries.list_anomalies(found)),
        "history": [(t, period_text(t.period), gettext(_label(t.report.status))) for t in history],
        "owed": owed,
        "owed_period": period_text(owed.period) if owed else "",
        "members": list(queries.list_members(found)) if with_names else [],
        "with_names": with_names,
        "reporting": _report_door(request, found),
        "naming": door(request, "assign_team"),
    }
    return render(request, "strategy/projects/project.html", context)


def _frame(request: HttpRequest, form: ProjectFilterForm) -> dict[str, object]:
    """Return what the three ways to look at the portfolio share: the filter, and the way to the others with it."""
    query = request.GET.copy()
    query.pop("page", None)
    return {
        "form": form,
        "query": query.urlencode(),
        "is_narrowed": any(value for name, value in query.items() if name != "order"),
        "sees_overdue": permissions.can("see_overdue", roles_of(request)),
    }


def get_or_404(code: str) -> models.Project:
    """Return a project or answer that there is none."""
    try:
        return queries.get_project(code)
    except models.Project.DoesNotExist:
        raise Http404 from None


def _may_report(request: HttpRequest, late: queries.Late) -> bool:
    is_member = any(member.person_id == request.user.pk for member in late.members)
    try:
        permissions.check_can_report(roles_of(request), is_member=is_member)
    except Refused:
        return False
    return True


def _report_door(request: HttpRequest, found: models.Project) -> Door:
    if not request.user.is_authenticated:
        return Door(is_shown=False)
    try:
        told.check_may_report(request.user, found)
    except Refused as refused:
        return Door(is_shown=True, refusal=say(refused))
    return Door(is_shown=True)


def _label(status: str) -> str:
    return STATUS_LABELS[Status(status)]

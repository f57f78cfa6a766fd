"""The duty pages: what is wrong now, in the whole city and domain by domain."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rivulus.kernel.http import requires
from rivulus.observations.presenters import duty as words
from rivulus.observations.presenters.alarms import alarm_row
from rivulus.observations.presenters.domains import present_figures
from rivulus.observations.presenters.overview import present_cards
from rivulus.observations.presenters.things import domain_words, present_rows
from rivulus.observations.presenters.viewer import refusal
from rivulus.observations.queries import alarms as alarm_queries
from rivulus.observations.queries import tasking
from rivulus.observations.queries.silence import find_silence
from rivulus.observations.queries.things import ThingFilter, count_by_domain, list_things
from rivulus.observations.rules.permissions import ALLOWED
from rivulus.observations.terms import Domain

ON_DUTY = tuple(sorted(ALLOWED["see_duty"]))
ALARMS_PER_PAGE = 20
THINGS_PER_PAGE = 40
MOST_TASKS = 10


@requires(*ON_DUTY)
@require_safe
def city(request: HttpRequest) -> HttpResponse:
    """Show what is wrong in the whole city: alarms, silent things, tasks that nobody confirmed."""
    context = {
        **_trouble(request, ""),
        "cards": present_cards(count_by_domain(with_private=True)),
        "tasks": [words.present_task(task) for task in tasking.list_tasks()[:MOST_TASKS]],
        "open_tasks": tasking.count_open(),
    }
    return _live(render(request, "observations/duty/city.html", context))


@requires(*ON_DUTY)
@require_safe
def domain(request: HttpRequest, code: str) -> HttpResponse:
    """Show one domain to those on duty: its trouble, its figures, and all of its things."""
    if code not in set(Domain):
        raise Http404
    page = Paginator(list_things(ThingFilter(domain=code, with_private=True)), THINGS_PER_PAGE)
    shown = page.get_page(request.GET.get("things"))
    context = {
        **_trouble(request, code),
        "code": code,
        "title": domain_words(code),
        "figures": present_figures(code, is_duty=True),
        "things": shown,
        "rows": present_rows(list(shown.object_list), with_private=True),
    }
    return _live(render(request, "observations/duty/domain.html", context))


def _trouble(request: HttpRequest, domain_code: str) -> dict[str, object]:
    page = Paginator(alarm_queries.list_open(domain=domain_code), ALARMS_PER_PAGE).get_page(request.GET.get("page"))
    silence = find_silence(words.now_us(), domain=domain_code)
    silent = words.present_silence(silence)
    alarms = list(page.object_list)
    return {
        "page": page,
        "alarm_rows": [alarm_row(alarm) for alarm in alarms],
        "counts": alarm_queries.count_by_severity(domain=domain_code),
        "silence": silence,
        "silent": silent,
        "sketch": words.sketch_trouble(alarms, silent),
        "handling_refusal": refusal(request, "handle_alarm"),
    }


def _live(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response

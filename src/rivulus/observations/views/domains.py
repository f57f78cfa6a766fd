"""The city now, and one page for each thing that it measures for."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from rivulus.observations.presenters.alarms import notice_row
from rivulus.observations.presenters.domains import draw_main, present_domain, present_factors, present_figures
from rivulus.observations.presenters.overview import present_cards
from rivulus.observations.presenters.things import domain_words, present_rows, sketch_of
from rivulus.observations.presenters.viewer import sees_private
from rivulus.observations.queries.alarms import list_notices
from rivulus.observations.queries.things import ThingFilter, count_by_domain, list_things
from rivulus.observations.terms import Domain
from rivulus.observations.views.things import THINGS_PER_PAGE, live


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show what the city measures, domain by domain."""
    counts = count_by_domain(with_private=sees_private(request))
    context = {
        "cards": present_cards(counts, with_headlines=True),
        "is_simulated": any(count.simulated for count in counts.values()),
        "notices": [notice_row(notice) for notice in list_notices()],
    }
    return live(request, render(request, "observations/domains/overview.html", context))


@require_safe
def domain(request: HttpRequest, code: str) -> HttpResponse:
    """Show one domain: its figures, where its things stand, and what each says now."""
    if code not in set(Domain):
        raise Http404
    private = sees_private(request)
    page = Paginator(list_things(ThingFilter(domain=code, with_private=private)), THINGS_PER_PAGE)
    shown = page.get_page(request.GET.get("page"))
    rows = present_rows(list(shown.object_list), with_private=private)
    context = {
        "code": code,
        "domain": present_domain(code),
        "title": domain_words(code),
        "figures": present_figures(code, is_duty=False),
        "factors": present_factors(code),
        "chart": draw_main(code, with_private=private),
        "page": shown,
        "rows": rows,
        "sketch": sketch_of(rows, key="places", title=gettext("Where it is measured")),
        "is_simulated": any(row.thing.is_simulated for row in rows),
        "sees_duty": private,
        "notices": [notice_row(notice) for notice in list_notices()],
    }
    return live(request, render(request, "observations/domains/domain.html", context))

"""The page that answers: which projects should a sum of money buy?"""

from collections.abc import Callable
from functools import cache

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from rivulus.kernel import clock, limits
from rivulus.strategy.forms.choice import ChoiceForm, default_choices
from rivulus.strategy.presenters.choice import choice_page
from rivulus.strategy.queries.choice import get_outcome
from rivulus.strategy.queries.forecast import get_portfolio
from rivulus.strategy.rules.solver import Unsolved

PER_PAGE = 15
NEW_QUESTIONS = limits.Limit(name="choice", most=20)  # the solver works about a second on each


@require_safe
def choice(request: HttpRequest) -> HttpResponse:
    """Answer the question in the address, or a first one when it asks nothing."""
    this_year = clock.today().year
    portfolio = get_portfolio()
    asked = {**default_choices(this_year), **{name: request.GET[name] for name in request.GET}}
    form = ChoiceForm(asked, pillars=portfolio.pillars.values(), codes=portfolio.projects.keys(), this_year=this_year)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        wish = form.wish()
        try:
            outcome = get_outcome(portfolio, wish, before_solving=_counting(request))
        except Unsolved:
            context["took_too_long"] = True
        else:
            page = choice_page(portfolio, wish, outcome, asked=asked, this_year=this_year)
            context |= {
                "answer": page,
                "wish": wish,
                "chosen": Paginator(page.projects, PER_PAGE).get_page(request.GET.get("page")),
                "gained": Paginator(page.gains, PER_PAGE).get_page(request.GET.get("gains")),
            }
    response = render(request, "strategy/choice/choice.html", context)
    if "took_too_long" in context:
        add_never_cache_headers(response)  # the next one who asks may be luckier
    return response


def _counting(request: HttpRequest) -> Callable[[], None]:
    """Return what counts the question of a guest, once, however often the solver works for it."""

    @cache
    def count() -> None:
        if not request.user.is_authenticated:
            limits.count(NEW_QUESTIONS, limits.address_of(request))

    return count

"""The page that answers: which projects should a sum of money buy?"""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rivulus.kernel import clock
from rivulus.strategy.forms.choice import ChoiceForm, default_choices
from rivulus.strategy.presenters.choice import choice_page
from rivulus.strategy.queries.choice import get_outcome
from rivulus.strategy.queries.forecast import get_portfolio
from rivulus.strategy.rules.solver import Unsolved

PER_PAGE = 15


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
            outcome = get_outcome(portfolio, wish)
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
    return render(request, "strategy/choice/choice.html", context)

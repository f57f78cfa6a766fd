"""The page that answers what a sum of money should buy."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from rivulus.kernel import clock
from rivulus.kernel.limits import Limit
from rivulus.strategy import models
from rivulus.strategy.forms.choice import ChoiceForm
from rivulus.strategy.queries.choice import get_outcome
from rivulus.strategy.queries.forecast import get_portfolio
from rivulus.strategy.rules.choice import Obstacle, Wish
from rivulus.strategy.rules.solver import Unsolved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


@pytest.fixture(autouse=True)
def _today() -> Any:
    cache.clear()
    with clock.frozen(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)):
        yield


def page(client: Client, prefix: str = "/en", **asked: str) -> str:
    answer = client.get(f"{prefix}/forecast/choice/", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_answers_a_first_question_by_itself(client: Client) -> None:
    text = page(client)
    assert 'value="10000000"' in text
    assert "Criteria newly met" in text


@pytest.mark.parametrize("prefix", ["", "/en", "/hu"])
def test_the_page_answers_in_every_language(client: Client, prefix: str) -> None:
    assert "D3.2.4" in page(client, prefix, budget="3000000", horizon="2030", rest="help", pillar="Mo")


def test_the_public_address_is_known() -> None:
    with override("ro"):
        assert reverse("strategy:choice") == "/forecast/choice/"


@pytest.mark.parametrize(
    "written", ["1500000", "1.500.000", "1,500,000", "1 500 000", "€1,500,000", "1.500.000,00 €", "1\u00a0500\u00a0000"]
)
def test_a_budget_is_read_the_same_in_every_language(written: str) -> None:
    form = ChoiceForm({"budget": written, "horizon": "2030", "rest": "help"}, pillars=(), codes=(), this_year=2026)
    assert form.is_valid(), form.errors
    assert form.wish().budget_eur == 1_500_000


@pytest.mark.parametrize("written", ["a lot", "-5", "1.5.0", "10.0000", "9" * 20])
def test_what_is_no_budget_is_refused(written: str) -> None:
    form = ChoiceForm({"budget": written, "horizon": "2030", "rest": "help"}, pillars=(), codes=(), this_year=2026)
    assert "budget" in form.errors


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"horizon": "2026"}, "between 2027 and 2046"),
        ({"horizon": "soon"}, "whole number"),
        ({"include": "D9.9.9"}, "no project with the code D9.9.9"),
        ({"include": "D1.1.1", "exclude": "D1.1.1"}, "at once: D1.1.1"),
        ({"level": "2"}, "Choose the pillar"),
        ({"pillar": "X"}, "X"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(client: Client, asked: dict[str, str], sentence: str) -> None:
    text = page(client, **{"budget": "5000000", "horizon": "2030", "rest": "help", **asked})
    assert sentence in text
    assert 'id="answer"' not in text


def test_projects_without_a_value_are_listed_as_left_out(client: Client) -> None:
    assert "No value is stated in chapter 5" in page(client)
    assert "No value is stated in chapter 5" not in page(
        client, budget="5000000", horizon="2030", rest="help", free="on"
    )


def test_a_level_out_of_reach_names_the_criteria_that_no_project_satisfies(client: Client) -> None:
    text = page(client, budget="", horizon="2030", rest="help", pillar="E", level="5")
    assert "cannot be reached" in text
    assert "No project of chapter 5 would satisfy it." in text
    assert 'id="answer"' not in text


def test_too_little_money_for_what_is_kept_in_tells_how_much_would_do(client: Client) -> None:
    text = page(client, budget="10", horizon="2030", rest="help", include="D2.1.3")
    assert "keep in cost" in text
    cost = int(models.Project.objects.get(code="D2.1.3").value_eur or 0)
    assert f"budget={cost}" in text


def test_too_little_money_for_a_level_tells_how_much_would_do() -> None:
    """Every criterion is within reach when one project does them all; then only the money is missing."""
    project = models.Project.objects.get(code="D2.1.3")
    for criterion in models.Criterion.objects.filter(pillar__code="E"):
        models.ProjectCriterion.objects.update_or_create(
            project=project, criterion=criterion, defaults={"effect": "meets", "reason": "A test."}
        )
    models.ProjectCriterion.objects.exclude(project=project).update(withdrawn=True)
    outcome = get_outcome(get_portfolio(), Wish(10, 2030, pillar="E", level=5))
    assert outcome.impossible is not None
    assert outcome.impossible.obstacle is Obstacle.BUDGET
    assert outcome.impossible.least_eur == int(project.value_eur or 0)
    assert outcome.frontier


def test_the_answer_stays_within_the_budget_and_on_the_frontier() -> None:
    portfolio = get_portfolio()
    for budget in (0, 250_000, 5_000_000, 80_000_000):
        outcome = get_outcome(portfolio, Wish(budget, 2030))
        assert outcome.choice is not None
        assert outcome.choice.cost_eur <= budget
        best = max(p.criteria for p in outcome.frontier if p.cost_eur <= budget)
        assert len(outcome.choice.gains) == best


def test_more_money_never_meets_fewer_criteria() -> None:
    portfolio = get_portfolio()
    gains = []
    for budget in (0, 100_000, 1_000_000, 10_000_000, 100_000_000, None):
        outcome = get_outcome(portfolio, Wish(budget, 2030))
        assert outcome.choice is not None
        gains.append(len(outcome.choice.gains))
    assert gains == sorted(gains)


def test_the_same_question_is_solved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = get_outcome(get_portfolio(), Wish(5_000_000, 2030))

    def refuse(_: object) -> None:
        raise AssertionError("asked again")

    monkeypatch.setattr("rivulus.strategy.rules.optimum.Solver", refuse)
    assert get_outcome(get_portfolio(), Wish(5_000_000, 2030)) == first
    with pytest.raises(AssertionError, match="asked again"):
        get_outcome(get_portfolio(), Wish(5_000_001, 2030))


def test_a_new_declaration_asks_the_question_anew() -> None:
    before = get_outcome(get_portfolio(), Wish(5_000_000, 2030))
    models.ProjectCriterion.objects.filter(project__code="D6.4.1").update(withdrawn=True)
    after = get_outcome(get_portfolio(), Wish(5_000_000, 2030))
    assert before.frontier != after.frontier


def test_the_number_of_queries_is_fixed(client: Client, django_assert_max_num_queries: Any) -> None:
    page(client)
    with django_assert_max_num_queries(13):
        page(client)


def test_every_project_can_be_left_out_by_its_link(client: Client) -> None:
    text = page(client, budget="3000000", horizon="2030", rest="leave")
    link = re.search(r'href="(\?[^"]*exclude=[^"]+)"', text)
    assert link is not None
    code = re.search(r"exclude=(D[\d.]+)", link[1])
    assert code is not None
    again = client.get("/en/forecast/choice/" + link[1].replace("&amp;", "&")).content.decode()
    assert "Left out because you ask so" in again
    assert f"Leave out {code[1]}<" not in again


def test_a_search_that_takes_too_long_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(*_: object, **__: object) -> None:
        raise Unsolved("Time limit reached")

    monkeypatch.setattr("rivulus.strategy.views.choice.get_outcome", give_up)
    assert "took too long" in page(client)
    assert "no-store" in client.get("/en/forecast/choice/")["Cache-Control"]  # not kept for the next guest


def test_a_guest_asks_so_many_new_questions_a_minute_and_known_ones_for_ever(
    client: Client, client_of: Any, ana: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rivulus.strategy.views.choice.NEW_QUESTIONS", Limit(name="choice", most=2))

    def status(someone: Client, budget: int, **more: Any) -> int:
        asked = {"budget": str(budget), "horizon": "2030", "rest": "help"}
        return someone.get("/en/forecast/choice/", asked, **more).status_code

    assert [status(client, budget) for budget in (1_000_000, 2_000_000, 3_000_000)] == [200, 200, 429]
    assert status(client, 2_000_000) == 200
    assert status(client, 3_000_000, REMOTE_ADDR="192.0.2.9") == 200
    assert [status(client_of(ana), budget) for budget in (4_000_000, 5_000_000, 6_000_000)] == [200] * 3

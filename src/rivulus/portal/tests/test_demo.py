"""`./rivulus demo` and the banner that says what this copy holds."""

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from rivulus.identity.actions import DEMONSTRATION_PEOPLE, add_demonstration_people
from rivulus.identity.models import Person
from rivulus.portal.management.commands import demo
from rivulus.strategy.actions.demonstration import Added

BANNER = 'class="demonstration-banner"'
NOTHING = Added(0, 0, 0, 0, 0, 0)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[dict[str, Person]]:
    """The command without the reports, which take seconds and have tests of their own; who was asked to say them."""
    calls: list[dict[str, Person]] = []

    def add(**people: Person) -> Added:
        calls.append(people)
        return NOTHING if len(calls) > 1 else Added(15, 200, 17, 5, 20, 1)

    monkeypatch.setattr(demo, "add_demonstration", add)
    monkeypatch.setattr(
        demo.simulation, "build_city", lambda by: SimpleNamespace(things={"lamp": 1}, series={"power": 7})
    )
    monkeypatch.setattr(demo.simulation, "fill_history", lambda by: SimpleNamespace(added=1329))
    monkeypatch.setattr(demo.atlas, "add_demonstration", lambda by: SimpleNamespace(features=338, entries=3))
    monkeypatch.setattr(demo.campaign, "add_campaign", lambda by, teacher, mappers: 12)
    settings.RIVULUS_DEMO = True
    return calls


def run(**options: Any) -> str:
    out = io.StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_it_tells_who_can_sign_in_with_a_password_made_now(asked: list[dict[str, Person]]) -> None:
    said = run()
    people = Person.objects.filter(is_demonstration=True)
    assert people.count() == len(DEMONSTRATION_PEOPLE)
    password = said.partition("Password of all of them: ")[2].split()[0]
    for person in people:
        assert person.email in said
        assert person.check_password(password)
    assert "200 half-yearly reports" in said
    assert "1 things with 1 series; 1329 observations" in said
    assert "338 made-up zones, parcels and limits, 3 plots" in said
    assert "a made-up campaign of 12 tasks" in said
    assert "Simulated:" not in run(no_city=True)


@pytest.mark.django_db
def test_the_supplier_finds_a_space_of_their_own(asked: list[dict[str, Person]], client: Client) -> None:
    run(no_city=True)
    client.force_login(Person.objects.get(email__startswith="livia@"))
    assert client.get("/en/suppliers/furnizor-de-proba/").status_code == 200


@pytest.mark.django_db
def test_two_of_the_strategy_unit_and_a_team_speak(asked: list[dict[str, Person]]) -> None:
    run()
    names = {part: person.email.partition("@")[0] for part, person in asked[0].items()}
    assert names == {"by": "ioana", "second": "mara", "team": "bogdan"}


@pytest.mark.django_db
def test_a_second_run_adds_nobody_and_takes_the_password_given(asked: list[dict[str, Person]]) -> None:
    run()
    before = set(Person.objects.values_list("pk", flat=True))
    said = run(password="Rivulus-Dominarum-1329")
    assert set(Person.objects.values_list("pk", flat=True)) == before
    assert all(
        person.check_password("Rivulus-Dominarum-1329") for person in Person.objects.filter(is_demonstration=True)
    )
    assert "nothing was added" in said


@pytest.mark.django_db
@pytest.mark.parametrize(("demonstration", "second_step"), [(False, False), (True, True)])
def test_it_refuses_with_a_sentence_where_it_cannot_run(settings: Any, demonstration: bool, second_step: bool) -> None:
    settings.RIVULUS_DEMO, settings.RIVULUS_REQUIRE_MFA = demonstration, second_step
    with pytest.raises(CommandError, match="nothing was added"):
        run()
    assert not Person.objects.filter(is_demonstration=True).exists()


@pytest.mark.django_db
def test_the_banner_shows_only_where_demonstration_people_exist_and_may_act(client: Client, settings: Any) -> None:
    def has_banner() -> bool:
        return BANNER in client.get("/accessibility/").content.decode()

    settings.RIVULUS_DEMO = True
    assert not has_banner()
    add_demonstration_people(password="Rivulus-Dominarum-1329")
    assert has_banner()
    settings.RIVULUS_DEMO = False
    assert not has_banner()


@pytest.mark.django_db
def test_the_banner_costs_one_query_and_none_where_the_demonstration_is_off(
    client: Client, settings: Any, django_assert_num_queries: Callable[[int], Any]
) -> None:
    client.get("/accessibility/")
    settings.RIVULUS_DEMO = True
    with django_assert_num_queries(1):
        client.get("/accessibility/")
    settings.RIVULUS_DEMO = False
    with django_assert_num_queries(0):
        client.get("/accessibility/")

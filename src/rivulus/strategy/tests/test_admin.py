"""The staff admin of the strategy: who may open it, and that nothing can be changed there."""

from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import translation

from rivulus.identity.models import Person
from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.actions.assessments import declare
from rivulus.strategy.terms import State

MODELS = sorted(apps.get_app_config("strategy").get_models(), key=lambda model: model.__name__)
type SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def url(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:strategy_{model._meta.model_name}_{page}", args=args)


def test_every_table_of_the_strategy_can_be_looked_up() -> None:
    assert [model for model in MODELS if not admin.site.is_registered(model)] == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_strategy_unit_looks_up_and_changes_nothing(
    model: type[Model], city: None, ioana: Person, client_of: SignIn
) -> None:
    client = client_of(ioana)
    searched = {"q": "a"} if admin.site.get_model_admin(model).search_fields else {}
    assert client.get(url(model, "changelist"), searched).status_code == 200
    assert client.get(url(model, "add")).status_code == 403
    assert client.post(url(model, "add"), {}).status_code == 403
    row = model._default_manager.order_by("pk").first()
    if row is None:
        return
    assert client.get(url(model, "change", row.pk)).status_code == 200
    assert client.post(url(model, "change", row.pk), {"code": "X"}).status_code == 403
    assert client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    client.post(url(model, "changelist"), chosen)
    assert model._default_manager.filter(pk=row.pk).exists()


def test_nobody_not_even_the_administrator_changes_anything(
    city: None, administrator: Person, client_of: SignIn
) -> None:
    client = client_of(administrator)
    pillar = models.Pillar.objects.get(code="E")
    assert client.get(url(models.Pillar, "changelist")).status_code == 200
    assert client.post(url(models.Pillar, "change", pillar.pk), {"name_ro": "Altceva"}).status_code == 403
    assert client.post(url(models.Pillar, "delete", pillar.pk), {"post": "yes"}).status_code == 403


def test_departments_look_up(city: None, dan: Person, client_of: SignIn) -> None:
    assert client_of(dan).get(url(models.Criterion, "changelist")).status_code == 200


@pytest.mark.parametrize("name", ["ana", "bogdan", "vlad"])
def test_others_are_turned_away(name: str, city: None, request: pytest.FixtureRequest, client_of: SignIn) -> None:
    response = client_of(request.getfixturevalue(name)).get(url(models.Criterion, "changelist"), follow=True)
    assert response.status_code == 403


def test_guests_are_sent_to_the_one_way_of_signing_in(city: None, client: Client) -> None:
    response = client.get(url(models.Criterion, "changelist"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert "admin/login" not in response.request["PATH_INFO"]


def test_passwords_are_changed_where_all_passwords_are(ioana: Person, client_of: SignIn) -> None:
    response = client_of(ioana).get(reverse("admin:password_change"))
    assert (response.status_code, response["Location"]) == (302, reverse("account_change_password"))


def test_only_the_admin_has_a_wider_policy(city: None, ioana: Person, client_of: SignIn) -> None:
    client = client_of(ioana)
    wide = client.get(url(models.Pillar, "changelist"))["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in wide
    assert "default-src 'none'" in wide
    assert "frame-ancestors 'none'" in wide
    strict = client.get(reverse("strategy:pillars"))["Content-Security-Policy"]
    assert "unsafe" not in strict


@pytest.mark.parametrize("model", [models.Criterion, models.Project, models.IndicatorValue, models.Assessment])
def test_a_list_asks_a_fixed_number_of_queries(
    model: type[Model],
    city: None,
    ioana: Person,
    client_of: SignIn,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    client = client_of(ioana)
    with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
        client.get(url(model, "changelist"))


def test_three_languages_stand_in_three_tabs(city: None, ioana: Person, client_of: SignIn) -> None:
    pillar = models.Pillar.objects.get(code="E")
    page = client_of(ioana).get(url(models.Pillar, "change", pillar.pk)).content.decode()
    for text in (pillar.name_ro, pillar.name_en, pillar.name_hu, "Română", "English", "Magyar"):
        assert text in page


def test_a_declaration_shows_that_it_waits(city: None, ioana: Person, client_of: SignIn) -> None:
    criterion = models.Criterion.objects.get(code="E4.2")
    declare(by=ioana, criterion=criterion, state=State.IN_PROGRESS, valid_from=clock.today(), reason="Merge.")
    page = client_of(ioana).get(url(models.Assessment, "changelist"), {"q": "E4.2"})
    assert page.status_code == 200
    assert "E4.2" in page.content.decode()

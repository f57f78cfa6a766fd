"""Facts about the home page and the pages of the frame."""

import pytest
from django.test import Client

from rivulus.identity.models import Membership, Person
from rivulus.identity.terms import Role
from rivulus.kernel import clock
from rivulus.portal import queries
from rivulus.portal.queries import get_front
from rivulus.strategy.queries.matrix import Matrix


@pytest.fixture
def city(pack_loaded: None, db: None) -> None:
    """Baia Mare as the pack describes it."""


def test_the_home_page_says_in_one_screen_where_the_city_stands(
    city: None, client: Client, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    client.get("/en/")
    with django_assert_max_num_queries(12):
        response = client.get("/en/")
    content = response.content.decode()
    assert response.status_code == 200
    for code in ("E", "C", "Me", "L", "Mo", "G"):
        assert f"/en/strategy/{code}/" in content


def test_every_criterion_is_counted_once(city: None) -> None:
    front = get_front()
    assert front.met + front.in_progress + front.not_met + front.unknown == front.criteria == 127
    assert front.measured + front.declared + front.reconstructed + front.unknown == 127


def test_before_any_pack_is_loaded_the_home_page_says_what_to_do(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "get_matrix", lambda: Matrix(clock.today(), (), (), ()))
    response = client.get("/en/")
    assert response.status_code == 200
    assert b"./rivulus load" in response.content


def test_health_is_told_without_a_page(client: Client, db: None) -> None:
    response = client.get("/healthz")
    assert response.json() == {"status": "ok"}
    assert "no-store" in response["Cache-Control"]


def test_the_api_is_explained_to_people(client: Client, db: None) -> None:
    moved = client.get("/api/v1/docs")
    assert moved.status_code == 302
    content = client.get("/en/data/").content.decode()
    assert "/api/v1/strategy/matrix" in content
    assert "/api/v1/strategy/projects.csv" in content


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        ((), "Nothing waits for you"),
        ((Role.STRATEGY_UNIT,), "Make an evaluation or the annual report"),
        ((Role.DEPARTMENT,), "Import values from a file"),
        ((Role.ADMINISTRATOR,), "People and their roles"),
    ],
)
def test_a_desk_shows_what_waits_for_a_role(city: None, roles: tuple[Role, ...], told: str) -> None:
    person = Person.objects.create(email="x@example.test", full_name="Xenia")
    for role in roles:
        Membership.objects.create(person=person, role=role)
    client = Client()
    client.force_login(person)
    assert told in client.get("/en/desk/").content.decode()


def test_a_guest_signs_in_before_seeing_a_desk(client: Client, db: None) -> None:
    response = client.get("/en/desk/")
    assert response.status_code == 302
    assert "/en/account/login/" in response["Location"]

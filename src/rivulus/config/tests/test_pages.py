"""Facts about pages that are kept."""

import datetime as dt

import pytest
from django.test import Client

from rivulus.config.pages import Kept, Shelf
from rivulus.identity.models import Person
from rivulus.journal import actions as journal
from rivulus.kernel import clock


@pytest.fixture(autouse=True)
def keeping(settings) -> None:  # type: ignore[no-untyped-def]
    settings.RIVULUS_KEEP_PAGES = True


@pytest.fixture
def guest(db: None) -> Client:
    client = Client()
    client.get("/accessibility/")
    return client


def test_a_second_guest_costs_one_query(guest: Client, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    first = guest.get("/accessibility/")
    with django_assert_num_queries(1):
        second = guest.get("/accessibility/")
    assert second.content == first.content
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert second.headers["Content-Language"] == "ro"


def test_a_line_in_the_journal_makes_every_page_anew(guest: Client, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    from rivulus.portal import views

    calls = []
    original = views.render

    def counting(*args, **kwargs):  # type: ignore[no-untyped-def]
        calls.append(args)
        return original(*args, **kwargs)

    views.render = counting  # type: ignore[assignment]
    try:
        guest.get("/accessibility/")
        assert not calls
        journal.write(by=None, verb="test.done", subject="test", subject_id="1", content={})
        guest.get("/accessibility/")
        assert len(calls) == 1
        with clock.frozen(clock.now() + dt.timedelta(days=1)):
            guest.get("/accessibility/")
        assert len(calls) == 2
    finally:
        views.render = original  # type: ignore[assignment]


def test_languages_and_query_strings_have_pages_of_their_own(guest: Client) -> None:
    assert guest.get("/en/accessibility/").content != guest.get("/accessibility/").content
    assert guest.get("/accessibility/?a=1").status_code == 200


def test_a_page_made_for_a_person_is_never_given_to_a_guest(guest: Client) -> None:
    person = Person.objects.create(email="ana@example.test", full_name="Ana Pop")
    signed_in = Client()
    signed_in.force_login(person)
    assert b"Ana Pop" in signed_in.get("/accessibility/").content
    assert b"Ana Pop" not in guest.get("/accessibility/").content


def test_a_page_with_a_form_token_is_not_kept(db: None) -> None:
    tokens = {Client().get("/account/login/").cookies["csrftoken"].value for _ in range(2)}
    assert len(tokens) == 2


def test_the_least_used_page_is_thrown_away_first() -> None:
    shelf = Shelf(max_pages=2, max_bytes=100)
    for name in ("a", "b"):
        shelf.keep((name,), Kept(b"12345", ()))
    shelf.find(("a",))
    shelf.keep(("c",), Kept(b"12345", ()))
    assert shelf.find(("b",)) is None
    assert shelf.find(("a",)) is not None
    assert shelf.bytes == 10


def test_a_shelf_holds_no_more_bytes_than_it_may() -> None:
    shelf = Shelf(max_pages=100, max_bytes=12)
    for name in ("a", "b", "c"):
        shelf.keep((name,), Kept(b"12345", ()))
    assert shelf.bytes == 10
    assert shelf.find(("a",)) is None


def test_a_page_of_observations_is_kept_no_longer_than_it_says() -> None:
    shelf = Shelf()
    start = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
    with clock.frozen(start):
        shelf.keep(("air",), Kept(b"PM10", (), start.timestamp() + 15))
        assert shelf.find(("air",)) is not None
    with clock.frozen(start + dt.timedelta(seconds=16)):
        assert shelf.find(("air",)) is None

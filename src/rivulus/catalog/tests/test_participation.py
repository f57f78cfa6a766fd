"""Requests for data, answered in public without names; and the showcase."""

import datetime as dt

import pytest
from django.test import Client

from rivulus.catalog.actions import requests as actions
from rivulus.catalog.models import DataRequest, Reuse
from rivulus.catalog.queries.probes import data_requests_on_time_share
from rivulus.catalog.rules import requests as rules
from rivulus.catalog.terms import RequestState, ReuseKind, ReuseState
from rivulus.catalog.tests.cataloguing import make_draft, make_published
from rivulus.catalog.tests.conftest import as_person
from rivulus.identity import actions as identity
from rivulus.identity.models import Organisation, Person
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused

TITLE, SECRET = "Harta arborilor căzuți", "Ana Popescu, strada Lungă 7"


@pytest.mark.parametrize("now", RequestState)
@pytest.mark.parametrize("wanted", RequestState)
def test_the_table_of_moves_is_held(now: RequestState, wanted: RequestState) -> None:
    who = rules.Who(1, frozenset({"department"}))
    if wanted in rules.MOVES[now]:
        rules.check_can_move(who, 7, now, wanted)
    else:
        with pytest.raises(Refused):
            rules.check_can_move(who, 7, now, wanted)


def test_an_answer_is_due_after_twenty_working_days() -> None:
    monday = dt.date(2026, 3, 2)
    assert rules.due_on(monday, lambda day: False) == dt.date(2026, 3, 30)
    assert rules.due_on(monday, lambda day: day == dt.date(2026, 3, 10)) == dt.date(2026, 3, 31)


@pytest.mark.django_db
def test_holidays_of_romania_do_not_count(city: Organisation, ana: Person) -> None:
    with clock.frozen(dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)):  # before Good Friday and Easter Monday, and 1 May
        assert actions.ask_for_data(by=ana, organisation=city, title=TITLE).due_on == dt.date(2026, 5, 4)


@pytest.mark.django_db
def test_a_request_is_public_only_after_somebody_took_the_names_out(
    university: Organisation, ana: Person, flavia: Person, vlad: Person
) -> None:
    row = actions.ask_for_data(by=ana, organisation=university, title=TITLE, text=SECRET)
    at = f"/catalog/requests/{row.number}/"
    assert Client().get(at).status_code == as_person(vlad).get(at).status_code == 404
    assert SECRET in as_person(ana).get(at).text and SECRET in as_person(flavia).get(at).text
    assert SECRET not in Client().get("/catalog/requests/").text
    with pytest.raises(Refused, match="act for"):
        actions.open_request(by=vlad, request=row, title=TITLE, text="")
    as_person(flavia).post(at + "open/", {"title": TITLE, "text": "Pe străzi."})
    for page in (Client().get(at).text, Client().get("/catalog/requests/").text):
        assert TITLE in page and SECRET not in page and "Ana" not in page
    dataset = make_published(university)
    draft = make_draft(flavia, university)
    for code, status in ((draft.code, 400), (dataset.code, 302)):
        answer = {"answer": "Datele sunt publicate acum.", "dataset": code}
        assert as_person(flavia).post(at + "answer/", answer).status_code == status
    page = Client().get(at).text
    assert "Datele sunt publicate acum." in page and dataset.title_ro in page
    assert TITLE in Client().get(f"/catalog/datasets/{dataset.code}/").text
    row.refresh_from_db()
    assert row.state == RequestState.ANSWERED
    assert data_requests_on_time_share(clock.now()).value == 100


@pytest.mark.django_db
def test_a_refused_request_stays_hidden_and_tells_its_author_why(
    university: Organisation, ana: Person, dan: Person
) -> None:
    row = actions.ask_for_data(by=ana, organisation=university, title=TITLE, text=SECRET)
    at = f"/catalog/requests/{row.number}/"
    assert as_person(dan).post(at + "refuse/", {"reason": "It names a neighbour."}).status_code == 302
    assert Client().get(at).status_code == 404
    assert "It names a neighbour." in as_person(ana).get(at).text


@pytest.mark.django_db
def test_a_late_answer_counts_as_late(university: Organisation, ana: Person, dan: Person) -> None:
    row = actions.ask_for_data(by=ana, organisation=university, title=TITLE)
    DataRequest.objects.update(due_on=clock.today() - dt.timedelta(days=3))
    assert data_requests_on_time_share(clock.now()).value == 0
    actions.open_request(by=dan, request=row, title=TITLE, text="")
    actions.answer_request(by=dan, request=row, answer="Nu există date.", is_declined=True)
    assert data_requests_on_time_share(clock.now()).value == 0


@pytest.mark.django_db
def test_guests_are_sent_to_sign_in_and_nobody_floods(city: Organisation, ana: Person) -> None:
    assert Client().get("/catalog/requests/new/").status_code == 302
    for number in range(10):
        actions.ask_for_data(by=ana, organisation=city, title=f"{TITLE} {number}")
    with pytest.raises(Refused, match="ten"):
        actions.ask_for_data(by=ana, organisation=city, title=TITLE)
    assert as_person(ana).get("/catalog/requests/new/").status_code == 200
    assert sorted(DataRequest.objects.values_list("number", flat=True)) == list(range(1, 11))


@pytest.mark.django_db
def test_asking_on_the_page_keeps_the_dataset_it_is_about(university: Organisation, ana: Person) -> None:
    dataset = make_published(university)
    data = {"organisation": "cunbm", "title": TITLE, "dataset": dataset.code}
    assert as_person(ana).post(f"/catalog/requests/new/?dataset={dataset.code}", data).status_code == 302
    assert DataRequest.objects.get().about == dataset
    assert as_person(ana).post("/catalog/requests/new/", data | {"title": "x"}).status_code == 400


@pytest.mark.django_db
def test_a_reuse_is_shown_after_somebody_looked_at_it(
    university: Organisation, ana: Person, flavia: Person, vlad: Person
) -> None:
    dataset = make_published(university)
    data = {
        "title": "Harta",
        "kind": "application",
        "url": "https://map.example.org",
        "datasets": dataset.code,
        "author": "Ana",
    }
    for wrong in ({"url": "javascript:alert(1)"}, {"datasets": "nothing"}, {"kind": "magic"}):
        assert as_person(ana).post("/catalog/reuse/new/", data | wrong).status_code == 400
    assert as_person(ana).post("/catalog/reuse/new/", data).status_code == 302
    row = Reuse.objects.get()
    assert "map.example.org" not in Client().get("/catalog/reuse/").text
    with pytest.raises(Refused):
        actions.decide_reuse(by=vlad, reuse=row, is_shown=True)
    assert as_person(vlad).get(f"/catalog/manage/reuse/{row.pk}/").status_code == 404
    assert as_person(flavia).get(f"/catalog/manage/reuse/{row.pk}/").status_code == 200
    assert as_person(flavia).post(f"/catalog/manage/reuse/{row.pk}/", {"decision": "decline"}).status_code == 400
    assert as_person(flavia).post(f"/catalog/manage/reuse/{row.pk}/", {"decision": "show"}).status_code == 302
    for page in ("/catalog/reuse/", f"/catalog/datasets/{dataset.code}/"):
        assert "map.example.org" in Client().get(page).text


@pytest.mark.django_db
def test_whoever_leaves_takes_along_what_was_not_public(university: Organisation, ana: Person, dan: Person) -> None:
    hidden = actions.ask_for_data(by=ana, organisation=university, title=TITLE, text=SECRET)
    public = actions.ask_for_data(by=ana, organisation=university, title="Stații de autobuz")
    actions.open_request(by=dan, request=public, title="Stații de autobuz", text="")
    shown = actions.propose_reuse(
        by=ana,
        title="Harta",
        kind=ReuseKind.ARTICLE,
        url="https://x.org",
        text="",
        author="Ana",
        datasets=[make_published(university)],
    )
    actions.decide_reuse(by=dan, reuse=shown, is_shown=True)
    identity.erase_person(by=ana, person=ana)
    assert not DataRequest.objects.filter(pk=hidden.pk).exists()
    public.refresh_from_db()
    shown.refresh_from_db()
    assert public.asked_by_id is None
    assert (shown.author, shown.proposed_by_id, shown.state) == ("", None, ReuseState.SHOWN)

"""Facts about the umbrella page and the small pages where it is recorded."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from rivulus.identity.models import Person
from rivulus.strategy import models
from rivulus.strategy.actions import umbrella
from rivulus.strategy.presenters.umbrella import present_directions
from rivulus.strategy.queries import umbrella as queries

ClientOf = Callable[[Person], Client]
URL = "/en/strategy/umbrella/"
WHY = "Am citit planul actualizat."


def _get(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return unescape(answer.content.decode())


def _link() -> models.UmbrellaLink:
    return models.UmbrellaLink.objects.select_related("direction", "document", "objective").earliest("id")


def test_the_coverage_counts_what_one_counts_by_hand(city: None, ioana: Person) -> None:
    umbrella.withdraw_link(by=ioana, link=_link(), reason=WHY)
    links = [link for link in models.UmbrellaLink.objects.select_related("document") if not link.withdrawn]
    directions, documents = list(queries.list_directions()), list(queries.list_other_documents())
    coverage = queries.get_coverage(directions, documents)
    assert [d.code for d in coverage.documents] == ["SIDU", "PMUD", "CULTURA", "TURISM", "PAED", "PSI"]
    assert len(coverage.rows) == 20
    for row in coverage.rows:
        own = [link.document for link in links if link.direction_id == row.direction.pk]
        assert row.counts == tuple(own.count(document) for document in coverage.documents)
        assert row.others == len([document for document in own if document.kind != "local"])
    assert sum(coverage.sums) == len(links)


def test_a_city_without_directions_or_documents_is_no_fault(db: None, client: Client) -> None:
    assert queries.get_coverage([], []).sums == ()
    _get(client, URL)


def test_gaps_are_seen_at_a_glance_and_every_direction_has_an_anchor(city: None, client: Client) -> None:
    text = _get(client, URL)
    row = re.search(r'<tr><th scope="row"><a href="#D1.1">.*?</tr>', text)
    assert row is not None
    assert re.findall(r'numeric">(\d|<span aria-hidden="true">–)', row[0]) == [
        "1",
        *['<span aria-hidden="true">–'] * 4,
        "1",
        "4",
    ]
    for direction in queries.list_directions():
        assert f'id="{direction.code}"' in text and f'href="#{direction.code}"' in text
    assert 'data-component="interpretation"' in text


def test_the_page_is_filtered_by_pillar_and_document(city: None, client: Client) -> None:
    text = _get(client, URL + "?pillar=Mo&document=PMUD")
    assert re.findall(r'<section class="section stack tone-\w+" id="(.*?)"', text) == ["D3.1", "D3.2", "D3.3"]
    wanted = queries.UmbrellaFilter(pillar="Mo", document="PMUD")
    found = list(queries.list_links(wanted))
    assert found and {(f.direction.pillar.code, f.document.code) for f in found} == {("Mo", "PMUD")}
    assert set(re.findall(r'id="link-(\d+)"', text)) == {str(link.pk) for link in found}
    assert "pillar=Mo&document=PMUD" in text.split("These links as CSV")[0].rsplit("href=", 1)[1]
    assert "No link to this document is recorded yet." in _get(client, URL + "?document=TURISM")


@pytest.mark.parametrize("query", ["?pillar=X", "?document=nothing", "?document=SSC-BM", "?pillar=%00&document=%27"])
def test_choices_that_make_no_sense_are_passed_over(city: None, client: Client, query: str) -> None:
    assert _get(client, URL + query).count('id="link-') == models.UmbrellaLink.objects.count()


def test_the_twin_as_csv_takes_the_same_choices(city: None, client: Client) -> None:
    answer = client.get("/api/v1/strategy/umbrella.csv?pillar=Mo&document=PMUD")
    rows = answer.getvalue().decode().splitlines()
    assert len(rows) - 1 == queries.list_links(queries.UmbrellaFilter(pillar="Mo", document="PMUD")).count() > 0


@pytest.mark.parametrize("query", ["", "?pillar=Mo", "?document=SIDU"])
def test_the_page_asks_a_fixed_number_of_queries(
    city: None,
    client: Client,
    ioana: Person,
    mara: Person,
    client_of: ClientOf,
    query: str,
    django_assert_max_num_queries,
) -> None:  # type: ignore[no-untyped-def]
    for by, link in zip((ioana, mara), queries.list_links(queries.UmbrellaFilter())[:2], strict=True):
        umbrella.edit_link(by=by, link=link, reason=WHY)
    browser = client_of(ioana)
    _get(browser, URL)
    with django_assert_max_num_queries(6):
        _get(client, URL + query)
    with django_assert_max_num_queries(10):
        _get(browser, URL + query)


def test_forms_ask_a_fixed_number_of_queries(
    city: None, ioana: Person, client_of: ClientOf, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    browser = client_of(ioana)
    _get(browser, "/en/strategy/documents/")
    urls = (f"{URL}D1.1/link/", f"{URL}links/{_link().pk}/", "/en/strategy/documents/SIDU/objective/")
    for url in (*urls, "/en/strategy/documents/"):
        with django_assert_max_num_queries(8):
            _get(browser, url)


def _urls() -> list[str]:
    return [f"{URL}D1.1/link/", f"{URL}links/{_link().pk}/", "/en/strategy/documents/SIDU/objective/"]


@pytest.mark.parametrize("person", ["ana", "dan", "bogdan", "vlad", "administrator", "ioana", "mara"])
def test_only_the_strategy_unit_opens_the_forms(
    city: None, client: Client, person: str, client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    browser = client_of(request.getfixturevalue(person))
    links = models.UmbrellaLink.objects.count()
    for url in _urls():
        assert client.get(url).status_code == client.post(url, {"reason": "x"}).status_code == 302
        allowed = person in ("ioana", "mara")
        assert browser.get(url).status_code == (200 if allowed else 403)
        if not allowed:
            sent = {"answers_to": "SIDU", "reason": "x", "code": "OS1", "title": "x"}
            assert browser.post(url, sent).status_code == 403
    assert models.UmbrellaLink.objects.count() == links
    assert not models.DocumentObjective.objects.filter(origin="person").exists()


@pytest.mark.parametrize("url", [URL, "/en/strategy/documents/"])
def test_what_may_not_be_done_is_hidden_shut_or_open(
    city: None, client: Client, dan: Person, ioana: Person, client_of: ClientOf, url: str
) -> None:
    sentence = "Only the strategy unit edits these links."
    ways = re.compile(r'href="/en/strategy/(?:umbrella/D1\.1/link/|umbrella/links/\d+/|documents/SIDU/objective/)"')
    visitor, department, unit = (_get(one, url) for one in (client, client_of(dan), client_of(ioana)))
    assert sentence not in visitor and not ways.search(visitor)
    assert sentence in department and not ways.search(department)
    assert sentence not in unit and ways.search(unit)
    assert "/documents/SSC-BM/objective/" not in unit


def test_ioana_records_an_objective_links_it_and_withdraws_the_link(
    city: None, ioana: Person, client: Client, client_of: ClientOf
) -> None:
    browser = client_of(ioana)
    for _ in range(2):
        sent = {"code": "OS1", "title": "Cartiere <legate> între ele"}
        answer = browser.post("/en/strategy/documents/SIDU/objective/", sent)
        assert (answer.status_code, answer["Location"]) == (302, "/en/strategy/documents/#SIDU")
    objective = models.DocumentObjective.objects.get(origin="person")
    shown = client.get("/hu/strategy/documents/").content.decode()
    assert "OS1 Cartiere &lt;legate&gt; între ele" in shown
    assert "added by the strategy unit" in _get(client, "/en/strategy/documents/")

    form = _get(browser, f"{URL}D3.1/link/?document=SIDU")
    assert '<option value="SIDU" selected>' in form and f'value="SIDU:{objective.pk}"' in form
    for _ in range(2):
        answer = browser.post(f"{URL}D3.1/link/", {"answers_to": f"SIDU:{objective.pk}", "reason": WHY})
        assert (answer.status_code, answer["Location"]) == (302, f"{URL}#D3.1")
    link = models.UmbrellaLink.objects.get(objective=objective)
    assert (link.direction.code, link.document.code, link.edited_by_id) == ("D3.1", "SIDU", ioana.id)
    assert WHY in _get(client, URL)

    where = f"{URL}links/{link.pk}/"
    assert browser.post(where, {"reason": "Capitolul 4 o spune."}).status_code == 302
    assert "Capitolul 4 o spune." in _get(client, URL)
    refused = browser.post(where, {"withdraw": "yes", "farewell-reason": ""})
    assert refused.status_code == 400 and "Capitolul 4 o spune." in refused.content.decode()
    for _ in range(2):
        assert browser.post(where, {"withdraw": "yes", "farewell-reason": "Planul s-a schimbat."}).status_code == 302
    assert browser.get(where).status_code == 404
    late = browser.post(where, {"reason": "Prea târziu."})
    assert late.status_code == 400 and "was withdrawn" in late.content.decode()
    text = _get(client, URL)
    assert f'id="link-{link.pk}"' not in text and "Planul s-a schimbat." in text


def test_a_refusal_comes_back_with_what_was_written(city: None, ioana: Person, client_of: ClientOf) -> None:
    browser, link = client_of(ioana), _link()
    target = f"{link.document.code}:{link.objective.pk}" if link.objective else link.document.code
    answer = browser.post(f"{URL}{link.direction.code}/link/", {"answers_to": target, "reason": WHY})
    assert answer.status_code == 400
    assert "exists already" in answer.content.decode() and WHY in answer.content.decode()
    for sent in ({"answers_to": "SSC-BM", "reason": WHY}, {"answers_to": "SIDU:x", "reason": WHY}, {"reason": WHY}, {}):
        assert browser.post(f"{URL}D1.1/link/", sent).status_code == 400 or not sent


def test_a_demonstration_account_reads_why_it_may_not(
    city: None, ioana: Person, client_of: ClientOf, settings: Any
) -> None:
    settings.RIVULUS_DEMO = True
    ioana.is_demonstration = True
    ioana.save(update_fields=["is_demonstration"])
    answer = client_of(ioana).post("/en/strategy/documents/SIDU/objective/", {"code": "OS1", "title": "x"})
    assert answer.status_code == 400 and "demonstration account" in answer.content.decode()
    assert not models.DocumentObjective.objects.filter(origin="person").exists()


def test_what_does_not_exist_is_not_found(city: None, ioana: Person, client_of: ClientOf) -> None:
    browser = client_of(ioana)
    for url in (
        f"{URL}D9.9/link/",
        f"{URL}links/999999/",
        "/en/strategy/documents/X/objective/",
        "/en/strategy/documents/SSC-BM/objective/",
    ):
        assert browser.get(url).status_code == 404, url


def test_names_are_for_colleagues(city: None, ioana: Person, dan: Person, client: Client, client_of: ClientOf) -> None:
    ioana.full_name = "Ioana Pop"
    ioana.save(update_fields=["full_name"])
    umbrella.edit_link(by=ioana, link=_link(), reason=WHY)
    assert "Ioana Pop" in _get(client_of(dan), URL)
    public = _get(client, URL)
    assert "Ioana Pop" not in public and "a member of the strategy unit" in public


def test_directions_without_links_are_shown_too(city: None) -> None:
    directions = list(queries.list_directions())
    assert [view.links for view in present_directions(directions, [], with_names=False)] == [()] * len(directions)

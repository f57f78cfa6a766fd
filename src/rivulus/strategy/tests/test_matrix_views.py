"""Facts about the pages of the matrix, of criteria, declarations, probes and links."""

import datetime as dt
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from rivulus.identity.models import Person
from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.actions.assessments import declare
from rivulus.strategy.actions.probes import measure_all
from rivulus.strategy.queries.matrix import get_matrix
from rivulus.strategy.terms import State

ClientOf = Callable[[Person], Client]
PUBLIC = [
    "/matrix/",
    "/matrix/?view=in_progress",
    "/matrix/?view=expected&pillar=E",
    "/matrix/?view=all&at=2023-05-01",
    "/matrix/E1.1/",
    "/matrix/Mo4.2/?at=2024-01-01",
    "/matrix/G4.1/",
    "/assessments/",
    "/assessments/?outcome=all&pillar=C",
    "/probes/",
    "/probes/criteria_with_evidence_share/",
]


class Page(HTMLParser):
    """What a test asks of a page: links, headings, and what a strict policy would refuse."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.faults: list[str] = []
        self.headings: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "a":
            self.links.append(known.get("href") or "")
        if tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append(tag)
        self.faults += [name for name in known if name == "style" or name.startswith("on")]


def _get(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


@pytest.mark.parametrize("prefix", ["", "/en", "/hu"])
@pytest.mark.parametrize("url", PUBLIC)
def test_everybody_reads_the_pages_in_three_languages(city: None, client: Client, url: str, prefix: str) -> None:
    page = Page(_get(client, prefix + url))
    assert page.headings.count("h1") == 1
    assert page.faults == []


def test_every_criterion_is_linked_from_the_matrix(city: None, client: Client) -> None:
    links = Page(_get(client, "/matrix/")).links
    assert {f"/matrix/{c.code}/" for c in models.Criterion.objects.all()} <= set(links)


def test_the_matrix_of_one_pillar_leaves_the_others_out(city: None, client: Client) -> None:
    links = Page(_get(client, "/matrix/?pillar=Me")).links
    shown = {link.split("/")[2] for link in links if link.startswith("/matrix/") and link.count("/") == 3}
    assert shown == set(models.Criterion.objects.filter(pillar__code="Me").values_list("code", flat=True))


def test_the_matrix_is_offered_as_csv_of_the_same_day(city: None, client: Client) -> None:
    links = Page(_get(client, "/en/matrix/?at=2024-05-01")).links
    (csv,) = [link for link in links if "matrix.csv" in link]
    assert csv.endswith("?at=2024-05-01&lang=en")
    assert client.get(csv).status_code == 200


def test_the_page_says_the_levels_that_the_rules_compute(city: None, client: Client) -> None:
    text = _get(client, "/en/matrix/")
    for column in get_matrix().columns:
        assert f"level {column.now.level} of 5" in text


def test_the_matrix_of_a_past_day_differs_from_today(city: None, client: Client) -> None:
    assert "You are looking at the past" in _get(client, "/en/matrix/?at=2022-01-01")
    assert "You are looking at the past" not in _get(client, "/en/matrix/")


@pytest.mark.parametrize("at", ["2999-01-01", "1999-01-01", "yesterday", "2026-02-31"])
def test_a_day_that_cannot_be_shown_is_explained(city: None, client: Client, at: str) -> None:
    text = _get(client, f"/en/matrix/?at={at}")
    assert "aria-invalid" in text
    assert "127 criteria" in text


def test_the_matrix_page_has_a_fixed_number_of_queries(
    city: None, client: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for view in ("now", "all"):
        with django_assert_max_num_queries(10):
            client.get(f"/matrix/?view={view}")
    with django_assert_max_num_queries(16):
        client.get("/matrix/G4.1/")
    with django_assert_max_num_queries(8):
        client.get("/assessments/?outcome=all")
    with django_assert_max_num_queries(8):
        client.get("/probes/")


def test_an_unknown_criterion_or_probe_is_not_found(city: None, client: Client) -> None:
    for url in ("/matrix/X9.9/", "/probes/no-such/", "/assessments/999999/decide/", "/links/project/999999/"):
        assert client.get(url).status_code in (404, 302)
    assert client.get("/matrix/X9.9/").status_code == 404


def test_the_evidence_opens_down_to_the_rows(city: None, client: Client) -> None:
    measure_all(now=clock.now())
    text = _get(client, "/en/matrix/G4.1/")
    assert "Projects running" in text and "Due date" in text


def _declare(by: Person, code: str, **more: Any) -> models.Assessment:
    said = {"document_title": "HCL 12", "document_url": "https://example.test/12", "reason": "Vizibil la fața locului."}
    return declare(
        by=by,
        criterion=models.Criterion.objects.get(code=code),
        state=State.MET,
        valid_from=clock.today(),
        **said | more,
    )


def test_names_are_for_colleagues_and_roles_for_the_public(
    city: None, ioana: Person, dan: Person, vlad: Person, client: Client, client_of: ClientOf
) -> None:
    ioana.full_name = "Ioana Pop"
    ioana.save(update_fields=["full_name"])
    _declare(ioana, "E1.4")
    for url in ("/en/matrix/E1.4/", "/en/assessments/?outcome=all"):
        assert "Ioana Pop" in _get(client_of(dan), url)
        for outsider in (client, client_of(vlad)):
            text = _get(outsider, url)
            assert "Ioana Pop" not in text
            assert "a member of the strategy unit" in text


@pytest.mark.usefixtures("demonstration_runs")
def test_a_demonstration_is_labelled_wherever_it_shows(city: None, ioana: Person, client: Client) -> None:
    _declare(ioana, "E1.4", is_demonstration=True)
    for url in ("/en/matrix/E1.4/", "/en/assessments/?outcome=all"):
        assert 'data-component="demonstration"' in _get(client, url)


FORM = {
    "state": "met",
    "valid_from": "2026-01-15",
    "reason": "Incubatorul funcționează.",
    "document_title": "HCL 12/2026",
    "document_url": "https://example.test/12",
}


def test_ioana_declares_and_mara_confirms(city: None, ioana: Person, mara: Person, client_of: ClientOf) -> None:
    answer = client_of(ioana).post("/en/matrix/E4.1/declare/", FORM, follow=True)
    assert "waits for a second person" in answer.content.decode()
    row = models.Assessment.objects.get(declared_by=ioana)
    own = client_of(ioana).get(f"/en/assessments/{row.pk}/decide/").content.decode()
    assert "ask a colleague" in own and 'name="verdict"' not in own
    answer = client_of(mara).post(f"/en/assessments/{row.pk}/decide/", {"verdict": "confirmed"}, follow=True)
    assert "counts in the matrix" in answer.content.decode()
    assert next(c for c in get_matrix().cells if c.code == "E4.1").state is State.MET


def test_a_form_sent_twice_declares_once(city: None, ioana: Person, client_of: ClientOf) -> None:
    browser = client_of(ioana)
    for _ in range(2):
        assert browser.post("/matrix/E1.4/declare/", FORM).status_code == 302
    assert models.Assessment.objects.filter(declared_by=ioana).count() == 1


def test_a_refused_declaration_comes_back_with_its_words(city: None, ioana: Person, client_of: ClientOf) -> None:
    answer = client_of(ioana).post("/en/matrix/E1.4/declare/", FORM | {"document_title": "", "document_url": ""})
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "document that proves it" in text and "Incubatorul funcționează." in text


PRIVATE = ["/matrix/E1.4/declare/", "/matrix/E1.4/links/project/", "/matrix/E1.4/links/probe/"]


@pytest.mark.parametrize("url", PRIVATE)
def test_visitors_sign_in_first_and_others_are_turned_away(
    city: None, url: str, client: Client, vlad: Person, dan: Person, ioana: Person, client_of: ClientOf
) -> None:
    assert client.get(url).status_code == 302
    assert client_of(vlad).get(url).status_code == 403
    assert client_of(dan).post(url, FORM).status_code == 403
    assert client_of(ioana).get(url).status_code == 200


def test_buttons_are_hidden_shut_or_open(
    city: None, client: Client, dan: Person, ioana: Person, client_of: ClientOf
) -> None:
    sentence = "Only the strategy unit declares the state of a criterion."
    url = "/en/matrix/E1.4/"
    assert "declare/" not in _get(client, url) and sentence not in _get(client, url)
    assert sentence in _get(client_of(dan), url)
    assert '"/en/matrix/E1.4/declare/"' in _get(client_of(ioana), url)


def test_the_button_measures_and_only_by_post(
    city: None, client: Client, ioana: Person, dan: Person, client_of: ClientOf
) -> None:
    assert client_of(ioana).get("/probes/measure/").status_code == 405
    assert client.post("/probes/measure/").status_code == 302
    assert client_of(dan).post("/probes/measure/").status_code == 403
    assert not models.ProbeReading.objects.exists()
    assert client_of(ioana).post("/probes/measure/").status_code == 302
    assert models.ProbeReading.objects.exists()


def test_the_error_of_a_probe_is_for_the_unit_only(
    city: None, client: Client, ioana: Person, client_of: ClientOf
) -> None:
    models.ProbeReading.objects.create(
        probe="journal_verified_today", at=clock.now(), unit="x", inputs={}, error="KeyError: 'secret path'"
    )
    for url in ("/en/probes/", "/en/probes/journal_verified_today/"):
        assert "secret path" not in _get(client, url)
        assert "failed" in _get(client, url)
        assert "secret path" in _get(client_of(ioana), url)


def test_a_probe_with_a_history_has_a_chart(city: None, client: Client) -> None:
    for days in (3, 2, 1):
        measure_all(now=clock.now() - dt.timedelta(days=days))
    assert 'data-component="chart"' in _get(client, "/probes/criteria_with_evidence_share/")


def test_links_are_edited_and_withdrawn_on_small_pages(city: None, ioana: Person, client_of: ClientOf) -> None:
    browser = client_of(ioana)
    link = models.ProjectCriterion.objects.select_related("criterion").order_by("id")[0]
    url = f"/en/links/project/{link.pk}/"
    assert browser.post(url, {"effect": "contributes", "reason": "Doar ajută."}).status_code == 302
    link.refresh_from_db()
    assert (link.effect, link.reason_ro) == ("contributes", "Doar ajută.")
    assert browser.post(url, {"withdraw": "yes", "reason": ""}).status_code == 400
    assert browser.post(url, {"withdraw": "yes", "reason": "Nu mai ține."}).status_code == 302
    assert browser.get(url).status_code == 404
    assert "Nu mai ține." in browser.get(f"/en/matrix/{link.criterion.code}/").content.decode()


def test_a_probe_is_linked_edited_and_withdrawn(city: None, ioana: Person, client_of: ClientOf) -> None:
    browser = client_of(ioana)
    asked = {"comparator": ">=", "threshold": "3", "mode": "measured", "reason": "Trei limbi."}
    assert browser.post("/matrix/E1.4/links/probe/", asked | {"probe": "public_pages_languages"}).status_code == 302
    link = models.CriterionProbe.objects.get(criterion__code="E1.4")
    assert browser.post(f"/links/probe/{link.pk}/", asked | {"threshold": "2"}).status_code == 302
    assert browser.post(f"/links/probe/{link.pk}/", {"withdraw": "yes", "reason": "Gata."}).status_code == 302
    link.refresh_from_db()
    assert (link.threshold, link.withdrawn) == (2, True)


def test_the_expected_picture_never_draws_hope_as_met(city: None) -> None:
    from rivulus.strategy.presenters.matrix import symbol_in
    from rivulus.strategy.queries.matrix import View

    with translation.override("en"):
        for cell in get_matrix().cells:
            assert (symbol_in(cell, View.EXPECTED) == "met") is cell.is_met

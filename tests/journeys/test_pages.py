"""Every page answers: in three languages, with one heading, a title of its own, few questions to the database."""

import html.parser
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from tests.journeys.city import PEOPLE
from tests.journeys.elsewhere import ELSEWHERE, FOREIGN
from tests.journeys.pages import FILES, FRAMED, GUARDED, LANGUAGES, OWN, PUBLIC, Page

SOMEBODY_MAY = {page: names[0] for page, names in GUARDED.items()}
ALL_PAGES = [*((page, "") for page in PUBLIC), *((page, "ioana") for page in OWN), *SOMEBODY_MAY.items()]
REFUSED = {302, 403}


class Outline(html.parser.HTMLParser):
    """The few things of a page that every page has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.language, self.title, self.headings = "", "", 0
        self.ids: Counter[str] = Counter()
        self._in_title = self._in_svg = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = dict(attributes)
        self.ids.update(filter(None, [known.get("id")]))
        self._in_svg = tag == "svg" or self._in_svg
        if tag == "html":
            self.language = known.get("lang") or ""
        self.headings += tag == "h1"
        self._in_title = tag == "title" and not self._in_svg

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        self._in_svg = self._in_svg and tag != "svg"

    def handle_data(self, text: str) -> None:
        if self._in_title:
            self.title += text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_answers_with_its_outline_in_order_and_a_title_of_its_own(
    city: None, client_of: Callable[[str], Client], language: str
) -> None:
    problems, titles = [], {}
    clients = {name: client_of(name) for name in {name for _page, name in ALL_PAGES}}
    for page, name in ALL_PAGES:
        answer = clients[name].get(page.address(language))
        found = Outline(answer.content.decode())
        problems += [f"{page}: {fault}" for fault in _faults(found, answer.status_code, language)]
        if not page.query:  # with a query it is the same page, looked at otherwise
            problems += [f"{page} and {titles[found.title]}: {found.title}"] if found.title in titles else []
            titles[found.title] = page
    assert not problems, "\n".join(problems)


def _faults(found: Outline, status: int, language: str) -> Iterator[str]:
    if status != 200:
        yield f"answers {status}"
    if found.language != language:
        yield f"says that its language is {found.language or 'none'}"
    if found.headings != 1:
        yield f"has {found.headings} main headings"
    if not found.title.strip().removesuffix("· Rivulus Baia Mare").strip():
        yield "has no title"
    for name, times in found.ids.items():
        if times > 1:
            yield f"has {times} things with the id {name}"


@pytest.mark.parametrize(("page", "name"), ALL_PAGES, ids=str)
def test_a_page_asks_the_database_a_bounded_number_of_questions(
    city: None,
    client_of: Callable[[str], Client],
    record_property: Callable[[str, object], None],
    page: Page,
    name: str,
) -> None:
    client, address = client_of(name), page.address()
    with CaptureQueriesContext(connection) as asked:
        begun = time.perf_counter()
        client.get(address)
        spent_ms = (time.perf_counter() - begun) * 1000
    # Said, not judged: how long it takes depends on the machine.
    record_property("server_time_ms", round(spent_ms, 1))
    record_property("queries", len(asked))
    print(f"{page}: {spent_ms:.0f} ms, {len(asked)} queries")
    assert len(asked) <= page.queries, "\n".join(query["sql"][:150] for query in asked)


@pytest.mark.parametrize("page", FILES, ids=str)
def test_a_file_answers(city: None, client_of: Callable[[str], Client], page: Page) -> None:
    answer = client_of("").get(page.address())
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("page", FRAMED, ids=str)
def test_a_page_for_the_pages_of_others_may_stand_in_a_frame_and_runs_nothing(
    city: None, client_of: Callable[[str], Client], page: Page
) -> None:
    for language in LANGUAGES:
        answer = client_of("").get(page.address(language))
        assert list(_faults(Outline(answer.content.decode()), answer.status_code, language)) == []
        assert "X-Frame-Options" not in answer.headers
        policy = answer["Content-Security-Policy"]
        assert "frame-ancestors *" in policy and "script-src" not in policy and "default-src 'none'" in policy


@pytest.mark.parametrize("page", OWN, ids=str)
def test_a_visitor_is_led_to_sign_in(city: None, client_of: Callable[[str], Client], page: Page) -> None:
    answer = client_of("").get(page.address())
    assert answer.status_code == 302


@pytest.mark.parametrize("name", ["", *PEOPLE])
@pytest.mark.parametrize("page", GUARDED, ids=str)
def test_a_guarded_page_opens_to_those_in_the_table_and_to_nobody_else(
    city: None, client_of: Callable[[str], Client], page: Page, name: str
) -> None:
    answer = client_of(name).get(page.address())
    if name in GUARDED[page]:
        assert answer.status_code == 200
    else:
        assert answer.status_code == (page.refusal if name else 302)


@pytest.mark.parametrize("page", GUARDED, ids=str)
def test_a_guarded_page_takes_nothing_from_vlad_or_a_visitor(
    city: None, client_of: Callable[[str], Client], page: Page
) -> None:
    for name in ("", "vlad"):
        with CaptureQueriesContext(connection) as asked:
            answer = client_of(name).post(page.address(), {"reason": "x", "state": "met", "person": "1"})
        written = [query["sql"] for query in asked if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        assert answer.status_code in REFUSED | {405, page.refusal}
        assert [line for line in written if re.search(r'"(strategy|journal|observations)_', line)] == []


def test_a_refusal_says_why_in_the_words_of_the_rule(city: None, client_of: Callable[[str], Client]) -> None:
    answer = client_of("vlad").get("/en/evaluations/new/")
    assert answer.status_code == 403
    assert "Only the strategy unit makes an evaluation." in answer.content.decode()


def test_every_address_of_ours_stands_in_a_table() -> None:
    tabled = {page.name for page in (*PUBLIC, *OWN, *GUARDED, *FILES, *FRAMED)} | set(ELSEWHERE)
    ours = {name for name in _names(get_resolver()) if not name.startswith(FOREIGN)}
    assert ours - tabled == set()
    assert {name for name in tabled if not name.startswith(FOREIGN)} - ours == set()


def _names(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield before + pattern.name
        else:
            yield from _names(pattern, f"{before}{pattern.namespace}:" if pattern.namespace else before)

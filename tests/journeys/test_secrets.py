"""What is personal or private reaches the public through no interface: every address is asked, with marked secrets behind it."""

import base64
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client

from rivulus.house import locks
from rivulus.house.pytest_plugin import FOLDER
from tests.journeys import hidden
from tests.journeys.conftest import CITY, _connected_to, _copy, _drop
from tests.journeys.crawling import NUMBER, Answer, Crawler, address_of, list_routes, nothing_of
from tests.journeys.decoding import texts_of
from tests.journeys.hidden.asking import ABOUT, ATTRIBUTES, NO_ATTRIBUTE, PACKED, STARTS, questions
from tests.journeys.hidden.vault import NOBODY, PREFIX, Vault

CONTEXTS = frozenset({"identity", "journal", "atlas", "observations", "catalog", "strategy"})
LEAST_ROUTES, LEAST_ANSWERED = 170, 900
# Tables in which nothing is a secret, or nothing can be read, and why.
NOTHING_SECRET = {
    "strategy": "what the strategy says is for everybody; people are numbers there",
    "identity.Organisation": "organisations are for everybody",
    "identity.Affiliation": "numbers",
    "identity.FirstLink": "a hash",
    "journal.JournalHead": "a hash",
    "journal.PersonKey": "keys, encrypted",
    "journal.Verification": "numbers and hashes",
    "atlas.BaseImport": "the base map is for everybody",
    "atlas.StreetNode": "the base map",
    "atlas.StreetEdge": "the base map",
    "atlas.Place": "names of the base map, the pack and the public layers",
    "atlas.SearchedLayer": "numbers",
    "atlas.CampaignMember": "what people chose to be called in public",
    "atlas.CampaignTask": "people are numbers",
    "catalog.Assessment": "points, and codes of checks",
    "catalog.Snapshot": "columns that were public on their day",
    "catalog.Usage": "numbers",
    "observations.Alarm": "titles of rules, which are for everybody",
    "observations.Automation": "codes of rules",
    "observations.AutomationCursor": "numbers",
    "observations.RunStep": "kinds, states and numbers",
    "observations.Connector": "codes of the pack",
    "observations.Declaration": "the pack",
    "observations.Simulation": "numbers",
    "observations.Owner": "numbers",
    "observations.SupplierMember": "numbers",
    "observations.SupplierUsage": "numbers",
    "observations.HistoricalLocation": "times",
    "observations.MultiDatastreamPart": "units",
    "observations.Training": "numbers",
    "observations.Forecast": "numbers",
    "observations.Outgoing": "numbers on their way to the broker, which is told of public series only",
    "observations.PublicNotice": "for everybody",
}
# Cells of columns that were taken out before a file was published; the file is gone.
FORGOTTEN = {f"{PREFIX}removedcell", f"{PREFIX}removedname"}
# Routes that no visitor gets an answer of: of the libraries for signing in and for the administration, and links used once.
ELSEWHERE = ("account/", "admin/", "welcome/")
CHANGING = re.compile(
    r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|hx-headers=\'[^\']*\'|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-][\d:]+)'
    r'|"seconds": ?[\d.]+|"id_[a-z0-9_]+"|Candidate bindings: [^\n]*?\\n|\^+'
)


@pytest.fixture(scope="module")
def vault(city_database: str, django_db_blocker: Any) -> Iterator[Vault]:
    """The city of the journeys, with secrets; its rows are numbered from where nobody kept a tile or a page before."""
    name = f"{city_database}_secrets"
    with locks.held(Path(os.environ[FOLDER]) / "city.lock"):
        _copy(CITY, name)
    with django_db_blocker.unblock(), _connected_to(name):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE atlas_layer ALTER COLUMN id RESTART WITH 700000")
        yield hidden.build()
    _drop(name)


@pytest.fixture(scope="module")
def crawler(vault: Vault) -> Crawler:
    """A visitor who has followed every link, and tried every address with what is secret."""
    visitor = Crawler(Client(raise_request_exception=False), vault)
    visitor.crawl([*STARTS, *ABOUT])
    for route in list_routes():
        for address in (*visitor.fill(route, vault.gone), *visitor.fill(route, vault.tried)):
            visitor.ask(address)
        if route.text not in visitor.statuses:
            visitor.ask(address_of(route, {name: visitor.usual(route, name)[0] for name in route.parameters}))
    return visitor


def test_every_secret_is_written_down(vault: Vault) -> None:
    """Otherwise nothing of this could fail; and a new table has to say whether it keeps a secret."""
    written: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t WHERE t::text ILIKE %s', [f"%{PREFIX}%"])
            found = {word for (row,) in cursor.fetchall() for word in re.findall(rf"{PREFIX}[a-z]+", row.lower())}
            written |= {table: found} if found else {}
    kept = _in_files()
    assert set(vault.words) - set().union(kept, *written.values()) <= FORGOTTEN
    bare = [
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in CONTEXTS and model._meta.db_table not in written
        and not {model._meta.label, model._meta.app_label} & set(NOTHING_SECRET)
    ]  # fmt: skip
    assert not bare, f"Write a secret into these, or say why they hold none: {', '.join(bare)}"


def _in_files() -> set[str]:
    found: set[str] = set()
    for file in Path(settings.MEDIA_ROOT, "catalog").rglob("*"):
        for text in texts_of("", file.read_bytes(), "") if file.is_file() else ():
            found |= set(re.findall(rf"{PREFIX}[a-z]+", text.lower()))
    return found


def test_who_may_reads_each_secret(vault: Vault) -> None:
    unread = []
    places: dict[tuple[str, str], list[str]] = {}
    for word, place in vault.words.items():
        if place is not None:
            places.setdefault(place, []).append(word)
    clients = {who: Client() for who, _address in places}
    for who, client in clients.items():
        client.force_login(vault.people[who], backend=settings.AUTHENTICATION_BACKENDS[0])
    for (who, address), words in places.items():
        response = clients[who].get(address)
        content = b"".join(response) if response.streaming else response.content
        said = " ".join(texts_of(response.headers.get("Content-Type", ""), content, address)).lower()
        unread += [f"{response.status_code} {who} {address}: {word}" for word in words if word not in said]
    assert not unread, "\n".join(unread)


def test_what_is_public_is_read_in_every_packing(crawler: Crawler) -> None:
    """A secret that was packed in any of these would be found, as is what stands beside it."""
    unread = []
    for address, word in PACKED:
        answer = crawler.ask(address)
        if word not in " ".join(texts_of(answer.kind, answer.content, address)):
            unread.append(f"{answer.status} {answer.kind} {address}")
    assert not unread, "\n".join(unread)


def test_a_secret_is_found_however_it_is_written(crawler: Crawler) -> None:
    word = f"{PREFIX}layertitlero"
    packed = [base64.b64encode(f"{before}{word}".encode()).decode() for before in ("", "a", "ab")]
    for text in (word, word.capitalize(), f"x{word.upper()}-y", "q7-ascuns", "23.712341", *packed):
        assert crawler.find_leaks(Answer("/", 200, "text/plain", text.encode()))
        assert not crawler.find_leaks(Answer("/", 200, "text/plain", text[:6].encode()))
    assert not crawler.find_leaks(Answer(f"/search/?q={word}", 200, "text/plain", word.encode()))


def test_no_answer_to_a_visitor_holds_a_secret(crawler: Crawler) -> None:
    assert not crawler.leaks, "\n".join(sorted(set(crawler.leaks)))


def test_no_address_is_a_fault(crawler: Crawler) -> None:
    assert crawler.faults == []


def test_what_is_secret_answers_like_what_is_not_there(crawler: Crawler, vault: Vault) -> None:
    told = []
    for route in list_routes():
        secret = list(crawler.fill(route, vault.gone))
        if not secret or not route.parameters:
            continue
        known = [name for name in route.parameters if any(n == name and part in route.text for part, n in vault.gone)]
        usual = {name: crawler.usual(route, name)[0] for name in route.parameters}
        missing = {name: value for name, value in nothing_of(route, secret[0]).items() if name in known}
        nothing = address_of(route, usual | missing)
        one, other = crawler.ask(secret[0]), crawler.ask(nothing)
        if _plain(one, secret[0]) != _plain(other, nothing):
            told.append(f"{one.status} {secret[0]} — {other.status} {nothing}")
        told += [f"{crawler.asked[address]} {address}" for address in secret if crawler.asked[address] != other.status]
    assert not told, "\n".join(told)


def _plain(answer: Answer, address: str) -> str:
    """What an answer says, but for the address that was asked."""
    text = NUMBER.sub("0", CHANGING.sub("", answer.text))
    said = {part for form in (address, quote(address)) for part in (form, *re.split(r"[/.?=&]", form))
            if len(part) > 3 and not part.isdigit()}  # fmt: skip
    for word in sorted(said, key=len, reverse=True):
        text = text.replace(NUMBER.sub("0", word), "·")
    return text


@pytest.mark.parametrize("subject", sorted(questions()))
def test_no_question_tells_whether_there_is_a_secret(crawler: Crawler, subject: str) -> None:
    """A filter, an order or a search that knew the secret would answer otherwise than for a word that stands nowhere."""
    told = []
    for template, words in questions()[subject]:
        other = crawler.ask(template.replace("{}", NOBODY))
        for word in words:
            one = crawler.ask(template.replace("{}", f"{PREFIX}{word}"))
            if (one.status, _told(one, f"{PREFIX}{word}")) != (other.status, _told(other, NOBODY)):
                told.append(f"{one.status} {one.address}")
    assert not told, "\n".join(told)


def test_a_private_attribute_cannot_be_asked_about(crawler: Crawler) -> None:
    told = []
    for template, names in ATTRIBUTES:
        other = crawler.ask(template.replace("{}", NO_ATTRIBUTE))
        for name in names:
            one = crawler.ask(template.replace("{}", name))
            if (one.status, _told(one, name)) != (other.status, _told(other, NO_ATTRIBUTE)):
                told.append(f"{one.status} {one.address}")
    assert not told, "\n".join(told)


def _told(answer: Answer, word: str) -> str:
    text = CHANGING.sub("", answer.text)
    for form in (word, quote(word), word.upper(), word.capitalize()):
        text = text.replace(form, "·")
    return text


def test_every_public_route_was_asked(crawler: Crawler) -> None:
    answered = {
        route for route, statuses in crawler.statuses.items() if any(200 <= status < 300 for status in statuses)
    }
    unseen = [
        f"{route.text} {dict(crawler.statuses.get(route.text, {}))}"
        for route in list_routes()
        if route.text not in answered
        and not route.text.startswith(ELSEWHERE)
        and not _is_guarded(crawler.statuses.get(route.text, {}))
    ]
    assert not unseen, "\n".join(unseen)
    assert len(answered) >= LEAST_ROUTES and len(crawler.asked) >= LEAST_ANSWERED


def _is_guarded(statuses: Any) -> bool:
    """Whoever is not signed in is sent to do so, or may only send something there."""
    return bool(statuses) and set(statuses) <= {302, 403, 404, 405, 401}

"""Catalogs elsewhere: what our own exporter wrote is read back, taken in, changed and archived."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from rivulus.catalog.actions import datasets as dataset_actions
from rivulus.catalog.actions import harvest as actions
from rivulus.catalog.feeds.fetching import Fetched, Web, check_address
from rivulus.catalog.feeds.harvesting import ckan, dcat, running
from rivulus.catalog.models import Dataset, HarvestRun, HarvestSource
from rivulus.catalog.queries import pages
from rivulus.catalog.queries.ways import list_ways
from rivulus.catalog.rules import harvest as rules
from rivulus.catalog.rules.links import is_alive, next_check
from rivulus.catalog.terms import Format, HarvestKind, RunState, Source, State
from rivulus.catalog.tests.cataloguing import make_published
from rivulus.catalog.tests.conftest import as_person
from rivulus.identity.models import Organisation, Person
from rivulus.journal import queries as journal
from rivulus.kernel.errors import Refused

# rdflib's own reader of JSON-LD uses what rdflib says not to use any more.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
]
NEIGHBOUR = "https://recea.example.org"
TURTLE = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://recea.example.org/d/1> a dcat:Dataset ; dct:title "Drumuri"@ro, "Roads"@en ; dct:description "Drumurile comunei."@ro ;
  dcat:keyword "drumuri" ; dcat:theme <http://publications.europa.eu/resource/authority/data-theme/TRAN> ;
  dct:modified "2025-03-01T10:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> ;
  dcat:distribution <https://recea.example.org/d/1#csv> .
<https://recea.example.org/d/1#csv> a dcat:Distribution ; dcat:accessURL <https://recea.example.org/roads.csv> ;
  dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> ;
  dct:license <http://publications.europa.eu/resource/authority/licence/CC_BY_4_0> .
"""


def answers(text: str | bytes, media: str = "text/turtle") -> dcat.Fetch:
    body = text.encode() if isinstance(text, str) else text
    return lambda url: Fetched(200, body, media, url)


@pytest.fixture
def recea(city: Organisation) -> HarvestSource:
    return actions.add_source(
        by=None, code="recea", title="Recea", organisation=city, kind=HarvestKind.DCAT, url=f"{NEIGHBOUR}/catalog.ttl"
    )


def record(path: str) -> str:
    """What our own exporter says, at the address of a neighbour."""
    response = Client().get(path)
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return body.decode().replace("http://testserver", NEIGHBOUR)


def run(source: HarvestSource, fetch: Callable[[str], Fetched]) -> HarvestRun:
    done = running.harvest(source, fetch=fetch)
    assert done is not None
    return done


# --- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "media"), [("ttl", "text/turtle"), ("jsonld", "application/ld+json"), ("rdf", "application/rdf+xml")]
)
def test_what_our_exporter_writes_is_read_back_word_for_word(
    university: Organisation, city: Organisation, ending: str, media: str
) -> None:
    dataset = make_published(
        university, hvd_category="c_ac64a52d", temporal=(dt.date(2024, 1, 1), dt.date(2024, 12, 31)), licence="CC0-1.0",
        spatial={"bbox": [23.4, 47.6, 23.7, 47.7]},
    )  # fmt: skip
    assert city.is_city
    visit = dcat.visit(f"{NEIGHBOUR}/catalog.{ending}", answers(record(f"/catalog.{ending}"), media))
    (found,) = visit.found
    said = found.said
    assert found.foreign_id == f"{NEIGHBOUR}/catalog/datasets/{dataset.code}/"
    assert (said.title_ro, said.title_en, said.title_hu) == (dataset.title_ro, dataset.title_en, dataset.title_hu)
    assert (said.theme, said.keywords, said.licence) == (("ENVI",), ("arbori", "parcuri"), "CC0-1.0")
    assert (said.hvd_category, said.frequency, said.contact_email) == ("c_ac64a52d", "ANNUAL", "verde@example.org")
    assert said.spatial == {"bbox": [23.4, 47.6, 23.7, 47.7]}
    assert said.temporal == (dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    assert [(way.url, way.format) for way in found.ways] == [("https://data.example.org/trees.csv", Format.CSV)]


def test_all_pages_are_read_and_no_page_twice(
    university: Organisation, city: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 1)
    for _ in range(3):
        make_published(university)
    asked: list[str] = []

    def fetch(url: str) -> Fetched:
        asked.append(url)
        return Fetched(200, record(url.removeprefix(NEIGHBOUR)).encode(), "text/turtle", url)

    visit = dcat.visit(f"{NEIGHBOUR}/catalog.ttl", fetch)
    assert (len(visit.found), visit.is_whole, len(asked)) == (3, True, 3)
    assert not dcat.visit(f"{NEIGHBOUR}/catalog.ttl", fetch, most_pages=2).is_whole


def test_what_ckan_says_is_read(university: Organisation) -> None:
    make_published(university, hvd_category="c_ac64a52d")
    text = record("/api/3/action/package_search?rows=100")
    asked: list[str] = []

    def fetch(url: str) -> Fetched:
        asked.append(url)
        return Fetched(200, text.encode(), "application/json", url)

    (found,) = ckan.visit(f"{NEIGHBOUR}/api/3/action/", fetch).found
    assert asked == [f"{NEIGHBOUR}/api/3/action/package_search?rows=100&start=0&sort=name+asc"]
    assert (found.said.title_ro, found.said.title_en) == ("Arborii din parcuri", "Trees in the parks")
    assert (found.said.theme, found.said.licence, found.said.hvd_category) == (("ENVI",), "CC-BY-4.0", "c_ac64a52d")
    assert [(way.url, way.format) for way in found.ways] == [("https://data.example.org/trees.csv", Format.CSV)]


@pytest.mark.parametrize(
    ("body", "media", "word"),
    [
        ("<a> <b", "text/turtle", "cannot be read"),
        ("hello", "text/html", "not with RDF"),
        ('{"@context": "https://evil.example.org/c.jsonld"}', "application/ld+json", "context elsewhere"),
        ('{"@graph": [{"@context": {"@import": "x"}}]}', "application/ld+json", "context elsewhere"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><rdf:RDF xmlns:rdf="x"/>', "application/rdf+xml", "document type"),
        ("[" * 100_000, "application/ld+json", "cannot be read"),
        (b"\xff\xfe\x00", "text/turtle", "cannot be read"),
    ],
)
def test_what_is_no_catalog_is_refused_in_a_sentence(body: str | bytes, media: str, word: str) -> None:
    with pytest.raises(Refused, match=word):
        dcat.visit(f"{NEIGHBOUR}/catalog", answers(body, media))


@pytest.mark.parametrize(
    "body", ["x", "[]", '{"success": false}', '{"success": true, "result": {"count": "x"}}', "[" * 9999]
)
def test_what_is_no_ckan_is_refused_in_a_sentence(body: str) -> None:
    with pytest.raises(Refused, match="CKAN"):
        ckan.visit(NEIGHBOUR, answers(body, "application/json"))


@pytest.mark.parametrize(
    "url", ["ftp://x.org", "file:///etc/passwd", "http://u:p@x.org", "http://", "javascript:alert(1)"]
)
def test_only_addresses_of_the_web_are_asked(url: str) -> None:
    with pytest.raises(Refused):
        check_address(url)


def test_nothing_inside_is_asked() -> None:
    with pytest.raises(Refused, match="private network"):
        Web(timeout_s=1).get("http://127.0.0.1:1/", accept="*/*")


# --- taking in ------------------------------------------------------------------------------------


def test_a_visit_adds_changes_and_archives_and_says_so_once(recea: HarvestSource, university: Organisation) -> None:
    own = make_published(university)
    first = run(recea, answers(TURTLE))
    assert (first.state, first.seen, first.added) == (RunState.DONE, 1, 1)
    dataset = Dataset.objects.get(harvested_from="recea")
    assert (dataset.code, dataset.state, dataset.source) == ("recea-drumuri", State.PUBLISHED, Source.HARVEST)
    assert [way.url for way in list_ways(dataset)] == ["https://recea.example.org/roads.csv"]
    again = run(recea, answers(TURTLE))
    assert (again.added, again.changed, again.archived) == (0, 0, 0)
    changed = run(
        recea, answers(TURTLE.replace("roads.csv", "drumuri.csv").replace("Drumurile comunei", "Toate drumurile"))
    )
    assert changed.changed == 1
    dataset.refresh_from_db()
    assert [way.url for way in list_ways(dataset)] == ["https://recea.example.org/drumuri.csv"]
    gone = run(recea, answers("# nothing"))
    assert gone.archived == 1
    dataset.refresh_from_db()
    assert dataset.state == State.ARCHIVED
    assert run(recea, answers(TURTLE)).changed == 1  # it is back
    own.refresh_from_db()
    assert own.state == State.PUBLISHED
    assert len(journal.list_lines(subject="catalog.harvest")) == 5  # entered, added, changed, archived, back


def test_nobody_here_changes_what_is_harvested(recea: HarvestSource, dan: Person) -> None:
    run(recea, answers(TURTLE))
    dataset = Dataset.objects.get()
    with pytest.raises(Refused, match="another catalog"):
        dataset_actions.archive_dataset(by=dan, dataset=dataset, reason="Not ours.")


def test_a_catalog_that_is_suddenly_empty_archives_nothing(recea: HarvestSource) -> None:
    many = "".join(TURTLE.replace("/d/1", f"/d/{n}") for n in range(5))
    assert run(recea, answers(many)).added == 5
    failed = run(recea, answers(TURTLE.replace("/d/1", "/d/0")))
    assert failed.state == RunState.FAILED and "nothing was archived" in failed.why
    assert Dataset.objects.filter(state=State.PUBLISHED).count() == 5
    recea.refresh_from_db()
    assert recea.failures == 1


def test_a_visit_that_breaks_off_archives_nothing(recea: HarvestSource) -> None:
    run(recea, answers(TURTLE))
    visit = rules.Visit((), is_whole=False)
    begun = actions.begin_run(source=recea)
    assert begun is not None and actions.take_in(run=begun, visit=visit).archived == 0


def test_datasets_with_faults_are_named_in_the_report_and_the_rest_is_taken(recea: HarvestSource) -> None:
    broken = (
        TURTLE
        + '<https://recea.example.org/d/2> a dcat:Dataset ; dct:title "Fără date" . [] a dcat:Dataset ; dct:title "Anonim" .'
    )
    done = run(recea, answers(broken))
    assert (done.added, done.refused) == (1, 2)
    assert {problem[0] for problem in done.problems} == {"Fără date", "Anonim"}


def test_two_visits_at_once_are_one(recea: HarvestSource) -> None:
    assert actions.begin_run(source=recea) is not None
    assert running.harvest(recea, fetch=answers(TURTLE)) is None


def test_a_failed_visit_is_tried_again_later_and_later(recea: HarvestSource) -> None:
    def fetch(url: str) -> Fetched:
        raise Refused("The address answers with status %(status)s.", status=500)

    waits = []
    for _ in range(3):
        run(recea, fetch)
        recea.refresh_from_db()
        waits.append(recea.next_at - HarvestRun.objects.latest("id").finished_at)  # type: ignore[operator]
    assert waits == [dt.timedelta(hours=48), dt.timedelta(hours=96), dt.timedelta(hours=168)]


def test_only_those_who_run_the_portal_enter_catalogs(city: Organisation, flavia: Person, dan: Person) -> None:
    values: dict[str, Any] = {"title": "X", "organisation": city, "kind": HarvestKind.CKAN, "url": NEIGHBOUR}
    with pytest.raises(Refused, match="Departments"):
        actions.add_source(by=flavia, code="x1", **values)
    source = actions.add_source(by=dan, code="x1", **values)
    with pytest.raises(Refused, match="code"):
        actions.add_source(by=dan, code="x1", **values)
    with pytest.raises(Refused, match="hour"):
        actions.change_source(
            by=dan, source=source, title="X", url=NEIGHBOUR, every_h=0, is_active=True, reason="More often."
        )


def test_the_pages_enter_look_and_queue(
    city: Organisation, dan: Person, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = as_person(dan)
    data = {
        "title": "Recea",
        "code": "recea",
        "kind": "dcat",
        "url": f"{NEIGHBOUR}/c.ttl",
        "organisation": "baia-mare",
        "every_h": 24,
    }
    assert browser.post("/catalog/manage/harvest/new/", data).status_code == 302
    assert "Recea" in browser.get("/catalog/manage/harvest/").text
    monkeypatch.setattr(Web, "get", lambda self, url, accept: Fetched(200, TURTLE.encode(), "text/turtle", url))
    assert "Drumuri" in browser.post("/catalog/manage/harvest/recea/preview/").text
    assert not Dataset.objects.exists()
    assert browser.post("/catalog/manage/harvest/recea/visit/").status_code == 302
    changed = {"title": "Recea", "url": f"{NEIGHBOUR}/d.ttl", "every_h": 48, "reason": "It moved."}
    assert browser.post("/catalog/manage/harvest/recea/", changed).status_code == 302
    source = HarvestSource.objects.get()
    assert (source.every_h, source.is_active) == (48, False)
    assert as_person(ana).get("/catalog/manage/harvest/").status_code == 403


# --- addresses ------------------------------------------------------------------------------------


def test_an_address_is_asked_weekly_while_it_answers_and_more_seldom_while_it_is_dead() -> None:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    waits = [(next_check(now, failures, seed=0) - now).total_seconds() / 3600 for failures in (0, 1, 2, 3, 20)]
    assert waits == [168, 6, 12, 24, 720]
    assert [is_alive(status) for status in (200, 301, 401, 404, 410, 500)] == [True, True, True, False, False, False]


def test_addresses_that_are_due_are_asked_and_what_they_said_is_shown(university: Organisation) -> None:
    from rivulus.catalog.feeds.links import check_due

    dataset = make_published(university)

    def dead(url: str) -> int:
        raise Refused("No answer within %(seconds)s seconds.", seconds=15)

    assert check_due(probe=dead) == 1
    assert check_due(probe=dead) == 0  # not due any more
    (way,) = list_ways(dataset)
    assert way.is_alive is False
    assert "does not answer" in Client().get(f"/en/catalog/datasets/{dataset.code}/").text
    assert "trees.csv" in Client().get("/en/catalog/quality/").text

"""The public pages, and the desk of those who publish."""

import json
import re

import pytest
from django.test import Client

from rivulus.catalog.actions import datasets as actions
from rivulus.catalog.actions import quality, usage
from rivulus.catalog.actions.live import sync_live_datasets
from rivulus.catalog.models import Dataset, Usage
from rivulus.catalog.terms import State
from rivulus.catalog.tests.cataloguing import make_draft, make_published, make_table
from rivulus.catalog.tests.conftest import as_person
from rivulus.identity.models import Organisation, Person

pytestmark = pytest.mark.django_db
PAGES = (
    "",
    "organisations/",
    "organisations/cunbm/",
    "themes/ENVI/",
    "quality/",
    "interfaces/",
    "requests/",
    "reuse/",
    "new.atom",
)


@pytest.fixture
def tree(university: Organisation) -> Dataset:
    return make_published(university)


@pytest.mark.parametrize("language", ["", "/en", "/hu"])
def test_every_public_page_answers_in_every_language(city: Organisation, tree: Dataset, language: str) -> None:
    sync_live_datasets(tables=[make_table()])
    quality.assess_all()
    for page in (*PAGES, f"datasets/{tree.code}/", f"datasets/{tree.code}/history/", "datasets/city-benches/"):
        response = Client().get(f"{language}/catalog/{page}")
        assert response.status_code == 200, page
        assert "{{" not in response.text and "{%" not in response.text


def test_a_search_shows_what_was_found_with_filters(tree: Dataset) -> None:
    page = Client().get("/en/catalog/", {"q": "trees", "theme": "ENVI"}).text
    assert "Trees in the parks" in page
    assert "Environment" in page
    nothing = Client().get("/en/catalog/", {"q": "zzzzzz"}).text
    assert "No dataset matches" in nothing
    for hostile in ({"page": "x"}, {"page": "999999999"}, {"theme": "\x00"}, {"q": "\x00a"}, {"sort": "'"}):
        assert Client().get("/catalog/", hostile).status_code == 200


def test_a_dataset_says_what_whose_how_fresh_and_what_to_improve(tree: Dataset) -> None:
    quality.assess_all()
    page = Client().get(f"/en/catalog/datasets/{tree.code}/").text
    for words in ("Centrul Universitar Nord", "Creative Commons Attribution 4.0", "verde@example.org", "of 405 points"):
        assert words in page, words
    found = re.search(r'<script type="application/ld\+json" nonce="[^"]+">(.*?)</script>', page, re.S)
    assert found is not None
    said = json.loads(found[1])
    assert said["@type"] == "Dataset" and said["distribution"][0]["contentUrl"] == "https://data.example.org/trees.csv"


def test_words_of_a_dataset_cannot_end_the_script_they_stand_in(university: Organisation) -> None:
    dataset = make_published(university, title_ro="</script><script>alert(1)</script>")
    assert "<script>alert" not in Client().get(f"/catalog/datasets/{dataset.code}/").text


def test_a_draft_is_seen_by_nobody_else(university: Organisation, flavia: Person, vlad: Person, ana: Person) -> None:
    draft = make_draft(flavia, university)
    for path in (f"/catalog/datasets/{draft.code}/", f"/catalog/datasets/{draft.code}/history/"):
        assert Client().get(path).status_code == 404
        assert as_person(vlad).get(path).status_code == 404
        assert as_person(flavia).get(path).status_code == 200
    assert as_person(vlad).get(f"/catalog/manage/datasets/{draft.code}/").status_code == 404
    assert as_person(ana).get("/catalog/manage/").status_code == 403
    assert draft.title_ro not in Client().get("/catalog/new.atom").text


def test_an_archived_dataset_says_why_and_offers_nothing(tree: Dataset, flavia: Person) -> None:
    actions.archive_dataset(by=flavia, dataset=tree, reason="The survey was wrong.")
    page = Client().get(f"/en/catalog/datasets/{tree.code}/").text
    assert "The survey was wrong." in page and "trees.csv" not in page


def test_a_publisher_describes_proposes_and_a_department_publishes(
    university: Organisation, flavia: Person, dan: Person
) -> None:
    browser = as_person(flavia)
    data = {
        "organisation": "cunbm", "source": "link", "title_ro": "Stații meteo", "licence": "CC-BY-4.0", "frequency": "DAILY",
        "description_ro": "Stațiile meteo ale universității.", "theme": ["ENVI"], "keywords": "meteo, vreme",
        "begins": "2024-01-01", "siruta": "106318",
    }  # fmt: skip
    assert browser.post("/catalog/manage/new/", data).headers["Location"] == "/catalog/manage/datasets/statii-meteo/"
    at = "/catalog/manage/datasets/statii-meteo/"
    assert browser.post(at + "links/", {"url": "https://d.example.org/x.csv", "format": "csv"}).status_code == 302
    assert browser.get(at).status_code == 200
    browser.post(at + "propose/")
    dataset = Dataset.objects.get(code="statii-meteo")
    assert dataset.state == State.REVIEW and dataset.keywords == ["meteo", "vreme"]
    refused = browser.post(at + "publish/", {"seen": dataset.revision}, follow=True, headers={"Accept-Language": "en"})
    assert Dataset.objects.get().state == State.REVIEW and refused.status_code == 200
    assert "statii-meteo" in as_person(dan).get("/catalog/manage/").text
    as_person(dan).post(at + "publish/", {"seen": dataset.revision})
    dataset.refresh_from_db()
    assert dataset.state == State.PUBLISHED
    changed = data | {"seen": dataset.revision, "title_ro": "Stațiile meteo", "reason": "A better title."}
    assert browser.post(at, changed).status_code == 302
    assert browser.post(at, changed).status_code == 400  # somebody changed it meanwhile
    history = Client().get("/en/catalog/datasets/statii-meteo/history/").text
    assert "A better title." in history and "Stațiile meteo" in history
    assert browser.post(at + "archive/", {"reason": "Over."}).status_code == 302


@pytest.mark.parametrize(
    "wrong", [{"bbox": "1,2"}, {"begins": "2025-01-01", "ends": "2024-01-01"}, {"licence": "mine"}, {"title_ro": ""}]
)
def test_a_form_filled_in_wrongly_says_so_and_keeps_nothing(
    university: Organisation, flavia: Person, wrong: dict[str, str]
) -> None:
    data = {
        "organisation": "cunbm",
        "source": "link",
        "title_ro": "Stații",
        "licence": "CC-BY-4.0",
        "frequency": "DAILY",
    }
    assert as_person(flavia).post("/catalog/manage/new/", data | wrong).status_code == 400
    assert not Dataset.objects.exists()


def test_views_are_counted_without_anybody_waiting_and_without_robots(tree: Dataset) -> None:
    usage.write_counts()
    for agent in ("Mozilla/5.0", "Mozilla/5.0", "Googlebot/2.1"):
        Client().get(f"/catalog/datasets/{tree.code}/", headers={"User-Agent": agent})
    assert not Usage.objects.exists()
    usage.write_counts()
    usage.note(dataset_id=tree.pk, kind="view")
    usage.write_counts()
    row = Usage.objects.get()
    assert (row.kind, row.count) == ("view", 3)
    assert {field.name for field in Usage._meta.fields} == {"id", "dataset", "distribution", "day", "kind", "count"}
    usage.note(dataset_id=10**9, kind="download")  # removed meanwhile
    assert usage.write_counts() == 1


def test_the_feed_narrows_to_an_organisation(city: Organisation, tree: Dataset) -> None:
    make_published(city, title_ro="Bugetul", title_en="", title_hu="")
    assert "Arborii" not in Client().get("/catalog/new.atom?organisation=baia-mare").text
    assert "Bugetul" in Client().get("/catalog/new.atom?organisation=baia-mare").text
    assert Client().get("/catalog/new.atom?theme=nope").status_code == 200


def test_the_sitemap_lists_every_published_dataset_in_three_languages(tree: Dataset) -> None:
    assert "/sitemap-1.xml" in Client().get("/sitemap.xml").text
    text = "".join(map(bytes.decode, Client().get("/sitemap-1.xml").streaming_content))  # type: ignore[arg-type]
    for prefix in ("", "/en", "/hu"):
        assert f"<loc>http://testserver{prefix}/catalog/datasets/{tree.code}/</loc>" in text
    assert Client().get("/sitemap-2.xml").status_code == 404
    assert "Sitemap: http://testserver/sitemap.xml" in Client().get("/robots.txt").text


def test_a_list_of_many_takes_as_many_queries_as_a_list_of_one(
    university: Organisation, django_assert_max_num_queries: object
) -> None:
    for _ in range(8):
        make_published(university)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        Client().get("/catalog/")

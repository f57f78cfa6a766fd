"""The way of a dataset to the public and back."""

import datetime as dt
from dataclasses import replace

import pytest

from rivulus.catalog.actions import datasets as actions
from rivulus.catalog.actions.live import sync_live_datasets
from rivulus.catalog.models import Dataset, Event
from rivulus.catalog.queries import datasets as queries
from rivulus.catalog.queries.viewing import Viewer, authors_of
from rivulus.catalog.queries.ways import list_ways, list_ways_of
from rivulus.catalog.rules import datasets as rules
from rivulus.catalog.rules.datasets import MOVES, Metadata, Subject, Who
from rivulus.catalog.terms import Format, Source, State
from rivulus.catalog.tests.cataloguing import SAID, make_draft, make_published, make_table
from rivulus.catalog.tests.conftest import make_publisher
from rivulus.identity.models import Organisation, Person
from rivulus.journal import queries as journal
from rivulus.kernel.errors import Refused

pytestmark = pytest.mark.django_db
WHY = "A better description."


@pytest.mark.parametrize("now", State)
@pytest.mark.parametrize("wanted", State)
def test_the_table_of_moves_is_held(now: State, wanted: State) -> None:
    if wanted in MOVES[now]:
        rules.check_move(now, wanted)
    else:
        with pytest.raises(Refused):
            rules.check_move(now, wanted)


GUEST, OWNER, OTHER, CLERK = (
    Who(),
    Who(1, frozenset({"publisher"}), frozenset({7})),
    Who(2, frozenset({"publisher"}), frozenset({8})),
    Who(3, frozenset({"department"}), frozenset({9})),
)


@pytest.mark.parametrize(
    ("who", "state", "sees", "edits", "publishes"),
    [
        (GUEST, State.DRAFT, False, False, False),
        (GUEST, State.PUBLISHED, True, False, False),
        (GUEST, State.ARCHIVED, True, False, False),
        (OTHER, State.REVIEW, False, False, False),
        (OWNER, State.DRAFT, True, True, False),
        (OWNER, State.REVIEW, True, True, True),
        (CLERK, State.DRAFT, True, False, False),
        (CLERK, State.REVIEW, True, False, True),
        (CLERK, State.PUBLISHED, True, False, False),
    ],
)
def test_who_may_do_what(who: Who, state: State, sees: bool, edits: bool, publishes: bool) -> None:
    subject = Subject(7, state, Source.FILE)
    assert (rules.can_see(who, subject), rules.can_edit(who, subject), rules.can_publish(who, subject)) == (
        sees, edits, publishes,
    )  # fmt: skip


def test_whoever_wrote_or_proposed_does_not_publish() -> None:
    subject = Subject(7, State.REVIEW, Source.FILE, frozenset({1}))
    assert "yourself" in rules.refusal_to_publish(OWNER, subject)
    assert rules.can_publish(CLERK, subject)


def test_nobody_here_edits_what_is_harvested() -> None:
    assert not rules.can_edit(OWNER, Subject(7, State.PUBLISHED, Source.HARVEST))


def test_a_dataset_goes_from_draft_to_the_public_past_a_second_person(
    university: Organisation, flavia: Person, dan: Person, ana: Person, vlad: Person
) -> None:
    dataset = make_draft(flavia, university)
    assert (dataset.code, dataset.state, dataset.formats) == ("arborii-din-parcuri", State.DRAFT, ["csv"])
    for stranger in (ana, vlad):
        with pytest.raises(Refused, match="organisation"):
            actions.propose_dataset(by=stranger, dataset=dataset)
    dataset = actions.propose_dataset(by=flavia, dataset=dataset)
    with pytest.raises(Refused, match="yourself"):
        actions.publish_dataset(by=flavia, dataset=dataset, seen=dataset.revision)
    with pytest.raises(Refused, match="meanwhile"):
        actions.publish_dataset(by=dan, dataset=dataset, seen=dataset.revision - 1)
    dataset = actions.publish_dataset(by=dan, dataset=dataset, seen=dataset.revision)
    assert dataset.issued_at is not None and dataset.version == 1
    verbs = [event.verb for event in queries.list_events(dataset)]
    assert verbs == ["published", "proposed", "link_added", "created"]
    lines = [line.verb for line in journal.list_lines(subject="catalog.dataset", subject_id=dataset.pk)]
    assert lines[0] == "catalog.dataset.published"


def test_a_colleague_of_the_same_organisation_may_publish(university: Organisation, flavia: Person) -> None:
    colleague = make_publisher("matei", university)
    dataset = actions.propose_dataset(by=flavia, dataset=make_draft(flavia, university))
    assert authors_of(dataset) == {flavia.pk}
    actions.publish_dataset(by=colleague, dataset=dataset, seen=dataset.revision)


def test_whoever_changed_it_in_review_is_an_author_too(university: Organisation, flavia: Person) -> None:
    colleague = make_publisher("matei", university)
    dataset = actions.propose_dataset(by=flavia, dataset=make_draft(flavia, university))
    said = replace(SAID, title_ro="Arborii")
    dataset = actions.change_dataset(by=colleague, dataset=dataset, said=said, seen=dataset.revision)
    with pytest.raises(Refused, match="yourself"):
        actions.publish_dataset(by=colleague, dataset=dataset, seen=dataset.revision)


def test_what_is_not_described_or_cannot_be_had_is_not_proposed(university: Organisation, flavia: Person) -> None:
    for said, word in (({"description_ro": "Scurt."}, "Describe"), ({"theme": ()}, "theme")):
        with pytest.raises(Refused, match=word):
            actions.propose_dataset(by=flavia, dataset=make_draft(flavia, university, **said))
    with pytest.raises(Refused, match="download"):
        actions.propose_dataset(by=flavia, dataset=make_draft(flavia, university, link=False))


def test_correcting_in_public_says_why_and_makes_a_version(university: Organisation, flavia: Person) -> None:
    dataset = make_published(university)
    said = replace(SAID, keywords=("arbori", "parcuri", "specii"))
    with pytest.raises(Refused, match="reason"):
        actions.change_dataset(by=flavia, dataset=dataset, said=said, seen=dataset.revision)
    changed = actions.change_dataset(by=flavia, dataset=dataset, said=said, seen=dataset.revision, reason=WHY)
    assert changed.version == 2
    with pytest.raises(Refused, match="meanwhile"):
        actions.change_dataset(by=flavia, dataset=dataset, said=SAID, seen=dataset.revision, reason=WHY)
    newest, before = Event.objects.filter(dataset=dataset, verb__in=["corrected", "published"]).order_by("-id")[:2]
    (change,) = rules.compare(before.metadata, newest.metadata)
    assert (change.field, change.after) == ("keywords", "arbori, parcuri, specii")


def test_saying_the_same_again_changes_nothing(university: Organisation, flavia: Person) -> None:
    dataset = make_published(university)
    again = actions.change_dataset(by=flavia, dataset=dataset, said=SAID, seen=dataset.revision)
    assert (again.version, again.revision) == (1, dataset.revision)


def test_an_archived_dataset_comes_back_only_through_review(
    university: Organisation, flavia: Person, dan: Person
) -> None:
    dataset = actions.archive_dataset(by=flavia, dataset=make_published(university), reason="Out of date.")
    assert Viewer.of(None).sees(dataset)
    with pytest.raises(Refused, match="archived"):
        actions.change_dataset(by=flavia, dataset=dataset, said=SAID, seen=dataset.revision)
    dataset = actions.propose_dataset(by=flavia, dataset=dataset)
    assert not Viewer.of(None).sees(dataset)
    dataset = actions.publish_dataset(by=dan, dataset=dataset, seen=dataset.revision)
    assert dataset.version == 2


def test_a_review_sends_back_with_a_reason(university: Organisation, flavia: Person, dan: Person) -> None:
    dataset = actions.propose_dataset(by=flavia, dataset=make_draft(flavia, university))
    with pytest.raises(Refused, match="reason"):
        actions.send_back_dataset(by=dan, dataset=dataset, reason="")
    assert actions.send_back_dataset(by=dan, dataset=dataset, reason="Add species.").state == State.DRAFT


def test_the_last_address_of_a_public_dataset_stays(university: Organisation, flavia: Person) -> None:
    dataset = make_published(university)
    link = dataset.distributions.get()
    with pytest.raises(Refused, match="first"):
        actions.remove_link(by=flavia, distribution=link, reason=WHY)
    actions.add_link(
        by=flavia, dataset=dataset, url="https://data.example.org/trees.json", format=Format.JSON, reason=WHY
    )
    actions.remove_link(by=flavia, distribution=link, reason=WHY)
    dataset.refresh_from_db()
    assert dataset.formats == ["json"]


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"title_ro": " "}, "title"),
        ({"theme": ("MAGIC",)}, "theme"),
        ({"licence": "mine"}, "licence"),
        ({"licence": "other"}, "licence"),
        ({"hvd_category": "c_1"}, "high-value"),
        ({"frequency": "SOMETIMES"}, "rhythm"),
        ({"keywords": ("a",)}, "keywords"),
        ({"temporal": (dt.date(2025, 1, 1), dt.date(2024, 1, 1))}, "before it begins"),
        ({"spatial": {"bbox": [24, 47, 23, 48]}}, "area"),
        ({"spatial": {"name": "here"}}, "area"),
        ({"landing_page": "javascript:alert(1)"}, "address"),
        ({"landing_page": "https://user:secret@example.org"}, "address"),
        ({"description_hu": "x" * 5001}, "5,000"),
    ],
)
def test_a_description_that_cannot_be_passed_on_is_refused(said: dict[str, object], word: str) -> None:
    with pytest.raises(Refused, match=word):
        rules.check_metadata(replace(SAID, **said), source=Source.FILE)  # type: ignore[arg-type]


def test_the_time_covered_ends_with_its_last_day(university: Organisation) -> None:
    days = (dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    dataset = make_draft(None, university, temporal=days)
    dataset.refresh_from_db()
    assert queries.metadata_of(dataset).temporal == days


def test_codes_are_made_of_titles_and_never_taken_twice(university: Organisation) -> None:
    assert [make_draft(None, university).code for _ in range(2)] == ["arborii-din-parcuri", "arborii-din-parcuri-2"]
    assert rules.make_code("ș", set()) == "set"


def test_everything_is_found_by_folded_words(university: Organisation) -> None:
    text = make_draft(None, university).search_text
    for word in ("arborii", "kornyezet", "environment", "centrul universitar nord", "species"):
        assert word in text


def test_ways_of_many_datasets_take_a_fixed_number_of_queries(
    university: Organisation, django_assert_num_queries: object
) -> None:
    rows = [make_published(university) for _ in range(4)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = list_ways_of(rows)
    assert {len(ways) for ways in found.values()} == {1}


# --- live -----------------------------------------------------------------------------------------


def test_every_public_table_is_a_published_dataset_and_goes_with_it(city: Organisation) -> None:
    synced = sync_live_datasets(tables=[make_table(), make_table("city_lamps", keywords=())])
    assert synced.added == ["city-benches", "city-lamps"]
    assert sync_live_datasets(tables=[make_table(), make_table("city_lamps", keywords=())]).is_nothing
    dataset = Dataset.objects.get(table="city_benches")
    assert (dataset.state, dataset.organisation_id, dataset.title_en) == (State.PUBLISHED, city.pk, "Benches")
    assert dataset.spatial == {"siruta": 106318} and dataset.formats == ["csv", "geojson", "json", "parquet", "xlsx"]
    assert sync_live_datasets(tables=[make_table()]).archived == ["city-lamps"]
    assert sync_live_datasets(tables=[make_table(), make_table("city_lamps", keywords=())]).restored == ["city-lamps"]
    lines = journal.list_lines(subject="catalog.live")
    assert len(lines) == 3


def test_words_of_a_table_change_with_it_until_a_person_says_it_better(city: Organisation, dan: Person) -> None:
    sync_live_datasets(tables=[make_table()])
    assert sync_live_datasets(tables=[make_table(title="Public benches")]).changed == ["city-benches"]
    dataset = Dataset.objects.get(table="city_benches")
    said = replace(queries.metadata_of(dataset), title_ro="Băncile publice din Baia Mare")
    actions.change_dataset(by=dan, dataset=dataset, said=said, seen=dataset.revision, reason=WHY)
    assert sync_live_datasets(tables=[make_table()]).is_nothing
    dataset.refresh_from_db()
    assert dataset.title_ro == "Băncile publice din Baia Mare"
    with pytest.raises(Refused, match="table of the platform"):
        actions.archive_dataset(by=dan, dataset=dataset, reason="No longer.")


def test_what_is_simulated_is_marked_and_hidden_where_no_demonstration_runs(
    city: Organisation, settings: object
) -> None:
    sync_live_datasets(tables=[make_table(simulated=lambda: True)])
    dataset = Dataset.objects.get()
    assert dataset.is_demonstration
    settings.RIVULUS_DEMO = False  # type: ignore[attr-defined]
    assert not Viewer.of(None).sees(dataset)


def test_without_a_city_no_table_is_published(db: None) -> None:
    assert sync_live_datasets(tables=[make_table()]).is_nothing
    assert not Dataset.objects.exists()


def test_a_live_dataset_comes_in_every_format(city: Organisation) -> None:
    sync_live_datasets(tables=[make_table()])
    ways = list_ways(Dataset.objects.get())
    assert {str(way.format) for way in ways} >= {"csv", "json", "geojson", "parquet", "xlsx"}
    assert all(way.path for way in ways)


def test_all_tables_of_the_platform_can_be_described(city: Organisation) -> None:
    sync_live_datasets()
    for dataset in Dataset.objects.all():
        assert dataset.title_ro and dataset.title_en, dataset.table
        rules.check_metadata(queries.metadata_of(dataset), source=Source.LIVE)


def test_metadata_is_kept_as_plain_json() -> None:
    kept = rules.as_json(Metadata(title_ro="x", temporal=(dt.date(2024, 1, 1), None)))
    assert kept["temporal"] == ["2024-01-01", None]
    assert rules.in_words(kept["temporal"]) == "2024-01-01, …"

"""The score of a description, how fresh data are, and what the catalog reports to the strategy."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from rivulus.catalog.actions.live import sync_live_datasets
from rivulus.catalog.actions.quality import Answer, assess_all, note_answers
from rivulus.catalog.models import Assessment, Dataset
from rivulus.catalog.queries import probes
from rivulus.catalog.queries.quality import list_late, list_standings
from rivulus.catalog.rules.freshness import Freshness, freshness
from rivulus.catalog.rules.quality import CHECKS, MOST, Described, Dimension, Rating, Way, assess, most_of, rate
from rivulus.catalog.tests.cataloguing import make_published, make_table
from rivulus.identity.models import Organisation
from rivulus.kernel import clock

PUBLISHED_TOTALS = {
    "findability": 100,
    "accessibility": 100,
    "interoperability": 110,
    "reusability": 75,
    "contextuality": 20,
}
WHOLE_WAY = Way(
    access_url="https://x", download_url="https://x", is_alive=True, has_format=True, has_media_type=True, is_known_type=True,
    is_open_type=True, is_machine_readable=True, has_size=True, issued=True, modified=True, licence="CC-BY-4.0",
    is_known_licence=True,
)  # fmt: skip
WHOLE = Described(
    keywords=1, themes=1, has_spatial=True, has_temporal=True, has_contact=True, access_rights="PUBLIC",
    is_known_access_rights=True, issued=True, modified=True, ways=(WHOLE_WAY,),
)  # fmt: skip
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def test_the_points_are_those_of_the_published_method() -> None:
    assert {str(dimension): most_of(dimension) for dimension in Dimension} == PUBLISHED_TOTALS
    assert sum(check.points for check in CHECKS) == MOST == 405
    assert assess(WHOLE).points == 405 and not assess(WHOLE).missing


def test_nothing_said_is_nearly_nothing_and_the_next_fix_brings_the_most() -> None:
    score = assess(Described(has_publisher=False, is_conforming=False))
    assert score.points == 0
    assert [one.code for one in score.missing[:1]] == ["access_alive"]
    assert sum(one.points for one in score.missing) == 405
    assert [one.points for one in score.missing] == sorted((one.points for one in score.missing), reverse=True)


def test_a_check_of_distributions_counts_the_share_that_passes() -> None:
    half = replace(WHOLE, ways=(WHOLE_WAY, replace(WHOLE_WAY, is_alive=False)))
    score = assess(half)
    assert score.dimensions["accessibility"] == 60
    assert {one.code: one.points for one in score.missing} == {"access_alive": 25, "download_alive": 15}


@pytest.mark.parametrize(
    ("points", "rating"),
    [
        (405, Rating.EXCELLENT),
        (351, Rating.EXCELLENT),
        (350, Rating.GOOD),
        (221, Rating.GOOD),
        (220, Rating.SUFFICIENT),
        (120, Rating.BAD),
    ],
)
def test_points_are_called_as_the_method_calls_them(points: int, rating: Rating) -> None:
    assert rate(points) is rating


@pytest.mark.parametrize(
    ("frequency", "days", "how"),
    [
        ("DAILY", 1, Freshness.FRESH),
        ("DAILY", 3, Freshness.LATE),
        ("ANNUAL", 400, Freshness.FRESH),
        ("ANNUAL", 500, Freshness.LATE),
        ("IRREG", 5000, Freshness.UNPROMISED),
        ("NEVER", 5000, Freshness.UNPROMISED),
        ("nonsense", 1, Freshness.UNPROMISED),
    ],
)
def test_data_are_late_when_they_are_older_than_promised(frequency: str, days: int, how: Freshness) -> None:
    assert freshness(frequency, NOW - dt.timedelta(days=days), now=NOW) is how
    assert freshness(frequency, None, now=NOW, is_live=True) is Freshness.FRESH


@pytest.mark.django_db
def test_scores_are_kept_and_made_anew_only_where_something_is_different(
    university: Organisation, city: Organisation
) -> None:
    dataset = make_published(university)  # assessed at once
    sync_live_datasets(tables=[make_table()])
    assert assess_all() == 1
    assert assess_all() == 0
    before = Assessment.objects.get(dataset=dataset).points
    note_answers(answers=[Answer(dataset.distributions.get().pk, 200, True)])
    assert assess_all() == 1
    assert Assessment.objects.get(dataset=dataset).points == before + 80
    (university_row, city_row) = sorted(list_standings(), key=lambda one: one.code != "cunbm")
    assert university_row.points == before + 80 and city_row.datasets == 1
    assert city.is_city


@pytest.mark.django_db
def test_a_live_dataset_of_the_platform_is_described_excellently_but_for_what_a_person_must_say(
    city: Organisation,
) -> None:
    sync_live_datasets(tables=[make_table()])
    assess_all()
    assessment = Assessment.objects.get()
    assert {code for code, _points in assessment.missing} <= {"temporal", "contact", "size"}


@pytest.mark.django_db
def test_late_datasets_are_listed(university: Organisation) -> None:
    dataset = make_published(university, frequency="DAILY")
    assert list_late() == []
    Dataset.objects.filter(pk=dataset.pk).update(data_changed_at=clock.now() - dt.timedelta(days=9))
    assert list_late() == [dataset]


@pytest.mark.django_db
def test_probes_count_what_is_real(university: Organisation, city: Organisation, settings: Any) -> None:
    now = clock.now()
    empty = {probe.name: probe.compute(now).value for probe in probes.PROBES}
    assert empty["datasets_published"] == 0 and empty["datasets_excellent_share"] is None
    make_published(university)
    make_published(city, title_ro="Linii", hvd_category="c_b79e35eb")
    sync_live_datasets(tables=[make_table(simulated=lambda: True)])
    assess_all()
    values = {probe.name: probe.compute(now).value for probe in probes.PROBES}
    assert values["datasets_published"] == 2  # what is simulated does not count
    assert values["high_value_datasets"] == 1
    assert values["organisations_publishing_share"] == 100
    assert values["datasets_excellent_share"] == 0
    assert values["datasets_fresh_share"] == 100
    assert values["data_requests_on_time_share"] is None

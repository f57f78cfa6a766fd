"""The page of the forecast, and what it is made of."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from rivulus.identity.models import Person
from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.queries.forecast import get_forecast, list_progress
from rivulus.strategy.rules.forecast import Ground, Reading
from rivulus.strategy.terms import Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
TODAY = dt.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.frozen(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)):
        yield


@pytest.fixture
def report(bogdan: Person) -> Callable[..., models.ProgressReport]:
    """Return what writes a report of a project, as a row."""

    def write(code: str, **values: Any) -> models.ProgressReport:
        row = {"year": 2026, "half": 1, "status": Status.IN_PROGRESS, "percent": 40, "expected_end": None, **values}
        return models.ProgressReport.objects.create(
            project=models.Project.objects.get(code=code),
            spent_eur=Decimal(0),
            summary="Works went on.",
            reported_by=bogdan,
            reported_at=clock.now(),
            **row,
        )

    return write


def page(client: Client, **choices: str) -> str:
    answer = client.get("/en/forecast/", choices)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_shows_every_year_to_2030(client: Client) -> None:
    text = page(client)
    assert all(str(year) in text for year in range(2026, 2031))
    assert "<h1>" in text


@pytest.mark.parametrize("prefix", ["", "/en", "/hu"])
@pytest.mark.parametrize("reading", ["", "planned", "reported", "nonsense"])
def test_the_page_answers_in_every_language_and_reading(client: Client, prefix: str, reading: str) -> None:
    assert client.get(f"{prefix}/forecast/", {"reading": reading}).status_code == 200


def test_the_number_of_queries_does_not_grow_with_reports(
    client: Client, django_assert_max_num_queries: Any, report: Callable[..., Any]
) -> None:
    page(client)
    for code in ("D3.1.3", "D3.2.3", "D3.2.4"):
        report(code)
    with django_assert_max_num_queries(12):
        page(client)


def test_without_reports_past_projects_slide_to_next_year() -> None:
    expected = get_forecast(today=TODAY)
    assert expected.forecast.reported["D6.1.3"].ground is Ground.SLIDES  # printed for 2023
    assert expected.forecast.reported["D6.1.3"].year == 2027


@pytest.mark.usefixtures("demonstration_runs")
def test_a_report_moves_the_forecast_and_a_demonstration_does_not(report: Callable[..., Any]) -> None:
    report("D3.2.3", expected_end=dt.date(2029, 3, 1), is_demonstration=True)
    assert get_forecast().forecast.reported["D3.2.3"].ground is not Ground.REPORTED_END
    assert get_forecast(with_demonstrations=True).forecast.reported["D3.2.3"].year == 2029
    report("D3.2.3", expected_end=dt.date(2028, 3, 1))
    assert get_forecast().forecast.reported["D3.2.3"].year == 2028


@pytest.mark.usefixtures("demonstration_runs")
def test_demonstration_reports_are_labelled_when_they_are_counted(client: Client, report: Callable[..., Any]) -> None:
    report("D3.2.3", is_demonstration=True)
    assert 'data-component="demonstration"' not in page(client)
    assert 'data-component="demonstration"' in page(client, demonstration="on")


def test_a_correction_counts_instead_of_what_it_corrects(report: Callable[..., Any]) -> None:
    report("D3.2.3", half=1, year=2025, percent=90)
    report("D3.2.3", half=1, year=2025, percent=10)
    report("D3.2.3", half=1, year=2026, percent=40)
    report("D3.2.3", half=1, year=2026, percent=50)
    progress = list_progress()["D3.2.3"]
    assert (progress.first_percent, progress.percent) == (10, 50)


def test_withdrawn_links_no_longer_satisfy_anything() -> None:
    assert get_forecast().forecast.sources(Reading.PLANNED)
    models.ProjectCriterion.objects.update(withdrawn=True)
    assert get_forecast().forecast.sources(Reading.PLANNED) == {}


def test_an_abandoned_project_is_listed_with_the_criteria_it_takes_along(
    client: Client, report: Callable[..., Any]
) -> None:
    report("D1.1.2", status=Status.ABANDONED)
    text = page(client)
    assert "no end in sight" in text
    (late,) = [late for late in get_forecast().forecast.late if late.project == "D1.1.2"]
    assert late.expected.ground is Ground.STOPPED
    assert all(delay.year is None for delay in late.delays)
    assert late.delays

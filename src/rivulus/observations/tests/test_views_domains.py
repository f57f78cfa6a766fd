"""The page of a domain: its figures with their days and sources, in the reader's language."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from rivulus.kernel import clock
from rivulus.kernel.clock import CITY_ZONE
from rivulus.observations.feeds.observation_pack import load
from rivulus.observations.rules.readings import HOUR_US
from rivulus.observations.rules.rollups import midnight
from rivulus.observations.tests.test_domain_figures import add


@pytest.fixture(autouse=True)
def _pack(db: None) -> None:
    cache.clear()
    load(by=None, folder=settings.PACK_DIR)


@pytest.fixture
def yesterday_us() -> int:
    return midnight(clock.today() - dt.timedelta(days=1), CITY_ZONE)


def page(client: Client, code: str, language: str = "en") -> str:
    start = "" if language == "ro" else f"/{language}"
    response: Any = client.get(f"{start}/observations/domains/{code}/")
    assert response.status_code == 200
    return str(response.content.decode())


def test_what_was_used_yesterday_is_of_that_day_and_not_of_its_midnight(client: Client, yesterday_us: int) -> None:
    add("a", "water", "water_total", {yesterday_us - 1_000_000: 100.0, yesterday_us + 12 * HOUR_US: 112.0})
    day = clock.today() - dt.timedelta(days=1)
    figure = page(client, "water").partition("Water used yesterday")[2].partition("</div>")[0]
    assert "<strong>12</strong>" in figure
    assert f"{day.day} {day:%B %Y}" in figure
    assert "00:00" not in figure


def test_tonnes_come_with_the_factors_they_were_counted_with(client: Client, yesterday_us: int) -> None:
    add("a", "energy", "electricity_total", {yesterday_us - 1_000_000: 0.0, yesterday_us + HOUR_US: 1000.0})
    shown = page(client, "energy", "hu").partition('id="factors"')[2].partition("</section>")[0]
    rows = [row.partition("</tr>")[0] for row in shown.split("<tr>")[2:]]
    assert [row.partition('scope="row">')[2].partition("<")[0] for row in rows] == [
        "Villamos energia",
        "Földgáz",
        "Hálózati hő",
        "Saját napelemek",
    ]
    assert "0,2406" in rows[0]
    assert "teljes életciklus" in rows[0]
    assert 'href="https://ember-energy.org' in rows[0]


def test_a_domain_without_emissions_names_no_factors(client: Client, yesterday_us: int) -> None:
    add("a", "water", "water_total", {yesterday_us: 100.0})
    assert 'id="factors"' not in page(client, "water")


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("ro", "Directiva 2008/50/CE, anexa XI"),
        ("en", "Directive 2008/50/EC, annex XI"),
        ("hu", "2008/50/EK irányelv, XI. melléklet"),
    ],
)
def test_a_limit_is_cited_in_the_language_of_the_reader(
    client: Client, yesterday_us: int, language: str, source: str
) -> None:
    add("a", "air", "pm10", {yesterday_us: 20.0})
    assert source in page(client, "air", language)

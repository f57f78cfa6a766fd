"""Facts about the pages of things and series."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from django.test import Client

from rivulus.identity.models import Membership, Person
from rivulus.identity.terms import Role
from rivulus.kernel import clock
from rivulus.observations.models import Datastream
from rivulus.observations.tests.places import make_series, make_station, measure

NOW = dt.datetime(2026, 11, 20, 9, 10, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def at() -> object:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def series(db: None) -> Datastream:
    found = make_series(make_station(), period_s=600)
    measure(found, 20 + np.arange(300) % 17, step_s=600)
    return found


def dispatcher() -> Person:
    person = Person.objects.create(email="radu@example.test", full_name="Radu Costin")
    Membership.objects.create(person=person, role=Role.DISPATCHER, granted_at=NOW)
    return person


def test_the_list_says_what_each_thing_measures_now(series: Datastream, client: Client) -> None:
    page = client.get("/en/observations/things/").content.decode()
    assert "Stația libertatii" in page
    assert "PM10 particles" in page
    assert "today at 11:00" in page
    assert "µg/m³" in page
    assert "Where these things are" in page


def test_the_list_costs_the_same_for_one_thing_and_for_twenty(
    series: Datastream,
    client: Client,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    for number in range(20):
        measure(make_series(make_station(f"s{number}"), period_s=600), [1.0, 2.0], step_s=600)
    with django_assert_max_num_queries(10):
        page = client.get("/observations/things/")
    assert page.content.decode().count("data-live") == 21


def test_a_domain_and_words_narrow_the_list(series: Datastream, client: Client) -> None:
    make_station("garii", domain="noise")
    assert "garii" not in client.get("/observations/things/?domain=air").content.decode()
    assert "libertatii" not in client.get("/observations/things/?search=garii").content.decode()
    assert "libertatii" in client.get("/observations/things/?search=Pia%C8%9Ba").content.decode()


def test_a_thing_that_is_not_public_is_shown_to_those_on_duty_only(series: Datastream, client: Client) -> None:
    secret = make_station("apartament", domain="water", is_public=False)
    hidden = make_series(secret)
    for address in (f"/observations/things/{secret.pk}/", f"/observations/series/{hidden.pk}/"):
        assert client.get(address).status_code == 404
    assert "apartament" not in client.get("/observations/things/").content.decode()
    assert client.get(f"/live/series/{hidden.pk}/chart").status_code == 404
    assert client.get(f"/live/series/{hidden.pk}.csv").status_code == 404
    assert client.get(f"/observations/latest?series={hidden.pk}").json()["series"] == {}
    client.force_login(dispatcher())
    assert "apartament" in client.get("/observations/things/").content.decode()
    assert client.get(f"/observations/series/{hidden.pk}/").status_code == 200


def test_a_series_shows_its_newest_value_a_picture_and_its_observations(series: Datastream, client: Client) -> None:
    page = client.get(f"/en/observations/series/{series.pk}/?range=day").content.decode()
    assert "today at 11:00" in page
    assert "<svg" in page
    assert page.count('<tr><th scope="row"><time') == 50
    assert "Older observations" in page


def test_older_observations_go_on_where_the_page_ended(series: Datastream, client: Client) -> None:
    seen: list[str] = []
    address = f"/en/observations/series/{series.pk}/?range=month"
    for _ in range(10):
        page = client.get(address).content.decode()
        body = page.split('id="observations"')[1]
        seen += [part.split('"')[0] for part in body.split('<time datetime="')[1:]]
        if "Older observations" not in page:
            break
        older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split("#")[0]
        address = f"/en/observations/series/{series.pk}/{older.replace('&amp;', '&')}"
    assert len(seen) == len(set(seen)) == 300
    assert seen == sorted(seen, reverse=True)


def test_a_silent_series_says_so(db: None, client: Client) -> None:
    found = make_series(make_station(), period_s=600)
    measure(found, [20.0], until=NOW - dt.timedelta(hours=5), step_s=600)
    page = client.get(f"/en/observations/series/{found.pk}/").content.decode()
    assert "silent" in page


def test_nothing_simulated_is_shown_where_no_demonstration_runs(db: None, client: Client, settings: Any) -> None:
    settings.RIVULUS_DEMO = False
    found = make_series(make_station(is_simulated=True), is_simulated=True)
    measure(found, [20.0, 21.0])
    for address in (f"things/{found.thing_id}/", f"series/{found.pk}/"):
        assert client.get(f"/en/observations/{address}").status_code == 404
    assert "libertatii" not in client.get("/observations/things/").content.decode()
    assert client.get("/api/v1/observations/latest").json()["count"] == 0
    assert client.get("/api/v1/observations/things").json()["count"] == 0


def test_a_simulated_series_says_so_everywhere(db: None, client: Client, settings: Any) -> None:
    settings.RIVULUS_DEMO = True
    found = make_series(make_station(is_simulated=True), is_simulated=True)
    measure(found, [20.0, 21.0])
    for address in ("things/", f"things/{found.thing_id}/", f"series/{found.pk}/"):
        assert "imulat" in client.get(f"/en/observations/{address}").content.decode(), address
    assert client.get(f"/live/series/{found.pk}/chart").json()["simulated"] is True
    assert client.get(f"/observations/latest?series={found.pk}").json()["series"][str(found.pk)]["simulated"] is True


def test_the_picture_asks_for_no_more_points_than_it_can_show(series: Datastream, client: Client) -> None:
    start, end = int((NOW - dt.timedelta(days=2)).timestamp() * 1000), int(NOW.timestamp() * 1000)
    found = client.get(f"/live/series/{series.pk}/chart?start={start}&end={end}&points=100").json()
    assert len(found["time"]) <= 101
    assert found["unit"] == "µg/m³"
    assert None in found["mean"] or all(value is not None for value in found["mean"])
    known = [value for value in found["mean"] if value is not None]
    assert 20 <= min(known) <= max(known) <= 36


@pytest.mark.parametrize("query", ["start=x&end=y", "start=-9e99&end=1", "points=99999999", "start=1&end=0", ""])
def test_a_strange_question_about_a_picture_gets_an_answer(series: Datastream, client: Client, query: str) -> None:
    answer = client.get(f"/live/series/{series.pk}/chart?{query}")
    assert answer.status_code == 200
    assert len(answer.json()["time"]) <= 4_001


def test_a_series_is_a_file(series: Datastream, client: Client) -> None:
    answer = client.get(f"/live/series/{series.pk}.csv")
    text = b"".join(answer.streaming_content).decode()
    assert len(text.splitlines()) == 301
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize("language", ["", "/en", "/hu"])
def test_pages_with_nothing_on_them_say_what_to_do(db: None, client: Client, language: str) -> None:
    for address in ("/observations/", "/observations/things/", "/observations/forecasts/", "/dashboards/"):
        assert client.get(f"{language}{address}").status_code == 200


def test_sensorthings_hides_what_is_simulated_where_no_demonstration_runs(
    db: None, client: Client, settings: Any
) -> None:
    made_up = make_series(make_station(is_simulated=True), is_simulated=True)
    real = make_series(make_station("real"))
    measure(made_up, [20.0])
    measure(real, [30.0])
    things = "/sensorthings/v1.1/Things?$count=true"
    observations = "/sensorthings/v1.1/Observations?$count=true"
    assert client.get(things).json()["@iot.count"] == 2
    settings.RIVULUS_DEMO = False
    for person in (None, dispatcher()):
        if person is not None:
            client.force_login(person)
        assert [thing["name"] for thing in client.get(things).json()["value"]] == ["Stația real"]
        assert client.get(observations).json()["@iot.count"] == 1
        assert client.get(f"/sensorthings/v1.1/Datastreams({made_up.pk})").status_code == 404

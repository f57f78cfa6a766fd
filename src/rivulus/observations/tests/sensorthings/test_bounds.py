"""Costs are bounded, whatever is asked; and what is asked of many costs as many statements as of few."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from django.test import Client

from rivulus.observations.models import Datastream, FeatureOfInterest, Thing
from rivulus.observations.rules.identifiers import observation_id
from rivulus.observations.rules.weeks import moment
from rivulus.observations.standards.sensorthings import asking
from rivulus.observations.standards.sensorthings.asking import Cost, ask, bounded
from rivulus.observations.standards.sensorthings.rendering import ServiceError
from rivulus.observations.tests.sensorthings.city import BLOCK, HOUR_US, START_US, City, build, place, put

ROOT = "/sensorthings/v1.1"
pytestmark = pytest.mark.django_db
LATEST = "Things?$expand=Datastreams($expand=Observations($top=1;$orderby=phenomenonTime desc),Sensor),Locations"


@pytest.fixture
def city() -> City:
    return build()


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that are made from now on."""
    made: list[str] = []
    real = psycopg.Cursor.execute

    def noted(self: Any, query: Any, *args: Any, **options: Any) -> Any:
        made.append(str(query))
        return real(self, query, *args, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", noted)
    return made


def test_a_question_that_takes_too_long_ends_with_a_sentence() -> None:
    with pytest.raises(ServiceError, match="takes too long") as error, bounded(0.05):
        ask("SELECT pg_sleep(3)", {})
    assert error.value.status == 503


def test_the_answer_says_when_to_ask_again(client: Client, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "TIMEOUT_S", -1)
    response = client.get(f"{ROOT}/Observations")
    assert response.status_code == 503 and response["Retry-After"]


def test_too_much_is_refused() -> None:
    cost = Cost(readings=10, entities=10)
    cost.spend_readings(10)
    cost.spend_entities(10)
    with pytest.raises(ServiceError, match="too many old observations"):
        cost.spend_readings(1)
    with pytest.raises(ServiceError, match=r"Use \$top"):
        cost.spend_entities(1)


def test_as_many_statements_for_many_as_for_few(client: Client, city: City, statements: list[str]) -> None:
    client.get(f"{ROOT}/{LATEST}&$top=1")
    few = len(statements)
    statements.clear()
    original = Datastream.objects.get(pk=city.no2.pk)
    for number in range(20):
        thing = Thing.objects.create(name=f"More {number}")
        Datastream.objects.create(
            name="More",
            thing=thing,
            sensor=original.sensor,
            observed_property=original.observed_property,
            kind=original.kind,
            observation_type=original.observation_type,
        )
    statements.clear()
    assert len(client.get(f"{ROOT}/{LATEST}&$top=100").json()["value"]) == 23
    assert len(statements) <= few + 8  # what looks for the last ones in packed weeks


def test_a_page_of_observations_takes_few_statements(client: Client, city: City, statements: list[str]) -> None:
    client.get(f"{ROOT}/Datastreams({city.no2.pk})/Observations?$orderby=phenomenonTime desc")
    assert len([one for one in statements if "observations_" in one]) <= 4


def test_a_thing_that_moved_has_a_feature_for_each_place(client: Client, city: City) -> None:
    moved_us = START_US + 10 * HOUR_US
    put(city.square, place("Elsewhere", BLOCK), moment(moved_us))
    for hour, name in ((9, "Square"), (10, "Elsewhere")):
        number = observation_id(city.no2.pk, START_US + hour * HOUR_US)
        assert client.get(f"{ROOT}/Observations({number})/FeatureOfInterest").json()["name"] == name
    features = {one.name: one.pk for one in FeatureOfInterest.objects.all()}
    counts = {
        name: client.get(f"{ROOT}/FeaturesOfInterest({features[name]})/Observations?$count=true").json()["@iot.count"]
        for name in ("Square", "Elsewhere")
    }
    assert counts == {"Square": 10 + 3, "Elsewhere": 40}
    expanded = client.get(f"{ROOT}/FeaturesOfInterest?$expand=Observations($top=1;$count=true)").json()["value"]
    assert {one["name"]: one["Observations@iot.count"] for one in expanded} == {**counts, "Park": 30}


def test_a_series_that_is_not_public_is_hidden_though_its_thing_is_seen(client: Client, city: City) -> None:
    Datastream.objects.filter(pk=city.no2.pk).update(is_public=False)
    assert client.get(f"{ROOT}/Datastreams({city.no2.pk})").status_code == 404
    assert client.get(f"{ROOT}/Datastreams({city.no2.pk})/Observations?$resultFormat=CSV").status_code == 404
    things = client.get(f"{ROOT}/Things({city.square.pk})?$expand=Datastreams").json()
    assert [one["name"] for one in things["Datastreams"]] == ["State"]
    assert client.get(f"{ROOT}/Observations?$count=true").json()["@iot.count"] == 33


def test_times_before_1900_and_after_2100_find_nothing(client: Client, city: City) -> None:
    for text in ("phenomenonTime lt 1850-01-01T00:00:00Z", "phenomenonTime gt 2500-01-01T00:00:00Z"):
        assert client.get(f"{ROOT}/Observations?$filter={text}&$count=true").json()["@iot.count"] == 0
    late = dt.datetime(9999, 12, 31, tzinfo=dt.UTC).isoformat().replace("+00:00", "Z")
    assert client.get(f"{ROOT}/Observations?$filter=phenomenonTime lt {late}&$count=true").json()["@iot.count"] == 83

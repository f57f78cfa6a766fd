"""Weeks that were compacted answer every question as before."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from rivulus.observations.actions import compaction
from rivulus.observations.actions import rollups as closing
from rivulus.observations.actions.storing import correct
from rivulus.observations.rules.identifiers import observation_id
from rivulus.observations.rules.weeks import WEEK_US
from rivulus.observations.tests.twins import MINUTE_US, MONDAY, make_series, store, us

ROOT = "/sensorthings/v1.1"
START = us(MONDAY)
LATER = MONDAY + dt.timedelta(days=40)
QUESTIONS = (
    "Observations?$count=true&$top=30",
    "Observations?$orderby=phenomenonTime&$top=30&$skip=10",
    "Observations?$orderby=result desc&$top=30",
    "Observations?$filter=result gt 20&$count=true&$top=1000",
    "Observations?$filter=Datastream/id eq {0} and hour(phenomenonTime) eq 3&$count=true&$orderby=phenomenonTime desc",
    "Datastreams({0})/Observations?$top=1000&$count=true",
    "Datastreams({0})/Observations?$orderby=phenomenonTime desc&$top=3&$expand=Datastream($select=name)",
    "Datastreams({0})/Observations?$filter=phenomenonTime gt {middle} and phenomenonTime lt {later}&$count=true",
    "Datastreams?$orderby=id&$expand=Observations($top=2;$orderby=phenomenonTime desc;$count=true)",
    "Datastreams?$orderby=id&$expand=Observations($top=400;$filter=result lt 5)",
    "Datastreams?$orderby=id&$expand=Observations($top=2;$orderby=result desc)",
    "Datastreams?$orderby=id&$filter=Observations/result gt 20 and Observations/phenomenonTime lt {middle}",
    "Things?$orderby=id&$filter=Datastreams/Observations/result lt 5 or Datastreams/Observations/result gt 20",
    "Things?$orderby=id&$expand=Datastreams($expand=Observations($top=1;$orderby=phenomenonTime desc))",
    "Observations({number})",
    "Datastreams({0})",
)


def ask(client: Client, ids: list[int]) -> list[Any]:
    words = {
        "middle": "2026-01-08T00:00:00Z"
        if MONDAY.year == 2026
        else f"{MONDAY + dt.timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}",
        "later": f"{MONDAY + dt.timedelta(days=9):%Y-%m-%dT%H:%M:%SZ}",
        "number": observation_id(ids[0], START + 60 * MINUTE_US),
    }
    words["middle"] = f"{MONDAY + dt.timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
    answers = []
    for question in QUESTIONS:
        response = client.get(f"{ROOT}/{question.format(*ids, **words)}")
        assert response.status_code == 200, (question, response.content)
        answers.append(response.json())
    return answers


def walk(client: Client, path: str) -> list[int]:
    """Follow the pages to the end."""
    seen: list[int] = []
    answer = client.get(f"{ROOT}/{path}").json()
    while True:
        seen += [one["@iot.id"] for one in answer["value"]]
        if "@iot.nextLink" not in answer:
            return seen
        answer = client.get(answer["@iot.nextLink"]).json()


@pytest.mark.django_db
def test_every_question_is_answered_the_same_before_and_after(client: Client) -> None:
    ids = make_series(3)
    store(
        [
            (number, START + place * 60 * MINUTE_US, float((place * 7 + number) % 40))
            for number in ids
            for place in range(340)
        ]
    )
    store([(ids[0], START + 3 * WEEK_US + place * MINUTE_US, 7.0) for place in range(5)])
    before, pages = ask(client, ids), walk(client, "Observations?$top=400")
    closing.close_hours(by=None, now=LATER)
    closing.recount(by=None)
    compaction.compact_week(by=None, week_us=START)
    compaction.compact_week(by=None, week_us=START + WEEK_US)
    assert ask(client, ids) == before
    assert walk(client, "Observations?$top=400") == pages
    assert sorted(walk(client, "Observations?$top=400&$orderby=phenomenonTime")) == sorted(pages)
    correct(by=None, datastream=ids[0], time_us=START + 60 * MINUTE_US, value=99.0, reason="test")
    corrected = client.get(f"{ROOT}/Observations({observation_id(ids[0], START + 60 * MINUTE_US)})").json()
    assert corrected["result"] == 99 and corrected["@rivulus.flags"] == ["corrected"]
    assert client.get(f"{ROOT}/Datastreams({ids[0]})/Observations?$count=true").json()["@iot.count"] == 345

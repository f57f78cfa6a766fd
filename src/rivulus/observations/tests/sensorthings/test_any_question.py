"""No question breaks the service: whatever is combined, the answer is an answer or a sentence."""

import json
import random
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from rivulus.observations.rules.identifiers import observation_id
from rivulus.observations.standards.sensorthings.entities import ENTITIES, SETS, Entity
from rivulus.observations.tests.sensorthings.city import START_US, City, build

ROOT = "/sensorthings/v1.1"
EXPECTED = {200, 204, 400, 404}
QUESTIONS = 100
pytestmark = pytest.mark.django_db


class Asker:
    """Makes up addresses and options, well formed more often than not."""

    def __init__(self, city: City, seed: int) -> None:
        self.chance = random.Random(seed)
        self.numbers = {"Observations": observation_id(city.no2.pk, START_US), "Datastreams": city.no2.pk}
        self.numbers |= {
            "Things": city.square.pk,
            "MultiDatastreams": city.weather.pk,
            "TaskingCapabilities": city.capability.pk,
        }

    def question(self) -> str:
        entity = self.chance.choice(ENTITIES)
        path, is_one = entity.set_name, False
        for _step in range(self.chance.choice([0, 0, 1, 2])):
            if not is_one:
                path, is_one = f"{path}({self.numbers.get(entity.set_name, self.chance.randint(1, 300))})", True
            link = self.chance.choice(entity.links)
            path, entity, is_one = f"{path}/{link.name}", SETS[link.target], not link.is_many
        return f"{path}?{urlencode(dict(self.options(entity, is_one)))}"

    def options(self, entity: Entity, is_one: bool) -> Any:
        for name, text in self.nested(entity, 2).items():
            if not is_one or name in {"$select", "$expand"}:
                yield name, text
        if self.chance.random() < 0.2:
            yield "$resultFormat", self.chance.choice(["dataArray", "CSV", "GeoJSON", "Parquet"])
        if self.chance.random() < 0.1:
            yield "bucket", "hour"

    def nested(self, entity: Entity, depth: int) -> dict[str, str]:
        pick, found = self.chance.random, {}
        if pick() < 0.5:
            found["$top"] = str(self.chance.choice([0, 1, 3, 50]))
        if pick() < 0.2:
            found["$skip"] = "1"
        if pick() < 0.3:
            found["$count"] = "true"
        if pick() < 0.4:
            found["$orderby"] = ",".join(
                f"{self.path(entity)} {self.chance.choice(['asc', 'desc'])}"
                for _ in range(self.chance.choice([1, 1, 2]))
            )
        if pick() < 0.4:
            found["$filter"] = self.condition(entity)
        if pick() < 0.2:
            found["$select"] = ",".join(
                {self.chance.choice(entity.fields).name, self.chance.choice(entity.links).name, "id"}
            )
        if depth and pick() < 0.6:
            found["$expand"] = ",".join(self.expand(entity, depth) for _ in range(self.chance.choice([1, 1, 2])))
        return found

    def expand(self, entity: Entity, depth: int) -> str:
        link = self.chance.choice(entity.links)
        inner = ";".join(f"{name}={text}" for name, text in self.nested(SETS[link.target], depth - 1).items())
        return f"{link.name}({inner})" if inner else link.name

    def path(self, entity: Entity) -> str:
        parts = []
        while entity.links and self.chance.random() < 0.3:
            link = self.chance.choice(entity.links)
            parts.append(link.name)
            entity = SETS[link.target]
        return "/".join([*parts, self.chance.choice([*(one.name for one in entity.fields), "id", "properties/n"])])

    def condition(self, entity: Entity) -> str:
        values = ["5", "'wet'", "null", "true", "2026-11-02T05:00:00Z", "now()"]
        simple = f"{self.path(entity)} {self.chance.choice(['eq', 'ne', 'gt', 'le'])} {self.chance.choice(values)}"
        near = f"geo.distance({self.path(entity)}, geography'POINT (23.58 47.66)') lt 0.1"
        return self.chance.choice([simple, simple, f"{simple} and {simple}", f"not ({simple})", near])


@pytest.mark.parametrize("seed", [1, 2])
def test_every_question_has_an_answer(client: Client, seed: int) -> None:
    asker = Asker(build(), seed)
    good = 0
    for _number in range(QUESTIONS):
        question = asker.question()
        response: Any = client.get(f"{ROOT}/{question}")
        assert response.status_code in EXPECTED, (question, response.content)
        if response.status_code == 200:
            good += 1
            content = b"".join(response.streaming_content) if response.streaming else response.content
            if "json" in response["Content-Type"]:
                json.loads(content)
    assert good > QUESTIONS / 5

"""Facts about the live stream: what is public reaches readers within seconds, and they leave no trace."""

import asyncio
import datetime as dt
import json
from typing import Any

import pytest
from django.db import connections

from rivulus.observations.models import Datastream
from rivulus.observations.standards import live
from rivulus.observations.tests.places import make_series, make_station, measure

pytestmark = pytest.mark.django_db(transaction=True)


class Visitor:
    """Somebody who reads the stream and can leave."""

    def __init__(self, query: str) -> None:
        self.scope = {"type": "http", "method": "GET", "path": "/live/stream", "query_string": query.encode()}
        self.sent: list[dict[str, Any]] = []
        self.news = asyncio.Event()
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(dict(message))
        self.news.set()

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.sent).decode()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line[6:]) for line in self.text.splitlines() if line.startswith("data: ")]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(15):
            while len(self.events) < count:
                self.news.clear()
                await self.news.wait()


def _close() -> None:
    for connection in connections.all(initialized_only=True):
        connection.close()


def _measure(series: Datastream, value: float, minute: int) -> None:
    try:
        until = dt.datetime(2026, 11, 20, 9, minute, tzinfo=dt.UTC)
        measure(series, [value], until=until, step_s=60)
    finally:
        _close()


def test_a_new_value_reaches_those_who_look_at_its_series() -> None:
    mine, other = make_series(make_station("a")), make_series(make_station("b"))
    measure(mine, [10.0], until=dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC), step_s=60)

    async def scene() -> Visitor:
        visitor = Visitor(f"series={mine.pk}")
        reading = asyncio.create_task(live.stream(visitor.scope, visitor.receive, visitor.send))
        await visitor.until(1)
        await asyncio.sleep(0.5)  # until the hub listens
        await asyncio.to_thread(_measure, other, 99.0, 5)
        await asyncio.to_thread(_measure, mine, 20.0, 5)
        await visitor.until(2)
        visitor.gone.set()
        await reading
        return visitor

    visitor = asyncio.run(scene())
    assert visitor.sent[0]["status"] == 200
    assert [event["result"] for event in visitor.events] == [10.0, 20.0]
    assert visitor.events[1] == {
        "series": mine.pk,
        "time": "2026-11-20T09:04:00.000Z",
        "result": 20.0,
        "simulated": False,
    }
    assert not live.HUB.readers


def test_a_private_series_has_no_stream() -> None:
    hidden = make_series(make_station(), is_public=False)

    async def scene() -> Visitor:
        visitor = Visitor(f"series={hidden.pk}")
        await live.stream(visitor.scope, visitor.receive, visitor.send)
        return visitor

    assert asyncio.run(scene()).sent[0]["status"] == 404


def test_a_reader_who_is_too_slow_loses_old_values_and_not_new_ones() -> None:
    reader = live.Reader(frozenset({1}))
    for number in range(30):
        reader.put(str(number))
    waiting = [reader.waiting.get_nowait() for _ in range(reader.waiting.qsize())]
    assert waiting == [str(number) for number in range(30 - live.WAITING, 30)]


def test_too_many_readers_are_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    series = make_series(make_station())
    monkeypatch.setattr(live, "MOST_READERS", 0)

    async def scene() -> Visitor:
        visitor = Visitor(f"thing={series.thing_id}")
        await live.stream(visitor.scope, visitor.receive, visitor.send)
        return visitor

    visitor = asyncio.run(scene())
    assert visitor.sent[0]["status"] == 503
    assert (b"retry-after", b"60") in visitor.sent[0]["headers"]

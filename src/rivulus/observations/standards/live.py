"""The live stream: newest values as server-sent events (WHATWG HTML, section 9.2), for pages and programs.

    GET /live/stream?series=1,2,3        or ?thing=5 or ?domain=air
    event: observation
    data: {"series": 1, "time": "2026-11-22T08:00:00.000Z", "result": 21.4, "simulated": false}

Runs in the gate, where a waiting reader costs no thread. One connection listens for all readers of the process; what
changed within a second is read once for all of them. A reader that is too slow loses old values, never new ones.
"""

import asyncio
import datetime as dt
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from django.db import close_old_connections, connections
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo

from rivulus.observations.models import Datastream
from rivulus.observations.queries.latest import Latest, latest_of
from rivulus.observations.queries.things import find_public_series

MOST_READERS = 200
MOST_SERIES = 500
GATHER_S = 1.0
BREATH_S = 15.0  # a comment that keeps proxies from closing a silent stream
LONGEST_S = 3600.0  # browsers come back by themselves
WAITING = 8  # bundles that a slow reader may fall behind

type Send = Callable[[Mapping[str, Any]], Awaitable[None]]
type Receive = Callable[[], Awaitable[Mapping[str, Any]]]


@dataclass(eq=False, slots=True)
class Reader:
    """Somebody who looks: the series they may see, and what waits for them."""

    series: frozenset[int]
    waiting: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(WAITING))

    def put(self, text: str) -> None:
        """Add a bundle, at the cost of the oldest one when there are too many."""
        if self.waiting.full():
            self.waiting.get_nowait()
        self.waiting.put_nowait(text)


class Hub:
    """One listener for all readers of the process; it works only while there are readers."""

    def __init__(self) -> None:
        self.readers: set[Reader] = set()
        self.changed: set[int] = set()
        self.has_changed_all = False
        self._task: asyncio.Task[None] | None = None

    def join(self, reader: Reader) -> None:
        """Let somebody read, and begin to listen where nobody did."""
        self.readers.add(reader)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    def leave(self, reader: Reader) -> None:
        """Forget somebody; the last one to leave ends the listening."""
        self.readers.discard(reader)
        if not self.readers and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _work(self) -> None:
        """Listen and tell; a database that went away is looked for again."""
        while True:
            with suppress(Exception):
                async with await AsyncConnection.connect(_conninfo(), autocommit=True) as connection:
                    await connection.execute("LISTEN observations")
                    await self._listen(connection)
            await asyncio.sleep(2)

    async def _listen(self, connection: AsyncConnection[Any]) -> None:
        while True:
            async for notice in connection.notifies(timeout=GATHER_S, stop_after=1):
                self._note(notice.payload)
            async for notice in connection.notifies(timeout=GATHER_S / 2):
                self._note(notice.payload)
            await self._tell()

    def _note(self, payload: str) -> None:
        if payload == "*":
            self.has_changed_all = True
        self.changed.update(int(word) for word in payload.split(",") if word.isdecimal())

    async def _tell(self) -> None:
        watched = frozenset().union(*(reader.series for reader in self.readers))
        wanted = watched if self.has_changed_all else watched & self.changed
        self.changed, self.has_changed_all = set(), False
        if not wanted:
            return
        events = await asyncio.to_thread(_read, wanted)
        for reader in self.readers:
            text = "".join(event for series, event in events.items() if series in reader.series)
            if text:
                reader.put(text)


HUB = Hub()


async def stream(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer one reader until they leave, or for an hour."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    series = await asyncio.to_thread(_find, query)
    if not series or len(HUB.readers) >= MOST_READERS:
        await _refuse(send, 404 if not series else 503)
        return
    reader = Reader(frozenset(one.pk for one in series))
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    HUB.join(reader)
    leaving = asyncio.ensure_future(_until_gone(receive))
    try:
        first = await asyncio.to_thread(_read, reader.series)
        await _write(send, "retry: 5000\n\n" + "".join(first.values()))
        async with asyncio.timeout(LONGEST_S):
            while not leaving.done():
                await _write(send, await _next(reader, leaving))
    except TimeoutError:
        pass
    finally:
        leaving.cancel()
        HUB.leave(reader)
    with suppress(Exception):
        await send({"type": "http.response.body", "body": b""})


HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"access-control-allow-origin", b"*"),  # public values only
    (b"x-accel-buffering", b"no"),
)


async def _next(reader: Reader, leaving: asyncio.Future[None]) -> str:
    """Return what is new, or a comment after a while of nothing."""
    waiting = asyncio.ensure_future(reader.waiting.get())
    both: set[asyncio.Future[Any]] = {waiting, leaving}
    await asyncio.wait(both, timeout=BREATH_S, return_when=asyncio.FIRST_COMPLETED)
    if waiting.done():
        return waiting.result()
    waiting.cancel()
    return ": still here\n\n"


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send: Send, status: int) -> None:
    sentence = "No public series answers to that." if status == 404 else "Too many are reading; try again in a minute."
    headers = [(b"content-type", b"application/json"), (b"retry-after", b"60"), (b"access-control-allow-origin", b"*")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = json.dumps({"code": status, "type": "error", "message": sentence}).encode()
    await send({"type": "http.response.body", "body": body})


def _find(query: Mapping[str, list[str]]) -> list[Datastream]:
    """Return the public series that the address names; nobody reads more than 500."""
    words = {key: values[0] for key, values in query.items()}
    try:
        return find_public_series(
            numbers=[int(word) for word in words.get("series", "").split(",") if word.isdecimal()][:MOST_SERIES],
            thing=int(words["thing"]) if words.get("thing", "").isdecimal() else None,
            domain=words.get("domain", ""),
            most=MOST_SERIES,
        )
    finally:
        close_old_connections()


def _read(numbers: frozenset[int]) -> dict[int, str]:
    """Return the newest values as events, by series."""
    try:
        series = find_public_series(numbers=sorted(numbers), most=len(numbers))
        found = latest_of(series)
        return {one.pk: _event(one, found[one.pk]) for one in series if one.pk in found}
    finally:
        for connection in connections.all(initialized_only=True):
            connection.close()


def _event(series: Datastream, found: Latest) -> str:
    at = dt.datetime.fromtimestamp(found.time / 1e6, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    content = {"series": series.pk, "time": at, "result": found.result, "simulated": series.is_simulated}
    return f"event: observation\ndata: {json.dumps(content, ensure_ascii=False)}\n\n"


def _conninfo() -> str:
    """Return how the platform reaches its database, for a connection that only listens."""
    parameters = connections["default"].get_connection_params()
    known = ("host", "port", "user", "password", "dbname")
    return make_conninfo(**{key: parameters[key] for key in known if parameters.get(key)})

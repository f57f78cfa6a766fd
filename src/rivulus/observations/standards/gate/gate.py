"""The gate as an ASGI application: observations are taken in here, without Django; everything else is Django's.

Nothing of a request is parsed twice and nothing is asked of the database but the commit that all who came meanwhile
share. What the gate cannot do itself (entities described in place, sandbox keys, people who are signed in, reading)
it hands on, body and all, to the same pages that the web process serves.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings

from rivulus.kernel.words import N_
from rivulus.observations.actions.store.connecting import connect
from rivulus.observations.rules.keys import KeyHolder
from rivulus.observations.standards import live
from rivulus.observations.standards.gate import answers, requests
from rivulus.observations.standards.gate.answers import Answer
from rivulus.observations.standards.gate.decoding import LARGEST_BODY, NotHereError
from rivulus.observations.standards.gate.flushing import Flusher, NotStored
from rivulus.observations.standards.gate.preparing import Desk
from rivulus.observations.standards.gate.quotas import Quotas, QuotaSpent
from rivulus.observations.standards.gate.register import Register
from rivulus.observations.terms import Scope

type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Mapping[str, Any]], Awaitable[None]]
type Application = Callable[[Message, Receive, Send], Awaitable[None]]

log = logging.getLogger(__name__)
ROOT = "/sensorthings/v1.1/"
STREAM = "/live/stream"
NO_KEY = N_(
    "Observations need a key that is valid: send it as Authorization: Bearer, as the password of Basic, or as X-API-Key."
)
NO_SCOPE = N_("This key may not send observations.")
CHALLENGE = ("WWW-Authenticate", 'Bearer realm="sensorthings"')


class Gate:
    """Takes in observations over HTTP; hands on whatever else is asked."""

    def __init__(self, elsewhere: Application) -> None:
        self._elsewhere = elsewhere
        self.register = Register(lambda: connect("rivulus register"))
        self.quotas = Quotas()
        self.flusher = Flusher(lambda: connect("rivulus gate"), self._committed)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scheme = "https" if settings.SECURE_ORIGIN else ""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request, or begin and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        target = self._target(scope)
        if target is None:
            await self._other(scope, receive, send)
            return
        await self._take_in(scope, receive, send, target)

    def _target(self, scope: Message) -> requests.Target | None:
        path: str = scope["path"]
        if scope["type"] != "http" or scope["method"] != "POST" or not path.startswith(ROOT):
            return None
        return requests.find_target(path[len(ROOT) :])

    async def _other(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/healthz" and scope["method"] == "GET":
            well = self.flusher.is_well
            await _send(send, Answer(200 if well else 503, b'{"status":"ok"}' if well else b'{"status":"waiting"}'))
            return
        if scope["type"] == "http" and scope["path"] == STREAM:
            await live.stream(scope, receive, send)
            return
        await self._elsewhere(scope, receive, send)

    async def _take_in(self, scope: Message, receive: Receive, send: Send, target: requests.Target) -> None:
        headers = dict(scope["headers"])
        body = await _read(headers, receive)
        if body is None:
            await _send(send, answers.refused(413, requests.TOO_LARGE, (("Connection", "close"),)))
            return
        answer = await self._answer(headers, scope, body, target)
        if answer is None:
            await self._elsewhere(scope, _again(body, receive), send)
        else:
            await _send(send, answer)

    async def _answer(
        self, headers: dict[bytes, bytes], scope: Message, body: bytes, target: requests.Target
    ) -> Answer | None:
        """Return the answer once it is true, or None where the request is not for the gate."""
        holder = self.register.find_holder(headers)
        if holder is None:
            return None if b"cookie" in headers else answers.refused(401, NO_KEY, (CHALLENGE,))
        if holder.is_sandbox:
            return None
        if Scope.OBSERVE not in holder.scopes:
            return answers.refused(403, NO_SCOPE)
        desk = Desk(self.register, holder.owns, time.time_ns() // 1000, f"key {holder.key_id}")
        base = f"{self._scheme or scope['scheme']}://{headers.get(b'host', b'localhost').decode('latin-1')}{ROOT[:-1]}"
        try:
            is_minimal = b"return=minimal" in headers.get(b"prefer", b"")
            pending = requests.prepare(target, body, desk, base, is_minimal=is_minimal)
        except NotHereError:
            return None
        return pending if isinstance(pending, Answer) else await self._store(pending, holder)

    async def _store(self, pending: requests.Pending, holder: KeyHolder) -> Answer:
        prepared = pending.prepared
        try:
            self.quotas.count(holder, len(prepared))
            if prepared.stores_something():
                loop = asyncio.get_running_loop()
                future: asyncio.Future[None] = loop.create_future()
                self._loop = loop
                self.flusher.submit(prepared, future)
                await future
        except QuotaSpent as spent:
            return answers.refused(429, spent.sentence, (("Retry-After", str(spent.retry_after_s)),))
        except NotStored as error:
            wait = () if error.retry_after_s is None else (("Retry-After", str(error.retry_after_s)),)
            return answers.refused(error.status, error.sentence, wait)
        return pending.answer()

    def _committed(self, outcome: Sequence[tuple[asyncio.Future[None], Exception | None]]) -> None:
        """Tell everybody whose group was committed; called by the flusher, from its thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_resolve, outcome)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await asyncio.to_thread(self._start)
                await send({"type": "lifespan.startup.complete"})
            else:
                await asyncio.to_thread(self._stop)
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _start(self) -> None:
        # The thread that commits needs Python's lock for moments, many times: at the usual 5 ms each it would starve.
        sys.setswitchinterval(0.0005)
        self.register.start()
        self.quotas.start()
        self.flusher.start()

    def _stop(self) -> None:
        self.flusher.stop()
        self.quotas.stop()
        self.register.stop()


def _resolve(outcome: Sequence[tuple[asyncio.Future[None], Exception | None]]) -> None:
    for future, error in outcome:
        if future.done():  # whoever asked went away
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


async def _read(headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
    """Return the body, or None when it is larger than a request may be: then no more of it is read."""
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > LARGEST_BODY:
        return None
    message = await receive()
    first: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return first if len(first) <= LARGEST_BODY else None
    parts, size = [first], len(first)
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            return None
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """The same body once more, for somebody else to read."""
    unread = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return unread.pop() if unread else await receive()

    return receive_again


async def _send(send: Send, answer: Answer) -> None:
    headers = [(_name_of(name), value.encode("latin-1", "replace")) for name, value in answer.headers]
    headers += _ALWAYS
    headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


@lru_cache(maxsize=64)
def _name_of(header: str) -> bytes:
    return header.lower().encode()


_ALWAYS = [(b"content-type", b"application/json")] + [(_name_of(name), value.encode()) for name, value in answers.CORS]

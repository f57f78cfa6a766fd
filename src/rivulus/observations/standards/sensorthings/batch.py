"""Batches: many requests in one, as JSON (OData 4.01, 19) or as multipart/mixed (OGC 18-088, chapter 11).

Requests of one atomicity group, or change set, are done together or not at all; a later one may name what an earlier
one has made: ``$ID`` in an address, or as an ``@iot.id``.
"""

import copy
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import msgspec
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.standards.sensorthings import access, bodies, multipart, writing
from rivulus.observations.standards.sensorthings.access import Account
from rivulus.observations.standards.sensorthings.rendering import CORS, ServiceError, answer, base_url, refuse
from rivulus.observations.standards.sensorthings.writing import Request

MOST_REQUESTS = 1000
WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
BEFORE = re.compile(r"\A(?:https?://[^/]+)?/?(?:.*/)?v1\.1/?")
NAMED = re.compile(r"\A\$([A-Za-z0-9._-]{1,100})(?=/|\Z)")
MADE = re.compile(r"/([A-Za-z]+)\((\d+)\)\Z")
FAILED_WITH_GROUP = 424


@dataclass(frozen=True, slots=True)
class Item:
    """One request of a batch."""

    id: str
    method: str
    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    group: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """One request and its answer."""

    id: str
    response: HttpResponse


class _GroupFailed(Exception):
    """One request of a group was refused, so that nothing of the group is kept."""


@dataclass(slots=True)
class _Round:
    """One batch while it is done: who writes (asked for with the first that does), and what was made so far."""

    request: HttpRequest
    account: Account | None = None
    made: dict[str, str] = field(default_factory=dict)

    def writer(self) -> Account:
        """Return who writes; raises ServiceError where nobody may."""
        if self.account is None:
            self.account = access.find_account(self.request)
            access.check_pace(self.account)
        return self.account

    def expect(self, items: Iterable[Item]) -> None:
        """Find out who writes before anything is done, where anything is to be written; nobody is told later."""
        if any(item.method in WRITES for item in items):
            with suppress(ServiceError):
                self.writer()


def run(request: HttpRequest, body: bytes) -> HttpResponse:
    """Answer a batch with the answers to its requests, in their order."""
    if request.method != "POST":
        raise ServiceError(405, "A batch is sent with POST.")
    if (request.content_type or "").lower() == multipart.MIXED:
        return _multipart(_Round(request), body, request.META.get("CONTENT_TYPE", ""))
    return _json(_Round(request), body)


# As JSON.


def _json(batch: _Round, body: bytes) -> HttpResponse:
    items = _items(bodies.decode_object(body))
    batch.expect(items)
    done: list[Done] = []
    for group in _groups(items):
        done += _together(batch, group) if group[0].group else [_alone(batch, each) for each in group]
    return answer({"responses": [_shown(each) for each in done]})


def _items(document: Mapping[str, Any]) -> list[Item]:
    listed = document.get("requests")
    if not isinstance(listed, list) or len(listed) > MOST_REQUESTS:
        raise Refused(N_("A batch holds at most %(most)s requests."), most=MOST_REQUESTS)
    items = [_item(each) for each in listed]
    if len({item.id for item in items}) < len(items):
        raise Refused(N_("Every request of a batch has an id of its own."))
    return items


def _item(given: Any) -> Item:
    if not isinstance(given, dict) or not all(isinstance(given.get(key), str) for key in ("id", "method", "url")):
        raise Refused(N_("A request of a batch has an id, a method and a url."))
    headers = given.get("headers") or {}
    if not isinstance(headers, dict) or not isinstance(given.get("atomicityGroup", ""), str):
        raise Refused(N_("A request of a batch has an id, a method and a url."))
    body = b"" if given.get("body") is None else msgspec.json.encode(given["body"])
    named = {str(name).lower(): str(value) for name, value in headers.items()}
    group = given.get("atomicityGroup", "")
    return Item(given["id"], given["method"].upper(), given["url"], body, named, group)


def _groups(items: Sequence[Item]) -> list[list[Item]]:
    """Return requests in their order, neighbours of the same atomicity group together."""
    groups: list[list[Item]] = []
    for item in items:
        if item.group and groups and groups[-1][0].group == item.group:
            groups[-1].append(item)
        elif item.group and any(group[0].group == item.group for group in groups):
            raise Refused(N_("The requests of an atomicity group stand one after the other."))
        else:
            groups.append([item])
    return groups


def _shown(done: Done) -> dict[str, Any]:
    response = done.response
    shown: dict[str, Any] = {"id": done.id, "status": response.status_code}
    headers = {name: response[name] for name in ("Location", "Content-Type", "Retry-After") if name in response}
    if "Location" in headers:
        shown["location"] = headers["Location"]
    content = _content(response)
    if headers:
        shown["headers"] = headers
    if content:
        is_json = response.get("Content-Type", "").startswith("application/json")
        shown["body"] = msgspec.Raw(content) if is_json else content.decode("utf-8", "replace")
    return shown


# As multipart.


def _multipart(batch: _Round, body: bytes, content_type: str) -> HttpResponse:
    parts = []
    read = [
        [_item_of(part) for part in each.parts] if isinstance(each, multipart.ChangeSet) else _item_of(each)
        for each in multipart.read(body, content_type)
    ]
    batch.expect(item for each in read for item in (each if isinstance(each, list) else [each]))
    for each in read:
        if isinstance(each, list):
            done = _together(batch, each)
            failed = next((one for one in done if _is_the_failure(one)), None)
            inner = [_packed(one) for one in done]
            # OData 4.0, 11.7.4: of a change set that failed only the failure is told.
            parts.append(_packed(failed) if failed else multipart.nest(inner, f"changeset_{secrets.token_hex(8)}"))
        else:
            parts.append(_packed(_alone(batch, each)))
    boundary = f"batch_{secrets.token_hex(8)}"
    content = multipart.join(parts, boundary)
    return HttpResponse(content, content_type=f"{multipart.MIXED}; boundary={boundary}", headers=CORS)


def _is_the_failure(done: Done) -> bool:
    return done.response.status_code >= 400 and done.response.status_code != FAILED_WITH_GROUP


def _item_of(part: multipart.Part) -> Item:
    return Item(part.id, part.method, part.url, part.body, part.headers)


def _packed(done: Done) -> bytes:
    response = done.response
    headers = [(name, value) for name, value in response.items() if name in {"Location", "Content-Type", "Retry-After"}]
    reason = HTTPStatus(response.status_code).phrase
    return multipart.show(response.status_code, reason, headers, _content(response), done.id)


# One by one, or together.


def _alone(batch: _Round, item: Item) -> Done:
    return _remembered(batch, Done(item.id, writing.answered(lambda: _answer(batch, item))))


def _together(batch: _Round, items: Sequence[Item]) -> list[Done]:
    """Do all of a group, or nothing: then every answer of it is an error."""
    before = dict(batch.made)
    done: list[Done] = []

    def do_all() -> None:
        done.clear()
        batch.made = dict(before)
        with transaction.atomic():
            for item in items:
                response = writing.guarded(partial(_answer, batch, item))
                done.append(_remembered(batch, Done(item.id, response)))
                if done[-1].response.status_code >= 400:
                    raise _GroupFailed

    try:
        writing.retried(do_all)
    except _GroupFailed:
        batch.made = before
        lost = "Not done, because another request of its group was refused."
        others = [Done(item.id, refuse(FAILED_WITH_GROUP, lost)) for item in items]
        return [*others[: len(done) - 1], done[-1], *others[len(done) :]]
    return done


def _answer(batch: _Round, item: Item) -> HttpResponse:
    path, query = _path(batch, item)
    if item.method in {"GET", "HEAD"}:
        return _read(batch.request, path, query)
    if item.method not in WRITES or path == writing.BATCH:
        raise ServiceError(405, "This is not possible within a batch.")
    asked = Request(
        method=item.method,
        path=path,
        body=_named_in(batch, item.body),
        base=base_url(batch.request),
        content_type=item.headers.get("content-type", "application/json"),
        query=query,
        prefer=item.headers.get("prefer", ""),
        idempotency_key=item.headers.get("idempotency-key"),
    )
    return writing.perform(batch.writer(), asked)


def _path(batch: _Round, item: Item) -> tuple[str, str]:
    """Return the path below the service and the query of a request's address."""
    url, _mark, query = item.url.partition("?")
    path = unquote(BEFORE.sub("", url)).strip("/")
    found = NAMED.match(path)
    if found and found[1] in batch.made:
        path = batch.made[found[1]] + path[found.end() :]
    return path, query


def _named_in(batch: _Round, body: bytes) -> bytes:
    """Return a body in which ``"@iot.id": "$ID"`` has become the number of what the request of this id made."""
    if b'"$' not in body:
        return body
    return msgspec.json.encode(_replace(batch, bodies.decode_small(body)))


def _replace(batch: _Round, value: Any) -> Any:
    if isinstance(value, list):
        return [_replace(batch, each) for each in value]
    if not isinstance(value, dict):
        return value
    replaced = {key: _replace(batch, each) for key, each in value.items()}
    name = value.get("@iot.id")
    if isinstance(name, str) and (found := NAMED.match(name)) and found[1] in batch.made:
        replaced["@iot.id"] = int(batch.made[found[1]].partition("(")[2].rstrip(")"))
    return replaced


def _remembered(batch: _Round, done: Done) -> Done:
    found = MADE.search(done.response.get("Location", ""))
    if done.id and found and done.response.status_code < 300:
        batch.made[done.id] = f"{found[1]}({found[2]})"
    return done


def _read(request: HttpRequest, path: str, query: str) -> HttpResponse:
    from rivulus.observations.standards.sensorthings import views

    inner = copy.copy(request)
    inner.method = "GET"
    inner.META = {**request.META, "QUERY_STRING": query, "REQUEST_METHOD": "GET"}
    inner.__dict__["GET"] = QueryDict(query)
    response = views.serve(inner, path)
    if isinstance(response, StreamingHttpResponse):
        content = b"".join(each if isinstance(each, bytes) else str(each).encode() for each in response)
        return HttpResponse(content, content_type=response.get("Content-Type"), status=response.status_code)
    assert isinstance(response, HttpResponse)
    return response


def _content(response: HttpResponse) -> bytes:
    return bytes(response.content)

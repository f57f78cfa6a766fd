"""How entities look in JSON: identifiers, links, times; and answers and errors as the standard shapes them."""

import datetime as dt
import functools
import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from rivulus.observations.standards.sensorthings.entities import Entity

ROOT = "/sensorthings/v1.1"
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-API-Key",
    "Access-Control-Expose-Headers": "Location, ETag, Retry-After",
}


class ServiceError(Exception):
    """The service cannot do what was asked; carries the status and a sentence for the person who asked."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def base_url(request: HttpRequest) -> str:
    """Return the address of the service, as this visitor sees it, without a slash at the end."""
    return request.build_absolute_uri(ROOT)


def self_link(base: str, entity: Entity, number: int) -> str:
    """Return the address of one entity."""
    return f"{base}/{entity.set_name}({number})"


@functools.lru_cache(maxsize=16_384)  # the newest of many series are of the same few moments
def show_time(time_us: int) -> str:
    """Return a moment (microseconds since 1970) in ISO 8601, with milliseconds only where there are any."""
    moment = EPOCH + dt.timedelta(microseconds=time_us)
    spec = "milliseconds" if time_us % 1_000_000 else "seconds"
    return moment.replace(tzinfo=None).isoformat(timespec=spec) + "Z"


def show_interval(start_us: int, end_us: int | None) -> str:
    """Return a stretch of time as ``start/end``; a moment when it has no end of its own."""
    return show_time(start_us) if end_us is None else f"{show_time(start_us)}/{show_time(end_us)}"


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return JSON; ``msgspec.Raw`` within it is JSON already.

    What it is known by is told here: processors have SHA-256 in hardware, and not the digest that Django would take.
    """
    body = msgspec.json.encode(value)
    named = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'} if status == HTTPStatus.OK else {}
    return HttpResponse(body, "application/json", status=status, headers={**CORS, **named, **(headers or {})})


def refuse(status: int, message: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return an error: its status, and a sentence that says what is wrong."""
    return answer({"code": status, "type": "error", "message": message}, status, headers)

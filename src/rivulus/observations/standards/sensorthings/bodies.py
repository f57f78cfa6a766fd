"""Bodies of requests: read up to a size, decoded with the position of what is wrong."""

from typing import Any

import msgspec
from django.http import HttpRequest

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.documents import check_value
from rivulus.observations.standards.sensorthings.rendering import ServiceError

LARGEST_BODY = 10 * 1024 * 1024


def read_body(request: HttpRequest) -> bytes:
    """Return the body of a request; raises ServiceError 413 for more than ten megabytes."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > LARGEST_BODY:
        raise ServiceError(413, "A request holds at most 10 MB. Send it in parts.")
    known: bytes | None = getattr(request, "_body", None)
    try:
        # Not ``request.body``, whose bound is that of forms.
        body = request.read(LARGEST_BODY + 1) if known is None else known
    except OSError as error:
        raise ServiceError(400, "The request broke off before its end.") from error
    if len(body) > LARGEST_BODY:
        raise ServiceError(413, "A request holds at most 10 MB. Send it in parts.")
    request.__dict__["_body"] = body
    return body


def decode(body: bytes) -> Any:
    """Return the JSON of a body; raises Refused with the place of what is wrong."""
    if not body.strip():
        raise Refused(N_("The request has no body; a JSON object belongs there."))
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(N_("The request is not JSON: %(why)s"), why=str(error)) from error
    except RecursionError as error:
        raise Refused(N_("The request is nested too deeply.")) from error


def decode_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body that describes an entity."""
    document = decode(body)
    if not isinstance(document, dict):
        raise Refused(N_("The request must be a JSON object."))
    return document


def decode_small(body: bytes) -> Any:
    """Return JSON whose depth and number of values are bounded."""
    return check_value(decode(body), "request")


def decode_small_object(body: bytes) -> dict[str, Any]:
    """Return a JSON object whose depth and number of values are bounded."""
    document = decode_object(body)
    check_value(document, "request")
    return document

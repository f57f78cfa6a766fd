"""Writing: POST, PATCH, PUT and DELETE of every entity and of references between them (OGC 18-088, chapter 10).

One request is one transaction: an answer that is no error means that everything was kept.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import DataError, IntegrityError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse

from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.limits import TooOften
from rivulus.observations.rules.writers import Conflict, Forbidden
from rivulus.observations.standards.sensorthings import access, bodies, changing, observing, references, tasks
from rivulus.observations.standards.sensorthings.access import Account
from rivulus.observations.standards.sensorthings.addresses import AddressError, parse_address
from rivulus.observations.standards.sensorthings.entities import Entity
from rivulus.observations.standards.sensorthings.rendering import ServiceError, answer, base_url, refuse, self_link
from rivulus.observations.standards.sensorthings.resolving import Place, follow

log = logging.getLogger(__name__)
ATTEMPTS = 4
RETRIED = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
BATCH, DATA_ARRAY = "$batch", "CreateObservations"
OBSERVATIONS = ("Observations", DATA_ARRAY)


@dataclass(frozen=True, slots=True)
class Request:
    """One thing asked for: alone, or as a part of a batch. ``path`` is below the service, without its query."""

    method: str
    path: str
    body: bytes
    base: str
    content_type: str = "application/json"
    query: str = ""
    prefer: str = ""
    idempotency_key: str | None = None

    @property
    def is_minimal(self) -> bool:
        """Whether the answer should have no body."""
        return "return=minimal" in self.prefer.replace(" ", "").lower()


def write(request: HttpRequest, path: str) -> HttpResponse:
    """Answer a request that writes; the view calls it for every method but GET, HEAD and OPTIONS."""
    return answered(lambda: _write(request, path.strip("/")))


def answered(call: Callable[[], HttpResponse]) -> HttpResponse:
    """Return an answer, also where the database cannot give one."""
    try:
        return guarded(call)
    except OperationalError:
        log.exception("The database could not do what was asked.")
        return refuse(503, "The database cannot do this now. Nothing was kept; send it again.", {"Retry-After": "5"})


def guarded(call: Callable[[], HttpResponse]) -> HttpResponse:
    """Return an answer, or the error that says why there is none: its status, and a sentence."""
    try:
        return call()
    except ServiceError as error:
        headers = access.CHALLENGE if error.status == 401 else None
        return refuse(error.status, error.message, headers)
    except TooOften as error:
        return refuse(429, str(error), {"Retry-After": str(error.retry_after_s)})
    except Forbidden as error:
        return refuse(403, str(error))
    except Conflict as error:
        return refuse(409, str(error))
    except Refused as error:
        return refuse(400, str(error))
    except (NotFound, AddressError) as error:
        return refuse(404, str(error) or "There is nothing here.")
    except IntegrityError:
        return refuse(409, "This does not go together with what is there.")
    except (DataError, UnicodeEncodeError, OverflowError):
        return refuse(400, "The request holds a value that cannot be kept.")


def _write(request: HttpRequest, path: str) -> HttpResponse:
    if path == BATCH:
        from rivulus.observations.standards.sensorthings import batch

        return batch.run(request, bodies.read_body(request))
    account = access.find_account(request)
    if not path.endswith(OBSERVATIONS):  # these have quotas of their own
        access.check_pace(account)  # before the transaction: what it counts is seen by all at once, and stays counted
    return perform(account, request_of(request, path, bodies.read_body(request)))


def request_of(request: HttpRequest, path: str, body: bytes) -> Request:
    """Return what a request asks for."""
    return Request(
        method=request.method or "",
        path=path,
        body=body,
        base=base_url(request),
        content_type=request.content_type or "",
        query=request.META.get("QUERY_STRING", ""),
        prefer=request.headers.get("Prefer", ""),
        idempotency_key=request.headers.get("Idempotency-Key"),
    )


def perform(account: Account, asked: Request) -> HttpResponse:
    """Do what is asked in one transaction and answer; what only met others in its way is tried again."""

    def once() -> HttpResponse:
        with transaction.atomic():
            response = _perform(account, asked)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            return response

    return retried(once)


def retried[T](call: Callable[[], T]) -> T:
    """Do something in a transaction of its own, again where it only met others in its way."""
    for attempt in range(ATTEMPTS):
        try:
            return call()
        except OperationalError as error:
            is_inner = transaction.get_connection().in_atomic_block
            if is_inner or attempt == ATTEMPTS - 1 or not isinstance(error.__cause__, RETRIED):
                raise
    raise AssertionError("unreachable")


def _perform(account: Account, asked: Request) -> HttpResponse:
    if asked.path == DATA_ARRAY:
        if asked.method != "POST":
            raise ServiceError(405, "Observations are sent here with POST.")
        return observing.create(account, asked.path, asked.body, asked.base, is_minimal=asked.is_minimal)
    address = parse_address(asked.path)
    if address.is_root:
        raise ServiceError(405, "Name a set of entities, like Things.")
    if address.suffix == "$value" or address.property_path:
        raise ServiceError(405, "Change the entity itself: a PATCH may name one property alone.")
    if address.suffix == "$ref":
        return references.perform(account, asked, address)
    place = follow(address)
    match asked.method:
        case "POST" if place.number is None:
            return _create(account, asked, place)
        case "PATCH" | "PUT" if place.number is not None:
            changing.change(
                account, place.entity, place.number, asked.body, asked.content_type, is_whole=asked.method == "PUT"
            )
            return answer(_shown(asked.base, place.entity, place.number), 200)
        case "DELETE" if place.number is not None:
            changing.remove(account, place.entity, place.number)
            return answer({}, 200)
    raise ServiceError(405, f"{asked.method[:20]} is not possible here.")


def _create(account: Account, asked: Request, place: Place) -> HttpResponse:
    if place.entity.name == "Observation":
        return observing.create_below(account, place, asked.body, asked.base, is_minimal=asked.is_minimal)
    if place.entity.name == "Task":
        document = bodies.decode_small_object(asked.body)
        number = tasks.create(account, place, document, asked.idempotency_key).pk
    else:
        number = changing.create(account, place, asked.body)
    headers = {"Location": self_link(asked.base, place.entity, number)}
    if asked.is_minimal:
        return HttpResponse(status=204, headers={**headers, "Preference-Applied": "return=minimal"})
    return answer(_shown(asked.base, place.entity, number), 201, headers)


def _shown(base: str, entity: Entity, number: int) -> dict[str, Any]:
    return {"@iot.id": number, "@iot.selfLink": self_link(base, entity, number)}

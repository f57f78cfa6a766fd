"""References: joining entities that exist, and taking them apart (``…/$ref``)."""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from django.http import HttpResponse

from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions import amending
from rivulus.observations.rules.trees import Reference
from rivulus.observations.standards.sensorthings import bodies, changing
from rivulus.observations.standards.sensorthings.access import Account
from rivulus.observations.standards.sensorthings.addresses import Address
from rivulus.observations.standards.sensorthings.entities import SETS, Link
from rivulus.observations.standards.sensorthings.rendering import ServiceError, answer
from rivulus.observations.standards.sensorthings.resolving import follow

if TYPE_CHECKING:
    from rivulus.observations.standards.sensorthings.writing import Request

ADDRESS = re.compile(r"(?:.*/)?([A-Za-z]+)\((\d{1,18})\)/?\Z")
NAMES = ("@iot.selfLink", "@odata.id", "@id", "url")


def perform(account: Account, asked: "Request", address: Address) -> HttpResponse:
    """Answer POST, PUT and DELETE of a reference."""
    last = address.steps[-1]
    if last.link is None or address.parent is None:
        raise ServiceError(405, "A reference leads from one entity to another.")
    place = follow(Address(address.steps[:-1]))
    if place.number is None:
        raise NotFound
    source = Reference(place.entity.name, place.number)
    if asked.method == "POST" and last.is_collection:
        _add(account, source, last.link, _target(last.link, bodies.decode_small_object(asked.body)))
    elif asked.method in {"PUT", "PATCH", "POST"} and not last.link.is_many:
        target = _target(last.link, bodies.decode_small_object(asked.body))
        changing.adopt(account, target, last.link.forward, source)
    elif asked.method == "DELETE":
        _remove(account, source, last.link, last.id, asked.query)
    else:
        raise ServiceError(405, f"{asked.method[:20]} is not possible here.")
    return answer({}, 200)


def _add(account: Account, source: Reference, link: Link, target: Reference) -> None:
    _check_writable(link)
    if link.reverse:
        changing.adopt(account, source, link.reverse, target)
    else:
        amending.join(by=account.by, writer=account.writer, source=source, link=link.name, target=target)


def _remove(account: Account, source: Reference, link: Link, number: int | None, query: str) -> None:
    if number is None:
        given = parse_qs(query).get("$id", [""])[0]
        number = _named(link, given).number
    target = Reference(SETS[link.target].name, number)
    amending.part(by=account.by, writer=account.writer, source=source, link=link.name, target=target)


def _target(link: Link, document: dict[str, Any]) -> Reference:
    number = document.get("@iot.id")
    if number is not None:
        if isinstance(number, bool) or not isinstance(number, int):
            raise Refused(N_("Identifiers are positive whole numbers."))
        return Reference(SETS[link.target].name, number)
    return _named(link, next((document[name] for name in NAMES if name in document), ""))


def _named(link: Link, address: Any) -> Reference:
    found = ADDRESS.match(address) if isinstance(address, str) and len(address) < 1000 else None
    if found is None or found[1] != link.target:
        raise Refused(N_("Name one of %(link)s by its @iot.id or its address."), link=link.target)
    return Reference(SETS[link.target].name, int(found[2]))


def _check_writable(link: Link) -> None:
    if link.target in {"Observations", "Tasks"}:
        raise Refused(N_("What was observed or asked stays where it is."))

"""OCPI 2.1.1 to 2.2.1, module Locations: how many charging points of each place are free, in use or broken."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.feeds.connectors.taking import (
    Answer,
    Taker,
    fields_of,
    load_json,
    mapping,
    objects,
    point,
    text_of,
)
from rivulus.observations.rules.connectors.declarations import Declaration
from rivulus.observations.rules.connectors.mapped import Field, Gatherer, Mapped
from rivulus.observations.rules.times import TimeReader

POINTS = "1"
FIELDS: Mapping[str, Field] = {
    "available": Field(property="charging_points_free", unit=POINTS, name="Puncte de încărcare libere", minimum=0),
    "in_use": Field(property="charging_points_used", unit=POINTS, name="Puncte de încărcare ocupate", minimum=0),
    "broken": Field(property="charging_points_broken", unit=POINTS, name="Puncte de încărcare defecte", minimum=0),
    "total": Field(property="charging_points", unit=POINTS, name="Puncte de încărcare în total", minimum=0),
}
# The statuses of an EVSE (OCPI 2.2.1, 8.4.22); a REMOVED one is no more.
STATUSES = {
    "AVAILABLE": "available",
    "CHARGING": "in_use",
    "RESERVED": "in_use",
    "BLOCKED": "in_use",
    "INOPERATIVE": "broken",
    "OUTOFORDER": "broken",
    "PLANNED": "",
    "REMOVED": "",
    "UNKNOWN": "unknown",
}
SUCCESS = range(1000, 2000)


def map_answer(answer: Answer, declaration: Declaration) -> Mapped:
    """Return the places with their counts at the time of the answer; places not meant to be published are left out."""
    gatherer, fields = Gatherer(), fields_of(declaration, FIELDS)
    for body in answer.bodies("locations"):
        document = mapping(load_json(body))
        if document.get("status_code") not in SUCCESS:
            message = text_of(document.get("status_message"), 120)
            refused = Refused(
                N_("The source answers %(code)s: %(message)s"), code=document.get("status_code"), message=message
            )
            gatherer.complain("status_code", refused)
            continue
        time_us = _time(document, answer.received_us)
        for location in objects(document.get("data")):
            if location.get("publish") is not False:
                _take(gatherer, declaration, answer, fields, location, time_us)
    return gatherer.done()


def _take(
    gatherer: Gatherer,
    declaration: Declaration,
    answer: Answer,
    fields: Mapping[str, Field],
    location: Mapping[str, Any],
    time_us: int,
) -> None:
    owner = "-".join(filter(None, (text_of(location.get("country_code")), text_of(location.get("party_id")))))
    identifier = ":".join(filter(None, (owner, text_of(location.get("id")))))
    taker = Taker(gatherer, declaration, identifier, f"location {identifier}", answer.received_us)
    place = mapping(location.get("coordinates"))
    taker.name = text_of(location.get("name")) or text_of(location.get("address"))
    taker.place = point(place.get("longitude"), place.get("latitude"))
    taker.properties = {
        "address": text_of(location.get("address")),
        "operator": text_of(mapping(location.get("operator")).get("name")),
    }
    counts: Counter[str] = Counter()
    for evse in objects(location.get("evses")):
        status = str(evse.get("status"))
        if status not in STATUSES:
            taker.complain(Refused(N_("OCPI has no status %(status)s."), status=status[:40]))
        counts[STATUSES.get(status, "unknown")] += 1
    counts["total"] = sum(number for what, number in counts.items() if what)
    for name, field in fields.items():
        taker.take(field, counts[name], time_us, what=name)
    taker.done()


def _time(document: Mapping[str, Any], received_us: int) -> int:
    """OCPI's times are UTC, with or without a Z."""
    try:
        return TimeReader(zone="UTC").read(document.get("timestamp", ""))
    except Refused:
        return received_us // 1000 * 1000

"""GBFS 1 to 3: stations of shared bicycles with their counts, and how many vehicles stand free."""

from collections.abc import Mapping
from typing import Any

from rivulus.kernel.errors import Refused
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
from rivulus.observations.rules.times import ISO, SECONDS, TimeReader

BIKES, DOCKS = "1", "1"
FIELDS: Mapping[str, Field] = {
    "num_vehicles_available": Field(property="bikes_available", unit=BIKES, name="Biciclete libere", minimum=0),
    "num_bikes_available": Field(property="bikes_available", unit=BIKES, name="Biciclete libere", minimum=0),
    "num_docks_available": Field(property="docks_available", unit=DOCKS, name="Locuri libere", minimum=0),
    "num_vehicles_disabled": Field(property="bikes_disabled", unit=BIKES, name="Biciclete defecte", minimum=0),
    "num_bikes_disabled": Field(property="bikes_disabled", unit=BIKES, name="Biciclete defecte", minimum=0),
    "num_docks_disabled": Field(property="docks_disabled", unit=DOCKS, name="Locuri defecte", minimum=0),
    "is_renting": Field(property="station_renting", kind="boolean", name="Împrumută biciclete"),
    "free_vehicles": Field(property="vehicles_free", unit=BIKES, name="Vehicule libere în oraș", minimum=0),
}


def map_answer(answer: Answer, declaration: Declaration) -> Mapped:
    """Return the stations and their counts; single vehicles are counted and never followed, since people ride them."""
    gatherer, fields = Gatherer(), fields_of(declaration, FIELDS)
    described = _describe(answer)
    for body in answer.bodies("station_status"):
        document = mapping(load_json(body))
        for item in objects(mapping(document.get("data")).get("stations")):
            _take_station(gatherer, declaration, answer, fields, document, item, described)
    for body in answer.bodies("vehicle_status", "free_bike_status"):
        _take_vehicles(gatherer, declaration, answer, fields, mapping(load_json(body)))
    return gatherer.done()


def _describe(answer: Answer) -> dict[str, Mapping[str, Any]]:
    return {
        text_of(item.get("station_id")): item
        for body in answer.bodies("station_information")
        for item in objects(mapping(mapping(load_json(body)).get("data")).get("stations"))
    }


def _take_station(
    gatherer: Gatherer,
    declaration: Declaration,
    answer: Answer,
    fields: Mapping[str, Field],
    document: Mapping[str, Any],
    item: Mapping[str, Any],
    described: Mapping[str, Mapping[str, Any]],
) -> None:
    identifier = text_of(item.get("station_id"))
    taker = Taker(gatherer, declaration, identifier, f"station {identifier}", answer.received_us)
    about = described.get(identifier, {})
    taker.name, taker.place = text_of(about.get("name")), point(about.get("lon"), about.get("lat"))
    if isinstance(about.get("capacity"), int):
        taker.properties["capacity"] = about["capacity"]
    try:
        time_us = _time(item.get("last_reported") or document.get("last_updated"), answer.received_us)
    except Refused as refused:
        taker.complain(refused)
        return
    taken: set[str] = set()
    for name, field in fields.items():
        if name in item and field.property not in taken:
            taken.add(field.property)
            taker.take(field, item[name], time_us, what=name)
    taker.done()


def _take_vehicles(
    gatherer: Gatherer,
    declaration: Declaration,
    answer: Answer,
    fields: Mapping[str, Field],
    document: Mapping[str, Any],
) -> None:
    data = mapping(document.get("data"))
    vehicles = objects(data.get("vehicles")) or objects(data.get("bikes"))
    free = sum(1 for one in vehicles if not one.get("is_reserved") and not one.get("is_disabled"))
    taker = Taker(gatherer, declaration, "system", "vehicles", answer.received_us, name=declaration.say_title("ro"))
    if "free_vehicles" in fields:
        try:
            taker.take(fields["free_vehicles"], free, _time(document.get("last_updated"), answer.received_us))
        except Refused as refused:
            taker.complain(refused)
    taker.done()


def _time(given: object, received_us: int) -> int:
    """Seconds since 1970 up to version 2, RFC 3339 from version 3; a feed without any is as of now."""
    if given is None:
        return received_us // 1000 * 1000
    return TimeReader(format=SECONDS if isinstance(given, int | float) else ISO).read(given)

"""OpenAQ v3: locations with their sensors, and the latest value of each sensor; units as the sensor names them."""

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

MASS = "ug/m3"
FIELDS: Mapping[str, Field] = {
    "pm1": Field(property="pm1", unit=MASS, minimum=0),
    "pm25": Field(property="pm2_5", unit=MASS, minimum=0),
    "pm10": Field(property="pm10", unit=MASS, minimum=0),
    # OpenAQ gives gases by mass or by volume, as the station does; the conditions are those of the directive.
    "no2": Field(property="no2", unit=MASS, gas="no2", minimum=0),
    "no": Field(property="no", unit=MASS, gas="no", minimum=0),
    "o3": Field(property="o3", unit=MASS, gas="o3", minimum=0),
    "so2": Field(property="so2", unit=MASS, gas="so2", minimum=0),
    "co": Field(property="co", unit="mg/m3", gas="co", minimum=0),
    "temperature": Field(property="temperature", unit="Cel"),
    "relativehumidity": Field(property="humidity", unit="%"),
}


def map_answer(answer: Answer, declaration: Declaration) -> Mapped:
    """Return the stations and their newest values; one that does not say which sensor it is of is a problem."""
    gatherer, fields = Gatherer(), fields_of(declaration, FIELDS)
    takers: dict[str, Taker] = {}
    sensors: dict[str, tuple[Taker, Mapping[str, Any]]] = {}
    for body in answer.bodies("locations"):
        for location in objects(mapping(load_json(body)).get("results")):
            taker = _describe(gatherer, declaration, answer, location)
            takers[taker.source_id] = taker
            for sensor in objects(location.get("sensors")):
                sensors[text_of(sensor.get("id"))] = taker, mapping(sensor.get("parameter"))
    for body in answer.bodies("latest"):
        for item in objects(mapping(load_json(body)).get("results")):
            _take(gatherer, fields, sensors, item)
    for taker in takers.values():
        taker.done()
    return gatherer.done()


def _describe(gatherer: Gatherer, declaration: Declaration, answer: Answer, location: Mapping[str, Any]) -> Taker:
    identifier = text_of(location.get("id"))
    place = mapping(location.get("coordinates"))
    taker = Taker(gatherer, declaration, identifier, f"location {identifier}", answer.received_us)
    taker.name = text_of(location.get("name"))
    taker.place = point(place.get("longitude"), place.get("latitude"))
    taker.properties = {
        "provider": text_of(mapping(location.get("provider")).get("name")),
        "owner": text_of(mapping(location.get("owner")).get("name")),
    }
    return taker


def _take(
    gatherer: Gatherer,
    fields: Mapping[str, Field],
    sensors: Mapping[str, tuple[Taker, Mapping[str, Any]]],
    item: Mapping[str, Any],
) -> None:
    identifier = text_of(item.get("sensorsId"))
    found = sensors.get(identifier)
    if found is None:
        refused = Refused(N_("Sensor %(sensor)s is not among the sensors of the location."), sensor=identifier)
        gatherer.complain(f"sensor {identifier}", refused)
        return
    taker, parameter = found
    name = text_of(parameter.get("name"))
    if name not in fields:
        return
    try:
        time_us = TimeReader().read(mapping(item.get("datetime")).get("utc", ""))
    except Refused as refused:
        gatherer.complain(f"sensor {identifier}", refused)
        return
    taker.take(fields[name], item.get("value"), time_us, text_of(parameter.get("units")), what=name)

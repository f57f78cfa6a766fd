"""Sensor.Community (data.sensor.community): the mean of the last five minutes of each sensor; times in UTC."""

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
from rivulus.observations.rules.times import TimeReader

DUST, PERIOD_S = "ug/m3", 300
# A sensor without its chip answers -999 or 999.9 for dust, -128 for temperature.
BROKEN = ("-999", "-999.00", "999.90", "1999.90", "-128.00", "unavailable", "unknown", "nan")
FIELDS: Mapping[str, Field] = {
    "P0": Field(property="pm1", unit=DUST, source_unit=DUST, period_s=PERIOD_S, minimum=0, missing=BROKEN),
    "P1": Field(property="pm10", unit=DUST, source_unit=DUST, period_s=PERIOD_S, minimum=0, missing=BROKEN),
    "P2": Field(property="pm2_5", unit=DUST, source_unit=DUST, period_s=PERIOD_S, minimum=0, missing=BROKEN),
    "temperature": Field(property="temperature", unit="Cel", source_unit="Cel", period_s=PERIOD_S, missing=BROKEN),
    "humidity": Field(property="humidity", unit="%", source_unit="%", period_s=PERIOD_S, missing=BROKEN),
    "pressure": Field(property="pressure", unit="hPa", source_unit="Pa", period_s=PERIOD_S, missing=BROKEN),
    "noise_LAeq": Field(property="noise_laeq", unit="dB(A)", source_unit="dB(A)", period_s=PERIOD_S, missing=BROKEN),
    "noise_LA_max": Field(property="noise_lmax", unit="dB(A)", source_unit="dB(A)", period_s=PERIOD_S, missing=BROKEN),
    "noise_LA_min": Field(property="noise_lmin", unit="dB(A)", source_unit="dB(A)", period_s=PERIOD_S, missing=BROKEN),
}


def map_answer(answer: Answer, declaration: Declaration) -> Mapped:
    """Return the sensors and what they measured; values that the network adds itself are passed over."""
    gatherer, fields = Gatherer(), fields_of(declaration, FIELDS)
    for body in answer.bodies("main"):
        for place, item in enumerate(objects(load_json(body))):
            _take(gatherer, declaration, answer, fields, item, f"[{place}]")
    return gatherer.done()


def _take(
    gatherer: Gatherer,
    declaration: Declaration,
    answer: Answer,
    fields: Mapping[str, Field],
    item: Mapping[str, Any],
    where: str,
) -> None:
    sensor, location = mapping(item.get("sensor")), mapping(item.get("location"))
    identifier = text_of(sensor.get("id"))
    taker = Taker(gatherer, declaration, identifier or "?", f"{where} sensor {identifier}", answer.received_us)
    if not identifier or (location.get("indoor") in {1, "1"} and not declaration.options.get("indoor")):
        return  # what a flat measures is nobody's business here
    try:
        time_us = TimeReader(zone="UTC").read(item.get("timestamp"))
    except Refused as refused:
        taker.complain(refused)
        return
    kind = text_of(mapping(sensor.get("sensor_type")).get("name"), 60)
    taker.name = f"Sensor.Community {identifier}" + (f" ({kind})" if kind else "")
    taker.place = point(location.get("longitude"), location.get("latitude"))
    taker.properties = {"sensorType": kind, "exactLocation": bool(location.get("exact_location"))}
    for value in objects(item.get("sensordatavalues")):
        name = text_of(value.get("value_type"))
        if name in fields:
            taker.take(fields[name], value.get("value"), time_us, what=name)
    taker.done()

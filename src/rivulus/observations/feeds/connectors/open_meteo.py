"""Open-Meteo: the weather of a model at a point; what lies ahead is a forecast and not taken as observed."""

from collections.abc import Mapping
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.feeds.connectors.taking import Answer, Taker, fields_of, load_json, mapping, objects, point
from rivulus.observations.rules.connectors.declarations import Declaration
from rivulus.observations.rules.connectors.mapped import Field, Gatherer, Mapped
from rivulus.observations.rules.times import SECONDS, TimeReader

SECOND_US = 1_000_000
FIELDS: Mapping[str, Field] = {
    "temperature_2m": Field(property="temperature", unit="Cel"),
    "relative_humidity_2m": Field(property="humidity", unit="%"),
    "surface_pressure": Field(property="pressure", unit="hPa"),
    "precipitation": Field(property="precipitation", unit="mm", minimum=0),
    "wind_speed_10m": Field(property="wind_speed", unit="m/s", minimum=0),
    "wind_direction_10m": Field(property="wind_direction", unit="deg", minimum=0, maximum=360),
    "wind_gusts_10m": Field(property="wind_gust", unit="m/s", minimum=0),
    "shortwave_radiation": Field(property="solar_radiation", unit="W/m2", minimum=0),
    "cloud_cover": Field(property="cloud_cover", unit="%", minimum=0, maximum=100),
    "snow_depth": Field(property="snow_depth", unit="m", minimum=0),
    "pm10": Field(property="pm10", unit="ug/m3", minimum=0),
    "pm2_5": Field(property="pm2_5", unit="ug/m3", minimum=0),
    "nitrogen_dioxide": Field(property="no2", unit="ug/m3", minimum=0),
    "ozone": Field(property="o3", unit="ug/m3", minimum=0),
    "sulphur_dioxide": Field(property="so2", unit="ug/m3", minimum=0),
    "carbon_monoxide": Field(property="co", unit="mg/m3", minimum=0),
}
TABLES = ("minutely_15", "hourly")


def map_answer(answer: Answer, declaration: Declaration) -> Mapped:
    """Return the values of each point up to the moment of the answer."""
    gatherer, fields = Gatherer(), fields_of(declaration, FIELDS)
    for body in answer.bodies("main"):
        found = load_json(body)
        for place, item in enumerate(objects(found) if isinstance(found, list) else [mapping(found)]):
            _take(gatherer, declaration, answer, fields, item, place)
    return gatherer.done()


def _take(
    gatherer: Gatherer,
    declaration: Declaration,
    answer: Answer,
    fields: Mapping[str, Field],
    item: Mapping[str, Any],
    place: int,
) -> None:
    if item.get("error"):
        refused = Refused(N_("The source answers: %(reason)s"), reason=str(item.get("reason"))[:150])
        gatherer.complain("error", refused)
        return
    names = declaration.options.get("points")
    name = str(names[place]) if isinstance(names, list) and place < len(names) else ""
    taker = Taker(gatherer, declaration, str(place + 1), f"point {place + 1}", answer.received_us)
    taker.name = name or declaration.say_title("ro")
    taker.place = point(item.get("longitude"), item.get("latitude"))
    taker.properties = {"model": True, "elevation": item.get("elevation")}
    offset_us = _offset(item) * SECOND_US
    for table in TABLES:
        _take_table(taker, fields, item, table, offset_us)
    _take_current(taker, fields, item, offset_us)
    taker.done()


def _take_table(taker: Taker, fields: Mapping[str, Field], item: Mapping[str, Any], table: str, offset_us: int) -> None:
    columns, units = mapping(item.get(table)), mapping(item.get(f"{table}_units"))
    times = columns.get("time")
    if not isinstance(times, list):
        return
    for row, written in enumerate(times):
        time_us = _time(taker, written, units, offset_us)
        if time_us is None or time_us > taker.received_us:
            continue
        for name, field in fields.items():
            values = columns.get(name)
            if isinstance(values, list) and row < len(values):
                taker.take(field, values[row], time_us, str(units.get(name, "")), what=f"{table}.{name}[{row}]")


def _take_current(taker: Taker, fields: Mapping[str, Field], item: Mapping[str, Any], offset_us: int) -> None:
    current, units = mapping(item.get("current")), mapping(item.get("current_units"))
    if not current:
        return
    time_us = _time(taker, current.get("time"), units, offset_us)
    for name, field in fields.items():
        if time_us is not None and name in current:
            taker.take(field, current[name], time_us, str(units.get(name, "")), what=f"current.{name}")


def _time(taker: Taker, written: object, units: Mapping[str, Any], offset_us: int) -> int | None:
    """Times are local by the offset that the answer names, unless they are seconds, which are always UTC."""
    try:
        if units.get("time") == "unixtime":
            return TimeReader(format=SECONDS).read(written)
        return TimeReader(zone="UTC").read(written) - offset_us
    except Refused as refused:
        taker.complain(refused)
        return None


def _offset(item: Mapping[str, Any]) -> int:
    given = item.get("utc_offset_seconds", 0)
    return given if isinstance(given, int) and abs(given) <= 54_000 else 0

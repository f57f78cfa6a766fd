"""How observations look: the result, its times, what was said of it, and whether it is simulated."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from rivulus.observations.queries.annotations import annotations_of
from rivulus.observations.rules.identifiers import observation_id
from rivulus.observations.rules.readings import Annotation
from rivulus.observations.standards.sensorthings.rendering import show_interval, show_time
from rivulus.observations.standards.sensorthings.scopes import Series
from rivulus.observations.standards.sensorthings.windows import Key
from rivulus.observations.terms import FLAG_NAMES, QUALITY, Flag

FLAGS = "@rivulus.flags"
ANNOTATED, SAME_TIME, ANY_FLAG = int(Flag.ANNOTATED), int(Flag.RESULT_TIME_SAME), int(QUALITY)
"""Plain numbers: asking an enumeration costs more than the rest of an observation."""

MORE = ANNOTATED | ANY_FLAG
"""There is more to be said of an observation than its time and its result."""

FIELDS = ("phenomenonTime", "resultTime", "result", "resultQuality", "validTime", "parameters")
ROW = ("id", *FIELDS)
"""What a data array shows where nothing is selected."""

EXACT = 2.0**53
type Shown = dict[str, Any]


def show_result(key: Key) -> Any:
    """Return the result as a JSON value; whole numbers without a decimal point."""
    if key.number is None:
        return key.result
    is_whole = key.number.is_integer() and abs(key.number) <= EXACT
    return int(key.number) if is_whole else key.number


def said_of(keys: Sequence[Key]) -> dict[tuple[int, int], Annotation]:
    """Return what else was said of observations, by their keys."""
    return annotations_of((key.datastream, key.time) for key in keys if key.quality & ANNOTATED)


def flags_of(quality: int) -> list[str]:
    """Return the words for what is known of the quality of a reading."""
    return [word for flag, word in FLAG_NAMES.items() if quality & flag] if quality & ANY_FLAG else []


def values_of(key: Key, said: Annotation | None, series: Series, names: Collection[str] = FIELDS) -> Shown:
    """Return the properties of an observation; what nobody said is left out, but the result's time is null then."""
    shown: Shown = {"phenomenonTime": show_interval(key.time, said.end_time if said else None)}
    shown["resultTime"] = _result_time(key, said)
    shown["result"] = show_result(key)
    if said is not None and said.result_quality is not None:
        shown["resultQuality"] = said.result_quality
    if said is not None and said.valid_from is not None:
        shown["validTime"] = show_interval(said.valid_from, said.valid_to)
    parameters = dict(said.parameters or {}) if said else {}
    if key.datastream in series.simulated:
        parameters["simulated"] = True
    if parameters:
        shown["parameters"] = parameters
    return shown if names is FIELDS else {name: value for name, value in shown.items() if name in names}


def _result_time(key: Key, said: Annotation | None) -> str | None:
    if key.quality & SAME_TIME:
        return show_time(key.time)
    return show_time(said.result_time) if said and said.result_time is not None else None


def show_observation(
    base: str,
    key: Key,
    said: Annotation | None,
    series: Series,
    select: frozenset[str] | None,
    followed: Collection[str],
) -> Shown:
    """Return the JSON object of an observation, without what it leads to."""
    number = observation_id(key.datastream, key.time)
    own = f"{base}/Observations({number})"
    stream = "MultiDatastream" if key.datastream in series.multi else "Datastream"
    if select is not None:
        return _selected(
            own, number, values_of(key, said, series, select), (stream, "FeatureOfInterest"), select, followed
        )
    shown: Shown = {"@iot.id": number, "@iot.selfLink": own, **values_of(key, said, series)}
    if flags := flags_of(key.quality):
        shown[FLAGS] = flags
    for link in (stream, "FeatureOfInterest"):
        if link not in followed:
            shown[f"{link}@iot.navigationLink"] = f"{own}/{link}"
    return shown


def row_of(key: Key, said: Annotation | None, series: Series, names: Sequence[str]) -> list[Any]:
    """Return the identifier and the properties of an observation that are named, as a row of a data array."""
    number = observation_id(key.datastream, key.time)
    if names is ROW and _is_plain(key, series):
        at = show_time(key.time)
        return [number, at, at if key.quality & SAME_TIME else None, show_result(key), None, None, None]
    values = values_of(key, said, series)
    return [number if name == "id" else values.get(name) for name in names]


def write_observations(
    base: str, keys: Sequence[Key], said: Mapping[tuple[int, int], Annotation], series: Series
) -> list[msgspec.Raw]:
    """Return observations as JSON that is written already: what nearly all of them are fits into one pattern."""
    where = msgspec.json.encode(base).decode()[1:-1]
    return [
        msgspec.Raw(
            _written(where, key, series)
            if _is_plain(key, series)
            else msgspec.json.encode(
                show_observation(base, key, said.get((key.datastream, key.time)), series, None, ())
            )
        )
        for key in keys
    ]


def _is_plain(key: Key, series: Series) -> bool:
    return not key.quality & MORE and key.number is not None and key.datastream not in series.simulated


def _written(base: str, key: Key, series: Series) -> bytes:
    number = observation_id(key.datastream, key.time)
    own, at = f"{base}/Observations({number})", f'"{show_time(key.time)}"'
    stream = "MultiDatastream" if key.datastream in series.multi else "Datastream"
    return (
        f'{{"@iot.id":{number},"@iot.selfLink":"{own}","phenomenonTime":{at},'
        f'"resultTime":{at if key.quality & SAME_TIME else "null"},"result":{show_result(key)},'
        f'"{stream}@iot.navigationLink":"{own}/{stream}",'
        f'"FeatureOfInterest@iot.navigationLink":"{own}/FeatureOfInterest"}}'
    ).encode()


def _selected(
    own: str,
    number: int,
    values: Mapping[str, Any],
    links: Sequence[str],
    select: frozenset[str],
    followed: Collection[str],
) -> Shown:
    shown: Shown = {}
    if {"id", "@iot.id"} & select:
        shown["@iot.id"] = number
    if "@iot.selfLink" in select:
        shown["@iot.selfLink"] = own
    shown |= values
    shown |= {
        f"{link}@iot.navigationLink": f"{own}/{link}" for link in links if link in select and link not in followed
    }
    return shown

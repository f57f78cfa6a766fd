"""Which shape a message has, and what it claims."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rivulus.kernel.words import N_
from rivulus.observations.rules.devices import lorawan
from rivulus.observations.rules.devices.messages import (
    MAX_CLAIMS,
    MAX_MESSAGE,
    Claim,
    Finding,
    Kind,
    Message,
    error,
    good,
    warning,
)
from rivulus.observations.rules.devices.profiles import MISSING, Place, Profile, find_value
from rivulus.observations.rules.devices.times import from_epoch
from rivulus.observations.rules.documents import DEEPEST

TOPIC = re.compile(r"(?:.*/)?v1\.1/(?:Multi)?Datastreams\((\d+)\)/Observations")
COMPONENTS = (
    "phenomenonTime",
    "resultTime",
    "result",
    "validTime",
    "resultQuality",
    "parameters",
    "FeatureOfInterest/id",
)
UNREAD = (ValueError, RecursionError)


def read_message(
    text: str,
    *,
    profiles: Sequence[Profile] = (),
    places: Sequence[Place] = (),
    time_path: str = "",
    series: str = "",
    received: str | None = None,
) -> Message:
    """Return what a message claims. ``places`` is a mapping of a vendor's JSON; ``series`` is meant where an
    Observation names none; ``received`` stands for the time where a mapped message has none.
    """
    if len(text) > MAX_MESSAGE:
        return _unread(error(N_("The message is longer than 256 KiB.")))
    document = _parse(text)
    if isinstance(document, Finding):
        return _unread(document)
    if places:
        return read_mapped(document, places, time_path=time_path, received=received)
    if isinstance(document, Mapping):
        return _read_object(document, profiles, series)
    if isinstance(document, list) and document and all(isinstance(one, Mapping) for one in document):
        return _read_list(document)
    sentence = N_("This is JSON, but neither an object nor a list of objects: choose a mapping for it.")
    return _unread(error(sentence))


def _parse(text: str) -> Any:
    if not text.strip():
        return error(N_("There is no message."))
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as problem:
        words = {"line": problem.lineno, "column": problem.colno, "problem": problem.msg}
        return error(N_("This is not JSON: %(problem)s in line %(line)d, column %(column)d."), **words)
    except UNREAD as problem:
        return error(N_("This is not JSON that can be kept: %(problem)s."), problem=str(problem)[:100])
    if _depth(document) > DEEPEST:
        return error(N_("The message is nested more than 32 levels deep."))
    return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _depth(document: Any) -> int:
    deepest, left = 0, [(document, 1)]
    while left:
        item, depth = left.pop()
        deepest = max(deepest, depth)
        if depth > DEEPEST:
            break
        inner = item.values() if isinstance(item, Mapping) else item if isinstance(item, list) else ()
        left += [(one, depth + 1) for one in inner if isinstance(one, Mapping | list)]
    return deepest


def _unread(finding: Finding) -> Message:
    return Message(kind=Kind.UNKNOWN, findings=(finding,))


def _read_object(document: Mapping[str, Any], profiles: Sequence[Profile], series: str) -> Message:
    if lorawan.looks_like_chirpstack(document):
        return lorawan.read_chirpstack(document, profiles)
    if lorawan.looks_like_tts(document):
        return lorawan.read_tts(document, profiles)
    if "result" in document:
        return read_observation(document, series)
    if "id" in document and "type" in document:
        return read_entity(document)
    sentence = N_(
        "The shape of this message is not known here: an Observation has a “result”; for others give a mapping."
    )
    return _unread(error(sentence))


def _read_list(document: list[Mapping[str, Any]]) -> Message:
    if any("dataArray" in one for one in document):
        return read_data_array(document)
    if all("id" in one and "type" in one for one in document):
        parts = [read_entity(one) for one in document]
        claims = tuple(claim for part in parts for claim in part.claims)[:MAX_CLAIMS]
        return Message(kind=Kind.NGSI_LD, claims=claims, findings=parts[0].findings)
    if all("result" in one for one in document):
        sentence = N_("A list of Observations is sent as a data array (CreateObservations), or one by one.")
        return Message(kind=Kind.OBSERVATION, findings=(error(sentence),))
    return _unread(error(N_("The shape of this message is not known here; give a mapping.")))


def read_observation(document: Mapping[str, Any], series: str = "") -> Message:
    """Return what an Observation of SensorThings claims (OGC 18-088, table 17)."""
    link = document.get("Datastream") or document.get("MultiDatastream")
    named = link.get("@iot.id") if isinstance(link, Mapping) else None
    findings: list[Finding] = []
    code = str(named) if named is not None else series
    if not code:
        sentence = N_(
            'The Observation names no series: add "Datastream": {"@iot.id": NUMBER}, or send it to the address of the series.'
        )
        findings.append(error(sentence))
    time = document.get("phenomenonTime")
    if time is None:
        findings.append(warning(N_("The Observation has no phenomenonTime: the moment of receipt would stand for it.")))
    known = {*COMPONENTS, "Datastream", "MultiDatastream", "FeatureOfInterest", "@iot.id", "@iot.selfLink"}
    findings += [
        warning(N_("“%(name)s” is no property of an Observation and would not be kept."), name=name[:60])
        for name in sorted(set(document) - known)
        if not name.endswith("@iot.navigationLink")
    ]
    claims = (Claim(series=code, value=document["result"], time=time),) if code else ()
    return Message(kind=Kind.OBSERVATION, device=code, claims=claims, findings=tuple(findings))


def read_data_array(document: list[Mapping[str, Any]]) -> Message:
    """Return what a data array claims (OGC 18-088, 12.2 CreateObservations)."""
    claims: list[Claim] = []
    findings: list[Finding] = []
    for number, group in enumerate(document, 1):
        problem = _read_group(group, number, claims)
        findings += [problem] if problem else []
    if len(claims) > MAX_CLAIMS:
        findings.append(warning(N_("Only the first %(most)d values were looked at."), most=MAX_CLAIMS))
    device = claims[0].series if claims else ""
    return Message(kind=Kind.DATA_ARRAY, device=device, claims=tuple(claims[:MAX_CLAIMS]), findings=tuple(findings))


def _read_group(group: Mapping[str, Any], number: int, claims: list[Claim]) -> Finding | None:
    link = group.get("Datastream") or group.get("MultiDatastream")
    named = link.get("@iot.id") if isinstance(link, Mapping) else None
    components, rows = group.get("components"), group.get("dataArray")
    if named is None:
        return error(N_("Part %(number)d of the data array names no Datastream."), number=number)
    if not isinstance(components, list) or "result" not in components:
        return error(
            N_("Part %(number)d of the data array needs “components” with “result” among them."), number=number
        )
    if not isinstance(rows, list):
        return error(N_("Part %(number)d of the data array has no list “dataArray”."), number=number)
    strange = [str(name) for name in components if name not in COMPONENTS]
    if strange:
        return error(N_("“%(name)s” is no component of a data array."), name=strange[0][:60])
    for place, row in enumerate(rows, 1):
        if len(claims) > MAX_CLAIMS:
            break
        if not isinstance(row, list) or len(row) != len(components):
            words = {"row": place, "number": number, "wanted": len(components)}
            return error(N_("Row %(row)d of part %(number)d does not have %(wanted)d values."), **words)
        values = dict(zip(components, row, strict=True))
        where = f"dataArray[{number - 1}][{place - 1}]"
        claims.append(Claim(series=str(named), value=values["result"], time=values.get("phenomenonTime"), place=where))
    return None


def read_entity(document: Mapping[str, Any]) -> Message:
    """Return what an NGSI-LD entity claims, normalised or in key-values; series have the code ``<id>:<attribute>``."""
    entity = str(document["id"])
    claims = []
    for name, attribute in document.items():
        if name in ("id", "type", "@context", "location", "address", "dateObserved", "dateModified", "dateCreated"):
            continue
        if isinstance(attribute, Mapping):
            if attribute.get("type") != "Property" or "value" not in attribute:
                continue
            value, unit = attribute["value"], str(attribute.get("unitCode") or "")
            time = attribute.get("observedAt") or _entity_time(document)
        else:
            value, unit, time = attribute, "", _entity_time(document)
        if isinstance(value, bool | int | float):
            code = f"{entity}:{name}"
            claims.append(Claim(series=code, value=value, time=time, unit=unit, place=name))
    sentence = N_(
        "Entities of NGSI-LD are fetched by a connector, which the city declares; this is what it would read."
    )
    findings = (
        [warning(sentence)] if claims else [error(N_("No attribute of the entity is a number or true or false."))]
    )
    return Message(kind=Kind.NGSI_LD, device=entity, claims=tuple(claims[:MAX_CLAIMS]), findings=tuple(findings))


def _entity_time(document: Mapping[str, Any]) -> Any:
    """Smart Data Models say when in ``dateObserved``, plain or as a property, or as an object with @value."""
    for name in ("dateObserved", "observedAt", "dateModified"):
        value = document.get(name)
        while isinstance(value, Mapping):
            value = value.get("value", value.get("@value"))
        if value is not None:
            return value
    return None


def read_mapped(
    document: Any,
    places: Sequence[Place],
    *,
    time_path: str = "",
    time_unit: str = "iso",
    received: str | None = None,
    device: str = "",
) -> Message:
    """Return what a vendor's message claims, read by a mapping."""
    time: Any = received
    findings: list[Finding] = []
    if time_path:
        time = find_value(document, time_path)
        if time is MISSING:
            findings.append(error(N_("The message has nothing at “%(path)s”."), path=time_path))
            time = None
        elif time_unit != "iso":
            time = from_epoch(time, time_unit)
            if isinstance(time, Finding):
                findings.append(time)
                time = None
    elif received is not None:
        findings.append(warning(N_("The mapping names no time: the moment of receipt stands for it.")))
    claims = []
    for place in places:
        value = find_value(document, place.path)
        if value is MISSING or value is None:
            findings.append(warning(N_("The message has nothing at “%(path)s”."), path=place.path))
            continue
        claims.append(
            Claim(series=place.series, value=place.convert(value), time=time, unit=place.unit, place=place.path)
        )
    if claims:
        findings.append(good(N_("The mapping finds %(count)d values."), count=len(claims)))
    else:
        findings.append(error(N_("The mapping finds nothing in this message.")))
    return Message(kind=Kind.VENDOR, device=device, claims=tuple(claims), findings=tuple(findings))

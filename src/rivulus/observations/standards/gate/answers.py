"""What is answered to whoever creates observations: status, headers, body (OGC 18-088, 10.2 and 13.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from rivulus.observations.rules.observed import Admitted, Observed
from rivulus.observations.rules.weeks import moment

JSON = "application/json"
CORS = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "Location, ETag, Retry-After"))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over HTTP, whoever sends it."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def created(base: str, number: int, observed: Observed, admitted: Admitted, *, is_minimal: bool = False) -> Answer:
    """Return the answer to one observation that was stored; ``Prefer: return=minimal`` wants no body."""
    link = f"{base}/Observations({number})"
    headers = (("Location", link),)
    if is_minimal:
        return Answer(204, headers=(*headers, ("Preference-Applied", "return=minimal")))
    return Answer(201, msgspec.json.encode(_shown(link, number, observed, admitted)), headers)


def created_array(base: str, numbers: Sequence[int | None]) -> Answer:
    """Return the answer to a data array: an address for each row, or the word error."""
    if None in numbers:
        links = ["error" if number is None else f"{base}/Observations({number})" for number in numbers]
        return Answer(201, msgspec.json.encode(links))
    start = f'"{base}/Observations('
    body = f')",{start}'.join(map(str, numbers))
    return Answer(201, f'[{start}{body})"]'.encode() if numbers else b"[]")


def refused(status: int, sentence: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Return an error: its status, and a sentence that says what is wrong."""
    return Answer(status, msgspec.json.encode({"code": status, "type": "error", "message": sentence}), headers)


def _shown(link: str, number: int, observed: Observed, admitted: Admitted) -> dict[str, Any]:
    note = admitted.annotation
    shown: dict[str, Any] = {
        "@iot.id": number,
        "@iot.selfLink": link,
        "phenomenonTime": _interval(admitted.time, note.end_time if note else None),
        "resultTime": None if observed.result_time is None else _time(observed.result_time),
        "result": admitted.value if admitted.record is None else admitted.record.result,
    }
    if note is not None and note.valid_from is not None:
        shown["validTime"] = _interval(note.valid_from, note.valid_to)
    if observed.result_quality is not None:
        shown["resultQuality"] = observed.result_quality
    if observed.parameters:
        shown["parameters"] = observed.parameters
    name = "MultiDatastream" if observed.is_multi else "Datastream"
    shown[f"{name}@iot.navigationLink"] = f"{link}/{name}"
    shown["FeatureOfInterest@iot.navigationLink"] = f"{link}/FeatureOfInterest"
    return shown


def _time(time_us: int) -> str:
    spec = "milliseconds" if time_us % 1_000_000 else "seconds"
    return moment(time_us).replace(tzinfo=None).isoformat(timespec=spec) + "Z"


def _interval(start_us: int, end_us: int | None) -> str:
    return _time(start_us) if end_us is None else f"{_time(start_us)}/{_time(end_us)}"

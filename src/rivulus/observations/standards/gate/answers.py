"""What is answered to whoever creates observations: status, headers, body (OGC 18-088, 10.2 and 13.2)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from rivulus.observations.rules.observed import Admitted, Observed

JSON = "application/json"
CORS = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "Location, ETag, Retry-After"))


_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 (UTC, written with a Z)


@dataclass(slots=True)
class Answer:
    """An answer over HTTP, whoever sends it."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def created(base: str, number: int, observed: Observed, admitted: Admitted, *, is_minimal: bool = False) -> Answer:
    """Return the answer to one observation that was stored; ``Prefer: return=minimal`` wants no body."""
    link = f"{base}/Observations({number})"
    return _minimal(link) if is_minimal else _created(link, _shown(link, number, observed, admitted))


def created_plain(base: str, number: int, time_us: int, value: float, *, is_minimal: bool = False) -> Answer:
    """Return the same for an observation of which nothing but time and number was said."""
    link = f"{base}/Observations({number})"
    if is_minimal:
        return _minimal(link)
    shown = {
        "@iot.id": number,
        "@iot.selfLink": link,
        "phenomenonTime": _time(time_us),
        "resultTime": None,
        "result": value,
        "Datastream@iot.navigationLink": f"{link}/Datastream",
        "FeatureOfInterest@iot.navigationLink": f"{link}/FeatureOfInterest",
    }
    return _created(link, shown)


def created_array(base: str, numbers: Sequence[int | None]) -> Answer:
    """Return the answer to a data array: an address for each row, or the word error."""
    if None in numbers:
        links = ["error" if number is None else f"{base}/Observations({number})" for number in numbers]
        return Answer(201, msgspec.json.encode(links))
    if not numbers:
        return Answer(201, b"[]")
    start = msgspec.json.encode(f"{base}/Observations(")[:-1]
    listed = msgspec.json.encode(numbers)[1:-1]
    return Answer(201, b"".join((b"[", start, listed.replace(b",", b')",' + start), b')"]')))


def refused(status: int, sentence: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Return an error: its status, and a sentence that says what is wrong."""
    return Answer(status, msgspec.json.encode({"code": status, "type": "error", "message": sentence}), headers)


def _minimal(link: str) -> Answer:
    return Answer(204, headers=(("Location", link), ("Preference-Applied", "return=minimal")))


def _created(link: str, shown: dict[str, Any]) -> Answer:
    return Answer(201, msgspec.json.encode(shown), (("Location", link),))


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


@lru_cache(maxsize=4096)  # many series are measured at the same moment
def _time(time_us: int) -> str:
    spec = "milliseconds" if time_us % 1_000_000 else "seconds"
    return (_EPOCH + dt.timedelta(microseconds=time_us)).isoformat(timespec=spec) + "Z"


def _interval(start_us: int, end_us: int | None) -> str:
    return _time(start_us) if end_us is None else f"{_time(start_us)}/{_time(end_us)}"

"""Requests that create observations, from bytes: Observations (OGC 18-088, 10.2) and data arrays (13.2).

Both faces use it, so that a request means the same in the gate and in the web process.
"""

import contextlib
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.observed import Observed
from rivulus.observations.rules.readings import MS

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LARGEST_BODY = 10 * 1024 * 1024
MOST_ROWS = 200_000
NEEDS_SERIES = N_("Say which Datastream the observation is of.")
NEEDS_RESULT = N_("The observation has no result.")
NOT_A_TIME = N_("A time is written like 2026-03-01T08:00:00+02:00, with its zone.")
TOO_MANY_ROWS = N_("A request holds at most 200,000 observations.")
ODD_COMPONENTS = N_("Components must name phenomenonTime, result and other properties of an Observation, each once.")
COMPONENTS = frozenset(
    {
        "id",
        "phenomenonTime",
        "result",
        "resultTime",
        "resultQuality",
        "validTime",
        "parameters",
        "FeatureOfInterest/id",
    }
)
PLAIN = ["phenomenonTime", "result"]


class NotHereError(Exception):
    """A request that is right, and asks for more than storing: the whole of SensorThings takes it."""


class Reference(msgspec.Struct, rename={"id": "@iot.id"}):
    """An entity named by its number; ``id`` is unset where it is described in place."""

    id: int | UnsetType = UNSET


class ObservationBody(msgspec.Struct, rename={"stream": "Datastream", "streams": "MultiDatastream"}):
    """An Observation as OGC 18-088 writes it."""

    result: Any = UNSET
    phenomenonTime: str | UnsetType | None = UNSET  # noqa: N815 (the standard's word)
    resultTime: str | UnsetType | None = UNSET  # noqa: N815
    resultQuality: Any = None  # noqa: N815
    validTime: str | None = None  # noqa: N815
    parameters: dict[str, Any] | None = None
    stream: Reference | UnsetType = UNSET
    streams: Reference | UnsetType = UNSET
    FeatureOfInterest: Reference | None = None


class GroupBody(msgspec.Struct, rename={"rows": "dataArray", "stream": "Datastream", "streams": "MultiDatastream"}):
    """Observations of one series in a data array."""

    components: list[str]
    rows: msgspec.Raw
    stream: Reference | UnsetType = UNSET
    streams: Reference | UnsetType = UNSET


class PlainReference(msgspec.Struct, rename={"id": "@iot.id"}):
    """An entity named by its number, and by nothing else."""

    id: int


class PlainBody(msgspec.Struct, forbid_unknown_fields=True, rename={"time": "phenomenonTime", "stream": "Datastream"}):
    """The kind of observation that nearly all are: when, how much, of what."""

    time: str
    result: float
    stream: PlainReference


class PlainGroupBody(msgspec.Struct, rename={"rows": "dataArray", "stream": "Datastream"}):
    """The kind of group that nearly all are: when, and how much."""

    components: list[str]
    rows: list[tuple[str, float]]
    stream: PlainReference


@dataclass(slots=True)
class Group:
    """Rows of one series, decoded: ``plain`` where they are time and number only (times as written), else one by one.

    A row of ``observed`` is a sentence where it could not be read.
    """

    datastream: int
    is_multi: bool = False
    plain: list[tuple[str, float]] | None = None
    observed: list[Observed | str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.observed) if self.plain is None else len(self.plain)


_observation = msgspec.json.Decoder(ObservationBody)
_groups = msgspec.json.Decoder(list[GroupBody])
_plain_groups = msgspec.json.Decoder(list[PlainGroupBody])
_plain_rows = msgspec.json.Decoder(list[tuple[str, float]])
_plain_observation = msgspec.json.Decoder(PlainBody)
_rows = msgspec.json.Decoder(list[list[Any]])


def decode_observation(body: bytes, *, has_series: bool = False) -> Observed:
    """Return the observation of a body; with ``has_series`` the address names the series, whatever the body says.

    Raises Refused with a sentence where it is wrong, NotHereError where it describes other entities in place.
    """
    sent = _decode(_observation, body)
    if sent.result is UNSET:
        raise Refused(NEEDS_RESULT)
    series, is_multi = (None, False) if has_series else _series(sent)
    if series is None and not has_series:
        raise Refused(NEEDS_SERIES)
    observed = Observed(result=sent.result, datastream=series, is_multi=is_multi)
    if sent.FeatureOfInterest is not None:
        observed.feature = _number(sent.FeatureOfInterest)
    if isinstance(sent.phenomenonTime, str):
        observed.time, observed.end_time = read_interval(sent.phenomenonTime)
    if isinstance(sent.resultTime, str):
        observed.result_time = read_time(sent.resultTime)
    if sent.validTime is not None:
        observed.valid_from, observed.valid_to = read_interval(sent.validTime)
    observed.result_quality, observed.parameters = sent.resultQuality, sent.parameters
    return observed


def decode_plain(body: bytes) -> PlainBody | None:
    """Return an observation of nothing but time, number and series, or None where it must be looked at closer."""
    try:
        return _plain_observation.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def decode_data_array(body: bytes) -> list[Group]:
    """Return the groups of a data array. Raises Refused where the whole cannot be read."""
    groups = _plain(body) or [_group(each) for each in _decode(_groups, body)]
    if sum(map(len, groups)) > MOST_ROWS:
        raise Refused(TOO_MANY_ROWS)
    return groups


def read_time(text: str) -> int:
    """Return a time with its zone as microseconds since 1970, whole milliseconds; raises Refused."""
    try:
        since = dt.datetime.fromisoformat(text.strip()) - EPOCH
    except (ValueError, TypeError, OverflowError) as error:  # TypeError: without a zone
        raise Refused(NOT_A_TIME) from error
    return ((since.days * 86_400 + since.seconds) * 1000 + since.microseconds // MS) * MS


def read_interval(text: str) -> tuple[int, int | None]:
    """Return start and end of ``start/end``; a moment has no end."""
    start, slash, end = text.partition("/")
    return read_time(start), read_time(end) if slash else None


def _decode[T](decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Refused(N_("The request is not what the standard says: %(why)s"), why=str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(N_("The request is not JSON: %(why)s"), why=str(error)) from error
    except RecursionError as error:
        raise Refused(N_("The request is nested too deeply.")) from error


def _series(sent: ObservationBody | GroupBody) -> tuple[int | None, bool]:
    """Return the number of the series, and whether it is named as one of several properties."""
    if sent.stream is not UNSET:
        return _number(sent.stream), False
    return (None, False) if sent.streams is UNSET else (_number(sent.streams), True)


def _number(reference: Any) -> int:
    if reference.id is UNSET:
        raise NotHereError
    return int(reference.id)


def _group(sent: GroupBody) -> Group:
    series, is_multi = _series(sent)
    if series is None:
        raise Refused(NEEDS_SERIES)
    if sent.components == PLAIN:
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):  # some row is of another kind
            return Group(series, is_multi, _plain_rows.decode(sent.rows))
    _check_components(sent.components)
    return Group(series, is_multi, observed=[_row(sent.components, row) for row in _decode(_rows, sent.rows)])


def _plain(body: bytes) -> list[Group] | None:
    """Return the groups of a body in which all are plain, else None."""
    try:
        sent = _plain_groups.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if any(each.components != PLAIN for each in sent):
        return None
    return [Group(each.stream.id, False, each.rows) for each in sent]


def observed_of(rows: Iterable[tuple[str, float]]) -> list[Observed | str]:
    """Return plain rows one by one; a row is a sentence where its time cannot be read."""
    return [_row(PLAIN, list(row)) for row in rows]


def _check_components(components: list[str]) -> None:
    if not set(components) <= COMPONENTS or len(set(components)) != len(components) or "result" not in components:
        raise Refused(ODD_COMPONENTS)


def _row(components: list[str], row: list[Any]) -> Observed | str:
    if len(row) != len(components):
        return "A row must have one value for each component."
    try:
        return _read_row(dict(zip(components, row, strict=True)))
    except Refused as refused:
        return str(refused)


def _read_row(values: dict[str, Any]) -> Observed:
    observed = Observed(
        result=values["result"],
        result_quality=values.get("resultQuality"),
        parameters=_object(values.get("parameters")),
        feature=_integer(values.get("FeatureOfInterest/id")),
    )
    if values.get("phenomenonTime") is not None:
        observed.time, observed.end_time = read_interval(_text(values["phenomenonTime"]))
    if values.get("resultTime") is not None:
        observed.result_time = read_time(_text(values["resultTime"]))
    if values.get("validTime") is not None:
        observed.valid_from, observed.valid_to = read_interval(_text(values["validTime"]))
    return observed


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Refused(NOT_A_TIME)
    return value


def _object(value: Any) -> dict[str, Any] | None:
    if value is not None and not isinstance(value, dict):
        raise Refused(N_("Parameters are an object with names and values."))
    return value


def _integer(value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise Refused(N_("A FeatureOfInterest is named by its number."))
    return value

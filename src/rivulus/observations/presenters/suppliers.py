"""Suppliers, their keys and messages in the reader's language, and commands that are ready to be copied."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from rivulus.observations.models import Datastream, DeviceMessage, Supplier, SupplierKey
from rivulus.observations.presenters.values import Value, name_of, present_value
from rivulus.observations.queries.latest import latest_of
from rivulus.observations.rules.devices.messages import KIND_NAMES, Finding, Kind, Level, Row, Verdict
from rivulus.observations.rules.units import written
from rivulus.observations.terms import ResultKind

LEVEL_KINDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.GOOD: "success"}


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A series of a supplier, with the last that came of it."""

    series: Datastream
    thing: str
    value: Value


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key in a list."""

    key: SupplierKey
    state: str
    is_open: bool
    scopes: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One thing that is right or wrong, in words."""

    kind: str  # of a notice
    words: str


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message of a device with what was found."""

    message: DeviceMessage
    kind: str
    findings: tuple[FindingRow, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """Something to copy into a terminal."""

    title: str
    text: str


def present_series(series: Iterable[Datastream]) -> list[SeriesRow]:
    """Return series with their newest values."""
    listed = list(series)
    found = latest_of(listed)
    return [SeriesRow(one, name_of(one.thing), present_value(one, found.get(one.pk))) for one in listed]


def present_keys(keys: Iterable[SupplierKey], now: dt.datetime, words: Mapping[Any, object]) -> list[KeyRow]:
    """Return keys with what has become of them; ``words`` say what each scope is."""
    return [_key_row(key, now, words) for key in keys]


def _key_row(key: SupplierKey, now: dt.datetime, words: Mapping[Any, object]) -> KeyRow:
    is_over = key.expires_at is not None and key.expires_at <= now
    state = gettext("revoked") if key.revoked_at else gettext("expired") if is_over else gettext("valid")
    return KeyRow(
        key, state, not key.revoked_at and not is_over, "; ".join(str(words.get(one, one)) for one in key.scopes)
    )


def finding_words(level: str, sentence: str, values: Mapping[str, Any]) -> FindingRow:
    """Return a finding in the reader's language."""
    words = gettext(sentence)
    try:
        said = words % values if values else words
    except (KeyError, TypeError, ValueError):  # a sentence of an older version
        said = words
    return FindingRow(LEVEL_KINDS.get(Level(level), "info"), said)


def present_findings(findings: Iterable[Finding]) -> tuple[FindingRow, ...]:
    """Return findings in the reader's language."""
    return tuple(finding_words(found.level, found.sentence, found.values) for found in findings)


def present_messages(messages: Iterable[DeviceMessage]) -> list[MessageRow]:
    """Return messages with their findings in the reader's language."""
    return [
        MessageRow(
            message,
            kind_words(message.kind),
            tuple(finding_words(one["level"], one["sentence"], one.get("values") or {}) for one in message.findings),
        )
        for message in messages
    ]


def kind_words(kind: str) -> str:
    """Return what a shape of messages is called."""
    return gettext(KIND_NAMES[Kind(kind)]) if kind in set(Kind) else kind


@dataclass(frozen=True, slots=True)
class CheckRow:
    """What would be stored, in words."""

    series: int
    name: str
    value: str
    unit: str
    time: str


def present_rows(rows: Iterable[Row]) -> list[CheckRow]:
    """Return what would be stored, in words."""
    return [
        CheckRow(
            row.series.id,
            row.series.name,
            str(row.value),
            written(row.series.unit),
            f"{row.time:%Y-%m-%d %H:%M:%S} UTC",
        )
        for row in rows
    ]


def verdict_title(verdict: Verdict) -> str:
    """Return the verdict in one sentence."""
    if verdict.is_good:
        return gettext("The message is right.")
    return gettext("A part of the message can be stored.") if verdict.rows else gettext("Nothing of it can be stored.")


def commands_for(supplier: Supplier, series: Sequence[Datastream], base: str) -> list[Command]:
    """Return commands with the numbers of the supplier's own series; ``base`` ends with a slash."""
    numeric = next((one for one in series if one.kind == ResultKind.NUMBER), None)
    number = numeric.pk if numeric else 1
    service = f"{base}sensorthings/v1.1"
    return [
        Command(gettext("One observation, with curl"), CURL.format(service=service, number=number)),
        Command(gettext("Many observations at once, with curl"), CURL_ARRAY.format(service=service, number=number)),
        Command(gettext("The same in Python, without any package"), PYTHON.format(service=service, number=number)),
        Command(gettext("Over MQTT, with Mosquitto's client"), MOSQUITTO.format(number=number)),
        Command(gettext("Check a message before it is sent"), CHECK.format(base=base, number=number)),
        Command(
            gettext("Try it out in the sandbox"), CURL.format(service=f"{base}sandbox/sensorthings/v1.1", number=1)
        ),
        Command(gettext("Uplinks of ChirpStack 4"), CHIRPSTACK.format(base=base)),
        Command(gettext("Uplinks of The Things Stack 3"), TTS.format(base=base)),
    ]


CURL = """curl -X POST '{service}/Datastreams({number})/Observations' \\
  -H 'Authorization: Bearer YOUR_KEY' -H 'Content-Type: application/json' \\
  -d '{{"phenomenonTime": "2026-11-22T08:15:00Z", "result": 21.5}}'"""
CURL_ARRAY = """curl -X POST '{service}/CreateObservations' \\
  -H 'Authorization: Bearer YOUR_KEY' -H 'Content-Type: application/json' \\
  -d '[{{"Datastream": {{"@iot.id": {number}}}, "components": ["phenomenonTime", "result"],
       "dataArray": [["2026-11-22T08:15:00Z", 21.5], ["2026-11-22T08:16:00Z", 21.6]]}}]'"""
PYTHON = """import json, urllib.request
from datetime import datetime, timezone

observation = {{"phenomenonTime": datetime.now(timezone.utc).isoformat(), "result": 21.5}}
request = urllib.request.Request(
    "{service}/Datastreams({number})/Observations",
    json.dumps(observation).encode(),
    {{"Authorization": "Bearer YOUR_KEY", "Content-Type": "application/json"}},
)
print(urllib.request.urlopen(request).status)  # 201: it is stored"""
MOSQUITTO = """mosquitto_pub -h BROKER -u USER -P PASSWORD -q 1 \\
  -t 'v1.1/Datastreams({number})/Observations' \\
  -m '{{"phenomenonTime": "2026-11-22T08:15:00Z", "result": 21.5}}'"""
CHECK = """curl -X POST '{base}devices/check?series={number}' \\
  -H 'Authorization: Bearer YOUR_KEY' -H 'Content-Type: application/json' \\
  -d '{{"phenomenonTime": "2026-11-22T08:15:00", "result": "21.5"}}'"""
CHIRPSTACK = """HTTP integration, encoding JSON
Event endpoint URL: {base}devices/chirpstack/v4
Header: Authorization = Bearer YOUR_KEY"""
TTS = """Webhook, format JSON, uplink message only
Base URL: {base}devices/tts/v3
Additional header: Authorization = Bearer YOUR_KEY"""

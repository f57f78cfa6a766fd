"""What is on the list for the broker, and how it looks as JSON of SensorThings."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
from django.db import connection
from psycopg.conninfo import make_conninfo

from rivulus.observations.models import Datastream, Outgoing, Task
from rivulus.observations.queries.annotations import annotations_of
from rivulus.observations.rules.devices.times import write_time
from rivulus.observations.rules.identifiers import observation_id
from rivulus.observations.rules.readings import Annotation
from rivulus.observations.terms import Flag, ResultKind

MOST_ROWS = 50
MOST_TASKS = 200


def connection_words() -> str:
    """Return where the database is, for a connection of one's own that listens."""
    settings = connection.settings_dict
    words = {
        "host": settings["HOST"],
        "port": settings["PORT"],
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
    }
    given = {name: value for name, value in settings["OPTIONS"].items() if isinstance(value, str)}
    return make_conninfo("", **{name: value for name, value in (words | given).items() if value})


def list_outgoing() -> list[Outgoing]:
    """Return the oldest entries of the list."""
    return list(Outgoing.objects.order_by("id")[:MOST_ROWS])


def list_accepted_tasks() -> list[Task]:
    """Return tasks that no actuator was told of yet, the oldest first."""
    return list(Task.objects.filter(state="accepted").order_by("id")[:MOST_TASKS])


def show_observations(row: Outgoing, base: str) -> Iterator[tuple[str, bytes]]:
    """Return the topic and the JSON of each public observation of an entry."""
    series = {
        one.pk: one
        for one in Datastream.objects.filter(pk__in=set(row.numbers), is_public=True, thing__is_public=True).only(
            "id", "kind", "is_simulated"
        )
    }
    micros = [_micros(moment) for moment in row.times or ()]
    qualities = row.qualities or [0] * len(micros)
    results: list[Any] = row.values if row.values is not None else row.results or []
    notes = _notes(row.numbers, micros, qualities)
    for number, time_us, quality, result in zip(row.numbers, micros, qualities, results, strict=True):
        known = series.get(number)
        if known is None:
            continue
        name = "MultiDatastream" if known.kind == ResultKind.MULTI else "Datastream"
        shown = _show(number, time_us, quality, result, notes.get((number, time_us)), base, name)
        if known.is_simulated:
            shown["parameters"] = {**(shown.get("parameters") or {}), "simulated": True}
        yield f"{name}s({number})/Observations", msgspec.json.encode(shown)


def _show(
    number: int, time_us: int, quality: int, result: Any, note: Annotation | None, base: str, name: str
) -> dict[str, Any]:
    identifier = observation_id(number, time_us)
    start, end = write_time(time_us), note.end_time if note else None
    shown: dict[str, Any] = {
        "@iot.id": identifier,
        "@iot.selfLink": f"{base}/Observations({identifier})",
        "phenomenonTime": start if end is None else f"{start}/{write_time(end)}",
        "result": result,
        "resultTime": start if quality & Flag.RESULT_TIME_SAME else None,
        f"{name}@iot.navigationLink": f"{base}/Observations({identifier})/{name}",
    }
    if note is None:
        return shown
    if note.result_time is not None:
        shown["resultTime"] = write_time(note.result_time)
    if note.valid_from is not None and note.valid_to is not None:
        shown["validTime"] = f"{write_time(note.valid_from)}/{write_time(note.valid_to)}"
    if note.result_quality is not None:
        shown["resultQuality"] = note.result_quality
    if note.parameters:
        shown["parameters"] = note.parameters
    return shown


def _notes(numbers: list[int], micros: list[int], qualities: list[int]) -> dict[tuple[int, int], Annotation]:
    wanted = [
        (number, time_us)
        for number, time_us, quality in zip(numbers, micros, qualities, strict=True)
        if quality & Flag.ANNOTATED
    ]
    return annotations_of(wanted) if wanted else {}


def _micros(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1000) * 1000

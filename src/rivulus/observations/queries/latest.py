"""The newest observation of series, whatever kind of result they have."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rivulus.observations.models import Datastream
from rivulus.observations.queries.readings import latest
from rivulus.observations.queries.records import latest_records
from rivulus.observations.terms import ResultKind


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest observation of a series: its time in microseconds since 1970, its result, its flags."""

    time: int
    result: Any
    quality: int


def latest_of(series: Iterable[Datastream]) -> dict[int, Latest]:
    """Return the newest observation by series, for those that have one; two queries at most."""
    listed = list(series)
    numeric = [one.pk for one in listed if one.kind == ResultKind.NUMBER]
    others = [one.pk for one in listed if one.kind != ResultKind.NUMBER]
    found: dict[int, Latest] = {}
    if numeric:
        rows = latest(numeric)
        columns = (rows.datastream.tolist(), rows.time.tolist(), rows.value.tolist(), rows.quality.tolist())
        found |= {pk: Latest(time, value, quality) for pk, time, value, quality in zip(*columns, strict=True)}
    if others:
        found |= {row.datastream: Latest(row.time, row.result, row.quality) for row in latest_records(others)}
    return found

"""What else was said of observations: intervals, result times, features of interest, parameters."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from rivulus.observations.queries.columns import rows
from rivulus.observations.rules.readings import Annotation
from rivulus.observations.rules.weeks import microseconds, moment

_COLUMNS = "datastream, time, end_time, result_time, valid_from, valid_to, feature, result_quality, parameters"
_OF_KEYS = f"""SELECT {", ".join("a." + name for name in _COLUMNS.split(", "))} FROM observations_annotation a
    JOIN unnest(%s::int4[], %s::timestamptz[]) AS k (datastream, time) USING (datastream, time)"""  # noqa: S608
_OF_FEATURE = f"SELECT {_COLUMNS} FROM observations_annotation WHERE feature = %s ORDER BY time DESC LIMIT %s"  # noqa: S608


def annotations_of(keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Annotation]:
    """Return the annotations of observations by their key (series, microseconds), where there are any."""
    listed = list(keys)
    if not listed:
        return {}
    found = rows(_OF_KEYS, [[key[0] for key in listed], [moment(key[1]) for key in listed]])
    return {(one.datastream, one.time): one for one in map(_annotation, found)}


def annotations_of_feature(feature: int, *, limit: int = 1000) -> list[Annotation]:
    """Return the newest annotations that name a feature of interest."""
    return [_annotation(row) for row in rows(_OF_FEATURE, [feature, limit])]


def _annotation(row: tuple[Any, ...]) -> Annotation:
    number, time, end_time, result_time, valid_from, valid_to, feature, result_quality, parameters = row
    return Annotation(
        number,
        microseconds(time),
        _microseconds(end_time),
        _microseconds(result_time),
        _microseconds(valid_from),
        _microseconds(valid_to),
        feature,
        result_quality,
        parameters,
    )


def _microseconds(at: dt.datetime | None) -> int | None:
    return None if at is None else microseconds(at)

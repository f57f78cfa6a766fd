"""Reading observations stretch by stretch, so that a page costs what it shows and not what lies behind it.

The open weeks are rows, read by PostgreSQL in the order of their index. Older weeks are blocks: these are unpacked
and given to the same statement as arrays, one stretch after the other until the page is full.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from rivulus.observations.queries import readings, records
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US, Readings
from rivulus.observations.rules.weeks import WEEK_US, week_of
from rivulus.observations.standards.sensorthings.asking import Cost, Integers, Numbers, Times, ask
from rivulus.observations.standards.sensorthings.scopes import Scope, Series, times

MINUTE_US = 60_000_000
GROWTH = 8
ANNOTATED = re.compile(r"\bo\.(end_time|result_time|valid_from|valid_to|feature|result_quality|parameters)\b")

READING = """SELECT r.datastream, r.time, r.value AS number, NULL::jsonb AS result, r.quality
 FROM observations_reading r WHERE r.datastream {series} AND r.time >= %(start)s AND r.time < %(end)s"""
RECORD = """SELECT r.datastream, r.time, NULL::float8 AS number, r.result, r.quality
 FROM observations_record r WHERE r.datastream {series} AND r.time >= %(start)s AND r.time < %(end)s"""
UNPACKED = """SELECT u.datastream, u.time, u.number, NULL::jsonb AS result, u.quality FROM unnest(
 %(datastreams)s, %(times)s, %(numbers)s, %(qualities)s) u(datastream, time, number, quality)"""
SIZES = """SELECT (SELECT COALESCE(sum(count), 0)::int8 FROM observations_block
  WHERE datastream = ANY(%(ids)s::int4[]) AND start < %(end)s AND finish >= %(start)s)
 + (SELECT count(*) FROM (SELECT 1 FROM observations_reading WHERE datastream = ANY(%(ids)s::int4[])
  AND time >= %(start)s AND time < %(end)s LIMIT %(most)s) x)"""
# The inner question is asked only of observations of which there is more to know (quality bit 16).
ANNOTATION = """(SELECT s.*, a.end_time, a.valid_from, a.valid_to, a.feature, a.result_quality, a.parameters,
 CASE WHEN s.quality & 131072 <> 0 THEN s.time ELSE a.result_time END AS result_time
 FROM ({source}) s LEFT JOIN LATERAL (SELECT * FROM observations_annotation n WHERE s.quality & 65536 <> 0
 AND n.datastream = s.datastream AND n.time = s.time) a ON true)"""


class Key(NamedTuple):
    """One observation, as it is kept: ``number`` or ``result`` (JSON); times in microseconds since 1970.

    A tuple, because there are thousands of them and a data class takes four times as long to make.
    """

    datastream: int
    time: int
    number: float | None
    result: msgspec.Raw | None
    quality: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What to ask of each stretch: joins, a condition, an order, and their parameters (the observation is ``o``)."""

    joins: str = ""
    condition: str = ""
    order: str = "o.time, o.datastream"
    is_by_time: bool = True  # the order begins with the time
    is_descending: bool = False
    parameters: dict[str, Any] = field(default_factory=dict)

    def source(self, inner: str) -> str:
        """Return where the observations come from, with what was said of them where the statement needs it."""
        needs = ANNOTATED.search(f"{self.joins} {self.condition} {self.order}")
        return ANNOTATION.format(source=inner) if needs else f"({inner})"

    @property
    def where(self) -> str:
        """The condition, or nothing."""
        return f" WHERE {self.condition}" if self.condition else ""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, and whether it may lie in blocks."""

    start_us: int
    end_us: int
    is_packed: bool


def boundary_of(series: Series) -> int:
    """Return the time from which on there are rows only."""
    if not series.numeric:
        return EARLIEST_US
    one = len(series.numeric) == 1
    condition = "WHERE datastream = %(one)s" if one else ""
    (newest,) = ask(f"SELECT max(start) FROM observations_block {condition}", {"one": series.numeric[0]})[0]  # noqa: S608
    return EARLIEST_US if newest is None else week_of(newest) + WEEK_US


def extents(series: Series) -> tuple[int, int] | None:
    """Return the times of the oldest and newest observation of all of them."""
    known = [*readings.extent(series.numeric).values()] if series.numeric else []
    if series.other:
        known += records.extent_of_records(series.other).values()
    return (min(one[0] for one in known), max(one[1] for one in known)) if known else None


def windows(scope: Scope, statement: Statement, newest_us: int) -> Iterator[Window]:
    """Yield the stretches of a scope in the order in which a page is filled; ``newest_us`` is where the present is.

    None lies on both sides of the boundary between rows and blocks, and none cuts a week of blocks.
    """
    boundary = boundary_of(scope.series)
    if statement.is_descending:
        yield from _backwards(max(scope.start_us, boundary), scope.end_us, _first_step(scope), newest_us)
        yield from _packed(scope, boundary, is_descending=True)
        return
    yield from _packed(scope, boundary, is_descending=False)
    start = max(scope.start_us, boundary)
    if len(scope.series.ids) > 1 and (known := extents(scope.series)) is not None:
        start = max(start, known[0])
    yield from _forwards(start, scope.end_us, _first_step(scope))


def _first_step(scope: Scope) -> int:
    """One series lies in the order of time; of many, a minute is looked at first."""
    return LATEST_US - EARLIEST_US if len(scope.series.ids) == 1 else MINUTE_US


def _backwards(start: int, end: int, step: int, newest_us: int) -> Iterator[Window]:
    while start < end:
        low = max(start, min(end, newest_us) - step)
        yield Window(low, end, is_packed=False)
        end, step = low, step * GROWTH


def _forwards(start: int, end: int, step: int) -> Iterator[Window]:
    while start < end:
        high = min(end, start + step)
        yield Window(start, high, is_packed=False)
        start, step = high, step * GROWTH


def _packed(scope: Scope, boundary: int, *, is_descending: bool) -> Iterator[Window]:
    """Yield the weeks of blocks, one and then more at once, as far as there is anything."""
    start, end = scope.start_us, min(scope.end_us, boundary)
    known = extents(scope.series) if start < end else None
    if known is None:
        return
    start, end, step = max(start, known[0]), min(end, known[1] + 1), WEEK_US
    while start < end:
        if is_descending:
            low = max(start, week_of(end - 1) - step + WEEK_US)
            yield Window(low, end, is_packed=True)
            end = low
        else:
            high = min(end, week_of(start) + step)
            yield Window(start, high, is_packed=True)
            start = high
        step *= 4


def read_window(scope: Scope, statement: Statement, window: Window, limit: int, cost: Cost) -> list[Key]:
    """Return the first observations of a stretch, in the order of the statement."""
    if window.start_us >= window.end_us:
        return []
    inner, parameters = _inner(scope.series, window, cost)
    if not inner:
        return []
    text = (
        f"SELECT o.datastream, o.time, o.number, o.result, o.quality FROM {statement.source(inner)} o"  # noqa: S608
        f" {statement.joins}{statement.where} ORDER BY {statement.order} LIMIT %(limit)s"
    )
    return [Key._make(row) for row in ask(text, {**statement.parameters, **parameters, "limit": limit})]


def read_each(scope: Scope, statement: Statement, window: Window, limit: int, cost: Cost) -> list[Key]:
    """Return the first observations of a stretch for every series, series by series."""
    if window.start_us >= window.end_us:
        return []
    if window.is_packed:
        return _each_packed(scope, statement, window, limit, cost)
    inner = _union(scope.series, "= s.id")
    text = (
        "SELECT o.* FROM unnest(%(ids)s::int4[]) s(id) CROSS JOIN LATERAL ("  # noqa: S608
        f"SELECT o.datastream, o.time, o.number, o.result, o.quality FROM {statement.source(inner)} o"
        f" {statement.joins}{statement.where} ORDER BY {statement.order} LIMIT %(limit)s) o"
    )
    parameters = {**statement.parameters, **times(window.start_us, window.end_us), "limit": limit}
    return [Key._make(row) for row in ask(text, {**parameters, "ids": list(scope.series.ids)})]


def _each_packed(scope: Scope, statement: Statement, window: Window, limit: int, cost: Cost) -> list[Key]:
    inner, parameters = _inner(scope.series, window, cost)
    text = (
        "SELECT datastream, time, number, result, quality FROM (SELECT o.*,"  # noqa: S608
        f" row_number() OVER (PARTITION BY o.datastream ORDER BY {statement.order}) AS place"
        f" FROM {statement.source(inner)} o {statement.joins}{statement.where}) o"
        " WHERE o.place <= %(limit)s ORDER BY o.datastream, o.place"
    )
    return [Key._make(row) for row in ask(text, {**statement.parameters, **parameters, "limit": limit})]


def count_window(scope: Scope, statement: Statement, window: Window, cost: Cost) -> int:
    """Return how many observations of a stretch fulfil the statement."""
    if window.start_us >= window.end_us:
        return 0
    inner, parameters = _inner(scope.series, window, cost)
    text = f"SELECT count(*) FROM {statement.source(inner)} o {statement.joins}{statement.where}"  # noqa: S608
    return int(ask(text, {**statement.parameters, **parameters})[0][0]) if inner else 0


def _inner(series: Series, window: Window, cost: Cost) -> tuple[str, dict[str, Any]]:
    """Return the statement that gives the observations of a stretch, and its parameters."""
    cost.check_time()
    one = len(series.ids) == 1
    parameters: dict[str, Any] = times(window.start_us, window.end_us)
    parameters["series"] = series.ids[0] if one else list(series.ids)
    condition = "= %(series)s" if one else "= ANY(%(series)s::int4[])"
    if not window.is_packed:
        return _union(series, condition), parameters
    found = _unpack(series, window, cost)
    parameters |= {
        "datastreams": Integers(found.datastream),
        "times": Times(found.time),
        "numbers": Numbers(found.value),
        "qualities": Integers(found.quality),
    }
    record = [RECORD.format(series=condition)] if series.other else []
    return " UNION ALL ".join([UNPACKED, *record]), parameters


def _union(series: Series, condition: str) -> str:
    """Only the tables that can hold something: numbers, other results, or both."""
    parts = [READING] if series.numeric else []
    return " UNION ALL ".join(part.format(series=condition) for part in [*parts, *([RECORD] if series.other else [])])


def _unpack(series: Series, window: Window, cost: Cost) -> Readings:
    """Return the readings of a stretch, from blocks and from rows that came late."""
    bounds = times(window.start_us, window.end_us)
    (size,) = ask(SIZES, {**bounds, "ids": list(series.numeric), "most": cost.readings + 1})[0]
    cost.spend_readings(int(size))
    return readings.read(series.numeric, window.start_us, window.end_us)

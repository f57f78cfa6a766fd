"""The newest and the oldest reading of each series, without scanning any.

The table of heads knows them as of the hours that are rolled up. What came since lies in the open hours, which one
look into the index per series finds; series with late arrivals that are not counted yet are looked up exactly.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rivulus.observations.queries.columns import fetch, rows
from rivulus.observations.queries.segments import COLUMNS
from rivulus.observations.rules import blocks
from rivulus.observations.rules.readings import Readings, concatenate
from rivulus.observations.rules.weeks import microseconds

_KNOWN = """SELECT least(w.closed_until, (SELECT min(hour) FROM observations_dirty WHERE datastream IS NULL)),
    ARRAY(SELECT DISTINCT datastream FROM observations_dirty WHERE datastream IS NOT NULL AND {})
    FROM observations_watermark w"""
_EDGE = """SELECT r.time, r.value, r.datastream, r.quality FROM observations_datastream d CROSS JOIN LATERAL (
        SELECT time, value, datastream, quality FROM observations_reading
        WHERE datastream = d.id {since} ORDER BY time {order} LIMIT 1) r
    WHERE d.kind = 'number' {ids}"""
_HEADS = """SELECT last_time AS time, last AS value, datastream, quality, first_time FROM observations_head
    WHERE last IS NOT NULL {ids}"""
_EDGE_BLOCK = """SELECT b.datastream, b.data FROM observations_datastream d CROSS JOIN LATERAL (
        SELECT datastream, data FROM observations_block
        WHERE datastream = d.id ORDER BY start {order} LIMIT 1) b
    WHERE d.id = ANY(%s::int4[])"""


@dataclass(frozen=True, slots=True)
class _Known:
    """Up to when the heads are right, and for which series they may not be."""

    until: dt.datetime
    except_for: list[int]


@dataclass(frozen=True, slots=True)
class Ends:
    """The newest reading of each series that has one, by series, and the time of the oldest."""

    newest: Readings
    first: dict[int, int]


def latest(datastreams: Sequence[int] | None = None) -> Readings:
    """Return the newest reading of each numeric series, by series; of all of them when none are named."""
    known = _known(datastreams)
    return _newest(datastreams, known, _heads(datastreams)[0])


def extent(datastreams: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return the times of the oldest and the newest reading of each series that has one."""
    found = ends(datastreams)
    last = zip(found.newest.datastream.tolist(), found.newest.time.tolist(), strict=True)
    return {number: (found.first[number], time) for number, time in last if number in found.first}


def ends(datastreams: Sequence[int]) -> Ends:
    """Return both ends of numeric series; what was known before is read first, and once."""
    ids = list(datastreams)
    known, (heads, first_times) = _known(ids), _heads(ids)
    newest = _newest(ids, known, heads)
    first = dict(zip(heads.datastream.tolist(), first_times.tolist(), strict=True))
    last = set(newest.datastream.tolist())
    unsure = sorted((last - set(first)) | (set(known.except_for) & last))
    if unsure:
        oldest = exact_edges(unsure, "ASC")
        first |= dict(zip(oldest.datastream.tolist(), oldest.time.tolist(), strict=True))
    return Ends(newest, first)


def _newest(ids: Sequence[int] | None, known: "_Known", heads: Readings) -> Readings:
    found = concatenate([_edge(ids, known.until, "DESC"), heads])
    if known.except_for:
        found = found.take(~np.isin(found.datastream, known.except_for))
        found = concatenate([found, exact_edges(known.except_for, "DESC")])
    order = np.lexsort((-found.time, found.datastream))
    found = found.take(order)
    return found.take(_first_of_each_series(found))


def exact_edges(ids: Sequence[int], order: str, before: dt.datetime | None = None) -> Readings:
    """Return the newest (DESC) or oldest (ASC) reading of each series from rows and blocks themselves.

    Only readings ``before`` a time count, where one is given. Costs a look into the index of each partition.
    """
    listed = sorted(set(ids))
    condition, parameters = ("AND time < %s", [before]) if before else ("", [])
    select = _EDGE.format(since=condition, order=order, ids="AND d.id = ANY(%s::int4[])")
    from_rows = Readings(*fetch(select, [*parameters, listed], COLUMNS))
    edges = [blocks.decode(data, number) for number, data in rows(_EDGE_BLOCK.format(order=order), [listed])]
    if before:
        edges = [edge.take(edge.time < microseconds(before)) for edge in edges]
    at = -1 if order == "DESC" else 0
    both = concatenate([from_rows, *(edge.take([at]) for edge in edges if len(edge))])
    # Rows stand first, so that of two of one key the row is taken.
    sign = -1 if order == "DESC" else 1
    both = both.take(np.lexsort((sign * both.time, both.datastream)))
    return both.take(_first_of_each_series(both))


def _known(ids: Sequence[int] | None) -> _Known:
    condition, parameters = ("true", []) if ids is None else ("datastream = ANY(%s::int4[])", [list(ids)])
    until, dirty = rows(_KNOWN.format(condition), parameters)[0]
    return _Known(until, sorted(dirty))


def _edge(ids: Sequence[int] | None, since: dt.datetime, order: str) -> Readings:
    condition, parameters = _ids("d.id", ids)
    select = _EDGE.format(since="AND time >= %s", order=order, ids=condition)
    return Readings(*fetch(select, [since, *parameters], COLUMNS))


def _heads(ids: Sequence[int] | None) -> tuple[Readings, NDArray[np.int64]]:
    condition, parameters = _ids("datastream", ids)
    *columns, first = fetch(_HEADS.format(ids=condition), parameters, (*COLUMNS, "first_time"))
    return Readings(*columns), first


def _ids(column: str, ids: Sequence[int] | None) -> tuple[str, list[list[int]]]:
    return ("", []) if ids is None else (f"AND {column} = ANY(%s::int4[])", [list(ids)])


def _first_of_each_series(found: Readings) -> NDArray[np.bool_]:
    is_first = np.ones(len(found), bool)
    is_first[1:] = found.datastream[1:] != found.datastream[:-1]
    return is_first

"""The collection of observations: pages of it, the first few of every series, and how many there are."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rivulus.observations.rules.filters.checking import check, check_value
from rivulus.observations.rules.filters.kinds import FilterError, Term
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US
from rivulus.observations.standards.sensorthings import windows
from rivulus.observations.standards.sensorthings.asking import Cost, Integers, Times, ask
from rivulus.observations.standards.sensorthings.geography import places
from rivulus.observations.standards.sensorthings.options import OptionError, Order
from rivulus.observations.standards.sensorthings.readers import Reader
from rivulus.observations.standards.sensorthings.scopes import FEATURE, OBSERVATIONS, Scope, Series, times
from rivulus.observations.standards.sensorthings.sql import Compiler, filter_sql, order_field
from rivulus.observations.standards.sensorthings.windows import Key, Statement, Window

MOST_SKIPPED = 100_000
MOST_COUNTED_SERIES = 200


def compiler_for(reader: Reader, series: Series) -> Compiler:
    """Return a compiler of terms about the observation ``o``."""
    links = {"FeatureOfInterest": FEATURE.format(t="o")}
    return Compiler(OBSERVATIONS, "o", reader, places, links=links, is_numeric=not series.other)


def checked_filter(term: Term | None, now_us: int) -> Term | None:
    """Return a filter of observations with its kinds."""
    if term is None:
        return None
    compiler = compiler_for(Reader(), Series())
    try:
        return check(term, compiler.kind_of, now_us)
    except FilterError as error:
        raise OptionError(f"$filter: {error}.") from error


def statement_of(
    reader: Reader, scope: Scope, order: Sequence[Order], now_us: int, *, is_each: bool = False
) -> Statement:
    """Return what to ask of every stretch of a scope; ``is_each``: of every series for itself."""
    compiler = compiler_for(reader, scope.series)
    is_one_series = is_each or len(scope.series.ids) == 1
    ordering = compiler.for_order()
    keys, is_by_time, is_descending = _order(ordering, order, now_us, is_one_series)
    joins, condition = filter_sql(compiler, scope.residual)
    joins = " ".join([joins, *ordering.join_sql])
    if scope.feature is not None:
        compiler.parameters["feature"] = scope.feature
        condition = " AND ".join(filter(None, [condition, f"{FEATURE.format(t='o')} = %(feature)s"]))
    parameters = {**compiler.parameters, **reader.parameters}
    return Statement(joins, condition, keys, is_by_time, is_descending, parameters)


def _order(compiler: Compiler, order: Sequence[Order], now_us: int, is_one_series: bool) -> tuple[str, bool, bool]:
    """Return ORDER BY, whether it begins with the time, and whether that goes down.

    Of one series the oldest come first, of many the newest, where nothing else is asked.
    """
    if not order:
        way = "" if is_one_series else " DESC"
        return f"o.time{way}, o.datastream{way}", True, not is_one_series
    keys = [_key(compiler, one, now_us) for one in order]
    first, way = order[0], " DESC" if order[0].is_descending else ""
    is_by_time = keys[0] == f"o.time{way}" or (is_one_series and _is_id(first.term))
    return ", ".join([*keys, f"o.time{way}", f"o.datastream{way}"]), is_by_time, first.is_descending


def _is_id(term: Term) -> bool:
    return term.op == "path" and term.value in {("id",), ("@iot.id",)}


def _key(compiler: Compiler, one: Order, now_us: int) -> str:
    way = " DESC" if one.is_descending else ""
    if _is_id(one.term):
        return f"o.datastream{way}, o.time{way}"
    named = order_field(compiler, one.term)
    if named is not None and named.name == "phenomenonTime":
        return f"o.time{way}"
    nulls = " DESC NULLS LAST" if one.is_descending else " NULLS FIRST"
    if named is not None and named.name == "result":
        return f"o.number{nulls}" if compiler.is_numeric else f"o.number{nulls}, o.result{nulls}"
    return order_sql(compiler, one.term, now_us) + nulls


def order_sql(compiler: Compiler, term: Term, now_us: int) -> str:
    """Return the expression that a key of an order is."""
    try:
        checked = check_value(term, compiler.kind_of, now_us)
    except FilterError as error:
        raise OptionError(f"$orderby: {error}.") from error
    if checked.kind == "a stretch of time":
        return compiler.interval(checked)[0]
    expression = compiler.sql(checked)
    if compiler.has_many:
        raise OptionError("$orderby follows links to one only.")
    return expression


def read_page(
    scope: Scope, statement: Statement, limit: int, cost: Cost, newest_us: int, *, skip: int = 0
) -> list[Key]:
    """Return at most ``limit`` observations of a scope, after the first ``skip``, in the order of the statement."""
    if skip > MOST_SKIPPED:
        raise OptionError(f"$skip is at most {MOST_SKIPPED} for observations: follow @iot.nextLink, or name a time.")
    if not scope.series.ids or limit == 0:
        return []
    if not statement.is_by_time:
        return _read_whole(scope, statement, limit, cost, skip)
    found: list[Key] = []
    for window in windows.windows(scope, statement, newest_us):
        found += windows.read_window(scope, statement, window, skip + limit - len(found), cost)
        if len(found) >= skip + limit:
            break
    return found[skip : skip + limit]


def _read_whole(scope: Scope, statement: Statement, limit: int, cost: Cost, skip: int) -> list[Key]:
    """In an order of its own nothing is known before all has been looked at: at once, packed and open alike."""
    window = _whole(scope)
    return windows.read_window(scope, statement, window, skip + limit, cost)[skip:]


def _whole(scope: Scope) -> Window:
    boundary = windows.boundary_of(scope.series)
    return Window(scope.start_us, scope.end_us, is_packed=scope.start_us < boundary)


def read_each(scope: Scope, statement: Statement, limit: int, cost: Cost, newest_us: int) -> dict[int, list[Key]]:
    """Return at most ``limit`` observations of every series of a scope, by series."""
    found: dict[int, list[Key]] = {number: [] for number in scope.series.ids}
    if not found or limit == 0:
        return found
    if not statement.is_by_time:
        return _grouped(found, windows.read_each(scope, statement, _whole(scope), limit, cost))
    boundary = windows.boundary_of(scope.series)
    stretches = [Window(max(scope.start_us, boundary), scope.end_us, is_packed=False)]
    packed = replace(scope, end_us=min(scope.end_us, boundary))
    if statement.is_descending:
        _grouped(found, windows.read_each(scope, statement, stretches[0], limit, cost))
        _fill(found, packed, statement, limit, cost, newest_us)
        return found
    _fill(found, packed, statement, limit, cost, newest_us)
    short = _short(scope, found, limit)
    return _grouped(found, windows.read_each(short, statement, stretches[0], limit, cost), limit)


def is_newest_of_all(scope: Scope, statement: Statement) -> bool:
    """Say whether nothing is asked but the newest observations of series."""
    is_plain = not statement.condition and not statement.joins and scope.feature is None
    is_unbounded = scope.start_us == EARLIEST_US and scope.end_us == LATEST_US
    return is_plain and is_unbounded and statement.is_by_time and statement.is_descending


def _fill(
    found: dict[int, list[Key]], scope: Scope, statement: Statement, limit: int, cost: Cost, newest_us: int
) -> None:
    """Add what the packed weeks hold, until every series has enough."""
    scope = _short(scope, found, limit)
    if scope.start_us >= scope.end_us or not scope.series.ids or scope.end_us == EARLIEST_US:
        return
    for window in windows.windows(scope, statement, newest_us):
        if not scope.series.ids:
            return
        wanted = windows.read_each(scope, statement, replace(window, is_packed=True), limit, cost)
        _grouped(found, wanted, limit)
        scope = _short(scope, found, limit)


def _short(scope: Scope, found: dict[int, list[Key]], limit: int) -> Scope:
    return replace(scope, series=scope.series.only(number for number, keys in found.items() if len(keys) < limit))


def _grouped(found: dict[int, list[Key]], keys: Iterable[Key], limit: int | None = None) -> dict[int, list[Key]]:
    for key in keys:
        if limit is None or len(found[key.datastream]) < limit:
            found[key.datastream].append(key)
    return found


def count(scope: Scope, statement: Statement, cost: Cost) -> int:
    """Return how many observations fulfil a statement."""
    if not scope.series.ids:
        return 0
    boundary = windows.boundary_of(scope.series)
    packed = Window(scope.start_us, min(scope.end_us, boundary), is_packed=True)
    rows = Window(max(scope.start_us, boundary), scope.end_us, is_packed=False)
    counted = windows.count_window(scope, statement, rows, cost)
    if statement.condition:
        return counted + windows.count_window(scope, statement, packed, cost)
    return counted + _count_packed(scope.series, packed, cost)


def _count_packed(series: Series, window: Window, cost: Cost) -> int:
    """Blocks know how many they hold; only what rows override, and blocks cut by the bounds, must be looked into."""
    if window.start_us >= window.end_us:
        return 0
    parameters = {**times(window.start_us, window.end_us), "ids": list(series.ids)}
    whole, cut, late, records = ask(COUNTS, parameters)[0]
    if not cut and not late:
        return int(whole + records)
    return windows.count_window(Scope(series), Statement(), window, cost)


COUNTS = """SELECT
 (SELECT COALESCE(sum(b.count), 0)::int8 FROM observations_block b WHERE b.datastream = ANY(%(ids)s::int4[])
   AND b.start < %(end)s AND b.finish >= %(start)s),
 EXISTS (SELECT 1 FROM observations_block b WHERE b.datastream = ANY(%(ids)s::int4[])
   AND (b.start < %(start)s AND b.finish >= %(start)s OR b.start < %(end)s AND b.finish >= %(end)s)),
 EXISTS (SELECT 1 FROM observations_reading r WHERE r.datastream = ANY(%(ids)s::int4[])
   AND r.time >= %(start)s AND r.time < %(end)s),
 (SELECT count(*) FROM observations_record r WHERE r.datastream = ANY(%(ids)s::int4[])
   AND r.time >= %(start)s AND r.time < %(end)s)"""


def count_each(reader: Reader, scope: Scope, statement: Statement, cost: Cost) -> dict[int, int]:
    """Return how many observations each series has."""
    if len(scope.series.ids) > MOST_COUNTED_SERIES:
        raise OptionError(f"$count within $expand counts at most {MOST_COUNTED_SERIES} series.")
    return {
        number: count(replace(scope, series=scope.series.only([number])), statement, cost)
        for number in scope.series.ids
    }


def features_of(keys: Sequence[Key], explicit: dict[tuple[int, int], int]) -> dict[tuple[int, int], int]:
    """Return the number of the feature that each observation is about, where there is one."""
    known = {**explicit}
    missing = [key for key in keys if (key.datastream, key.time) not in known]
    if missing:
        known |= _generated(missing)
    return known


def _generated(keys: Sequence[Key]) -> dict[tuple[int, int], int]:
    parameters: dict[str, Any] = {
        "series": Integers(np.array([key.datastream for key in keys], np.int64)),
        "times": Times(np.array([key.time for key in keys], np.int64)),
    }
    rows = ask(
        f"SELECT o.datastream, o.time, {FEATURE.format(t='o')} FROM (SELECT u.*, NULL::int4 AS feature"  # noqa: S608
        " FROM unnest(%(series)s, %(times)s) u(datastream, time)) o",
        parameters,
    )
    return {(row[0], row[1]): row[2] for row in rows if row[2] is not None}

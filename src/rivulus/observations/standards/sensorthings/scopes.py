"""Which series and which stretch of time a question about observations concerns, read out of its address and filter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rivulus.observations.rules.filters.kinds import Kind, Term
from rivulus.observations.rules.identifiers import split_observation_id
from rivulus.observations.rules.readings import EARLIEST_US, LATEST_US
from rivulus.observations.standards.sensorthings.asking import ask
from rivulus.observations.standards.sensorthings.entities import SETS, Entity
from rivulus.observations.standards.sensorthings.geography import places
from rivulus.observations.standards.sensorthings.readers import Reader
from rivulus.observations.standards.sensorthings.sql import Compiler, filter_sql, moment
from rivulus.observations.terms import ResultKind

STREAMS = ("Datastream", "MultiDatastream")
FLIPPED = {"eq": "eq", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}

# Where no feature was named: the one the series has, else the one made of the place where the thing was at the time.
# A thing whose first place was noted later than its first observation was there already.
GENERATED = """(SELECT f.id FROM observations_datastream d
 CROSS JOIN LATERAL (SELECT h.id FROM observations_historicallocation h WHERE h.thing_id = d.thing_id
  ORDER BY h.time <= {t}.time DESC, CASE WHEN h.time <= {t}.time THEN h.time END DESC, h.time, h.id LIMIT 1) h
 JOIN observations_historicallocation_locations x ON x.historicallocation_id = h.id
 JOIN observations_featureofinterest f ON f.location_id = x.location_id
 WHERE d.id = {t}.datastream ORDER BY f.id LIMIT 1)"""
PRESENT = """(SELECT f.id FROM observations_datastream d JOIN observations_thing_locations x ON x.thing_id = d.thing_id
 JOIN observations_featureofinterest f ON f.location_id = x.location_id WHERE d.id = {t}.datastream
 ORDER BY f.id LIMIT 1)"""
FEATURE = (
    "COALESCE({t}.feature, (SELECT d.default_feature_id FROM observations_datastream d WHERE d.id = {t}.datastream), "  # noqa: S608
    f"{GENERATED}, {PRESENT})"
)
OF_FEATURE = """(t.default_feature_id = %(feature)s
 OR EXISTS (SELECT 1 FROM observations_featureofinterest f WHERE f.id = %(feature)s AND f.location_id IN (
  SELECT x.location_id FROM observations_historicallocation h
   JOIN observations_historicallocation_locations x ON x.historicallocation_id = h.id WHERE h.thing_id = t.thing_id
  UNION ALL SELECT x.location_id FROM observations_thing_locations x WHERE x.thing_id = t.thing_id))
 OR EXISTS (SELECT 1 FROM observations_annotation a WHERE a.feature = %(feature)s AND a.datastream = t.id))"""


@dataclass(frozen=True, slots=True)
class Series:
    """The series asked for that the reader sees: numeric ones, all others, and which of them are simulated or multi."""

    numeric: tuple[int, ...] = ()
    other: tuple[int, ...] = ()
    simulated: frozenset[int] = frozenset()
    multi: frozenset[int] = frozenset()

    @property
    def ids(self) -> tuple[int, ...]:
        """All of them."""
        return tuple(sorted((*self.numeric, *self.other)))

    def only(self, ids: Iterable[int]) -> "Series":
        """Return those of them that are named."""
        wanted = frozenset(ids)
        return replace(
            self,
            numeric=tuple(one for one in self.numeric if one in wanted),
            other=tuple(one for one in self.other if one in wanted),
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """Series, a half-open stretch of time (microseconds), the feature they must be about, and what else must be true."""

    series: Series
    start_us: int = EARLIEST_US
    end_us: int = LATEST_US
    feature: int | None = None
    residual: Term | None = None


def find_series(reader: Reader, conditions: Iterable[str] = (), parameters: dict[str, Any] | None = None) -> Series:
    """Return the series (alias ``t``) that fulfil conditions and that the reader sees."""
    seen = reader.condition(SETS["Datastreams"], "t")
    where = " AND ".join(filter(None, [*conditions, seen])) or "true"
    rows = ask(
        f"SELECT t.id, t.kind, t.is_simulated FROM observations_datastream t WHERE {where} ORDER BY t.id",  # noqa: S608
        {**reader.parameters, **(parameters or {})},
    )
    return Series(
        numeric=tuple(row[0] for row in rows if row[1] == ResultKind.NUMBER),
        other=tuple(row[0] for row in rows if row[1] != ResultKind.NUMBER),
        simulated=frozenset(row[0] for row in rows if row[2]),
        multi=frozenset(row[0] for row in rows if row[1] == ResultKind.MULTI),
    )


def scope_of(
    reader: Reader,
    term: Term | None,
    *,
    datastream: int | None = None,
    kind: Entity | None = None,
    key: tuple[int, int] | None = None,
    feature: int | None = None,
    among: Sequence[int] | None = None,
) -> Scope:
    """Return the scope of a question: of one series, one observation, about one feature, ``among`` series, or all."""
    bounds = _Bounds()
    residual = tuple(part for part in _parts(term) if not bounds.take(part))
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    if key is not None:
        datastream, bounds.start_us, bounds.end_us = key[0], key[1], key[1] + 1
    if bounds.series is not None:
        datastream = bounds.series if datastream in {None, bounds.series} else 0
    if datastream is not None:
        conditions, parameters = ["t.id = %(datastream)s"], {"datastream": datastream}
    if kind is not None:
        conditions.append(kind.condition.format(t="t"))
    if among is not None:
        conditions.append("t.id = ANY(%(among)s::int4[])")
        parameters |= {"among": list(among)}
    if feature is not None:
        conditions.append(OF_FEATURE)
        parameters |= {"feature": feature}
    for part in bounds.about_series:
        conditions.append(_about_series(reader, *part, parameters))
    series = find_series(reader, conditions, parameters)
    rest = None if not residual else (residual[0] if len(residual) == 1 else Term("and", residual, kind=Kind.BOOLEAN))
    return Scope(series, bounds.start_us, bounds.end_us, feature, rest)


def _parts(term: Term | None) -> tuple[Term, ...]:
    """Return what must all be true."""
    if term is None:
        return ()
    return tuple(part for arg in term.args for part in _parts(arg)) if term.op == "and" else (term,)


def _about_series(reader: Reader, name: str, part: Term, parameters: dict[str, Any]) -> str:
    """Return the condition on ``t`` that a term about nothing but the series is."""
    entity = SETS["Datastreams" if name == "Datastream" else "MultiDatastreams"]
    compiler = Compiler(entity, "t", reader, places, parameters=parameters)
    joins, expression = filter_sql(compiler, _without_first(part))
    kind = entity.condition.format(t="t")
    found = f"{kind} AND (SELECT {expression} FROM (SELECT 1) one {joins})" if joins else f"{kind} AND {expression}"  # noqa: S608
    return f"({found})"


def _without_first(term: Term) -> Term:
    if term.op == "path":
        return replace(term, value=term.value[1:])
    return replace(term, args=tuple(_without_first(arg) for arg in term.args))


def _paths(term: Term) -> list[tuple[str, ...]]:
    return [term.value] if term.op == "path" else [path for arg in term.args for path in _paths(arg)]


def _asks_for_null(term: Term) -> bool:
    return term.op in {"is_null", "is_not_null"} or any(_asks_for_null(arg) for arg in term.args)


@dataclass
class _Bounds:
    """What a filter says of time and series, part by part."""

    start_us: int = EARLIEST_US
    end_us: int = LATEST_US
    series: int | None = None
    about_series: tuple[tuple[str, Term], ...] = ()

    def take(self, part: Term) -> bool:
        """Note what a part says; True when there is nothing more to it."""
        paths = _paths(part)
        if paths and all(path[0] == paths[0][0] in STREAMS for path in paths) and not _asks_for_null(part):
            self.about_series = (*self.about_series, (paths[0][0], part))
            return True
        if len(part.args) != 2 or len(paths) != 1:
            return False
        left, right = part.args
        op = part.op
        if left.op == "literal":
            left, right, op = right, left, FLIPPED.get(op, "")
        if left.op != "path" or right.op != "literal":
            return False
        if left.value in {("id",), ("@iot.id",)}:
            return op == "eq" and self._take_id(right.value)
        return left.value == ("phenomenonTime",) and right.kind == Kind.INTERVAL and self._take_time(op, *right.value)

    def _take_id(self, number: object) -> bool:
        try:
            self.series, time_us = split_observation_id(int(number))  # type: ignore[call-overload]
        except (ValueError, OverflowError):
            self.series, time_us = 0, EARLIEST_US
        if number != int(number):  # type: ignore[call-overload]
            self.series = 0
        self.start_us, self.end_us = max(self.start_us, time_us), min(self.end_us, time_us + 1)
        return True

    def _take_time(self, op: str, first: int, last: int) -> bool:
        """An observation of a stretch of time is kept under its beginning."""
        after = {"ge": first, "gt": last + 1, "eq": first, "during": first}.get(op, EARLIEST_US)
        before = {"lt": first, "le": last + 1, "eq": first + 1, "during": last + 1, "overlaps": last + 1}.get(
            op, LATEST_US
        )
        self.start_us, self.end_us = max(self.start_us, after), min(self.end_us, before)
        return op in {"ge", "gt"}


def times(start_us: int, end_us: int) -> dict[str, Any]:
    """Return the parameters of a stretch of time, within what the store holds."""
    low, high = max(start_us, EARLIEST_US), min(end_us, LATEST_US)
    return {"start": moment(min(low, LATEST_US)), "end": moment(max(high, EARLIEST_US))}


OBSERVATIONS: Entity = SETS["Observations"]

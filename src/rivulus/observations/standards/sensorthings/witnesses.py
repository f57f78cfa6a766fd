"""Filters that reach from other sets into observations: `Things?$filter=Datastreams/Observations/result gt 5`.

Such a filter is true of a row when some observation makes it true. Observations lie in rows and in packed weeks, where
no join reaches; so the series with an observation that fulfils what is said of observations are looked for first, the
newest first and one being enough, and their numbers stand in its place.

What is said of one way is said of one and the same observation, so the filter is brought into alternatives first (or
of and), each of which says all of it at once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from rivulus.observations.queries import readings, records
from rivulus.observations.rules.filters.kinds import Kind, Term
from rivulus.observations.standards.sensorthings import observations
from rivulus.observations.standards.sensorthings.asking import Cost, ask
from rivulus.observations.standards.sensorthings.entities import SETS, Entity
from rivulus.observations.standards.sensorthings.geography import places
from rivulus.observations.standards.sensorthings.options import OptionError, Order
from rivulus.observations.standards.sensorthings.readers import Reader
from rivulus.observations.standards.sensorthings.scopes import Series, scope_of
from rivulus.observations.standards.sensorthings.sql import Compiler

MOST_ALTERNATIVES = 8
MOST_NARROWED = 5_000
"""Series that are looked into by their numbers; of more, all are."""

SET = "Observations"
NEWEST = (Order(Term("path", value=("phenomenonTime",)), is_descending=True),)
type Way = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """What a search may use: whose eyes, what it may cost, and when it is now."""

    reader: Reader
    cost: Cost
    now_us: int


def reaches_observations(term: Term) -> bool:
    """Say whether a filter of another set speaks of observations."""
    return any(_way_of(path) for path in _paths(term))


def with_witnesses(entity: Entity, term: Term, search: Search) -> Term:
    """Return a checked filter with the numbers of series in the place of what it says of observations."""
    alternatives = _alternatives(term)
    if len(alternatives) > MOST_ALTERNATIVES:
        raise OptionError(f"$filter: what is said of Observations has more than {MOST_ALTERNATIVES} alternatives.")
    return _joined("or", [_joined("and", _found(entity, parts, search)) for parts in alternatives])


def _joined(op: str, terms: list[Term]) -> Term:
    return terms[0] if len(terms) == 1 else Term(op, tuple(terms), kind=Kind.BOOLEAN)


def _paths(term: Term) -> Iterator[Way]:
    if term.op == "path":
        yield term.value
    for arg in term.args:
        yield from _paths(arg)


def _way_of(path: Way) -> Way:
    """Return the way to observations, () where a path does not lead through them."""
    return path[: path.index(SET) + 1] if SET in path[:-1] else ()


def _alternatives(term: Term, *, is_negated: bool = False) -> list[tuple[Term, ...]]:
    """Return the alternatives of a condition; negations go inwards, which changes nothing with nulls either."""
    if term.op == "not":
        return _alternatives(term.args[0], is_negated=not is_negated)
    if not reaches_observations(term) or term.op not in {"and", "or"}:
        return [(Term("not", (term,), kind=Kind.BOOLEAN) if is_negated else term,)]
    parts = [_alternatives(arg, is_negated=is_negated) for arg in term.args]
    if (term.op == "or") != is_negated:
        return [one for part in parts for one in part]
    size = 1
    for part in parts:
        size *= len(part)
    if size > MOST_ALTERNATIVES:
        raise OptionError(f"$filter: what is said of Observations has more than {MOST_ALTERNATIVES} alternatives.")
    return [tuple(one for chosen in choice for one in chosen) for choice in product(*parts)]


def _found(entity: Entity, parts: tuple[Term, ...], search: Search) -> list[Term]:
    """Return the conditions of one alternative, those about observations answered."""
    others = [part for part in parts if not reaches_observations(part)]
    said: dict[Way, list[Term]] = {}
    for part in parts:
        if reaches_observations(part):
            said.setdefault(_only_way(part), []).append(part)
    return [*others, *(_answered(entity, way, terms, others, search) for way, terms in said.items())]


def _only_way(part: Term) -> Way:
    ways = {_way_of(path) for path in _paths(part)}
    if len(ways) > 1:
        raise OptionError("$filter: a property of Observations is compared with values, not with other properties.")
    return ways.pop()


def _answered(entity: Entity, way: Way, terms: list[Term], others: list[Term], search: Search) -> Term:
    source = _source(entity, way)
    if source.table != "observations_datastream":
        raise OptionError(
            "$filter: only what has series is filtered by Observations; ask for the Observations themselves, with "
            "$expand=FeatureOfInterest."
        )
    among = _candidates(entity, way, others, search)
    condition = _joined("and", [_within(term, len(way)) for term in terms])
    scope = scope_of(search.reader, condition, kind=source, among=among)
    statement = observations.statement_of(search.reader, scope, NEWEST, search.now_us, is_each=True)
    found = observations.read_each(scope, statement, 1, search.cost, search.now_us)
    numbers = [number for number, keys in found.items() if keys]
    is_true_of_nothing = all(_is_true_of_nothing(term) for term in terms)
    if is_true_of_nothing:
        numbers += _without_any(scope_of(search.reader, None, kind=source, among=among).series)
    path = Term("path", value=(*way[:-1], "id"), kind=Kind.NUMBER)
    return Term("among", (path,), value=(numbers, is_true_of_nothing), kind=Kind.BOOLEAN)


def _source(entity: Entity, way: Way) -> Entity:
    """Return the set whose link leads to the observations."""
    for name in way[:-1]:
        entity = SETS[entity.link_names[name].target]
    return entity


def _within(term: Term, length: int) -> Term:
    """Return a condition as the observation itself would say it."""
    if term.op == "path":
        return replace(term, value=term.value[length:])
    return replace(term, args=tuple(_within(arg, length) for arg in term.args))


def _is_true_of_nothing(term: Term) -> bool:
    """Say whether a condition is true where there is no observation: everything about it is null then."""
    if term.op == "not":
        return term.args[0].op == "is_not_null"
    return term.op == "is_null"


def _without_any(series: Series) -> Iterable[int]:
    known = set(readings.extent(series.numeric)) if series.numeric else set()
    known |= set(records.extent_of_records(series.other)) if series.other else set()
    return sorted(set(series.ids) - known)


def _candidates(entity: Entity, way: Way, others: list[Term], search: Search) -> list[int] | None:
    """Return the series that the rest of the filter leaves; None for all of them, and where they are many."""
    if not others:
        return None
    compiler = Compiler(entity, "t", search.reader, places)
    conditions = [compiler.sql(term) for term in others]
    _resolved, alias = compiler.locate(Term("path", value=(*way[:-1], "id")))
    conditions += filter(None, [entity.condition.format(t="t"), f"{alias}.id IS NOT NULL"])
    statement = (
        f"SELECT DISTINCT {alias}.id FROM {entity.table} t {' '.join(compiler.join_sql)}"  # noqa: S608
        f" WHERE {' AND '.join(conditions)} LIMIT %(most)s"
    )
    given = {**compiler.parameters, **search.reader.parameters, "most": MOST_NARROWED + 1}
    found = [row[0] for row in ask(statement, given)]
    return found if len(found) <= MOST_NARROWED else None

"""Walking along an address to the entity it ends in; what is not there, or not seen, is not found (404)."""

from dataclasses import dataclass

from rivulus.observations.rules.identifiers import split_observation_id
from rivulus.observations.standards.sensorthings import observations, showing
from rivulus.observations.standards.sensorthings.addresses import Address, Step
from rivulus.observations.standards.sensorthings.asking import ask
from rivulus.observations.standards.sensorthings.entities import Entity, Link
from rivulus.observations.standards.sensorthings.levels import Asked
from rivulus.observations.standards.sensorthings.rendering import ServiceError
from rivulus.observations.standards.sensorthings.scopes import Scope, scope_of
from rivulus.observations.standards.sensorthings.sql import link_sql
from rivulus.observations.standards.sensorthings.windows import Key, Statement

MOST_TABLE_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address ends: one entity (``id``), or all, or those that ``link`` leads to from ``parent``."""

    entity: Entity
    id: int | None = None
    source: Entity | None = None
    parent: int = 0
    link: Link | None = None


def not_found() -> ServiceError:
    """Return the error for what is not there."""
    return ServiceError(404, "Nothing was found at this address.")


def resolve_address(asked: Asked, address: Address) -> Place:
    """Return where an address ends; every entity on the way exists, is seen, and is linked to the one before."""
    before: Step | None = None
    number = 0
    if _is_series_of_observations(address):
        series, last = address.steps
        return Place(last.entity, None, series.entity, series.id or 0, last.link)
    for step in address.steps:
        if step.is_collection:
            return Place(step.entity, None, before.entity if before else None, number, step.link)
        number = _next(asked, before, number, step)
        before = step
    return Place(address.target, number)


def _is_series_of_observations(address: Address) -> bool:
    """`Datastreams(1)/Observations`, the question asked most: whether the series is there, its observations tell."""
    return (
        len(address.steps) == 2
        and address.is_collection
        and address.target.set_name == "Observations"
        and address.steps[0].entity.table == "observations_datastream"
    )


def _next(asked: Asked, before: Step | None, number: int, step: Step) -> int:
    if step.link is None or before is None:
        found = step.id if step.id and _exists(asked, step.entity, step.id) else None
    elif step.entity.set_name == "Observations":
        found = _observation_of(asked, before.entity, number, step.id or 0)
    elif before.entity.set_name == "Observations":
        found = _from_observation(asked, number, step)
    else:
        found = _followed(asked, before.entity, number, step)
    if found is None:
        raise not_found()
    return found


def locate(asked: Asked, entity: Entity, number: int) -> None:
    """Raise 404 unless an entity exists and is seen."""
    if not _exists(asked, entity, number):
        raise not_found()


def _exists(asked: Asked, entity: Entity, number: int) -> bool:
    if entity.set_name == "Observations":
        return find_observation(asked, number) is not None
    if number > MOST_TABLE_ID and entity.set_name != "Tasks":
        return False
    conditions = [entity.condition.format(t="t"), asked.reader.condition(entity, "t"), "t.id = %(id)s"]
    text = f"SELECT 1 FROM {entity.table} t WHERE {' AND '.join(filter(None, conditions))}"  # noqa: S608
    return bool(ask(text, {**asked.reader.parameters, "id": number}))


def _followed(asked: Asked, entity: Entity, number: int, step: Step) -> int | None:
    assert step.link is not None
    wanted = " AND t.id = %(wanted)s" if step.id else ""
    inner = link_sql(step.link, "t", "s", asked.reader)
    text = f"SELECT x.id FROM {entity.table} s CROSS JOIN LATERAL (SELECT t.id {inner}{wanted}) x WHERE s.id = %(id)s"  # noqa: S608
    rows = ask(text, {**asked.reader.parameters, "id": number, "wanted": step.id})
    return int(rows[0][0]) if rows else None


def find_observation(asked: Asked, number: int) -> tuple[Scope, Key] | None:
    """Return an observation with the scope it was found in, or None."""
    try:
        key = split_observation_id(number)
    except ValueError:
        return None
    scope = scope_of(asked.reader, None, key=key)
    found = observations.read_page(scope, Statement(), 1, asked.cost, asked.now_us)
    return (scope, found[0]) if found else None


def _observation_of(asked: Asked, entity: Entity, parent: int, number: int) -> int | None:
    """An observation below a series is one of it; below a feature, it is about it."""
    found = find_observation(asked, number)
    if found is None:
        return None
    if entity.set_name == "FeaturesOfInterest":
        return number if _feature_of(found[1]) == parent else None
    return number if found[1].datastream == parent else None


def _from_observation(asked: Asked, number: int, step: Step) -> int | None:
    datastream, _time = split_observation_id(number)
    if step.link is not None and step.link.name == "FeatureOfInterest":
        found = find_observation(asked, number)
        feature = _feature_of(found[1]) if found else None
        return feature if feature and _exists(asked, step.entity, feature) else None
    return datastream if _exists(asked, step.entity, datastream) else None


def _feature_of(key: Key) -> int | None:
    said = showing.said_of([key]).get((key.datastream, key.time))
    explicit = {(key.datastream, key.time): said.feature} if said and said.feature else {}
    return observations.features_of([key], explicit).get((key.datastream, key.time))

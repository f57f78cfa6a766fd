"""What an address leads to for whoever writes: every entity named on the way must exist and hang on the one before."""

from dataclasses import dataclass

from django.db import connection

from rivulus.kernel.errors import NotFound
from rivulus.observations.models import Datastream
from rivulus.observations.queries.annotations import annotations_of
from rivulus.observations.rules.identifiers import split_observation_id
from rivulus.observations.rules.trees import Reference
from rivulus.observations.standards.sensorthings.addresses import Address, Step
from rivulus.observations.standards.sensorthings.entities import SETS, Entity, Link

OBSERVATION = "Observation"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address ends: an entity with its number, or a set (number None) below its parent."""

    entity: Entity
    number: int | None
    parent: Reference | None = None
    link: Link | None = None

    def preset(self) -> dict[str, Reference]:
        """Return the links that a new entity here has by its address."""
        if self.parent is None or self.link is None:
            return {}
        for link in self.entity.links:
            if _leads_back(link, self.link, self.parent.name):
                return {link.name: self.parent}
        return {}


def follow(address: Address) -> Place:
    """Return where an address ends; raises NotFound where something on the way is not there."""
    place: Place | None = None
    for step in address.steps:
        place = _first(step) if place is None else _next(place, step)
    if place is None:
        raise NotFound
    return place


def _first(step: Step) -> Place:
    if step.id is not None:
        _check_exists(step.entity, step.id)
    return Place(step.entity, step.id)


def _next(place: Place, step: Step) -> Place:
    if place.number is None or step.link is None:
        raise NotFound
    parent = Reference(place.entity.name, place.number)
    if step.is_collection:
        return Place(step.entity, None, parent, step.link)
    number = _lead(place.entity, place.number, step.link) if step.id is None else step.id
    if number is None:
        raise NotFound
    _check_exists(step.entity, number)
    if step.id is not None and not _hangs(place.number, step.link, step.id):
        raise NotFound
    return Place(step.entity, number, parent, step.link)


def _check_exists(entity: Entity, number: int) -> None:
    if entity.name == OBSERVATION:
        _split(number)
        return
    condition = f" AND {entity.condition.format(t='t')}" if entity.condition else ""
    if not _ask(f"SELECT 1 FROM {entity.table} t WHERE t.id = %s{condition}", number):  # noqa: S608
        raise NotFound


def _lead(entity: Entity, number: int, link: Link) -> int | None:
    """Return the one that a link leads to."""
    if entity.name == OBSERVATION:
        datastream, time_us = _split(number)
        if link.forward == "datastream":
            return datastream
        note = annotations_of([(datastream, time_us)]).get((datastream, time_us))
        return note.feature if note else None
    return _ask(f"SELECT {link.forward} FROM {entity.table} WHERE id = %s", number)  # noqa: S608


def _hangs(number: int, link: Link, target: int) -> bool:
    """Say whether one of many hangs on an entity."""
    if link.target == "Observations":
        datastream, time_us = _split(target)
        if link.reverse == "datastream":
            return datastream == number
        note = annotations_of([(datastream, time_us)]).get((datastream, time_us))
        return note is not None and note.feature == number
    if link.reverse:
        table = SETS[link.target].table
        return _ask(f"SELECT 1 FROM {table} WHERE id = %s AND {link.reverse} = %s", target, number) is not None  # noqa: S608
    table, own, other = link.through
    return _ask(f"SELECT 1 FROM {table} WHERE {own} = %s AND {other} = %s LIMIT 1", number, target) is not None  # noqa: S608


def _leads_back(link: Link, way: Link, parent: str) -> bool:
    if SETS[link.target].name != parent:
        return False
    if way.reverse:
        return link.forward == way.reverse
    return bool(way.through[0]) and link.through[0] == way.through[0]


def _split(number: int) -> tuple[int, int]:
    try:
        datastream, time_us = split_observation_id(number)
    except ValueError as error:
        raise NotFound from error
    if not Datastream.objects.filter(pk=datastream).exists():
        raise NotFound
    return datastream, time_us


def _ask(statement: str, *parameters: int) -> int | None:
    if any(parameter >= 2**63 for parameter in parameters):
        return None
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    return None if row is None else row[0]

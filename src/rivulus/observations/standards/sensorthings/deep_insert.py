"""From the JSON of an entity to the tree that is described: its properties, what it is linked to, what is within it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules.trees import Child, Node, Reference
from rivulus.observations.standards.sensorthings.entities import SETS, Entity, Link

DEEPEST = 8
MOST_ENTITIES = 2_000
MOST_OBSERVATIONS = 100_000
MAX_NUMBER = 2**63 - 1
OBSERVED = "Observations"
JOINED = frozenset(
    {
        ("Thing", "Locations"),
        ("Location", "Things"),
        ("HistoricalLocation", "Locations"),
        ("MultiDatastream", "ObservedProperties"),
    }
)
PARTS = {"multiObservationDataTypes": "types", "unitOfMeasurements": "units"}


@dataclass(slots=True)
class _Count:
    """How much of a request was read."""

    entities: int = 0
    observations: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """What a PATCH or PUT says: columns, and links to entities that exist."""

    values: Mapping[str, Any]
    ones: Mapping[str, Reference]
    joined: Mapping[str, tuple[Reference, ...]]
    children: tuple[Child, ...] = ()


def read_tree(entity: Entity, document: Any, preset: Mapping[str, Reference] | None = None) -> Node:
    """Return the tree of a new entity; ``preset`` are the links that the address says. Raises Refused."""
    _check_unnumbered(document)
    return _node(entity, document, _Count(), 1, preset or {})


def read_changes(entity: Entity, document: Mapping[str, Any]) -> Changes:
    """Return what is to be changed of an entity; related entities may be named, not described (OGC 18-088, 10.3)."""
    node = _node(entity, document, _Count(), 1, {})
    targets = [*node.ones.values(), *(each for several in node.joined.values() for each in several)]
    targets += [child.target for child in node.children]
    if node.observations or not all(isinstance(target, Reference) for target in targets):
        raise Refused(N_("When an entity is changed, others are named by their @iot.id only."))
    return Changes(
        node.values,
        _named(node.ones),
        {k: tuple(_named(dict(enumerate(v))).values()) for k, v in node.joined.items()},
        node.children,
    )


def read_reference(name: str, value: Any) -> Reference | None:
    """Return the entity that an object names by its @iot.id, or None where it describes a new one."""
    if not isinstance(value, dict):
        raise Refused(N_("A %(kind)s is written as a JSON object."), kind=name)
    if "@iot.id" not in value:
        return None
    number = value["@iot.id"]
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= MAX_NUMBER:
        raise Refused(N_("Identifiers are positive whole numbers."))
    return Reference(name, number)


def _named(targets: Mapping[Any, Node | Reference]) -> dict[Any, Reference]:
    return {key: target for key, target in targets.items() if isinstance(target, Reference)}


def _check_unnumbered(document: Any) -> None:
    if isinstance(document, dict) and "@iot.id" in document:
        raise Refused(N_("The service gives numbers to new entities; leave @iot.id out."))


def _node(entity: Entity, document: Any, count: _Count, depth: int, preset: Mapping[str, Reference]) -> Node:
    if not isinstance(document, dict):
        raise Refused(N_("A %(kind)s is written as a JSON object."), kind=entity.name)
    count.entities += 1
    if depth > DEEPEST or count.entities > MOST_ENTITIES:
        raise Refused(
            N_("A request holds at most %(most)s entities, %(deepest)s deep."), most=MOST_ENTITIES, deepest=DEEPEST
        )
    values: dict[str, Any] = {}
    ones: dict[str, Node | Reference] = {}
    joined: dict[str, tuple[Node | Reference, ...]] = {}
    children: list[Child] = []
    observations: tuple[Mapping[str, Any], ...] = ()
    for key, value in document.items():
        if key in entity.field_names:
            _keep_value(entity, key, value, values)
        elif (link := entity.link_names.get(key)) is None:
            _check_ignored(entity, key)
        elif link.target == OBSERVED:
            observations = _observations(value, count)
        elif not link.is_many:
            if value is not None:
                ones[link.forward] = _target(link, value, count, depth)
        elif link.reverse:
            children += _children(entity, link, value, count, depth)
        elif several := tuple(_target(link, each, count, depth) for each in _list(link, value)):
            _check_joined(entity, link)
            joined[link.name] = several
    for name, reference in preset.items():
        link = entity.link_names[name]
        if link.is_many:
            joined[name] = (*joined.get(name, ()), reference)
        else:
            ones[link.forward] = reference
    return Node(entity.name, values, ones, joined, tuple(children), observations)


def _keep_value(entity: Entity, key: str, value: Any, values: dict[str, Any]) -> None:
    if key in PARTS:
        values[PARTS[key]] = value
    elif entity.field_names[key].attribute:  # what the service computes is not written
        values[entity.field_names[key].attribute] = value


def _check_ignored(entity: Entity, key: str) -> None:
    """Notes of a service about its own entities come back with them, and say nothing new."""
    if "@iot." not in key:
        raise Refused(N_("A %(kind)s has no %(key)s."), kind=entity.name, key=key[:100])


def _target(link: Link, value: Any, count: _Count, depth: int) -> Node | Reference:
    target = SETS[link.target]
    reference = read_reference(target.name, value)
    return reference if reference is not None else _node(target, value, count, depth + 1, {})


def _children(entity: Entity, link: Link, value: Any, count: _Count, depth: int) -> list[Child]:
    if link.target == "Tasks" and value:
        raise Refused(N_("Tasks are asked for one by one, when their capability is there."))
    return [Child(link.reverse, _target(link, each, count, depth)) for each in _list(link, value)]


def _list(link: Link, value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Refused(N_("%(link)s must be a list."), link=link.name)
    return value


def _check_joined(entity: Entity, link: Link) -> None:
    if (entity.name, link.name) not in JOINED:
        raise Refused(N_("Describe %(link)s from their side, not within a %(kind)s."), link=link.name, kind=entity.name)


def _observations(value: Any, count: _Count) -> tuple[Mapping[str, Any], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Refused(N_("%(link)s must be a list."), link=OBSERVED)
    count.observations += len(value)
    if count.observations > MOST_OBSERVATIONS:
        raise Refused(N_("A request holds at most %(most)s observations."), most=MOST_OBSERVATIONS)
    return tuple(value)

"""Adding entities one by one or as whole trees, in one transaction, on the account of a person or of a supplier."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, models, transaction

from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions import places
from rivulus.observations.actions.entities import REGISTER
from rivulus.observations.models import (
    Actuator,
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    MultiDatastreamPart,
    ObservedProperty,
    Owner,
    Sensor,
    TaskingCapability,
    Thing,
)
from rivulus.observations.queries import owners
from rivulus.observations.rules import descriptions, permissions, writers
from rivulus.observations.rules.trees import Described, Node, Reference, Waiting, word_of
from rivulus.observations.rules.writers import Writer
from rivulus.observations.terms import Scope

if TYPE_CHECKING:
    from rivulus.identity.models import Person

MODELS: dict[str, type[models.Model]] = {
    "Thing": Thing,
    "Location": Location,
    "HistoricalLocation": HistoricalLocation,
    "Datastream": Datastream,
    "MultiDatastream": Datastream,
    "Sensor": Sensor,
    "ObservedProperty": ObservedProperty,
    "FeatureOfInterest": FeatureOfInterest,
    "Actuator": Actuator,
    "TaskingCapability": TaskingCapability,
}
SERIES = ("Datastream", "MultiDatastream")
SUBJECT = "observations.entity"
NEEDED = {
    "Datastream": ("thing_id", "sensor_id", "observed_property_id"),
    "MultiDatastream": ("thing_id", "sensor_id"),
    "HistoricalLocation": ("thing_id",),
    "TaskingCapability": ("thing_id", "actuator_id"),
}
LINK_NAMES = {
    "thing_id": "Thing",
    "sensor_id": "Sensor",
    "observed_property_id": "ObservedProperty",
    "actuator_id": "Actuator",
}


@dataclass(slots=True)
class _Tally:
    """What one tree has made so far."""

    made: Counter[str] = field(default_factory=Counter)
    waiting: list[Waiting] = field(default_factory=list)


@transaction.atomic
def describe(
    *,
    by: "Person | None",
    writer: Writer = writers.PLATFORM,
    tree: Node,
    store: Callable[[Sequence[Waiting]], object] | None = None,
) -> Described:
    """Add a whole tree, or nothing of it; returns the number of its root and the observations that wait for it.

    ``store`` is given what waits, before the journal is written: whoever writes there holds up all others.
    Raises Refused where something is wrong or missing, Forbidden where something is another's.
    """
    check_may_describe(by=by, writer=writer)
    tally = _Tally()
    number = _make(by, writer, tree, tally)
    if store is not None and tally.waiting:
        store(tally.waiting)
    content = writer.signature() | {"made": dict(sorted(tally.made.items()))}
    verb = f"observations.{word_of(tree.name)}.created"
    journal.write(by=by, verb=verb, subject=f"{SUBJECT}.{word_of(tree.name)}", subject_id=number, content=content)
    announce(by=by)
    return Described(tree.name, number, dict(tally.made), tuple(tally.waiting))


def check_may_describe(*, by: "Person | None", writer: Writer) -> None:
    """Raise Forbidden where the person's roles, or the key's scopes, do not allow describing things."""
    if by is not None and not permissions.can("edit_thing", identity.roles_of(by)):
        raise writers.Forbidden(permissions.SENTENCES["edit_thing"])
    writers.check_scope(writer, Scope.DESCRIBE)


def announce(*, by: "Person | None") -> None:
    """Wake the processes that keep a register of series, when this transaction is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [REGISTER])


def resolve(*, by: "Person | None", writer: Writer, target: Reference) -> int:
    """Return the number of an entity that exists and may be linked to; raises Refused where there is none.

    The row is kept from being removed until the transaction ends.
    """
    rows = MODELS[target.name]._default_manager.filter(pk=target.number)
    if target.name in SERIES:
        rows = rows.filter(kind="multi") if target.name == "MultiDatastream" else rows.exclude(kind="multi")
    try:
        found = rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True).first()
    except (OverflowError, IntegrityError):
        found = None
    if found is None:
        raise Refused(N_("There is no %(kind)s with the number %(number)s."), kind=target.name, number=target.number)
    if target.name in owners.SHARED:
        writers.check_can_link(writer, owners.find_owner(target.name, target.number), target.name)
    else:
        writers.check_owns(writer, owners.find_supplier_of(target.name, target.number), target.name)
    return int(found)


def _make(by: "Person | None", writer: Writer, node: Node, tally: _Tally) -> int:
    columns = descriptions.check_new(node.name, node.values)
    named = {column: _reach(by, writer, target, tally) for column, target in node.ones.items()}
    for column in NEEDED.get(node.name, ()):
        if column not in named:
            raise Refused(N_("A %(kind)s needs %(label)s."), kind=node.name, label=LINK_NAMES[column])
    joined = {link: [_reach(by, writer, target, tally) for target in targets] for link, targets in node.joined.items()}
    row = _insert(writer, node, columns | named, joined)
    tally.made[node.name] += 1
    _join(by, row, joined)
    for child in node.children:
        _hang(by, writer, child.column, child.target, int(row.pk), tally)
    if node.observations:
        tally.waiting.append(Waiting(node.name, int(row.pk), node.observations))
    return int(row.pk)


def _reach(by: "Person | None", writer: Writer, target: Node | Reference, tally: _Tally) -> int:
    if isinstance(target, Reference):
        return resolve(by=by, writer=writer, target=target)
    return _make(by, writer, target, tally)


def _hang(
    by: "Person | None", writer: Writer, column: str, target: Node | Reference, number: int, tally: _Tally
) -> None:
    """Let what hangs on a row name it: a new one is made so, one that exists is moved here."""
    if isinstance(target, Reference):
        found = resolve(by=by, writer=writer, target=target)
        MODELS[target.name]._default_manager.filter(pk=found).update(**{column: number})
        return
    parent = Reference(_parent_of(column), number)
    _make(by, writer, _with(target, column, parent), tally)


def _parent_of(column: str) -> str:
    return LINK_NAMES[column]


def _with(node: Node, column: str, parent: Reference) -> Node:
    ones = {**node.ones, column: parent}
    return Node(node.name, node.values, ones, node.joined, node.children, node.observations)


def _insert(
    writer: Writer, node: Node, columns: Mapping[str, Any], joined: Mapping[str, Sequence[int]]
) -> models.Model:
    given, name = dict(columns), node.name
    properties = joined.get("ObservedProperties", ())
    if name == "Thing":
        given["supplier_id"] = writer.supplier
    if name in SERIES and Thing.objects.filter(pk=given["thing_id"], is_simulated=True).exists():
        given["is_simulated"] = True
    parts = []
    if name == "MultiDatastream":
        parts = descriptions.check_parts(node.values.get("units"), node.values.get("types"), len(properties))
    row = MODELS[name]._default_manager.create(**given)
    if name in owners.SHARED and writer.supplier is not None and not writer.is_city:
        Owner.objects.create(kind=owners.SHARED[name], entity=row.pk, supplier_id=writer.supplier)
    if parts:
        write_parts(by=None, datastream=int(row.pk), parts=parts, properties=properties)
    return row


def write_parts(
    *, by: "Person | None", datastream: int, parts: Sequence[tuple[str, Mapping[str, Any]]], properties: Sequence[int]
) -> None:
    """Write what stands at each place of a MultiDatastream's result. Part of the action that calls it."""
    MultiDatastreamPart.objects.filter(datastream_id=datastream).delete()
    MultiDatastreamPart.objects.bulk_create(
        MultiDatastreamPart(
            datastream_id=datastream,
            position=position,
            observed_property_id=properties[position],
            observation_type=kind,
            unit_of_measurement=unit,
        )
        for position, (kind, unit) in enumerate(parts)
    )


def _join(by: "Person | None", row: models.Model, joined: Mapping[str, Sequence[int]]) -> None:
    """Let things be where they are said to be."""
    number = int(row.pk)
    if isinstance(row, Thing) and joined.get("Locations"):
        places.move_things(by=by, moves={number: joined["Locations"]})
    elif isinstance(row, Location) and joined.get("Things"):
        places.move_things(by=by, moves={thing: [number] for thing in joined["Things"]})
    elif isinstance(row, HistoricalLocation):
        if not joined.get("Locations"):
            raise Refused(N_("A %(kind)s needs %(label)s."), kind="HistoricalLocation", label="Locations")
        places.record_history(by=by, line=row, locations=joined["Locations"])

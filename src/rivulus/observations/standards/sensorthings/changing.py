"""Creating, changing and removing one entity, whatever it is."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions import amending, deleting, describing
from rivulus.observations.models import MultiDatastreamPart
from rivulus.observations.rules import patches
from rivulus.observations.rules.trees import Reference
from rivulus.observations.standards.sensorthings import bodies, deep_insert, observing, tasks
from rivulus.observations.standards.sensorthings.access import Account
from rivulus.observations.standards.sensorthings.entities import Entity
from rivulus.observations.standards.sensorthings.resolving import Place

MERGE_PATCH, JSON_PATCH = "application/merge-patch+json", "application/json-patch+json"


def create(account: Account, place: Place, body: bytes) -> int:
    """Add an entity with everything within it, observations too, and return its number."""
    tree = deep_insert.read_tree(place.entity, bodies.decode_object(body), place.preset())
    store = partial(observing.store_waiting, account)
    return describing.describe(by=account.by, writer=account.writer, tree=tree, store=store).number


def change(
    account: Account, entity: Entity, number: int, body: bytes, content_type: str, *, is_whole: bool = False
) -> None:
    """Change an entity: by the properties given, by a merge patch, by a JSON patch, or as a whole (PUT)."""
    document = _document(account, entity, number, bodies.decode_small(body), content_type)
    if entity.name == "Observation":
        present = {} if is_whole else observing.find(account, number)[2]
        observing.change(account, number, present | document)
    elif entity.name == "Task":
        tasks.change(account, number, document)
    else:
        _amend(account, entity, number, document, is_whole=is_whole)


def remove(account: Account, entity: Entity, number: int) -> None:
    """Remove an entity and what cannot be without it."""
    if entity.name == "Observation":
        observing.remove(account, number)
    elif entity.name == "Task":
        tasks.remove(account, number)
    else:
        deleting.delete(by=account.by, writer=account.writer, name=entity.name, number=number)


def _document(account: Account, entity: Entity, number: int, given: Any, content_type: str) -> dict[str, Any]:
    """Return the properties to change, with patches already applied to what is there."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == JSON_PATCH or isinstance(given, list):
        present = _present(account, entity, number)
        return _changed(present, patches.apply(present, given))
    if not isinstance(given, dict):
        raise Refused(N_("The request must be a JSON object."))
    if kind == MERGE_PATCH:
        present = _present(account, entity, number)
        return _changed(present, patches.merge(present, given))
    return given


def _changed(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs; what was removed becomes null, which gives it its default."""
    removed = dict.fromkeys(key for key in present if key not in wanted)
    return removed | {key: value for key, value in wanted.items() if key not in present or value != present[key]}


def _present(account: Account, entity: Entity, number: int) -> dict[str, Any]:
    """Return the properties that may be changed, as they are now; the row is locked until the transaction ends."""
    if entity.name == "Observation":
        return observing.find(account, number)[2]
    if entity.name == "Task":
        return tasks.document_of(number)
    row = amending.lock(by=account.by, writer=account.writer, name=entity.name, number=number)
    shown = {
        field.name: getattr(row, field.attribute)
        for field in entity.fields
        if field.attribute and field.name not in deep_insert.PARTS
    }
    if entity.name == "MultiDatastream":
        parts = MultiDatastreamPart.objects.filter(datastream_id=number).order_by("position")
        shown["multiObservationDataTypes"] = [part.observation_type for part in parts]
        shown["unitOfMeasurements"] = [part.unit_of_measurement for part in parts]
    if "time" in shown:
        shown["time"] = shown["time"].isoformat()
    return shown


def _amend(account: Account, entity: Entity, number: int, document: Mapping[str, Any], *, is_whole: bool) -> None:
    own = {key: value for key, value in document.items() if key != "@iot.id"}
    if document.get("@iot.id", number) != number:
        raise Refused(N_("The number of an entity stays as it is."))
    changes = deep_insert.read_changes(entity, own)
    amending.amend(
        by=account.by,
        writer=account.writer,
        name=entity.name,
        number=number,
        values=changes.values,
        ones=changes.ones,
        joined=changes.joined,
        is_whole=is_whole,
    )
    for child in changes.children:
        if not isinstance(child.target, Reference):
            raise NotFound
        adopt(account, Reference(entity.name, number), child.column, child.target)


def adopt(account: Account, parent: Reference, column: str, child: Reference) -> None:
    """Let an entity that exists hang on another from now on."""
    amending.amend(
        by=account.by,
        writer=account.writer,
        name=child.name,
        number=child.number,
        values={},
        ones={column: parent},
    )

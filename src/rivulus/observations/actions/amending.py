"""Changing what is said of one entity, and what it is linked to."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from rivulus.journal import actions as journal
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions import describing, places
from rivulus.observations.models import Datastream, HistoricalLocation, MultiDatastreamPart, Thing
from rivulus.observations.queries import owners
from rivulus.observations.rules import descriptions, writers
from rivulus.observations.rules.trees import Reference, word_of
from rivulus.observations.rules.writers import Writer

if TYPE_CHECKING:
    from rivulus.identity.models import Person

SERIES = describing.SERIES


@transaction.atomic
def amend(
    *,
    by: "Person | None",
    writer: Writer = writers.PLATFORM,
    name: str,
    number: int,
    values: Mapping[str, Any],
    ones: Mapping[str, Reference] | None = None,
    joined: Mapping[str, Sequence[Reference]] | None = None,
    is_whole: bool = False,
) -> models.Model:
    """Change columns and links of one entity and return it; with ``is_whole`` what is not given gets its default.

    Changing twice to the same changes once, and writes one line. Raises NotFound, Refused, Forbidden or Conflict.
    """
    row = lock(by=by, writer=writer, name=name, number=number)
    present = {column: getattr(row, column) for column in _columns_of(row)}
    check = descriptions.check_replaced if is_whole else descriptions.check_changed
    own = {column: value for column, value in values.items() if column not in {"units", "types"}}
    changes = check(name, own, present)
    for column, target in (ones or {}).items():
        changes[column] = describing.resolve(by=by, writer=writer, target=target)
    changed = [column for column, value in changes.items() if _differs(getattr(row, column), value)]
    for column in changed:
        setattr(row, column, changes[column])
    if changed:
        row.save(update_fields=changed)
    marks = changed + _rejoin(by, writer, name, row, joined or {}) + _change_parts(name, row, values)
    if name == "Location" and changed:
        places.generate_features(by=by, locations=[int(row.pk)])
    if marks:
        note(by=by, writer=writer, verb="changed", name=name, number=number, content={"changed": sorted(set(marks))})
    return row


@transaction.atomic
def join(
    *, by: "Person | None", writer: Writer = writers.PLATFORM, source: Reference, link: str, target: Reference
) -> None:
    """Join two entities that exist; what was joined already stays so."""
    row = lock(by=by, writer=writer, name=source.name, number=source.number)
    found = describing.resolve(by=by, writer=writer, target=target)
    match source.name, link:
        case "Thing", "Locations":
            there = list(Thing.locations.through.objects.filter(thing_id=row.pk).values_list("location_id", flat=True))
            places.move_things(by=by, moves={int(row.pk): sorted({*there, found})})
        case "Location", "Things":
            places.move_things(by=by, moves={found: [int(row.pk)]})
        case "HistoricalLocation", "Locations" if isinstance(row, HistoricalLocation):
            there = list(row.locations.order_by("id").values_list("id", flat=True))
            places.record_history(by=by, line=row, locations=sorted({*there, found}))
        case _:
            raise Refused(N_("%(kind)s and %(link)s are not joined this way."), kind=source.name, link=link)
    note(by=by, writer=writer, verb="joined", name=source.name, number=source.number, content={link: found})


@transaction.atomic
def part(
    *, by: "Person | None", writer: Writer = writers.PLATFORM, source: Reference, link: str, target: Reference
) -> None:
    """Take two entities apart; both stay. Raises NotFound where they are not joined."""
    row = lock(by=by, writer=writer, name=source.name, number=source.number)
    match source.name, link:
        case "Thing", "Locations":
            thing, place = int(row.pk), target.number
        case "Location", "Things":
            thing, place = target.number, int(row.pk)
            lock(by=by, writer=writer, name="Thing", number=thing)
        case _:
            raise Refused(N_("What names its %(link)s can name another, not none."), link=link)
    there = list(Thing.locations.through.objects.filter(thing_id=thing).values_list("location_id", flat=True))
    if place not in there:
        raise NotFound
    places.move_things(by=by, moves={thing: [other for other in there if other != place]})
    note(by=by, writer=writer, verb="parted", name=source.name, number=source.number, content={link: target.number})


@transaction.atomic
def lock(*, by: "Person | None", writer: Writer, name: str, number: int) -> models.Model:
    """Return an entity that the writer may change, kept from others until the transaction ends.

    Raises NotFound where there is none, Forbidden where it is another's, Conflict where the things of others use it.
    """
    describing.check_may_describe(by=by, writer=writer)
    rows = describing.MODELS[name]._default_manager.filter(pk=number)
    if name in SERIES:
        rows = rows.filter(kind="multi") if name == "MultiDatastream" else rows.exclude(kind="multi")
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound(f"There is no {name} with the number {number}.")
    if name in owners.SHARED:
        writers.check_owns(writer, owners.find_owner(name, number), name)
        writers.check_not_shared(writer, owners.list_users(name, number), name)
    else:
        writers.check_owns(writer, owners.find_supplier_of(name, number), name)
    return row


def note(
    *, by: "Person | None", writer: Writer, verb: str, name: str, number: int, content: Mapping[str, object]
) -> None:
    """Write the line of the journal about one entity, and wake the registers."""
    word = word_of(name)
    journal.write(
        by=by,
        verb=f"observations.{word}.{verb}",
        subject=f"{describing.SUBJECT}.{word}",
        subject_id=number,
        content=writer.signature() | dict(content),
    )
    describing.announce(by=by)


def _columns_of(row: models.Model) -> list[str]:
    return [field.attname for field in row._meta.concrete_fields if field.attname not in {"id", "created_at"}]


def _differs(present: Any, wanted: Any) -> bool:
    if isinstance(present, memoryview | bytes):
        return wanted is None or bytes(present) != bytes(wanted)
    return bool(present != wanted)


def _rejoin(
    by: "Person | None", writer: Writer, name: str, row: models.Model, joined: Mapping[str, Sequence[Reference]]
) -> list[str]:
    changed = []
    for link, targets in joined.items():
        numbers = [describing.resolve(by=by, writer=writer, target=target) for target in targets]
        if isinstance(row, Thing) and link == "Locations":
            is_changed = bool(places.move_things(by=by, moves={row.pk: numbers}))
        elif name == "Location" and link == "Things":
            is_changed = bool(places.move_things(by=by, moves={thing: [int(row.pk)] for thing in numbers}))
        elif isinstance(row, HistoricalLocation) and link == "Locations":
            is_changed = set(row.locations.values_list("id", flat=True)) != set(numbers)
            places.record_history(by=by, line=row, locations=numbers)
        elif isinstance(row, Datastream) and link == "ObservedProperties":
            is_changed = _rename_parts(row, numbers)
        else:
            raise Refused(N_("%(kind)s and %(link)s are not joined this way."), kind=name, link=link)
        changed += [link] if is_changed else []
    return changed


def _parts_of(row: models.Model) -> list[MultiDatastreamPart]:
    return list(MultiDatastreamPart.objects.filter(datastream_id=row.pk).order_by("position"))


def _rename_parts(row: Datastream, numbers: Sequence[int]) -> bool:
    parts = _parts_of(row)
    if len(numbers) != len(parts):
        raise Refused(N_("A MultiDatastream keeps as many ObservedProperties as its results have parts."))
    if [one.observed_property_id for one in parts] == list(numbers):
        return False
    for one, observed in zip(parts, numbers, strict=True):
        one.observed_property_id = observed
    MultiDatastreamPart.objects.bulk_update(parts, ["observed_property"])
    return True


def _change_parts(name: str, row: models.Model, values: Mapping[str, Any]) -> list[str]:
    """What units and types the parts of a MultiDatastream have; their number stays, for the results have as many."""
    if name != "MultiDatastream" or not {"units", "types"} & set(values):
        return []
    parts = _parts_of(row)
    units = values.get("units") or [one.unit_of_measurement for one in parts]
    types = values.get("types") or [one.observation_type for one in parts]
    checked = descriptions.check_parts(units, types, len(parts))
    if checked == [(one.observation_type, one.unit_of_measurement) for one in parts]:
        return []
    properties = [one.observed_property_id for one in parts]
    describing.write_parts(by=None, datastream=int(row.pk), parts=checked, properties=properties)
    return ["parts"]

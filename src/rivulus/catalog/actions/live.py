"""Every table that a context publishes is a dataset by itself, for as long as it is public."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from rivulus.catalog.actions.datasets import _say
from rivulus.catalog.models import Dataset, Event
from rivulus.catalog.queries.datasets import LiveTable, describe_table, list_taken_codes, metadata_of
from rivulus.catalog.rules.datasets import as_json, make_code
from rivulus.catalog.terms import Source, State
from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.publishing import Table, list_tables

if TYPE_CHECKING:
    from rivulus.identity.models import Person

GONE = "The table is no longer public."


@dataclass(frozen=True, slots=True)
class Synced:
    """What was new, what is said differently, what went and what came back: codes of datasets."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    archived: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        """Tell whether everything was as it should be already."""
        return not (self.added or self.changed or self.archived or self.restored)


@transaction.atomic
def sync_live_datasets(*, by: "Person | None" = None, tables: Iterable[Table] | None = None) -> Synced:
    """Make a published dataset of every public table, and archive those whose table is gone.

    What a person has said of one since is left as they said it. Without the city's organisation nothing is done: a
    dataset is somebody's. One line in the journal for all, and none where nothing changed.
    """
    found = _describe(list_tables() if tables is None else tables)
    if found is None:
        return Synced()
    rows = Dataset.objects.select_for_update(of=("self",)).filter(source=Source.LIVE).order_by("id")
    known = {row.table: row for row in rows}
    edited = set(
        Event.objects.filter(dataset__in=[row.pk for row in known.values()], verb="corrected", by__isnull=False)
        .values_list("dataset_id", flat=True)
        .distinct()
    )
    owners = {row.code: row.pk for row in identity.list_organisations()}
    synced = Synced()
    for table in found:
        row = known.get(table.name)
        if row is None:
            synced.added.append(_add(table, owners[table.organisation]).code)
        else:
            _bring_up_to_date(row, table, owners[table.organisation], synced, keep_words=row.pk in edited)
    for name in known.keys() - {table.name for table in found}:
        if known[name].state != State.ARCHIVED:
            _archive(known[name])
            synced.archived.append(known[name].code)
    if not synced.is_nothing:
        content = {name: getattr(synced, name) for name in Synced.__slots__ if getattr(synced, name)}
        journal.write(by=by, verb="catalog.live.synced", subject="catalog.live", subject_id="all", content=content)
    return synced


def _describe(tables: Iterable[Table]) -> list[LiveTable] | None:
    city = identity.find_city()
    if city is None:
        return None
    owners = {row.code: row for row in identity.list_organisations()}
    found = []
    for table in tables:
        owner = owners.get(table.organisation, city)
        found.append(
            describe_table(
                table,
                organisation=owner.code,
                siruta=owner.siruta or city.siruta,
                email=owner.email,
                contact=owner.name_ro if owner.email else "",
            )
        )
    return found


def _add(table: LiveTable, organisation: int) -> Dataset:
    now = clock.now()
    wanted = table.name.lower().replace("_", "-")
    dataset = Dataset(
        code=make_code(wanted, list_taken_codes(wanted)),
        organisation_id=organisation,
        source=Source.LIVE,
        table=table.name,
        state=State.PUBLISHED,
        formats=list(table.formats),
        is_demonstration=table.is_simulated,
        issued_at=now,
        data_changed_at=now,
    )
    _say(dataset, table.said)
    dataset.save()
    _event(dataset, "published")
    return dataset


def _bring_up_to_date(row: Dataset, table: LiveTable, organisation: int, synced: Synced, *, keep_words: bool) -> None:
    facts = {"organisation_id": organisation, "formats": list(table.formats), "is_demonstration": table.is_simulated}
    is_new = not keep_words and as_json(metadata_of(row)) != as_json(table.said)
    is_back = row.state == State.ARCHIVED
    if not (is_new or is_back or any(getattr(row, name) != value for name, value in facts.items())):
        return
    for name, value in facts.items():
        setattr(row, name, value)
    if is_new:
        _say(row, table.said)
        row.version += 1
    row.state = State.PUBLISHED
    row.revision, row.changed_at = row.revision + 1, clock.now()
    row.save()
    if is_back:
        _event(row, "published")
        synced.restored.append(row.code)
        return
    synced.changed.append(row.code)
    if is_new:
        _event(row, "corrected")


def _archive(row: Dataset) -> None:
    row.state, row.revision, row.changed_at = State.ARCHIVED, row.revision + 1, clock.now()
    row.save(update_fields=["state", "revision", "changed_at"])
    _event(row, "archived", GONE)


def _event(row: Dataset, verb: str, reason: str = "") -> None:
    said = as_json(metadata_of(row)) | {"version": row.version}
    Event.objects.create(dataset=row, verb=verb, at=clock.now(), reason=reason, metadata=said)

"""Kept tables: a new version, a failure, a snapshot, what is forgotten."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from rivulus.catalog.models import Dataset, KeptTable, Snapshot
from rivulus.catalog.rules.retention import days_to_keep
from rivulus.kernel import clock

if TYPE_CHECKING:
    from rivulus.identity.models import Person

MOST_WORDS = 2_000


@transaction.atomic
def keep_version(
    *,
    by: "Person | None",
    name: str,
    revision: str,
    version: str,
    checksum: str,
    rows: int,
    size: int,
    columns: list[dict[str, Any]],
    key: list[str],
    box: list[float] | None,
    is_simulated: bool,
    seconds: float,
) -> KeptTable:
    """Answer from a new file of a live table from now on; the same rows as before change nothing but the revision.

    There is no line in the journal: the records that the table is made of have theirs.
    """
    KeptTable.objects.get_or_create(name=name)
    row = KeptTable.objects.select_for_update(of=("self",)).get(name=name)
    now = clock.now()
    has_changed = row.version != version
    if has_changed:
        row.version, row.checksum, row.rows, row.size, row.box = version, checksum, rows, size, box
        row.changed_at = now
    row.revision, row.columns, row.key, row.is_simulated = revision, columns, key, is_simulated
    row.seconds, row.checked_at, row.failure, row.failed_at = seconds, now, "", None
    row.save()
    if has_changed:
        Dataset.objects.filter(table=name).update(
            data_changed_at=now, data_revision=version, revision=F("revision") + 1
        )
    return row


@transaction.atomic
def note_failure(*, by: "Person | None", name: str, words: str) -> None:
    """Note that a table could not be made anew; the old one goes on answering."""
    KeptTable.objects.get_or_create(name=name)
    KeptTable.objects.filter(name=name).update(failure=words[:MOST_WORDS], failed_at=clock.now())


@transaction.atomic
def keep_snapshots(*, by: "Person | None") -> int:
    """Keep for today which version each table has, and return how many are new."""
    today = clock.today()
    live = KeptTable.objects.filter(distribution__isnull=True)  # an uploaded one keeps the day of each version
    rows = live.exclude(version="").exclude(snapshots__day=today).order_by("id")
    made = [
        Snapshot(table=row, day=today, version=row.version, rows=row.rows, size=row.size, columns=row.columns)
        for row in rows
    ]
    Snapshot.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


@transaction.atomic
def drop_old_snapshots(*, by: "Person | None", today: dt.date) -> int:
    """Forget the snapshots of live tables that the rule does not keep, and return how many."""
    days: dict[int, list[dt.date]] = {}
    live = Snapshot.objects.filter(table__distribution__isnull=True)
    for table_id, day in live.values_list("table_id", "day").iterator():
        days.setdefault(table_id, []).append(day)
    dropped = 0
    for table_id, known in days.items():
        unwanted = set(known) - days_to_keep(known, today)
        if unwanted:
            dropped += Snapshot.objects.filter(table_id=table_id, day__in=unwanted).delete()[0]
    return dropped

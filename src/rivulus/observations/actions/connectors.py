"""Connectors: whose turn it is, what a run brought in, and pausing."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.db.models import Q

from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.observations.actions import entities
from rivulus.observations.actions.storing import store
from rivulus.observations.models import Connector, ConnectorRun
from rivulus.observations.queries import connectors as queries
from rivulus.observations.rules import permissions, quality
from rivulus.observations.rules.connectors import describing, schedule
from rivulus.observations.rules.connectors.declarations import Declaration
from rivulus.observations.rules.connectors.mapped import Mapped, MappedReading, Problem
from rivulus.observations.rules.connectors.schedule import Outcome
from rivulus.observations.rules.readings import Batch, Readings, Record, Stored
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.terms import Flag, ResultKind

if TYPE_CHECKING:
    from rivulus.identity.models import Person

KEEP_RUNS = dt.timedelta(days=90)
SUBJECT = "observations.connector"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run has to tell."""

    started_at: dt.datetime
    outcome: Outcome
    sentence: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 0
    received_bytes: int = 0
    things: int = 0
    readings: int = 0
    stored: Stored = field(default_factory=Stored)
    problem_count: int = 0
    problems: Sequence[Problem] = ()
    not_before: dt.datetime | None = None
    validators: Mapping[str, Mapping[str, str]] | None = None


@transaction.atomic
def take_due(*, by: "Person | None", declarations: Collection[Declaration]) -> list[str]:
    """Return the codes of those whose turn it is, and set their next one, so that nobody else takes them too."""
    now = clock.now()
    pace = {one.code: one.every_min for one in declarations}
    Connector.objects.bulk_create([Connector(code=code) for code in sorted(pace)], ignore_conflicts=True)
    due = Connector.objects.select_for_update(skip_locked=True).filter(
        Q(next_due_at=None) | Q(next_due_at__lte=now), code__in=pace, is_paused=False
    )
    rows = list(due.order_by("code"))
    for row in rows:
        row.next_due_at = schedule.next_due(now, every_min=pace[row.code], failures=row.failures)
    Connector.objects.bulk_update(rows, ["next_due_at"])
    return [row.code for row in rows]


@transaction.atomic
def lease(*, by: "Person | None", code: str, for_s: float) -> Connector | None:
    """Return the connector for the caller alone, or None while another asks; the lease ends by itself."""
    Connector.objects.bulk_create([Connector(code=code)], ignore_conflicts=True)
    row = Connector.objects.select_for_update().get(code=code)
    now = clock.now()
    if row.leased_until is not None and row.leased_until > now:
        return None
    row.leased_until = now + dt.timedelta(seconds=for_s)
    row.save(update_fields=["leased_until"])
    return row


@transaction.atomic
def take_in(*, by: "Person | None", connector: Connector, declaration: Declaration, mapped: Mapped) -> Stored:
    """Describe the things of an answer where they changed, store their readings, and return what became of them."""
    series = [one for thing in mapped.things for one in thing.series]
    codes = {one.code for one in series}
    # What is described here already is named and not described again: it makes no difference to the digest.
    digest, targets = describing.digest(describing.specify(mapped, declaration, ())), queries.find_targets(codes)
    if digest != connector.described or len(targets) < len(codes):
        known = queries.known_properties({one.field.property for one in series})
        entities.upsert_things(by=by, specs=describing.specify(mapped, declaration, known))
        connector.described = digest
        connector.save(update_fields=["described"])
        targets = queries.find_targets(codes)
    return store(by=by, batch=_batch(mapped.readings, targets, declaration), source=f"connector {declaration.code}")


@transaction.atomic
def finish(*, by: "Person | None", connector: Connector, every_min: int, report: Report) -> ConnectorRun:
    """Keep what a run has to tell, and set the next one: later after each failure in a row."""
    row = Connector.objects.select_for_update().get(pk=connector.pk)
    now, is_failed = clock.now(), report.outcome is Outcome.FAILED
    row.failures = row.failures + 1 if is_failed else 0
    row.last_run_at, row.last_outcome, row.leased_until = now, report.outcome, None
    row.last_success_at = row.last_success_at if is_failed else now
    row.next_due_at = schedule.next_due(
        report.started_at, every_min=every_min, failures=row.failures, not_before=report.not_before
    )
    if report.validators is not None:
        row.validators = {name: dict(given) for name, given in report.validators.items()}
    row.save()
    return ConnectorRun.objects.create(
        connector=row,
        started_at=report.started_at,
        finished_at=now,
        outcome=report.outcome,
        sentence=report.sentence,
        values={name: str(value) for name, value in report.values.items()},
        attempts=report.attempts,
        received_bytes=report.received_bytes,
        things=report.things,
        readings=report.readings,
        added=report.stored.added,
        replayed=report.stored.replayed,
        corrected=report.stored.corrected,
        problem_count=report.problem_count,
        problems=[asdict(problem) for problem in report.problems],
    )


@transaction.atomic
def set_paused(*, by: "Person", code: str, is_paused: bool) -> Connector:
    """Keep a connector from being asked by itself, or let it go on at once."""
    permissions.check_can("manage_connectors", identity.roles_of(by))
    Connector.objects.bulk_create([Connector(code=code)], ignore_conflicts=True)
    row = Connector.objects.select_for_update().get(code=code)
    if row.is_paused != is_paused:
        row.is_paused = is_paused
        row.next_due_at = row.next_due_at if is_paused else None
        row.save(update_fields=["is_paused", "next_due_at"])
        verb = f"{SUBJECT}.{'paused' if is_paused else 'resumed'}"
        journal.write(by=by, verb=verb, subject=SUBJECT, subject_id=code, content={"code": code})
    return row


@transaction.atomic
def ask_soon(*, by: "Person", code: str) -> Connector:
    """Make it this connector's turn at the worker's next look, whatever its pace and its failures."""
    permissions.check_can("manage_connectors", identity.roles_of(by))
    Connector.objects.bulk_create([Connector(code=code)], ignore_conflicts=True)
    row = Connector.objects.select_for_update().get(code=code)
    row.next_due_at = None
    row.save(update_fields=["next_due_at"])
    journal.write(by=by, verb=f"{SUBJECT}.asked", subject=SUBJECT, subject_id=code, content={"code": code})
    return row


@transaction.atomic
def forget_old_runs(*, by: "Person | None") -> int:
    """Remove runs older than ninety days, and return how many."""
    removed, _ = ConnectorRun.objects.filter(finished_at__lt=clock.now() - KEEP_RUNS).delete()
    return removed


def _batch(readings: Sequence[MappedReading], targets: Mapping[str, queries.Target], declaration: Declaration) -> Batch:
    flag = int(Flag.ESTIMATED) if declaration.estimated else 0
    numbers = [one for one in readings if targets[one.series].kind == ResultKind.NUMBER]
    columns = Readings.of((targets[one.series].id, one.time_us, float(one.value)) for one in numbers)
    flagged = quality.flag_ranges(columns, {target.id: target.limits for target in targets.values()})
    flagged = quality.flag_clocks(flagged, microseconds(clock.now()))
    marked = Readings(flagged.time, flagged.value, flagged.datastream, flagged.quality | np.int32(flag))
    records = tuple(
        Record(targets[one.series].id, one.time_us, one.value, flag)
        for one in readings
        if targets[one.series].kind != ResultKind.NUMBER
    )
    return Batch(readings=marked, records=records)

"""Catalogs elsewhere: entering them, and taking in what they have. Datasets of one's own are never touched."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from rivulus.catalog.actions.datasets import _say
from rivulus.catalog.models import Dataset, Distribution, Event, HarvestRun, HarvestSource
from rivulus.catalog.queries.datasets import list_taken_codes, metadata_of
from rivulus.catalog.queries.viewing import who_acts
from rivulus.catalog.rules import harvest as rules
from rivulus.catalog.rules.datasets import as_json, check_code, check_reason, make_code
from rivulus.catalog.rules.harvest import Elsewhere, Found, Visit
from rivulus.catalog.terms import HarvestKind, RunState, Source, State
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_, fold

if TYPE_CHECKING:
    from rivulus.identity.models import Organisation, Person

SUBJECT = "catalog.harvest"
STALE = dt.timedelta(hours=2)
MOST_PROBLEMS = 100
GONE = "Its catalog no longer lists it."


@transaction.atomic
def add_source(
    *,
    by: "Person | None",
    code: str,
    title: str,
    organisation: "Organisation",
    kind: HarvestKind,
    url: str,
    every_h: int = 24,
) -> HarvestSource:
    """Enter a catalog whose datasets shall be listed here."""
    rules.check_can_manage(who_acts(by))
    check_code(code)
    rules.check_source(code=code, title=title, every_h=every_h)
    if HarvestSource.objects.filter(code=code).exists():
        raise Refused(N_("There is a catalog with this code already."))
    source = HarvestSource.objects.create(
        code=code, title=title.strip(), organisation_id=organisation.pk, kind=kind, url=url, every_h=every_h
    )
    _write(by, "added", source, {"code": code, "url": url, "kind": str(kind), "every_h": every_h})
    return source


@transaction.atomic
def change_source(
    *, by: "Person | None", source: HarvestSource, title: str, url: str, every_h: int, is_active: bool, reason: str
) -> HarvestSource:
    """Change where a catalog is and how often it is visited, or let it rest."""
    rules.check_can_manage(who_acts(by))
    rules.check_source(code=source.code, title=title, every_h=every_h)
    check_reason(reason)
    row = HarvestSource.objects.select_for_update(of=("self",)).get(pk=source.pk)
    row.title, row.url, row.every_h, row.is_active = title.strip(), url, every_h, is_active
    row.next_at, row.failures = clock.now(), 0
    row.save(update_fields=["title", "url", "every_h", "is_active", "next_at", "failures"])
    content = {"url": url, "every_h": every_h, "is_active": is_active, "reason": reason.strip()}
    _write(by, "changed", row, content)
    return row


def begin_run(*, by: "Person | None" = None, source: HarvestSource) -> HarvestRun | None:
    """Begin a visit, or return None where one is under way; one that never ended is given up after two hours."""
    now = clock.now()
    HarvestRun.objects.filter(source=source, state=RunState.RUNNING, started_at__lt=now - STALE).update(
        state=RunState.FAILED, finished_at=now, why="It never ended."
    )
    try:
        with transaction.atomic():
            return HarvestRun.objects.create(source=source, state=RunState.RUNNING, started_at=now)
    except IntegrityError:
        return None


@transaction.atomic
def fail_run(*, by: "Person | None" = None, run: HarvestRun, why: str) -> HarvestRun:
    """Note that a visit brought nothing, and when to try again. Not journaled: nothing changed."""
    return _end(run, RunState.FAILED, why=why[:500])


@transaction.atomic
def take_in(*, by: "Person | None" = None, run: HarvestRun, visit: Visit) -> HarvestRun:
    """Add what is new, change what is different, archive what is gone: all of it or nothing, with one line."""
    source = HarvestSource.objects.select_for_update(of=("self",)).get(pk=run.source_id)
    known = {
        row.foreign_id: row
        for row in Dataset.objects.select_for_update(of=("self",)).filter(harvested_from=source.code).order_by("id")
    }
    problems = [list(problem) for problem in visit.problems]
    counts, touched = {"added": 0, "changed": 0, "archived": 0}, dict[str, list[str]]()
    for found in visit.found:
        try:
            rules.check_found(found)
        except Refused as refused:
            problems.append([found.said.title_ro or found.foreign_id, str(refused)])
            continue
        row = known.get(found.foreign_id)
        what = _add(source, found) if row is None else _bring_up_to_date(row, found)
        if what is not None:
            counts[what[0]] += 1
            touched.setdefault(what[0], []).append(what[1].code)
    if visit.is_whole:
        gone = [row for key, row in known.items() if key not in {found.foreign_id for found in visit.found}]
        gone = [row for row in gone if row.state == State.PUBLISHED]
        if gone:
            alive = sum(row.state == State.PUBLISHED for row in known.values())
            rules.check_not_emptied(known=alive, seen=len(visit.found))
            for row in gone:
                _archive(row)
                touched.setdefault("archived", []).append(row.code)
            counts["archived"] = len(gone)
    if touched:
        _write(by, "done", source, {"run": run.pk, **touched})
    run.refused = len(problems)
    return _end(run, RunState.DONE, seen=len(visit.found), problems=problems[:MOST_PROBLEMS], **counts)


def _add(source: HarvestSource, found: Found) -> tuple[str, Dataset]:
    now = clock.now()
    beginning = f"{source.code}-{fold(found.said.title_ro)}"
    dataset = Dataset(
        code=make_code(beginning, list_taken_codes(source.code)),
        organisation_id=source.organisation_id,
        source=Source.HARVEST,
        state=State.PUBLISHED,
        harvested_from=source.code,
        foreign_id=found.foreign_id,
        formats=_formats(found.ways),
        issued_at=now,
        data_changed_at=found.changed_at,
    )
    _say(dataset, found.said)
    dataset.save()
    _set_ways(dataset, found.ways)
    _event(dataset, "harvested")
    return "added", dataset


def _bring_up_to_date(row: Dataset, found: Found) -> tuple[str, Dataset] | None:
    is_said = as_json(metadata_of(row)) == as_json(found.said)
    are_ways = not _set_ways(row, found.ways)
    is_same_day = found.changed_at is None or found.changed_at == row.data_changed_at
    if is_said and are_ways and is_same_day and row.state == State.PUBLISHED:
        return None
    if not is_said:
        _say(row, found.said)
        row.version += 1
    row.state, row.formats = State.PUBLISHED, _formats(found.ways)
    row.data_changed_at = found.changed_at or row.data_changed_at
    row.revision, row.changed_at = row.revision + 1, clock.now()
    row.save()
    _event(row, "harvested")
    return "changed", row


def _set_ways(dataset: Dataset, ways: tuple[Elsewhere, ...]) -> bool:
    """Make the addresses of a dataset these, and say whether any was different."""
    kept = {row.url: row for row in Distribution.objects.filter(dataset=dataset, withdrawn_at__isnull=True)}
    wanted = {way.url: way for way in ways}
    changed = False
    for rank, (url, way) in enumerate(wanted.items()):
        said: dict[str, Any] = {"format": str(way.format), "title": way.title, "size": way.size, "rank": rank}
        row = kept.get(url)
        if row is None:
            Distribution.objects.create(dataset=dataset, url=url, **said)
            changed = True
        elif any(getattr(row, name) != value for name, value in said.items()):
            Distribution.objects.filter(pk=row.pk).update(**said, changed_at=clock.now())
            changed = True
    gone = [row.pk for url, row in kept.items() if url not in wanted]
    if gone:
        Distribution.objects.filter(pk__in=gone).update(withdrawn_at=clock.now())
    return changed or bool(gone)


def _archive(row: Dataset) -> None:
    row.state, row.revision, row.changed_at = State.ARCHIVED, row.revision + 1, clock.now()
    row.save(update_fields=["state", "revision", "changed_at"])
    _event(row, "archived", GONE)


def _event(row: Dataset, verb: str, reason: str = "") -> None:
    said = as_json(metadata_of(row)) | {"version": row.version}
    Event.objects.create(dataset=row, verb=verb, at=clock.now(), reason=reason, metadata=said)


def _formats(ways: tuple[Elsewhere, ...]) -> list[str]:
    return sorted({str(way.format) for way in ways})


def _end(run: HarvestRun, state: RunState, **said: object) -> HarvestRun:
    now = clock.now()
    for name, value in said.items():
        setattr(run, name, value)
    run.state, run.finished_at = state, now
    run.save()
    source = HarvestSource.objects.select_for_update(of=("self",)).get(pk=run.source_id)
    source.failures = source.failures + 1 if state is RunState.FAILED else 0
    source.next_at = rules.next_visit(now, every_h=source.every_h, failures=source.failures)
    source.save(update_fields=["failures", "next_at"])
    return run


def _write(by: "Person | None", verb: str, source: HarvestSource, content: Mapping[str, object]) -> None:
    journal.write(
        by=by,
        verb=f"catalog.harvest.{verb}",
        subject=SUBJECT,
        subject_id=source.pk,
        content={"source": source.code, **content},
    )

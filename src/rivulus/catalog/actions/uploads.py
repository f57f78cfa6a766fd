"""Uploaded files: taken up, described, checked, answered for, published, withdrawn."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from rivulus.catalog.actions.datasets import note_data_changed
from rivulus.catalog.models import Dataset, Distribution, KeptTable, Snapshot, Upload
from rivulus.catalog.queries.viewing import Viewer
from rivulus.catalog.rules import uploads as rules
from rivulus.catalog.rules.columns import Column, table_schema
from rivulus.catalog.rules.tableschema import Field, check_fields, from_schema, to_schema
from rivulus.catalog.rules.uploads import State
from rivulus.catalog.terms import Format, Source
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Person

SUBJECT = "catalog.upload"


@transaction.atomic
def take_up(
    *,
    by: "Person | None",
    dataset: Dataset,
    distribution: Distribution | None,
    name: str,
    place: str,
    size: int,
    checksum: str,
    reading: Mapping[str, object],
) -> Upload:
    """Take up a file that was kept, as a new table of a dataset or as a new version of one."""
    _check(by, dataset)
    if distribution is not None and (distribution.dataset_id != dataset.pk or distribution.withdrawn_at is not None):
        raise Refused(N_("This table does not belong to the dataset."))
    return Upload.objects.create(
        dataset=dataset,
        distribution=distribution,
        person=by,
        name=name[:200],
        file=place,
        size=size,
        checksum=checksum,
        reading=dict(reading),
    )


@transaction.atomic
def note_guess(
    *, by: "Person | None", upload: Upload, fields: Sequence[Field], sheets: Mapping[str, Any] | None = None
) -> Upload:
    """Keep the first guess at the columns of a file, and of a workbook what its sheets are and how one was read."""
    row = _locked(upload)
    _move(row, State.DESCRIBED)
    row.schema = to_schema(fields)
    if sheets:
        row.reading = {**row.reading, "found": dict(sheets)}
    row.save(update_fields=["state", "schema", "reading", "changed_at"])
    return row


@transaction.atomic
def describe(*, by: "Person | None", upload: Upload, fields: Sequence[Field]) -> Upload:
    """Keep what somebody says that the columns are, and let the file be checked; the answers stay."""
    row = _locked(upload)
    _check(by, row.dataset)
    check_fields(fields)
    if row.state == State.CHECKED:
        _move(row, State.DESCRIBED)
    _move(row, State.CHECKING)
    row.schema = to_schema(fields)
    row.percent, row.fault_count, row.faults, row.findings = 0, 0, [], []
    row.save(update_fields=["state", "schema", "percent", "fault_count", "faults", "findings", "changed_at"])
    return row


@transaction.atomic
def reread(*, by: "Person | None", upload: Upload, reading: Mapping[str, object]) -> Upload:
    """Read a file in another way: its columns are guessed anew."""
    row = _locked(upload)
    _check(by, row.dataset)
    if row.state not in (State.DESCRIBED, State.CHECKED):
        raise Refused(N_("This cannot be done any more; look at the file again."))
    row.reading, row.state, row.schema, row.answers = dict(reading), str(State.RECEIVED), {}, {}
    row.faults, row.findings, row.fault_count, row.changed_at = [], [], 0, clock.now()
    row.save()
    return row


def note_progress(*, by: "Person | None", upload: Upload, percent: int) -> None:
    """Say how far the worker is; seen at once, outside of what it does in one transaction."""
    Upload.objects.filter(pk=upload.pk).update(percent=percent)


@transaction.atomic
def note_checked(
    *,
    by: "Person | None",
    upload: Upload,
    rows: int,
    fault_count: int,
    faults: list[dict[str, Any]],
    findings: list[dict[str, Any]],
    seconds: float,
) -> Upload:
    """Keep what a check has found."""
    row = _locked(upload)
    _move(row, State.CHECKED)
    row.rows, row.fault_count, row.faults, row.findings = rows, fault_count, faults, findings
    row.percent, row.seconds = 100, seconds
    row.save()
    return row


@transaction.atomic
def answer(*, by: "Person | None", upload: Upload, answers: Mapping[str, Mapping[str, str]]) -> Upload:
    """Keep what somebody says about the columns that look personal; who said what stands in the journal."""
    row = _locked(upload)
    _check(by, row.dataset)
    if row.state != State.CHECKED:
        raise Refused(N_("This cannot be done any more; look at the file again."))
    rules.check_answers(row.findings, answers)
    known = {str(finding["column"]) for finding in row.findings}
    row.answers = {column: dict(said) for column, said in answers.items() if column in known}
    row.changed_at = clock.now()
    row.save(update_fields=["answers", "changed_at"])
    content = {"dataset": row.dataset.code, "file": row.name, "answers": row.answers}
    journal.write(by=by, verb=f"{SUBJECT}.answered", subject=SUBJECT, subject_id=row.pk, content=content)
    return row


@transaction.atomic
def begin_publishing(*, by: "Person | None", upload: Upload) -> Upload:
    """Let a checked file be published."""
    row = _locked(upload)
    _check(by, row.dataset)
    fields = [field.name for field in from_schema(row.schema)]
    rules.check_can_publish(
        row.state,
        rows=row.rows,
        fault_count=row.fault_count,
        findings=row.findings,
        answers=row.answers,
        columns=fields,
    )
    _move(row, State.PUBLISHING)
    row.save(update_fields=["state", "changed_at"])
    return row


@transaction.atomic
def publish(
    *,
    by: "Person | None",
    upload: Upload,
    version: str,
    checksum: str,
    rows: int,
    size: int,
    columns: Sequence[Column],
    box: list[float] | None,
) -> Distribution:
    """Answer from a new file from now on: all or nothing. The version before stays at the address of its day."""
    row = _locked(upload)
    if row.state != State.PUBLISHING:
        raise Refused(N_("This cannot be done any more; look at the file again."))
    dataset = Dataset.objects.select_for_update(of=("self",)).get(pk=row.dataset_id)
    now = clock.now()
    schema = table_schema(columns)
    distribution = row.distribution or Distribution(
        dataset=dataset, format=Format.CSV, title=_title_of(row.name), rank=_next_rank(dataset), created_at=now
    )
    distribution.rows, distribution.size, distribution.checksum = rows, size, checksum
    distribution.schema, distribution.changed_at = schema, now
    distribution.file = distribution.file or f"catalog/tables/upload-{row.pk}"
    distribution.save()
    kept = KeptTable.objects.filter(distribution=distribution).first() or KeptTable(
        name=f"upload-{row.pk}", distribution=distribution, slug=_free_slug(dataset)
    )
    if kept.version and kept.version != version and kept.changed_at is not None:
        _keep_day(kept)
    kept.version, kept.checksum, kept.rows, kept.size, kept.box = version, checksum, rows, size, box
    kept.columns = [column.as_json() for column in columns]
    kept.changed_at = kept.checked_at = now
    kept.save()
    row.distribution, row.state, row.changed_at = distribution, str(State.PUBLISHED), now
    row.save(update_fields=["distribution", "state", "changed_at"])
    content = {
        "dataset": dataset.code,
        "file": row.name,
        "sha256": row.checksum,
        "table": kept.slug,
        "version": version,
        "rows": rows,
        "answers": row.answers,
    }
    journal.write(by=by, verb=f"{SUBJECT}.published", subject=SUBJECT, subject_id=row.pk, content=content)
    note_data_changed(by=by, dataset=dataset, revision=version)
    return distribution


@transaction.atomic
def withdraw(*, by: "Person | None", upload: Upload) -> Upload:
    """Give up on a file of which nothing was published."""
    row = _locked(upload)
    _check(by, row.dataset)
    _move(row, State.WITHDRAWN)
    row.save(update_fields=["state", "changed_at"])
    return row


@transaction.atomic
def fail(*, by: "Person | None", upload: Upload, refused: Refused) -> Upload:
    """Keep why a file cannot be read."""
    row = _locked(upload)
    _move(row, State.FAILED)
    row.sentence = refused.sentence
    row.values = {name: str(value)[:200] for name, value in refused.values.items()}
    row.save(update_fields=["state", "sentence", "values", "changed_at"])
    return row


@transaction.atomic
def forget_file(*, by: "Person | None", upload: Upload) -> None:
    """Note that the file itself was removed; what is known of it stays."""
    Upload.objects.filter(pk=upload.pk).update(file="")


def _check(by: "Person | None", dataset: Dataset) -> None:
    """``by`` is None for the operator at the command line."""
    if dataset.source != Source.FILE:
        raise Refused(N_("Files are uploaded to datasets of files; this one has other sources."))
    if by is not None and not Viewer.of(by).edits(dataset):
        raise Refused(N_("Files are uploaded by those who act for the organisation of the dataset."))


def _locked(upload: Upload) -> Upload:
    found = Upload.objects.select_for_update(of=("self",)).select_related("dataset").filter(pk=upload.pk).first()
    if found is None:
        raise NotFound
    return found


def _move(row: Upload, state: State) -> None:
    rules.check_can_move(row.state, state)
    row.state, row.changed_at = str(state), clock.now()


def _title_of(name: str) -> str:
    return name.rsplit(".", 1)[0].replace("_", " ").strip()[:300] or name[:300]


def _next_rank(dataset: Dataset) -> int:
    last = dataset.distributions.aggregate(last=Max("rank"))["last"]
    return 0 if last is None else int(last) + 1


def _free_slug(dataset: Dataset) -> str:
    taken = set(KeptTable.objects.filter(distribution__dataset=dataset).values_list("slug", flat=True))
    if dataset.code not in taken:
        return dataset.code
    return next(
        f"{dataset.code}-{number}" for number in range(2, len(taken) + 3) if f"{dataset.code}-{number}" not in taken
    )


def _keep_day(kept: KeptTable) -> None:
    assert kept.changed_at is not None
    Snapshot.objects.update_or_create(
        table=kept,
        day=kept.changed_at.astimezone(clock.CITY_ZONE).date(),
        defaults={"version": kept.version, "rows": kept.rows, "size": kept.size, "columns": kept.columns},
    )

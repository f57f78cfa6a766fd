"""What is done with an uploaded file: guessed, checked, published; by the worker when it is large. Each may run twice."""

import datetime as dt
import logging
import time
from contextlib import AbstractContextManager, suppress

from django.tasks import task

from rivulus.catalog.actions import uploads as actions
from rivulus.catalog.feeds.tables.writing import write_batches
from rivulus.catalog.feeds.uploads import checking, receiving
from rivulus.catalog.feeds.uploads.loading import Loaded, loaded
from rivulus.catalog.models import Upload
from rivulus.catalog.rules.guessing import reading_from
from rivulus.catalog.rules.tableschema import from_schema
from rivulus.catalog.rules.uploads import WORKING, Choice, State, is_done_at_once
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

LOGGER = logging.getLogger("rivulus.catalog")
LOADED, CHECKED = 50, 75  # percent of the work
STUCK_AFTER = dt.timedelta(minutes=20)
KEEP_PUBLISHED, KEEP_OTHERS = dt.timedelta(days=7), dt.timedelta(days=30)


@task
def work(upload_id: int) -> None:
    """Do what an upload waits for."""
    upload = Upload.objects.select_related("dataset", "person").filter(pk=upload_id).first()
    if upload is None or upload.state not in WORKING:
        return
    try:
        {State.RECEIVED: _guess, State.CHECKING: _check, State.PUBLISHING: _publish}[State(upload.state)](upload)
    except Refused as refused:
        actions.fail(by=None, upload=upload, refused=refused)
    except Exception:
        LOGGER.exception("The upload %s could not be worked on.", upload_id)
        actions.fail(by=None, upload=upload, refused=Refused(N_("The file cannot be read. Is it what its name says?")))


def begin(upload: Upload) -> None:
    """Work on a small file now and leave a large one to the worker."""
    if is_done_at_once(upload.size, reading_from(upload.reading).format):
        work.call(upload.pk)
    else:
        work.enqueue(upload.pk)


def _loaded(upload: Upload) -> AbstractContextManager[Loaded]:
    """Read the file of an upload; how far that is, its owner sees."""

    def progress(percent: int) -> None:
        actions.note_progress(by=None, upload=upload, percent=percent * LOADED // 100)

    return loaded(receiving.file_of(upload.file), reading_from(upload.reading), progress)


def _guess(upload: Upload) -> None:
    started = time.monotonic()
    with _loaded(upload) as found:
        fields = checking.guess_fields(found)
        upload = actions.note_guess(by=None, upload=upload, fields=fields, sheets=found.sheets)
        upload = actions.describe(by=None, upload=upload, fields=from_schema(upload.schema))
        actions.note_progress(by=None, upload=upload, percent=LOADED)
        _keep(upload, checking.check(found, fields), started)


def _check(upload: Upload) -> None:
    started = time.monotonic()
    with _loaded(upload) as found:
        fields = from_schema(upload.schema)
        actions.note_progress(by=None, upload=upload, percent=LOADED)
        if len(fields) != len(found.headings):
            raise Refused(N_("The file has other columns than were described. Upload it again."))
        _keep(upload, checking.check(found, fields), started)


def _keep(upload: Upload, checked: checking.Checked, started: float) -> None:
    actions.note_checked(
        by=None,
        upload=upload,
        rows=checked.rows,
        fault_count=checked.fault_count,
        faults=[fault.as_json() for fault in checked.faults],
        findings=checked.findings,
        seconds=round(time.monotonic() - started, 3),
    )


def _publish(upload: Upload) -> None:
    fields = from_schema(upload.schema)
    kept = [at for at, field in enumerate(fields) if upload.answers.get(field.name, {}).get("choice") != Choice.REMOVE]
    columns = [fields[at].as_column() for at in kept]
    with _loaded(upload) as found:
        actions.note_progress(by=None, upload=upload, percent=LOADED)
        checked = checking.check(found, fields)
        actions.note_progress(by=None, upload=upload, percent=CHECKED)
        if checked.fault_count:
            raise Refused(N_("The file has errors. Correct it and upload it again, or change the columns."))
        name = upload.distribution.kept_table.name if upload.distribution is not None else f"upload-{upload.pk}"
        written = write_batches(name, columns, checking.batches(found, fields, kept))
    actions.publish(
        by=upload.person,
        upload=upload,
        version=written.version,
        checksum=written.checksum,
        rows=written.rows,
        size=written.size,
        columns=columns,
        box=list(written.box) if written.box else None,
    )


def take_up_stuck() -> int:
    """Queue again what no worker has finished in twenty minutes, and return how many."""
    stuck = Upload.objects.filter(state__in=WORKING, changed_at__lt=clock.now() - STUCK_AFTER).order_by("id")
    for upload in stuck:
        work.enqueue(upload.pk)
    return len(stuck)


def sweep() -> int:
    """Remove files that nobody needs any more, and return how many; what is published is kept elsewhere."""
    now = clock.now()
    ended = Upload.objects.filter(
        state__in=(State.PUBLISHED, State.FAILED, State.WITHDRAWN), changed_at__lt=now - KEEP_PUBLISHED
    ).exclude(file="")
    left = Upload.objects.filter(state__in=(State.DESCRIBED, State.CHECKED), changed_at__lt=now - KEEP_OTHERS).exclude(
        file=""
    )
    rows = [*ended.order_by("id"), *left.order_by("id")]
    for upload in rows:
        with suppress(Refused):
            if upload.state in (State.DESCRIBED, State.CHECKED):
                actions.withdraw(by=None, upload=upload)
        receiving.remove(upload.file)
        actions.forget_file(by=None, upload=upload)
    return len(rows)

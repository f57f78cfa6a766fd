"""Asking for the printed report of an evaluation, and keeping what the worker made."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.strategy import models
from rivulus.strategy.queries import evaluations as queries
from rivulus.strategy.rules import evaluations as rules
from rivulus.strategy.terms import Actor

SUBJECT = "strategy.report_file"
LONGEST_ERROR = 300


@transaction.atomic
def ask_report(
    *, by: Actor | None, evaluation: models.Evaluation, language: str, enqueue: Callable[[int], object]
) -> models.ReportFile:
    """Have a report made, unless it is there or on its way; anybody may ask, for a report is public.

    ``enqueue`` is given the id of the row, inside the same transaction.
    """
    if language not in queries.LANGUAGES:
        raise Refused(N_("Reports are made in Romanian, English and Hungarian."))
    now = clock.now()
    row, is_new = models.ReportFile.objects.select_for_update(of=("self",)).get_or_create(
        evaluation_id=evaluation.pk, language=language, defaults={"state": rules.QUEUED, "asked_at": now}
    )
    is_there = queries.read_report(row) is not None
    if not is_new and not rules.may_ask_again(state=row.state, asked_at=row.asked_at, now=now, is_there=is_there):
        return row
    row.state, row.asked_at, row.error = rules.QUEUED, now, ""
    row.save(update_fields=["state", "asked_at", "error"])
    enqueue(row.pk)
    journal.write(
        by=by,
        verb="strategy.report.asked",
        subject=SUBJECT,
        subject_id=row.pk,
        content={"evaluation": evaluation.pk, "language": language},
    )
    row.refresh_from_db()
    return row


@transaction.atomic
def keep_report(*, by: Actor | None, file_id: int, pdf: bytes, pages: int) -> models.ReportFile:
    """Keep a report that was made: the file first, whole or not at all, then the row that names it."""
    row = models.ReportFile.objects.select_for_update(of=("self",)).select_related("evaluation").get(pk=file_id)
    name = f"evaluations/{row.evaluation.digest[:16]}-{row.language}.pdf"
    _write(Path(settings.MEDIA_ROOT) / name, pdf)
    row.file.name = name
    row.state, row.error, row.pages, row.made_at = rules.READY, "", pages, clock.now()
    row.sha256 = hashlib.sha256(pdf).hexdigest()
    row.save(update_fields=["file", "state", "error", "pages", "made_at", "sha256"])
    journal.write(
        by=by,
        verb="strategy.report.made",
        subject=SUBJECT,
        subject_id=row.pk,
        content={"digest": row.evaluation.digest, "language": row.language, "sha256": row.sha256, "pages": pages},
    )
    return row


@transaction.atomic
def fail_report(*, by: Actor | None, file_id: int, error: str) -> models.ReportFile:
    """Keep why a report could not be made."""
    row = models.ReportFile.objects.select_for_update(of=("self",)).get(pk=file_id)
    row.state, row.error = rules.FAILED, error[:LONGEST_ERROR]
    row.save(update_fields=["state", "error"])
    journal.write(
        by=by,
        verb="strategy.report.failed",
        subject=SUBJECT,
        subject_id=row.pk,
        content={"error": row.error},
    )
    return row


def _write(target: Path, content: bytes) -> None:
    """A reader sees the old file or the new one, and never half of one, whatever is killed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(part).replace(target)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise

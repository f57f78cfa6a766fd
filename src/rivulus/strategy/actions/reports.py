"""Reporting the progress of a project: rows are only added, nothing that somebody reports is lost or doubled."""

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.photos import CleanPhoto, NewPhoto, clean_photos
from rivulus.strategy import models
from rivulus.strategy.queries import reports as queries
from rivulus.strategy.rules import projects as rules
from rivulus.strategy.rules.projects import HalfYear
from rivulus.strategy.terms import Actor, Status

FOLDER = "reports"
ORPHAN_AGE = dt.timedelta(days=1)


def report_progress(
    *,
    by: Actor,
    project: models.Project,
    period: HalfYear,
    status: Status,
    percent: int,
    spent_eur: Decimal,
    expected_end: dt.date | None = None,
    summary: str,
    risks: str = "",
    photos: Sequence[NewPhoto] = (),
    is_demonstration: bool = False,
    token: uuid.UUID | None = None,
    known: int | None = None,
) -> models.ProgressReport:
    """Add a report of a half-year with its photos, and return it.

    ``token`` is of the form that was filled in: the same words sent twice with it are one report. ``known`` is the
    latest report that the form showed: a newer one of its half-year raises ``ReportedMeanwhile``, None does not ask.
    What an account made for trying things out reports is a demonstration, whatever it says.
    """
    draft = models.ProgressReport(
        project=project,
        year=period.year,
        half=period.half,
        status=Status(status),
        percent=percent,
        spent_eur=spent_eur,
        expected_end=expected_end,
        summary=summary.strip(),
        risks=risks.strip(),
        is_demonstration=is_demonstration or by.is_demonstration,
        reported_by_id=by.id,
    )
    queries.check_may_report(by, project)
    clean = clean_photos(photos)  # slow: before anything is locked
    draft.submission = _submission(draft, clean, token)
    written: list[str] = []
    try:
        return _add(by, draft, clean, known, written)
    except BaseException:
        # Files know no transaction: what was written for a report that is not there is taken away.
        for name in written:
            default_storage.delete(name)
        raise


@transaction.atomic
def _add(
    by: Actor, draft: models.ProgressReport, photos: Sequence[CleanPhoto], known: int | None, written: list[str]
) -> models.ProgressReport:
    project = models.Project.objects.select_for_update(of=("self",), no_key=True).get(pk=draft.project_id)
    queries.check_may_report(by, project)  # again under the lock: the membership may have ended
    same = models.ProgressReport.objects.filter(submission=draft.submission).first()
    if same is not None:
        return same
    period = HalfYear(draft.year, draft.half)
    _check(draft, project, period, known)
    draft.reported_at = clock.now()
    draft.save(force_insert=True)
    for photo in photos:
        _keep(draft, photo, written)
    content = {**queries.content_of_report(draft), "photos": [photo.sha256 for photo in photos]}
    journal.write(by=by, verb=queries.REPORTED, subject=queries.SUBJECT, subject_id=draft.pk, content=content)
    return draft


def _check(draft: models.ProgressReport, project: models.Project, period: HalfYear, known: int | None) -> None:
    before = queries.standing_before(project, period, with_demonstrations=draft.is_demonstration)
    status = Status(draft.status)
    rules.check_report(
        period=period,
        today=clock.today(),
        percent=draft.percent,
        spent=draft.spent_eur,
        status=status,
        summary=draft.summary,
    )
    rules.check_can_move(before.status, status)
    rules.check_numbers(known=before, percent=draft.percent, spent=draft.spent_eur, risks=draft.risks)
    rules.check_expected_end(expected_end=draft.expected_end, status=status, period=period)
    if known is not None and queries.list_reports_since(project, period, known).exists():
        raise rules.ReportedMeanwhile


def _keep(report: models.ProgressReport, photo: CleanPhoto, written: list[str]) -> None:
    wanted = f"{FOLDER}/{report.year}/{photo.sha256[:32]}.jpg"
    name = default_storage.save(wanted, ContentFile(photo.content))
    written.append(name)
    models.ReportPhoto.objects.create(
        report=report,
        file=name,
        caption=photo.caption,
        width=photo.width,
        height=photo.height,
        sha256=photo.sha256,
    )


def _submission(draft: models.ProgressReport, photos: Sequence[CleanPhoto], token: uuid.UUID | None) -> uuid.UUID:
    """Return a number that only the same words from the same form by the same person have."""
    if token is None:
        return uuid.uuid4()
    said = (
        draft.reported_by_id,
        draft.project_id,
        f"{draft.year}-{draft.half}",
        draft.status,
        draft.percent,
        f"{draft.spent_eur:.2f}",
        draft.expected_end,
        draft.summary,
        draft.risks,
        [(photo.sha256, photo.caption) for photo in photos],
    )
    return uuid.uuid5(token, repr(tuple(map(str, said))))


@transaction.atomic
def sweep_photos(*, by: Actor | None = None) -> int:
    """Remove files that belong to no report (the machine stopped while one came in); return how many."""
    known = set(models.ReportPhoto.objects.values_list("file", flat=True))
    oldest = clock.now() - ORPHAN_AGE
    lost = [name for name in _list_files() if name not in known and default_storage.get_modified_time(name) < oldest]
    for name in lost:
        default_storage.delete(name)
    if lost:
        content = {"files": len(lost)}
        journal.write(by=by, verb="strategy.photos.swept", subject="strategy.photos", subject_id="all", content=content)
    return len(lost)


def _list_files() -> list[str]:
    if not default_storage.exists(FOLDER):
        return []
    years, _files = default_storage.listdir(FOLDER)
    return [
        f"{FOLDER}/{year}/{name}" for year in sorted(years) for name in default_storage.listdir(f"{FOLDER}/{year}")[1]
    ]

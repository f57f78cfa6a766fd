"""Half-yearly reports: what was said of a project, what is expected next, what the journal keeps."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Max, Q, QuerySet

from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.queries.demonstration import shown
from rivulus.strategy.queries.projects import is_member
from rivulus.strategy.rules import permissions
from rivulus.strategy.rules import projects as rules
from rivulus.strategy.rules.projects import HalfYear, Owed, Standing
from rivulus.strategy.terms import Actor, Status

REPORTED = "strategy.report.made"
SUBJECT = "strategy.report"
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Told:
    """A report in the history of a project; ``is_replaced`` when a later one of its half-year takes its place."""

    report: models.ProgressReport
    period: HalfYear
    day: dt.date
    in_time: bool
    is_replaced: bool
    photos: tuple[models.ReportPhoto, ...]


def list_reports(project: models.Project) -> QuerySet[models.ProgressReport]:
    """Return the reports of a project, the latest half-year first, demonstrations among them where they are shown."""
    reports = shown(models.ProgressReport.objects.filter(project=project)).select_related("reported_by")
    return reports.prefetch_related("photos").order_by("-year", "-half", "-id")


def list_told(project: models.Project) -> list[Told]:
    """Return the history of a project as it is shown. Two queries."""
    history, seen = [], set[tuple[HalfYear, bool]]()
    for report in list_reports(project):
        period = HalfYear(report.year, report.half)
        key = (period, report.is_demonstration)
        photos = tuple(sorted(report.photos.all(), key=lambda photo: photo.pk))
        day = report.reported_at.astimezone(clock.CITY_ZONE).date()
        history.append(Told(report, period, day, rules.is_in_time(period, day), key in seen, photos))
        seen.add(key)
    return history


def find_latest_id(project: models.Project) -> int:
    """Return the number of the latest report of a project, 0 when there is none."""
    return models.ProgressReport.objects.filter(project=project).aggregate(last=Max("pk"))["last"] or 0


def list_reports_since(project: models.Project, period: HalfYear, known: int) -> QuerySet[models.ProgressReport]:
    """Return the reports of a half-year that came after the report numbered ``known``."""
    return list_reports(project).filter(year=period.year, half=period.half, pk__gt=known)


def standing_before(project: models.Project, period: HalfYear, *, with_demonstrations: bool) -> Standing:
    """Return what a report about ``period`` continues.

    The status comes from an earlier half-year, because a report of the same one takes its place; the numbers come from
    the same half-year too, so that a correction that lowers them says why.
    """
    reports = models.ProgressReport.objects.filter(project=project).order_by("-year", "-half", "-id")
    if not with_demonstrations:
        reports = reports.filter(is_demonstration=False)
    earlier = Q(year__lt=period.year) | Q(year=period.year, half__lt=period.half)
    before = reports.filter(earlier).first()
    latest = reports.filter(earlier | Q(year=period.year, half=period.half)).first()
    status = Status(before.status) if before else rules.STATUS_OF_MATURITY[project.maturity]
    return Standing(status, latest.percent, latest.spent_eur) if latest else Standing(status)


def find_owed(project: models.Project, *, today: dt.date | None = None) -> Owed | None:
    """Return the report that a project owes next; ``project`` carries the annotation ``current_status``."""
    reports = models.ProgressReport.objects.filter(project=project, is_demonstration=False)
    reported = [HalfYear(year, half) for year, half in reports.values_list("year", "half")]
    status = Status(project.current_status)  # type: ignore[attr-defined]
    return rules.owed_report(status=status, reported=reported, today=today or clock.today())


def check_may_report(person: Actor, project: models.Project) -> None:
    """Refuse whoever is neither in the project's team nor in the strategy unit."""
    permissions.check_can_report(person.active_roles(), is_member=is_member(project, person))


def get_photo(pk: int) -> models.ReportPhoto:
    """Return one photo with its report, or raise ``ReportPhoto.DoesNotExist``."""
    return shown(models.ReportPhoto.objects.select_related("report"), told_by="report").get(pk=pk)


def content_of_report(row: models.ProgressReport) -> Mapping[str, object]:
    """Return what the journal keeps of a report: all of it, its sentences as a digest."""
    words = "\n\0\n".join((row.summary, row.risks))
    return {
        "project": row.project.code,
        "period": f"{row.year}-{row.half}",
        "status": str(row.status),
        "percent": row.percent,
        "spent_eur": row.spent_eur,
        "expected_end": row.expected_end,
        "words_sha256": hashlib.sha256(words.encode()).hexdigest(),
        "is_demonstration": row.is_demonstration,
        "reported_by": row.reported_by_id,
        "reported_at": row.reported_at,
    }


def sealed_reports() -> Iterator[tuple[str, Mapping[str, object]]]:
    """Return every report with what its line in the journal must say."""
    rows = models.ProgressReport.objects.select_related("project").order_by("pk").iterator(chunk_size=CHUNK)
    return ((str(row.pk), content_of_report(row)) for row in rows)

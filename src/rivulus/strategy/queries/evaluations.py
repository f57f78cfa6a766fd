"""Evaluations already made, and the printed reports of each."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from rivulus.journal import sealing
from rivulus.strategy import models
from rivulus.strategy.queries.demonstration import shown
from rivulus.strategy.rules import evaluations as rules
from rivulus.strategy.terms import EvaluationKind

LANGUAGES = ("ro", "en", "hu")
SUBJECT = "strategy.evaluation"
MADE = "strategy.evaluation.made"


def list_evaluations() -> QuerySet[models.Evaluation]:
    """Return the evaluations without their content, the newest date first."""
    return shown(models.Evaluation.objects.defer("content")).order_by("-at", "-id")


def get_evaluation(pk: int) -> models.Evaluation:
    """Return one evaluation with its content, or raise ``Evaluation.DoesNotExist``."""
    return shown(models.Evaluation.objects.all()).get(pk=pk)


def find_head(pk: int) -> models.Evaluation | None:
    """Return one evaluation without its content."""
    return list_evaluations().filter(pk=pk).first()


def find_previous(*, kind: EvaluationKind, at: dt.date) -> models.Evaluation | None:
    """Return the evaluation a new one is compared with: the latest earlier one that is no demonstration.

    An annual report is compared with the annual report before, where there is one.
    """
    earlier = models.Evaluation.objects.filter(at__lt=at, is_demonstration=False)
    if kind is EvaluationKind.ANNUAL:
        annual = earlier.filter(kind=kind).order_by("-at", "-id").first()
        if annual is not None:
            return annual
    return earlier.order_by("-at", "-id").first()


def find_by_digest(digest: str) -> models.Evaluation | None:
    """Return the evaluation with exactly that content."""
    return models.Evaluation.objects.filter(digest=digest).order_by("id").first()


def list_report_files(evaluation: models.Evaluation) -> dict[str, models.ReportFile]:
    """Return the reports asked for, by language."""
    return {row.language: row for row in models.ReportFile.objects.filter(evaluation=evaluation).order_by("language")}


def find_report_file(evaluation_id: int, language: str) -> models.ReportFile | None:
    """Return the report in a language, if somebody has asked for it."""
    return models.ReportFile.objects.filter(evaluation_id=evaluation_id, language=language).first()


def get_report_file(pk: int) -> models.ReportFile:
    """Return a report asked for, with its evaluation and the content of that."""
    return models.ReportFile.objects.select_related("evaluation").get(pk=pk)


def has_report(row: models.ReportFile) -> bool:
    """Tell whether the file of a report is there, without reading it."""
    return bool(row.file.name) and _place_of(row).is_file()


def _place_of(row: models.ReportFile) -> Path:
    return Path(settings.MEDIA_ROOT) / str(row.file.name)


def read_report(row: models.ReportFile) -> bytes | None:
    """Return the bytes of a report that is ready; None when the file is lost, or is not what was written."""
    if row.state != rules.READY or not row.file.name:
        return None
    try:
        content = _place_of(row).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == row.sha256 else None


def seal_all() -> None:
    """Put the evaluations under the seal of the journal; called once, when Django starts."""
    sealing.seal(SUBJECT, sealed_rows, verbs=(MADE,))


def sealed_rows() -> Iterator[tuple[str, Mapping[str, object]]]:
    """Return every evaluation with what its journal line must say; the digest is worked out from the content anew."""
    for row in models.Evaluation.objects.order_by("pk").iterator(chunk_size=20):
        yield str(row.pk), journal_content(row)


def journal_content(row: models.Evaluation) -> dict[str, object]:
    """Return what the journal keeps of an evaluation."""
    return {
        "kind": str(row.kind),
        "title": row.title,
        "at": row.at,
        "digest": rules.digest(row.content),
        "is_demonstration": row.is_demonstration,
    }

"""What the journal watches over: every statement, decision and measurement beside the line that recorded it.

``journal verify`` compares each row with its line, so that a row changed behind the platform's back is named even
when the triggers were switched off. An action writes the content that the same function reads back here.
"""

from collections.abc import Iterator, Mapping

from django.db import models as db

from rivulus.journal import sealing
from rivulus.strategy import models
from rivulus.strategy.queries import reports

DECLARED = "strategy.assessment.declared"
RECONSTRUCTED = "strategy.assessment.reconstructed"
DECIDED = "strategy.assessment.decided"
MEASURED = "strategy.measurement.recorded"

ASSESSMENT = "strategy.assessment"
DECISION = "strategy.decision"
MEASUREMENT = "strategy.measurement"
CHUNK = 2_000

Rows = Iterator[tuple[str, Mapping[str, object]]]


def seal_all() -> None:
    """Put the rows under the seal of the journal; called once, when Django starts."""
    sealing.seal(ASSESSMENT, assessments, verbs=(DECLARED, RECONSTRUCTED))
    sealing.seal(DECISION, decisions, verbs=(DECIDED,))
    sealing.seal(MEASUREMENT, measurements, verbs=(MEASURED,))
    sealing.seal(reports.SUBJECT, reports.sealed_reports, verbs=(reports.REPORTED,))


def assessments() -> Rows:
    """Return every statement with what its line must say."""
    return ((str(row.pk), content_of_assessment(row)) for row in _stream(models.Assessment, "criterion"))


def decisions() -> Rows:
    """Return every decision of a second person with what its line must say."""
    return ((str(row.pk), content_of_decision(row)) for row in _stream(models.AssessmentDecision))


def measurements() -> Rows:
    """Return every measurement with what its line must say, the reading it came from included."""
    rows = _stream(models.Measurement, "criterion", "reading")
    return ((str(row.pk), content_of_measurement(row)) for row in rows)


def content_of_assessment(row: models.Assessment) -> dict[str, object]:
    """Return all that a statement says."""
    return {
        "criterion": row.criterion.code,
        "state": str(row.state),
        "basis": str(row.basis),
        "valid_from": row.valid_from,
        "reason_ro": row.reason_ro,  # type: ignore[attr-defined]
        "reason_en": row.reason_en,  # type: ignore[attr-defined]
        "reason_hu": row.reason_hu,  # type: ignore[attr-defined]
        "document_title": row.document_title,
        "document_url": row.document_url,
        "source_place": row.source_place,
        "needs_confirmation": row.needs_confirmation,
        "is_demonstration": row.is_demonstration,
        "declared_by": row.declared_by_id,
        "declared_at": row.declared_at,
    }


def content_of_decision(row: models.AssessmentDecision) -> dict[str, object]:
    """Return all that a decision says."""
    return {
        "assessment": row.assessment_id,
        "verdict": str(row.verdict),
        "reason": row.reason,
        "decided_by": row.decided_by_id,
        "decided_at": row.decided_at,
    }


def content_of_measurement(row: models.Measurement) -> dict[str, object]:
    """Return all that a measurement says, with the value and inputs of its reading."""
    return {
        "criterion": row.criterion.code,
        "link": row.link_id,
        "passed": row.passed,
        "silent": row.silent,
        "mode": str(row.mode),
        "comparator": row.comparator,
        "threshold": row.threshold,
        "at": row.at,
        "reading": row.reading_id,
        "probe": row.reading.probe,
        "value": row.reading.value,
        "inputs": row.reading.inputs,
        "simulated": row.reading.simulated,
    }


def _stream[Row: db.Model](model: type[Row], *related: str) -> Iterator[Row]:
    rows = model._default_manager.select_related(*related) if related else model._default_manager.all()
    return rows.order_by("pk").iterator(chunk_size=CHUNK)

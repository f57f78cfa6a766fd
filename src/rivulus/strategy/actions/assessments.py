"""Saying how a criterion stands, and the second person's word on it. Nothing is overwritten."""

import datetime as dt

from django.db import transaction

from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.queries import seals
from rivulus.strategy.rules import assessments as rules
from rivulus.strategy.rules import permissions
from rivulus.strategy.terms import Actor, Basis, State, Verdict


@transaction.atomic
def declare(
    *,
    by: Actor,
    criterion: models.Criterion,
    state: State,
    valid_from: dt.date,
    reason: str,
    document_title: str = "",
    document_url: str = "",
    is_demonstration: bool = False,
) -> models.Assessment:
    """Declare a state from a date on. The same words of the same person twice in a row are one declaration.

    What an account made for trying things out declares is a demonstration, whatever it says.
    """
    permissions.check_can("declare", by.active_roles())
    state = State(state)
    locked = models.Criterion.objects.select_for_update(of=("self",)).get(pk=criterion.pk)
    has_document = bool(document_title.strip() and document_url.strip())
    rules.check_document(title=document_title, url=document_url)
    rules.check_can_declare(
        state=state, valid_from=valid_from, today=clock.today(), reason=reason, has_document=has_document
    )
    said = {
        "state": state,
        "basis": Basis.DECLARED,
        "valid_from": valid_from,
        "reason_ro": reason.strip(),
        "document_title": document_title.strip(),
        "document_url": document_url.strip(),
        "is_demonstration": is_demonstration or by.is_demonstration,
        "declared_by_id": by.id,
    }
    return _find_repeated(locked, said) or _append(by, locked, said)


def _find_repeated(criterion: models.Criterion, said: dict[str, object]) -> models.Assessment | None:
    """Return the latest declaration of the criterion when it says just this: a button was pressed twice."""
    latest = models.Assessment.objects.filter(criterion=criterion, basis=Basis.DECLARED).order_by("-id").first()
    if latest is None or any(getattr(latest, name) != value for name, value in said.items()):
        return None
    refused = models.AssessmentDecision.objects.filter(assessment=latest, verdict=Verdict.REFUSED)
    return None if refused.exists() else latest


def _append(by: Actor, criterion: models.Criterion, said: dict[str, object]) -> models.Assessment:
    # A person writes in one language; the sentence is shown as it was written, whatever the reader's.
    reason = str(said["reason_ro"])
    row = models.Assessment.objects.create(
        criterion=criterion,
        needs_confirmation=rules.needs_confirmation(criterion.level),
        declared_at=clock.now(),
        reason=reason,
        reason_en=reason,
        reason_hu=reason,
        **said,
    )
    journal.write(
        by=by,
        verb=seals.DECLARED,
        subject=seals.ASSESSMENT,
        subject_id=row.pk,
        content=seals.content_of_assessment(row),
    )
    return row


@transaction.atomic
def decide(
    *, by: Actor, assessment: models.Assessment, verdict: Verdict, reason: str = ""
) -> models.AssessmentDecision:
    """Confirm or refuse a declaration as its second person; of two who decide at once, one wins."""
    permissions.check_can("confirm", by.active_roles())
    verdict = Verdict(verdict)
    row = models.Assessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    known = models.AssessmentDecision.objects.filter(assessment=row).first()
    if known and (known.decided_by_id, known.verdict, known.reason) == (by.id, verdict, reason.strip()):
        return known  # the same button pressed twice
    rules.check_can_decide(
        needs_second=row.basis == Basis.DECLARED and row.needs_confirmation,
        already_decided=known is not None,
        is_declarer=row.declared_by_id == by.id,
        verdict=verdict,
        reason=reason,
        is_only_for_trying=by.is_demonstration and not row.is_demonstration,
    )
    decision = models.AssessmentDecision.objects.create(
        assessment=row, verdict=verdict, reason=reason.strip(), decided_by_id=by.id, decided_at=clock.now()
    )
    journal.write(
        by=by,
        verb=seals.DECIDED,
        subject=seals.DECISION,
        subject_id=decision.pk,
        content=seals.content_of_decision(decision),
    )
    return decision


def record_reconstructed(*, by: Actor | None, rows: list[models.Assessment]) -> None:
    """Write a line for each statement that a pack of facts has just brought, inside the transaction of the load."""
    for row in rows:
        journal.write(
            by=by,
            verb=seals.RECONSTRUCTED,
            subject=seals.ASSESSMENT,
            subject_id=row.pk,
            content=seals.content_of_assessment(row),
        )

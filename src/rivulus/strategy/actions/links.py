"""Editing interpretations: which criterion a project would move, and which probe speaks for a criterion.

An edited link carries who edited it and when; loading the pack of facts again leaves it as it is.
"""

from decimal import Decimal

from django.db import transaction

from rivulus.journal import actions as journal
from rivulus.kernel import clock, probes
from rivulus.strategy import models
from rivulus.strategy.actions.probes import answer_link
from rivulus.strategy.rules import links as rules
from rivulus.strategy.rules import permissions
from rivulus.strategy.terms import Actor, Effect, Mode, Origin

type Link = models.ProjectCriterion | models.CriterionProbe
MARKS = ("withdrawn", "edited_by", "edited_at", "reason", "reason_ro", "reason_en", "reason_hu")


@transaction.atomic
def add_project_link(
    *, by: Actor, project: models.Project, criterion: models.Criterion, effect: Effect, reason: str
) -> models.ProjectCriterion:
    """Link a project to a criterion; a link that was withdrawn comes back with the new words."""
    _check(by, reason)
    link = (
        models.ProjectCriterion.objects.select_for_update(of=("self",))
        .filter(project=project, criterion=criterion)
        .first()
    )
    rules.check_is_new(exists=link is not None and not link.withdrawn)
    link = link or models.ProjectCriterion(project=project, criterion=criterion, origin=Origin.PERSON)
    link.effect = Effect(effect)
    mark(by=by, link=link, reason=reason, withdrawn=False)
    link.save()
    _write(by, "strategy.project_link.added", link)
    return link


@transaction.atomic
def edit_project_link(
    *, by: Actor, link: models.ProjectCriterion, effect: Effect, reason: str
) -> models.ProjectCriterion:
    """Say anew what a project does to a criterion, and why."""
    _check(by, reason)
    link = models.ProjectCriterion.objects.select_for_update(of=("self",)).get(pk=link.pk)
    rules.check_not_withdrawn(withdrawn=link.withdrawn)
    link.effect = Effect(effect)
    mark(by=by, link=link, reason=reason, withdrawn=False)
    link.save(update_fields=[*MARKS, "effect"])
    _write(by, "strategy.project_link.edited", link)
    return link


@transaction.atomic
def withdraw_project_link(*, by: Actor, link: models.ProjectCriterion, reason: str) -> models.ProjectCriterion:
    """Take a link back; it stays as history, and the pack of facts does not bring it back."""
    _check(by, reason)
    link = models.ProjectCriterion.objects.select_for_update(of=("self",)).get(pk=link.pk)
    rules.check_not_withdrawn(withdrawn=link.withdrawn)
    mark(by=by, link=link, reason=reason, withdrawn=True)
    link.save(update_fields=MARKS)
    _write(by, "strategy.project_link.withdrawn", link)
    return link


@transaction.atomic
def add_probe_link(
    *,
    by: Actor,
    criterion: models.Criterion,
    probe: str,
    comparator: str,
    threshold: Decimal,
    mode: Mode,
    reason: str,
) -> models.CriterionProbe:
    """Let a probe speak for a criterion, and answer at once from its last reading."""
    _check(by, reason)
    rules.check_question(
        comparator=comparator, threshold=threshold, is_known_probe=probes.find_probe(probe) is not None
    )
    link = (
        models.CriterionProbe.objects.select_for_update(of=("self",)).filter(criterion=criterion, probe=probe).first()
    )
    rules.check_is_new(exists=link is not None and not link.withdrawn)
    link = link or models.CriterionProbe(criterion=criterion, probe=probe, origin=Origin.PERSON)
    _ask(link, comparator, threshold, mode)
    mark(by=by, link=link, reason=reason, withdrawn=False)
    link.save()
    return _answered(by, "strategy.probe_link.added", link)


@transaction.atomic
def edit_probe_link(
    *, by: Actor, link: models.CriterionProbe, comparator: str, threshold: Decimal, mode: Mode, reason: str
) -> models.CriterionProbe:
    """Ask a probe something else of a criterion. Matrices of earlier days stay as they were."""
    _check(by, reason)
    rules.check_question(comparator=comparator, threshold=threshold, is_known_probe=True)
    link = models.CriterionProbe.objects.select_for_update(of=("self",)).get(pk=link.pk)
    rules.check_not_withdrawn(withdrawn=link.withdrawn)
    _ask(link, comparator, threshold, mode)
    mark(by=by, link=link, reason=reason, withdrawn=False)
    link.save(update_fields=[*MARKS, "comparator", "threshold", "mode"])
    return _answered(by, "strategy.probe_link.edited", link)


@transaction.atomic
def withdraw_probe_link(*, by: Actor, link: models.CriterionProbe, reason: str) -> models.CriterionProbe:
    """Let a probe speak for a criterion no more, from now on."""
    _check(by, reason)
    link = models.CriterionProbe.objects.select_for_update(of=("self",)).get(pk=link.pk)
    rules.check_not_withdrawn(withdrawn=link.withdrawn)
    mark(by=by, link=link, reason=reason, withdrawn=True)
    link.save(update_fields=MARKS)
    return _answered(by, "strategy.probe_link.withdrawn", link)


def _check(by: Actor, reason: str) -> None:
    permissions.check_can("edit_links", by.active_roles())
    rules.check_editor(is_demonstration=by.is_demonstration)
    rules.check_reason(reason)


def _ask(link: models.CriterionProbe, comparator: str, threshold: Decimal, mode: Mode) -> None:
    link.comparator, link.threshold, link.mode = comparator, round(threshold, 2), Mode(mode)


def mark(*, by: Actor, link: Link | models.UmbrellaLink, reason: str, withdrawn: bool) -> None:
    """Say in an interpretation why it is so, who says it and when."""
    # A person writes in one language; the sentence is shown as it was written, whatever the reader's.
    for field in ("reason_ro", "reason_en", "reason_hu"):
        setattr(link, field, reason.strip())
    link.withdrawn, link.edited_at = withdrawn, clock.now()
    link.edited_by_id = by.id


def _answered(by: Actor, verb: str, link: models.CriterionProbe) -> models.CriterionProbe:
    assert link.edited_at is not None
    answer_link(by=by, link=link, now=link.edited_at)
    _write(by, verb, link)
    return link


def _write(by: Actor, verb: str, link: Link) -> None:
    said: dict[str, object] = {"criterion": link.criterion.code, "reason": link.reason_ro}  # type: ignore[union-attr]
    if isinstance(link, models.ProjectCriterion):
        said |= {"project": link.project.code, "effect": str(link.effect)}
    else:
        asked = {"comparator": link.comparator, "threshold": link.threshold, "mode": str(link.mode)}
        said |= {"probe": link.probe, **asked}
    subject = "strategy.projectcriterion" if isinstance(link, models.ProjectCriterion) else "strategy.criterionprobe"
    journal.write(by=by, verb=verb, subject=subject, subject_id=link.pk, content=said | {"withdrawn": link.withdrawn})

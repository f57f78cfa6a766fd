"""Recording what the strategy holds together: objectives of the other documents, and the directions that answer to them.

Directions and documents are locked while something is added to them, so that a button pressed twice writes once.
What a person added or edited is left as it is when the pack of facts is loaded again.
"""

from django.db import IntegrityError, transaction
from django.db.models import Max

from rivulus.journal import actions as journal
from rivulus.strategy import models
from rivulus.strategy.actions.links import MARKS, mark
from rivulus.strategy.rules import links as link_rules
from rivulus.strategy.rules import permissions
from rivulus.strategy.rules import umbrella as rules
from rivulus.strategy.terms import Actor, Origin


@transaction.atomic
def add_objective(*, by: Actor, document: models.Document, code: str, title: str) -> models.DocumentObjective:
    """Record an objective that the strategy does not print; its text is kept as it was written, in every language."""
    code, title = _plain(code), _plain(title)
    _check(by)
    rules.check_is_other(kind=document.kind)
    rules.check_objective(code=code, title=title)
    document = models.Document.objects.select_for_update(of=("self",), no_key=True).get(pk=document.pk)
    known = _find_objective(document, code)
    if known is not None and known.origin == Origin.PERSON and (known.code, known.title_ro) == (code, title):  # type: ignore[attr-defined]
        return known
    rules.check_code_is_free(exists=known is not None)
    last = models.DocumentObjective.objects.filter(document=document).aggregate(last=Max("order"))["last"] or 0
    words = dict.fromkeys(("title_ro", "title_en", "title_hu"), title)
    objective = models.DocumentObjective(document=document, code=code, order=last + 1, origin=Origin.PERSON, **words)
    try:
        with transaction.atomic():
            objective.save()
    except IntegrityError:
        rules.check_code_is_free(exists=True)
    journal.write(
        by=by,
        verb="strategy.objective.added",
        subject="strategy.documentobjective",
        subject_id=objective.pk,
        content={"document": document.code, "code": code, "title": title},
    )
    return objective


@transaction.atomic
def add_link(
    *,
    by: Actor,
    direction: models.Direction,
    document: models.Document,
    objective: models.DocumentObjective | None,
    reason: str,
) -> models.UmbrellaLink:
    """Say that a direction answers to a document, or to one objective of it; a withdrawn link comes back."""
    _check(by)
    link_rules.check_reason(reason)
    rules.check_is_other(kind=document.kind)
    rules.check_belongs(is_of_document=objective is None or objective.document_id == document.pk)
    models.Direction.objects.select_for_update(of=("self",), no_key=True).get(pk=direction.pk)
    link = _find_link(direction, document, objective)
    if link is not None and not link.withdrawn and _is_repeated(by, link, reason):
        return link
    link_rules.check_is_new(exists=link is not None and not link.withdrawn)
    link = link or models.UmbrellaLink(
        direction=direction, document=document, objective=objective, origin=Origin.PERSON
    )
    mark(by=by, link=link, reason=reason, withdrawn=False)
    try:
        with transaction.atomic():
            link.save()
    except IntegrityError:
        link_rules.check_is_new(exists=True)
    _write(by, "strategy.umbrella_link.added", link)
    return link


@transaction.atomic
def edit_link(*, by: Actor, link: models.UmbrellaLink, reason: str) -> models.UmbrellaLink:
    """Say anew why. What a link joins stays: to name another objective, add a link and withdraw this one.

    A reason that the link gives already changes nothing, so that its other languages are not lost.
    """
    _check(by)
    link_rules.check_reason(reason)
    link = _locked(link)
    link_rules.check_not_withdrawn(withdrawn=link.withdrawn)
    if rules.says(reason, _reasons(link)):
        return link
    mark(by=by, link=link, reason=reason, withdrawn=False)
    link.save(update_fields=MARKS)
    _write(by, "strategy.umbrella_link.edited", link)
    return link


@transaction.atomic
def withdraw_link(*, by: Actor, link: models.UmbrellaLink, reason: str) -> models.UmbrellaLink:
    """Take a link back; it stays as history, and the pack of facts does not bring it back."""
    _check(by)
    link_rules.check_reason(reason)
    link = _locked(link)
    if link.withdrawn and _is_repeated(by, link, reason):
        return link
    link_rules.check_not_withdrawn(withdrawn=link.withdrawn)
    mark(by=by, link=link, reason=reason, withdrawn=True)
    link.save(update_fields=MARKS)
    _write(by, "strategy.umbrella_link.withdrawn", link)
    return link


def _check(by: Actor) -> None:
    permissions.check_can("edit_links", by.active_roles())
    rules.check_editor(is_demonstration=by.is_demonstration)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _find_objective(document: models.Document, code: str) -> models.DocumentObjective | None:
    return models.DocumentObjective.objects.filter(document=document, code__iexact=code).order_by("id").first()


def _find_link(
    direction: models.Direction, document: models.Document, objective: models.DocumentObjective | None
) -> models.UmbrellaLink | None:
    links = models.UmbrellaLink.objects.select_for_update(of=("self",)).filter(direction=direction, document=document)
    return (links.filter(objective=objective) if objective else links.filter(objective__isnull=True)).first()


def _locked(link: models.UmbrellaLink) -> models.UmbrellaLink:
    whole = models.UmbrellaLink.objects.select_related("direction", "document", "objective")
    return whole.select_for_update(of=("self",)).get(pk=link.pk)


def _is_repeated(by: Actor, link: models.UmbrellaLink, reason: str) -> bool:
    """Tell whether the same person just said the same of the link: a button was pressed twice."""
    return link.edited_by_id == by.id and rules.says(reason, _reasons(link))


def _reasons(link: models.UmbrellaLink) -> tuple[str, ...]:
    return link.reason_ro, link.reason_en, link.reason_hu  # type: ignore[attr-defined]


def _write(by: Actor, verb: str, link: models.UmbrellaLink) -> None:
    journal.write(
        by=by,
        verb=verb,
        subject="strategy.umbrellalink",
        subject_id=link.pk,
        content={
            "direction": link.direction.code,
            "document": link.document.code,
            "objective": link.objective.code if link.objective else None,
            "reason": link.reason_ro,  # type: ignore[attr-defined]
            "withdrawn": link.withdrawn,
        },
    )

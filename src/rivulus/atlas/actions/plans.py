"""Amendments of plans: drafted, reviewed by a second person, and in force from their day on."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from rivulus.atlas.actions import features
from rivulus.atlas.models import Amendment, AmendmentItem, Change, Feature, Plan
from rivulus.atlas.queries.features import features_on, in_box
from rivulus.atlas.rules import permissions, plans
from rivulus.atlas.rules.geometries import check_geometry, normalise, read_geometry
from rivulus.atlas.rules.plans import AmendmentState, ItemAction, Shape
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.rules.versions import ChangedFeature, NewFeature, RemovedFeature, Span, check_key
from rivulus.atlas.terms import ChangeKind
from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.geometry import box_of, from_wkb, to_wkb
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Person

SUBJECT = "atlas.amendment"
CHANGED_MEANWHILE = N_("Somebody else has changed this draft since you opened it; look at it again.")


@transaction.atomic
def propose(*, by: "Person", plan: Plan, title: str) -> Amendment:
    """Begin a draft; raises Refused where the person may not edit the plan."""
    _check(by, "edit_plan", plan)
    if not title.strip():
        raise Refused(N_("Give the amendment a title."))
    Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)  # numbers have no gaps
    last = Amendment.objects.filter(plan=plan).aggregate(Max("number"))["number__max"] or 0
    amendment = Amendment.objects.create(
        plan=plan, number=last + 1, title=title.strip()[:200], proposed_by=by, proposed_at=clock.now()
    )
    _write(by, "proposed", amendment, {"title": amendment.title})
    return amendment


@transaction.atomic
def describe(
    *,
    by: "Person",
    amendment: Amendment,
    revision: int,
    title: str,
    reason: str,
    effective_on: dt.date | None,
    document_url: str,
) -> Amendment:
    """Say what a draft is about and from when it is to hold; raises Refused where somebody else was faster."""
    draft = _lock_draft(by, amendment, revision)
    if effective_on is not None:
        plans.check_effective(effective_on, clock.today(), draft.plan.adopted_on)
    draft.title, draft.reason = title.strip()[:200] or draft.title, reason.strip()
    draft.effective_on, draft.document_url = effective_on, document_url
    draft.save(update_fields=["title", "reason", "effective_on", "document_url"])
    _write(by, "described", draft, {"effective_on": effective_on and effective_on.isoformat()})
    return draft


@transaction.atomic
def put_item(
    *,
    by: "Person",
    amendment: Amendment,
    revision: int,
    action: ItemAction,
    key: str,
    seen: int | None = None,
    properties: Mapping[str, object] | None = None,
    geometry: object = None,
) -> AmendmentItem:
    """Let a draft add, change or remove one zone; a second word about the same zone takes the place of the first.

    ``geometry`` is Shapely's or WKB, in longitude and latitude. Raises Refused for what does not fit the layer.
    """
    draft = _lock_draft(by, amendment, revision)
    if not check_key(key):
        raise Refused(N_("Give the zone a name of its own."))
    current = Feature.objects.filter(layer_id=draft.plan.layer_id, key=key).order_by("-number").first()
    _check_item(action, current, seen)
    values: dict[str, Any] = {"action": action, "seen": seen, "properties": {}, "geometry": None}
    if action != ItemAction.REMOVE:
        values["properties"] = read_schema(draft.plan.layer.schema).take(properties or {})
        values["geometry"] = _take_geometry(geometry, draft.plan.layer.geometry_type)
    item, _ = AmendmentItem.objects.update_or_create(amendment=draft, key=key, defaults=values)
    _write(by, "item_put", draft, {"key": key, "action": str(action)})
    return item


def _take_geometry(geometry: object, geometry_type: str) -> bytes:
    shape = read_geometry(geometry)
    problems = check_geometry(shape, geometry_type)
    if problems:
        raise problems[0].raised()
    return to_wkb(normalise(shape))


def _check_item(action: ItemAction, current: Feature | None, seen: int | None) -> None:
    if action == ItemAction.ADD:
        if current is not None:
            raise Refused(N_("There is a zone of this name already; change that one."))
    elif current is None:
        raise NotFound
    elif current.number != seen:
        raise Refused(N_("This zone has changed since you opened it; look at it again."))


@transaction.atomic
def drop_item(*, by: "Person", amendment: Amendment, revision: int, key: str) -> None:
    """Let a draft leave one zone as it is."""
    draft = _lock_draft(by, amendment, revision)
    if not AmendmentItem.objects.filter(amendment=draft, key=key).delete()[0]:
        raise NotFound
    _write(by, "item_dropped", draft, {"key": key})


@transaction.atomic
def submit(*, by: "Person", amendment: Amendment, revision: int) -> Amendment:
    """Hand a draft to a second person; raises Refused where it says too little or its zones lie over others."""
    draft = _lock_draft(by, amendment, revision)
    items = list(draft.items.all())
    plans.check_can_submit(items=len(items), reason=draft.reason, effective_on=draft.effective_on)
    assert draft.effective_on is not None
    plans.check_effective(draft.effective_on, clock.today(), draft.plan.adopted_on)
    _check_overlaps(draft, items)
    return _move(by, draft, "submit")


@transaction.atomic
def withdraw(*, by: "Person", amendment: Amendment) -> Amendment:
    """Take an amendment back before it is decided."""
    locked = _lock(amendment)
    _check(by, "edit_plan", locked.plan)
    return _move(by, locked, "withdraw")


@transaction.atomic
def decide(*, by: "Person", amendment: Amendment, verb: str, reason: str) -> Amendment:
    """Approve, refuse or return an amendment, as a second person with a reason.

    What is approved becomes part of the plan in the same transaction, in force from its day on. Raises Refused where
    a zone has changed since the draft was drawn over it: return it, and let it be drawn anew.
    """
    locked = _lock(amendment)
    permissions.check_can("review_plan", identity.roles_of(by))
    plans.check_second_person(verb, proposed_by=locked.proposed_by_id, by=by.pk)
    after = plans.move(AmendmentState(locked.state), verb)
    if len(reason.strip()) < 5:
        raise Refused(N_("Give a reason for the decision."))
    change = _bring_into_force(by, locked) if after == AmendmentState.APPROVED else None
    locked.state, locked.change = after, change
    locked.decision_reason = reason.strip()[:500]
    is_returned = after == AmendmentState.DRAFT
    locked.decided_by, locked.decided_at = (None, None) if is_returned else (by, clock.now())
    locked.revision += 1
    locked.save(update_fields=["state", "change", "decision_reason", "decided_by", "decided_at", "revision"])
    _write(by, f"{verb}_decided", locked, {"state": str(after), "change": change and change.pk})
    return locked


def _bring_into_force(by: "Person", amendment: Amendment) -> Change:
    assert amendment.effective_on is not None
    plans.check_effective(amendment.effective_on, clock.today(), amendment.plan.adopted_on)
    items = list(amendment.items.order_by("key"))
    _check_overlaps(amendment, items)
    day = amendment.effective_on
    return features.apply_changes(
        by=by,
        layer=amendment.plan.layer,
        kind=ChangeKind.AMENDMENT,
        reason=f"{amendment.plan.code} #{amendment.number}: {amendment.title}",
        additions=[
            NewFeature(from_wkb(item.geometry), item.properties, item.key, Span(since=day))
            for item in items
            if item.action == ItemAction.ADD and item.geometry is not None
        ],
        updates=[
            ChangedFeature(item.key, item.seen, from_wkb(item.geometry), item.properties, since=day)
            for item in items
            if item.action == ItemAction.CHANGE and item.geometry is not None
        ],
        removals=[RemovedFeature(item.key, item.seen, day) for item in items if item.action == ItemAction.REMOVE],
    )


def _check_overlaps(amendment: Amendment, items: list[AmendmentItem]) -> None:
    """No proposed zone lies over a zone that stays, or over another proposed one."""
    touched = {item.key for item in items}
    proposed = [
        Shape(item.key, item.properties, from_wkb(item.geometry)) for item in items if item.geometry is not None
    ]
    for number, shape in enumerate(proposed):
        staying = [other for other in _zones_near(amendment, shape) if other.key not in touched]
        plans.check_does_not_overlap(shape.key, shape.geometry, [*staying, *proposed[:number]])


def _zones_near(amendment: Amendment, shape: Shape) -> list[Shape]:
    rows = in_box(features_on(amendment.plan.layer, amendment.effective_on), box_of(shape.geometry))
    return [
        Shape(row.key, row.properties, from_wkb(row.geometry)) for row in rows.only("key", "properties", "geometry")
    ]


def _lock(amendment: Amendment) -> Amendment:
    return Amendment.objects.select_for_update(of=("self",)).select_related("plan", "plan__layer").get(pk=amendment.pk)


def _lock_draft(by: "Person", amendment: Amendment, revision: int) -> Amendment:
    """Return the draft, with the next revision, if it is one and is the one that was seen."""
    locked = _lock(amendment)
    _check(by, "edit_plan", locked.plan)
    if locked.state != AmendmentState.DRAFT:
        raise Refused(N_("Only a draft can be changed."))
    if locked.revision != revision:
        raise Refused(CHANGED_MEANWHILE)
    locked.revision += 1
    locked.save(update_fields=["revision"])
    return locked


def _move(by: "Person", amendment: Amendment, verb: str) -> Amendment:
    amendment.state = plans.move(AmendmentState(amendment.state), verb)
    amendment.save(update_fields=["state"])
    _write(by, f"{verb}_done", amendment, {"state": str(amendment.state)})
    return amendment


def _check(by: "Person", verb: str, plan: Plan) -> None:
    owner = plan.layer.owner_id
    permissions.check_can_for(verb, identity.roles_of(by), owner, identity.organisations_of(by))


def _write(by: "Person", verb: str, amendment: Amendment, content: Mapping[str, object]) -> None:
    journal.write(
        by=by,
        verb=f"{SUBJECT}.{verb}",
        subject=SUBJECT,
        subject_id=amendment.pk,
        content={"plan": amendment.plan.code, "number": amendment.number, **content},
    )

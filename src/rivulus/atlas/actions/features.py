"""Features are added, changed and removed here, and nowhere else: by hand, by file, by plan, by machine.

Every call is one :class:`Change`: one transaction in which old versions move to the past, new ones come into force,
the layer's revision grows by one and the journal gets one line. All or nothing.
"""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from rivulus.atlas.actions.store import merging
from rivulus.atlas.actions.store.merging import Counts
from rivulus.atlas.actions.store.staging import Staging, refuse_twice
from rivulus.atlas.models import Change, Layer
from rivulus.atlas.rules import permissions
from rivulus.atlas.rules.versions import ChangedFeature, NewFeature, RemovedFeature
from rivulus.atlas.terms import ChangeKind
from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Person

SUBJECT = "atlas.layer"
LONGEST_REASON = 500
# For the other kinds the action that calls has asked already: a plan is approved, a task validated, by its own rules.
VERBS = {
    ChangeKind.EDIT: "edit_feature",
    ChangeKind.INTERFACE: "edit_feature",
    ChangeKind.IMPORT: "import_features",
}
BY_HAND = frozenset({ChangeKind.EDIT, ChangeKind.INTERFACE})


@transaction.atomic
def apply_changes(
    *,
    by: "Person | None",
    layer: Layer,
    kind: ChangeKind,
    reason: str = "",
    additions: Iterable[NewFeature] = (),
    updates: Iterable[ChangedFeature] = (),
    removals: Iterable[RemovedFeature] = (),
) -> Change:
    """Change the features of a layer and return the change with its counts.

    Raises :class:`Conflict` where a version that somebody has seen is no longer in force, and Refused where a feature
    does not fit the layer, is already there at that time, does not exist, or nothing would change. ``by`` is None for
    the platform itself. What is read from the iterables is streamed: a million additions need little memory.
    """
    locked = _lock(layer)
    _check(by, locked, kind)
    staging = Staging(locked)
    staging.start()
    staging.add(additions)
    staging.change(updates)
    staging.remove(removals)
    refuse_twice()
    change = _carry_out(by, locked, kind, reason)
    if change is None:
        raise Refused(N_("Nothing is different from what is known."))
    _bring_up_to_date(layer, locked)
    return change


@transaction.atomic
def replace_features(
    *,
    by: "Person | None",
    layer: Layer,
    kind: ChangeKind,
    reason: str = "",
    features: Iterable[NewFeature],
    since: dt.date | None = None,
    is_whole: bool = True,
) -> Change | None:
    """Make a layer exactly these features, and return the change; None where it already was.

    Unless these are the whole layer (``is_whole``), what is not among them stays. Features are compared by key, and one without a key by its content; what is the same stays untouched, with its
    number and history. With ``since`` all that differs takes effect on that day, without it what was known was wrong.
    Raises Refused as ``apply_changes`` does.
    """
    locked = _lock(layer)
    _check(by, locked, kind)
    staging = Staging(locked)
    staging.start()
    staging.add(features, key_by_content=True)
    merging.compare(locked, since=since, today=clock.today(), count=staging.count, is_whole=is_whole)
    change = _carry_out(by, locked, kind, reason)
    _bring_up_to_date(layer, locked)
    return change


@transaction.atomic
def compare_features(
    *,
    by: "Person | None",
    layer: Layer,
    features: Iterable[NewFeature],
    since: dt.date | None = None,
    is_whole: bool = True,
) -> Counts:
    """Return what ``replace_features`` would do; nothing is changed. Raises Refused as it does."""
    _check(by, layer, ChangeKind.IMPORT)
    staging = Staging(layer)
    staging.start()
    staging.add(features, key_by_content=True)
    merging.compare(layer, since=since, today=clock.today(), count=staging.count, is_whole=is_whole)
    return merging.count_staged()


def _lock(layer: Layer) -> Layer:
    """Whoever changes a layer waits for whoever is changing it: numbers and revisions have no gaps."""
    try:
        return Layer.objects.select_for_update(of=("self",)).get(pk=layer.pk, withdrawn_at__isnull=True)
    except Layer.DoesNotExist:
        raise NotFound from None


def _check(by: "Person | None", layer: Layer, kind: ChangeKind) -> None:
    if kind in BY_HAND and layer.is_kept_by_machine:
        raise Refused(N_("This layer is kept up to date by the platform and is not edited by hand."))
    if by is not None and kind in VERBS:
        permissions.check_can_for(VERBS[kind], identity.roles_of(by), layer.owner_id, identity.organisations_of(by))


def _carry_out(by: "Person | None", layer: Layer, kind: ChangeKind, reason: str) -> Change | None:
    merging.find_targets(layer, clock.today())
    counts = merging.count_staged()
    if not counts.total:
        return None
    change = Change.objects.create(
        layer=layer,
        kind=kind,
        by=by,
        at=clock.now(),
        reason=reason.strip()[:LONGEST_REASON],
        added=counts.added,
        changed=counts.changed,
        removed=counts.removed,
    )
    merging.carry_out(layer, change)
    layer.revision += 1
    layer.changed_at = change.at
    layer.save(update_fields=["revision", "changed_at"])
    content = {
        "layer": layer.code,
        "change": change.pk,
        "kind": str(kind),
        "added": counts.added,
        "changed": counts.changed,
        "removed": counts.removed,
    }
    journal.write(by=by, verb=f"{SUBJECT}.features_changed", subject=SUBJECT, subject_id=layer.pk, content=content)
    return change


def _bring_up_to_date(layer: Layer, locked: Layer) -> None:
    """Let the caller's own instance know the new revision."""
    layer.revision, layer.changed_at = locked.revision, locked.changed_at

"""Plans: which there are, their papers, what their zones allow, and amendments."""

import datetime as dt
from collections.abc import Collection, Mapping
from pathlib import Path

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.models import (
    Amendment,
    AmendmentItem,
    Change,
    Feature,
    PastFeature,
    Plan,
    PlanDocument,
    ZoneRule,
)
from rivulus.atlas.queries.features import features_on, in_box, property_filter
from rivulus.atlas.queries.visible import PUBLIC, Viewer, list_layers
from rivulus.atlas.rules.measuring import box_around
from rivulus.atlas.rules.plans import AmendmentState
from rivulus.kernel.errors import NotFound
from rivulus.kernel.geometry import from_wkb

MOST_SHAPES = 300
NEAR_M = 300.0


def list_plans(viewer: Viewer = PUBLIC) -> QuerySet[Plan]:
    """Return the plans whose zones the viewer sees, the general one first."""
    found = Plan.objects.filter(layer__in=list_layers(viewer)).select_related("layer", "layer__owner")
    return found.order_by("kind", "-adopted_on", "id")


def get_plan(code: str, viewer: Viewer = PUBLIC) -> Plan:
    """Return a plan that the viewer sees; raises NotFound."""
    found = list_plans(viewer).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def list_documents(plans_: Collection[Plan]) -> QuerySet[PlanDocument]:
    """Return the papers of plans that are not withdrawn."""
    return PlanDocument.objects.filter(plan__in=plans_, withdrawn_at__isnull=True).order_by("plan_id", "id")


def list_rules(plan: Plan, day: dt.date) -> QuerySet[ZoneRule]:
    """Return what the plan says of each kind of zone on a day, by code."""
    newest = ZoneRule.objects.filter(plan=plan, valid_from__lte=day)
    return newest.order_by("code", "-valid_from", "-id").distinct("code")


def find_document(pk: int, viewer: Viewer = PUBLIC) -> PlanDocument | None:
    """Return a paper of a plan that the viewer sees."""
    seen = PlanDocument.objects.filter(plan__layer__in=list_layers(viewer), withdrawn_at__isnull=True)
    return seen.filter(pk=pk).first()


def file_of(document: PlanDocument) -> Path | None:
    """Return where the file of a paper lies; None for one that is elsewhere."""
    return Path(settings.MEDIA_ROOT) / document.file if document.file else None


def list_zones(plan: Plan, day: dt.date) -> QuerySet[Feature]:
    """Return the zones of a plan on a day, by the kind of zone; without their outlines."""
    return features_on(plan.layer, day).defer("geometry", "box").order_by("properties__zone", "key", "id")


def list_zone_names(plan: Plan, day: dt.date) -> list[tuple[str, str]]:
    """Return key and kind of the zones of a plan, by key; 2,000 at the most."""
    rows = features_on(plan.layer, day).order_by("key").values_list("key", "properties__zone")[:2000]
    return [(key, str(zone or "")) for key, zone in rows]


def list_shapes(plan: Plan, key: str = "", keys: Collection[str] | None = None) -> list[Feature]:
    """Return zones of today with their outlines: some, or the ones around a zone, or the first ones of the plan."""
    rows = features_on(plan.layer).order_by("key")
    if keys is not None:
        return list(rows.filter(key__in=keys)[:MOST_SHAPES])
    one = rows.filter(key=key).first() if key else None
    near = in_box(rows, box_around(from_wkb(one.geometry).bounds, NEAR_M)) if one is not None else rows
    return list(near[:MOST_SHAPES])


def zones_by_key(
    plan: Plan, keys: Collection[str], change: Change | None, day: dt.date
) -> dict[str, tuple[Mapping[str, object], BaseGeometry]]:
    """Return attributes and outline of zones by key: as they are, or as they were before a change took effect."""
    rows: QuerySet[Feature] | QuerySet[PastFeature] = features_on(plan.layer).filter(key__in=keys)
    if change is not None:
        rows = PastFeature.objects.filter(layer=plan.layer, superseded_by=change, key__in=keys, valid__contains=day)
    strip = property_filter(plan.layer, PUBLIC)
    return {row.key: (strip(row.properties), from_wkb(row.geometry)) for row in rows}


def list_amendments(plan: Plan, *, with_drafts: bool) -> QuerySet[Amendment]:
    """Return the amendments of a plan, newest first; to the public only those that were approved."""
    found = Amendment.objects.filter(plan=plan).select_related("plan", "plan__layer", "proposed_by", "decided_by")
    return (found if with_drafts else found.filter(state=AmendmentState.APPROVED)).order_by("-number")


def get_amendment(plan: Plan, number: int, *, with_drafts: bool) -> Amendment:
    """Return one amendment with its items; raises NotFound."""
    items = Prefetch("items", AmendmentItem.objects.order_by("key", "id"))
    found = list_amendments(plan, with_drafts=with_drafts).filter(number=number).prefetch_related(items).first()
    if found is None:
        raise NotFound
    return found

"""What plans say of a place, in words: zones, square metres, limits, papers; and amendments as a list of differences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import shapely.geometry
from django.urls import reverse
from django.utils.translation import get_language, gettext

from rivulus.atlas.models import Amendment, AmendmentItem, Feature, PlanDocument
from rivulus.atlas.presenters.layers import words_of
from rivulus.atlas.queries.parcels import LimitHere, Report, ZoneHere
from rivulus.atlas.rules import measuring, plans
from rivulus.atlas.rules.schemas import Schema
from rivulus.kernel.geometry import from_wkb
from rivulus.ui.presenters import number_text, percent_text


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A zone as the report shows it."""

    plan: str
    plan_url: str
    plan_kind: str
    code: str
    title: str
    share: str
    permitted: str
    forbidden: str
    pot: str
    cut: str
    height: str
    storeys: str
    footprint: str
    floor_area: str


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A limit as the report shows it."""

    kind: str
    name: str
    layer: str
    effect: str
    authority: str
    where: str


@dataclass(frozen=True, slots=True)
class ReportWords:
    """A report as pages and prints show it."""

    zones: tuple[ZoneRow, ...]
    limits: tuple[LimitRow, ...]
    documents: tuple[tuple[str, str], ...]  # title, address
    coming: tuple[tuple[str, str, Any], ...]  # title, address, day
    uncovered: str
    area: str
    is_illustrative: bool


def report_words(report: Report) -> ReportWords:
    """Return a report in the language of the reader."""
    is_place = report.area_m2 > 0
    layers = [zone.plan.layer for zone in report.zones] + [limit.constraint.layer for limit in report.limits]
    return ReportWords(
        zones=tuple(_zone(zone, is_place) for zone in report.zones),
        limits=tuple(_limit(limit, is_place) for limit in report.limits),
        documents=tuple((paper.title, document_url(paper)) for paper in report.documents),
        coming=tuple((f"{a.plan.title}: {a.title}", amendment_url(a), a.effective_on) for a in report.coming),
        uncovered=str(percent_text(100 * report.uncovered, 0)) if is_place and report.uncovered else "",
        area=square_metres(report.area_m2) if is_place else "",
        is_illustrative=any(layer.origin in ("illustrative", "schematic") for layer in layers),
    )


def square_metres(area_m2: float | None) -> str:
    """Return an area in whole square metres."""
    return "" if area_m2 is None else f"{number_text(area_m2, 0)} m²"


def document_url(paper: PlanDocument) -> str:
    """Return where a paper of a plan is read."""
    return paper.url or reverse("atlas:plan_document", args=[paper.pk])


def amendment_url(amendment: Amendment) -> str:
    """Return the page of an amendment."""
    return reverse("atlas:amendment", args=[amendment.plan.code, amendment.number])


def kind_words(names: Mapping[Any, str], code: str) -> str:
    """Return what a code means, in the language of the reader."""
    return next((gettext(name) for known, name in names.items() if str(known) == code), code)


def _zone(zone: ZoneHere, is_place: bool) -> ZoneRow:
    indices, allowed = zone.indices, zone.allowance
    return ZoneRow(
        plan=zone.plan.title,
        plan_url=reverse("atlas:plan", args=[zone.plan.code]),
        plan_kind=kind_words(plans.PLAN_KIND_NAMES, zone.plan.kind),
        code=zone.code,
        title=zone.rule.title if zone.rule else "",
        share=str(percent_text(100 * zone.meeting.share, 0)) if is_place else "",
        permitted=zone.rule.permitted if zone.rule else "",
        forbidden=zone.rule.forbidden if zone.rule else "",
        pot="" if indices.pot_max is None else f"{number_text(indices.pot_max)} %",
        cut="" if indices.cut_max is None else str(number_text(indices.cut_max)),
        height="" if indices.height_max_m is None else f"{number_text(indices.height_max_m)} m",
        storeys=indices.storeys,
        footprint=square_metres(allowed.footprint_m2) if is_place else "",
        floor_area=square_metres(allowed.floor_area_m2) if is_place else "",
    )


def _limit(limit: LimitHere, is_place: bool) -> LimitRow:
    meeting = limit.meeting
    if meeting.distance_m > 0:
        where = gettext("%(metres)s m away") % {"metres": number_text(meeting.distance_m, 0)}
    elif meeting.length_m > 0:
        where = gettext("crosses it on %(metres)s m") % {"metres": number_text(meeting.length_m, 0)}
    elif is_place and meeting.area_m2 > 0:
        where = gettext("on %(share)s of it") % {"share": percent_text(100 * meeting.share, 0)}
    else:
        where = gettext("here")
    return LimitRow(
        kind=kind_words(plans.CONSTRAINT_KIND_NAMES, limit.constraint.kind),
        name=limit.name,
        layer=limit.constraint.layer.title,
        effect=limit.constraint.effect,
        authority=limit.constraint.authority,
        where=where,
    )


# --- amendments ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """What an amendment does to one zone."""

    item: AmendmentItem
    action: str
    area: str
    lines: tuple[tuple[str, str, str], ...]  # attribute, before, after
    moved: str  # how the outline changes, in words


def differences(
    items: Sequence[AmendmentItem], before: Mapping[str, tuple[Mapping[str, object], Any]], schema: Schema
) -> list[Difference]:
    """Return what each item of an amendment changes; ``before`` has properties and geometry of the zones by key."""
    return [_difference(item, before.get(item.key), schema) for item in items]


def _difference(item: AmendmentItem, before: tuple[Mapping[str, object], Any] | None, schema: Schema) -> Difference:
    language = (get_language() or "ro")[:2]
    words = {
        plans.ItemAction.ADD: gettext("new zone"),
        plans.ItemAction.CHANGE: gettext("changed zone"),
        plans.ItemAction.REMOVE: gettext("zone that goes"),
    }
    old = dict(before[0]) if before else {}
    new = item.properties if item.action != plans.ItemAction.REMOVE else {}
    lines = tuple(
        (
            attribute.title_in(language),
            words_of(attribute, old) or "–",
            words_of(attribute, new) or "–",
        )
        for attribute in schema.attributes
        if old.get(attribute.name) != new.get(attribute.name)
    )
    shape = from_wkb(item.geometry) if item.geometry is not None else before[1] if before else None
    return Difference(
        item=item,
        action=words[plans.ItemAction(item.action)],
        area=square_metres(measuring.area_m2(shape)) if shape is not None else "",
        lines=lines,
        moved=_moved(item, before),
    )


def zone_features(zones: Iterable[Feature]) -> dict[str, object]:
    """Return zones as GeoJSON for the map."""
    return _collection(
        _shape(from_wkb(zone.geometry), f"{zone.key} {zone.properties.get('zone') or ''}".strip(), "", "stream")
        for zone in zones
    )


def bounds_of_zones(zones: Iterable[Feature]) -> tuple[float, float, float, float] | None:
    """Return the box around zones, or None where there are none."""
    shapes = np.array([from_wkb(zone.geometry) for zone in zones], dtype=object)
    return tuple(shapely.total_bounds(shapes).tolist()) if len(shapes) else None


def difference_features(
    items: Sequence[AmendmentItem], before: Mapping[str, tuple[Mapping[str, object], Any]]
) -> dict[str, object]:
    """Return what an amendment changes as GeoJSON for the map: outlines before and after."""
    shapes = []
    for item in items:
        if item.key in before:
            shapes.append(_shape(before[item.key][1], item.key, gettext("before"), "stibnite"))
        if item.geometry is not None and item.action != plans.ItemAction.REMOVE:
            shapes.append(_shape(from_wkb(item.geometry), item.key, gettext("after"), "malachite"))
    return _collection(shapes)


def bounds_of_features(collection: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """Return the box around what is shown on a map, or None where that is nothing."""
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in collection["features"]]
    return tuple(shapely.total_bounds(np.array(shapes, dtype=object)).tolist()) if shapes else None


def _collection(features: Iterable[Mapping[str, object]]) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": list(features)}


def _shape(geometry: Any, label: str, note: str, tone: str) -> dict[str, object]:
    properties = {"label": label, "note": note, "tone": tone}
    return {"type": "Feature", "properties": properties, "geometry": geometry.__geo_interface__}


def _moved(item: AmendmentItem, before: tuple[Mapping[str, object], Any] | None) -> str:
    if item.action != plans.ItemAction.CHANGE or before is None or item.geometry is None:
        return ""
    old, new = before[1], from_wkb(item.geometry)
    gained, lost = measuring.area_m2(new.difference(old)), measuring.area_m2(old.difference(new))
    if gained < 1 and lost < 1:
        return gettext("The outline stays.")
    return gettext("The outline gains %(gained)s m² and loses %(lost)s m².") % {
        "gained": number_text(gained, 0),
        "lost": number_text(lost, 0),
    }

"""What plans say of a place: zone, what may be built, what limits it, on which papers; and the parcels of the cadastre."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import shapely
from django.db import connection
from django.db.models import QuerySet
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.models import (
    Amendment,
    Constraint,
    Layer,
    Plan,
    PlanDocument,
    ZoneRule,
)
from rivulus.atlas.queries.features import property_filter, shown_schema
from rivulus.atlas.queries.plans import list_documents
from rivulus.atlas.queries.visible import PUBLIC, Viewer, list_layers
from rivulus.atlas.rules import measuring, plans
from rivulus.atlas.rules.plans import PLAN_RANK, Allowance, AmendmentState, Indices, Meeting, Shape
from rivulus.atlas.rules.schemas import read_schema
from rivulus.kernel.errors import NotFound

PARCELS = "parcels"  # the code of the layer of parcels, and the attribute by which they are known
NUMBER = "cadastral_number"
MOST_PARCELS = 50

_SHAPES = """
SELECT wanted.layer, f.key, f.properties, f.geometry
FROM unnest(%s::int[], %s::text[]) AS wanted (layer, bounds)
CROSS JOIN LATERAL (
    SELECT key, properties, geometry FROM atlas_feature
    WHERE layer_id = wanted.layer AND box && wanted.bounds::box AND valid @> %s::date
    ORDER BY id LIMIT 2000
) f
"""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A piece of the cadastre; ``number`` is its cadastral number."""

    key: str
    number: str
    properties: Mapping[str, object]
    geometry: BaseGeometry
    layer: Layer

    @property
    def area_m2(self) -> float:
        """Return the area of its outline on the ground."""
        return measuring.area_m2(self.geometry)


@dataclass(frozen=True, slots=True)
class ZoneHere:
    """A zone that a parcel or point meets, and what it allows there."""

    plan: Plan
    meeting: Meeting
    code: str
    rule: ZoneRule | None
    indices: Indices
    allowance: Allowance
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class LimitHere:
    """A feature that limits building on a parcel or at a point."""

    constraint: Constraint
    meeting: Meeting
    name: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known of a place on a day. ``uncovered`` is the share (0..1) that no zone of any plan covers."""

    geometry: BaseGeometry
    day: dt.date
    parcels: tuple[Parcel, ...]
    zones: tuple[ZoneHere, ...]
    limits: tuple[LimitHere, ...]
    documents: tuple[PlanDocument, ...]
    coming: tuple[Amendment, ...]  # approved, not yet in force on that day
    uncovered: float

    @property
    def area_m2(self) -> float:
        """Return the area of the place asked about; nothing for a point."""
        return measuring.area_m2(self.geometry)


def find_parcels(number: str, viewer: Viewer = PUBLIC) -> list[Parcel]:
    """Return parcels whose cadastral number is, or begins with, what was asked; the exact one first.

    Whoever does not see the numbers finds nothing by them.
    """
    layer = list_layers(viewer).filter(code=PARCELS).first()
    wanted = number.strip().lower()
    if layer is None or not wanted or NUMBER not in shown_schema(layer, viewer).by_name:
        return []
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT key, properties, geometry FROM atlas_feature WHERE layer_id = %s "  # noqa: S608 (our own words)
            f"AND properties->>'{NUMBER}' IS NOT NULL AND lower(properties->>'{NUMBER}') LIKE %s "
            "AND valid @> current_date "
            f"ORDER BY length(properties->>'{NUMBER}'), lower(properties->>'{NUMBER}'), id LIMIT %s",
            [layer.pk, f"{escaped}%", MOST_PARCELS],
        )
        return [_parcel(layer, row[0], _json(row[1]), row[2], viewer) for row in cursor.fetchall()]


def get_parcel(key: str, day: dt.date, viewer: Viewer = PUBLIC) -> Parcel:
    """Return a parcel as it was on a day; raises NotFound."""
    layer = list_layers(viewer).filter(code=PARCELS).first()
    row = layer.features.filter(key=key, valid__contains=day).first() if layer else None
    if layer is None or row is None:
        raise NotFound
    return _parcel(layer, row.key, row.properties, row.geometry, viewer)


def _parcel(
    layer: Layer, key: str, properties: Mapping[str, object], wkb: bytes | memoryview, viewer: Viewer
) -> Parcel:
    shown = read_schema(layer.schema).show(properties, with_private=viewer.owns(layer))
    return Parcel(key, str(shown.get(NUMBER) or key), shown, shapely.from_wkb(bytes(wkb)), layer)


# --- the report ------------------------------------------------------------------------------------


def describe(geometry: BaseGeometry, day: dt.date, viewer: Viewer = PUBLIC) -> Report:
    """Return what plans and limits say of a place on a day; the number of queries does not grow with the layers."""
    seen = {layer.pk: layer for layer in list_layers(viewer)}
    in_force = [plan for plan in Plan.objects.filter(layer__in=seen).select_related("layer") if _holds(plan, day)]
    constraints = list(Constraint.objects.filter(layer__in=seen).select_related("layer"))
    parcels_layer = next((layer for layer in seen.values() if layer.code == PARCELS), None)
    reach = {plan.layer_id: 0.0 for plan in in_force} | {each.layer_id: each.buffer_m for each in constraints}
    if parcels_layer is not None:
        reach.setdefault(parcels_layer.pk, 0.0)
    shapes = _shapes(geometry, reach, day, seen, viewer)
    zones = _zones(geometry, in_force, shapes, day)
    named = {zone.plan.pk: zone.plan for zone in zones}
    return Report(
        geometry=geometry,
        day=day,
        parcels=tuple(_parcels_here(geometry, parcels_layer, shapes)),
        zones=tuple(zones),
        limits=tuple(_limits(geometry, constraints, shapes, seen)),
        documents=tuple(list_documents(list(named.values()) or in_force)),
        coming=tuple(_coming(in_force, day)),
        uncovered=_uncovered(geometry, zones),
    )


def _holds(plan: Plan, day: dt.date) -> bool:
    begun = plan.adopted_on is None or plan.adopted_on <= day
    return begun and (plan.expires_on is None or day < plan.expires_on)


def _shapes(
    geometry: BaseGeometry, reach: Mapping[int, float], day: dt.date, seen: Mapping[int, Layer], viewer: Viewer
) -> dict[int, list[Shape]]:
    boxes = [_box(measuring.box_around(geometry.bounds, metres)) for metres in reach.values()]
    found: dict[int, list[Shape]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_SHAPES, [list(reach), boxes, day])
        for layer, key, properties, wkb in cursor.fetchall():
            schema = read_schema(seen[layer].schema)
            shown = schema.show(_json(properties), with_private=viewer.owns(seen[layer]))
            found[layer].append(Shape(key, shown, shapely.from_wkb(bytes(wkb))))
    return found


def _box(bounds: tuple[float, float, float, float]) -> str:
    west, south, east, north = bounds
    return f"(({east!r},{north!r}),({west!r},{south!r}))"


def _json(value: object) -> dict[str, object]:
    """Django reads JSON of raw queries as text."""
    found: dict[str, object] = value if isinstance(value, dict) else json.loads(str(value))
    return found


def _zones(
    geometry: BaseGeometry, in_force: Iterable[Plan], shapes: Mapping[int, list[Shape]], day: dt.date
) -> list[ZoneHere]:
    met = [(plan, meeting) for plan in in_force for meeting in plans.meet(geometry, shapes.get(plan.layer_id, ()))]
    rules = _rules_of({plan.pk for plan, _ in met}, day)
    area = measuring.area_m2(geometry)
    found = _merged([_zone(plan, meeting, rules, area) for plan, meeting in met])
    return sorted(found, key=lambda zone: (PLAN_RANK[zone.plan.kind], -zone.meeting.share, zone.code))


def _merged(zones: Iterable[ZoneHere]) -> list[ZoneHere]:
    """A parcel may meet several zones that say the same: they are told as one."""
    found: dict[tuple[int, str, Indices], ZoneHere] = {}
    for zone in zones:
        name = (zone.plan.pk, zone.code, zone.indices)
        known = found.get(name)
        found[name] = zone if known is None else _together(known, zone)
    return list(found.values())


def _together(one: ZoneHere, other: ZoneHere) -> ZoneHere:
    a, b = one.meeting, other.meeting
    share = min(a.share + b.share, 1.0)
    meeting = Meeting(a.shape, a.area_m2 + b.area_m2, share, a.length_m + b.length_m, min(a.distance_m, b.distance_m))
    allowance = Allowance(
        _sum(one.allowance.footprint_m2, other.allowance.footprint_m2),
        _sum(one.allowance.floor_area_m2, other.allowance.floor_area_m2),
    )
    return replace(one, meeting=meeting, allowance=allowance, shapes=(*one.shapes, *other.shapes))


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _rules_of(plan_ids: Collection[int], day: dt.date) -> dict[tuple[int, str], ZoneRule]:
    rows = ZoneRule.objects.filter(plan__in=plan_ids, valid_from__lte=day)
    newest = rows.order_by("plan_id", "code", "-valid_from", "-id").distinct("plan_id", "code")
    return {(row.plan_id, row.code): row for row in newest}


def _zone(plan: Plan, meeting: Meeting, rules: Mapping[tuple[int, str], ZoneRule], area: float) -> ZoneHere:
    own = meeting.shape.properties
    code = str(own.get("zone") or meeting.shape.key)
    rule = rules.get((plan.pk, code))
    indices = Indices(
        pot_max=_number(own, rule, "pot_max"),
        cut_max=_number(own, rule, "cut_max"),
        height_max_m=_number(own, rule, "height_max_m"),
        storeys=str(own.get("storeys") or (rule.storeys if rule else "")),
    )
    return ZoneHere(plan, meeting, code, rule, indices, plans.allow(indices, area, meeting.share), (meeting.shape,))


def _number(own: Mapping[str, object], rule: ZoneRule | None, name: str) -> float | None:
    value = own.get(name)
    if value is None and rule is not None:
        value = getattr(rule, name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _limits(
    geometry: BaseGeometry,
    constraints: Iterable[Constraint],
    shapes: Mapping[int, list[Shape]],
    seen: Mapping[int, Layer],
) -> list[LimitHere]:
    found = []
    for constraint in constraints:
        schema = read_schema(seen[constraint.layer_id].schema)
        for meeting in plans.meet(geometry, shapes.get(constraint.layer_id, ()), within_m=constraint.buffer_m):
            name = schema.name_of(meeting.shape.properties, meeting.shape.key)
            found.append(LimitHere(constraint, meeting, name))
    return sorted(found, key=lambda limit: (limit.constraint.kind, limit.meeting.distance_m, limit.name))


def _parcels_here(geometry: BaseGeometry, layer: Layer | None, shapes: Mapping[int, list[Shape]]) -> Iterable[Parcel]:
    if layer is None:
        return
    for meeting in plans.meet(geometry, shapes.get(layer.pk, ()))[:10]:
        shape = meeting.shape
        yield Parcel(shape.key, str(shape.properties.get(NUMBER) or shape.key), shape.properties, shape.geometry, layer)


def _coming(in_force: Collection[Plan], day: dt.date) -> QuerySet[Amendment]:
    waiting = Amendment.objects.filter(plan__in=in_force, state=AmendmentState.APPROVED, effective_on__gt=day)
    return waiting.select_related("plan").order_by("effective_on", "id")


def _uncovered(geometry: BaseGeometry, zones: Iterable[ZoneHere]) -> float:
    if measuring.area_m2(geometry) == 0:
        return 0.0 if any(True for _ in zones) else 1.0
    covers = shapely.union_all([shape.geometry for zone in zones for shape in zone.shapes])
    left = shapely.difference(geometry, covers)
    share = measuring.area_m2(left) / measuring.area_m2(geometry)
    return share if share > plans.SLIVER_SHARE else 0.0


# --- many places at once ---------------------------------------------------------------------------

_MANY = """
SELECT place.id, p.layer, f.properties, f.geometry
FROM unnest(%s::int[], %s::text[]) AS place (id, bounds)
CROSS JOIN unnest(%s::int[]) AS p (layer)
CROSS JOIN LATERAL (
    SELECT properties, geometry FROM atlas_feature
    WHERE layer_id = p.layer AND box && place.bounds::box AND valid @> %s::date
    ORDER BY id LIMIT 20
) f
"""


def list_floor_ratios(
    places: Mapping[int, BaseGeometry], day: dt.date, viewer: Viewer = PUBLIC
) -> dict[int, tuple[float | None, bool]]:
    """Return for each place the largest CUT that a plan gives at its middle, and whether any plan covers it there."""
    seen = {layer.pk: layer for layer in list_layers(viewer)}
    in_force = {plan.layer_id: plan for plan in Plan.objects.filter(layer__in=seen) if _holds(plan, day)}
    strips = {pk: property_filter(seen[pk], viewer) for pk in in_force}
    middles = {pk: geometry.representative_point() for pk, geometry in places.items()}
    found: dict[int, tuple[float | None, bool]] = dict.fromkeys(places, (None, False))
    if not in_force or not middles:
        return found
    rules = _rules_of({plan.pk for plan in in_force.values()}, day)
    with connection.cursor() as cursor:
        boxes = [_box(point.bounds) for point in middles.values()]
        cursor.execute(_MANY, [list(middles), boxes, list(in_force), day])
        for pk, layer, properties, wkb in cursor.fetchall():
            if not shapely.intersects(shapely.from_wkb(bytes(wkb)), middles[pk]):
                continue
            own, plan = strips[layer](_json(properties)), in_force[layer]
            cut = _number(own, rules.get((plan.pk, str(own.get("zone")))), "cut_max")
            known = found[pk][0]
            found[pk] = (cut if known is None else max(known, cut or 0.0), True)
    return found

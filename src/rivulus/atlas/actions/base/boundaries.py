"""Units, the metropolitan area made of them, neighbourhoods: layers that the platform itself keeps."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.actions.features import replace_features
from rivulus.atlas.actions.layers import ensure_layer
from rivulus.atlas.models import Change
from rivulus.atlas.rules.base import boundaries as rules
from rivulus.atlas.rules.measuring import area_m2
from rivulus.atlas.rules.versions import NewFeature
from rivulus.atlas.terms import ChangeKind
from rivulus.identity import queries as identity

if TYPE_CHECKING:
    from rivulus.identity.models import Person


@dataclass(frozen=True, slots=True)
class Unit:
    """An administrative unit as a file has it."""

    siruta: str
    name: str
    geometry: BaseGeometry
    area_km2: float
    kind: str | None = None
    county: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """The change of the layer of units, if there was one, and how many of them are of the metropolitan area."""

    change: Change | None
    members: int


@transaction.atomic
def put_boundaries(
    *, by: "Person | None", units: Sequence[Unit], name: Mapping[str, str], attribution: str, licence: str
) -> Done:
    """Make the units exactly these, and the metropolitan area of those whose town halls are organisations here."""
    codes = {str(code) for code in identity.list_organisations().exclude(siruta=None).values_list("siruta", flat=True)}
    layer = ensure_layer(by=None, spec=rules.units_spec(attribution, licence))
    features = [_unit_feature(unit, codes) for unit in units]
    change = replace_features(by=by, layer=layer, kind=ChangeKind.PACK, features=features, reason=attribution)
    members = [unit for unit in units if unit.siruta in codes]
    area = ensure_layer(by=None, spec=rules.metropolitan_spec(attribution, licence, name))
    replace_features(by=by, layer=area, kind=ChangeKind.PACK, features=_metropolitan(members, name["ro"]))
    return Done(change, len(members))


def _unit_feature(unit: Unit, members: Collection[str]) -> NewFeature:
    properties: dict[str, object] = {
        "name": unit.name,
        "siruta": unit.siruta,
        "area_km2": unit.area_km2,
        "is_metropolitan": unit.siruta in members,
    }
    properties |= {key: value for key, value in (("kind", unit.kind), ("county", unit.county)) if value}
    return NewFeature(unit.geometry, properties, unit.siruta)


def _metropolitan(members: Sequence[Unit], name: str) -> list[NewFeature]:
    if not members:
        return []
    whole = shapely.union_all([unit.geometry for unit in members])
    properties = {"name": name, "members": len(members), "area_km2": round(area_m2(whole) / 1e6, 2)}
    return [NewFeature(whole, properties, "metropolitan")]


@transaction.atomic
def put_neighbourhoods(*, by: "Person | None", features: Sequence[NewFeature]) -> Change | None:
    """Bring the sketched neighbourhoods of the pack, unless somebody has drawn or imported better ones."""
    layer = ensure_layer(by=None, spec=rules.NEIGHBOURHOOD_SPEC)
    if layer.is_described_by_hand or layer.changes.exclude(kind=ChangeKind.PACK).exists():
        return None
    return replace_features(by=by, layer=layer, kind=ChangeKind.PACK, features=features)

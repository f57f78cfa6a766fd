"""Layers are made, described anew, and withdrawn."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import transaction

from rivulus.atlas.actions.features import apply_changes
from rivulus.atlas.models import Feature, Layer
from rivulus.atlas.queries.layers import find_held
from rivulus.atlas.rules import permissions, schema_changes
from rivulus.atlas.rules.schemas import Schema, read_schema
from rivulus.atlas.rules.specs import LayerSpec, check_spec
from rivulus.atlas.rules.versions import ChangedFeature
from rivulus.atlas.terms import ChangeKind, GeometryType
from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Organisation, Person

SUBJECT = "atlas.layer"


@transaction.atomic
def create_layer(*, by: "Person | None", spec: LayerSpec) -> Layer:
    """Make an empty layer. Raises Refused where the code is taken or something cannot be; by None for the platform."""
    check_spec(spec)
    owner = _owner(spec)
    _check(by, owner.pk)
    if Layer.objects.filter(code=spec.code).exists():
        raise Refused(N_("There is a layer with the code %(code)s already."), code=spec.code)
    now = clock.now()
    layer = Layer.objects.create(
        code=spec.code,
        owner=owner,
        is_described_by_hand=by is not None,
        created_at=now,
        changed_at=now,
        **spec.columns(),
    )
    _write(by, "created", layer, {"visibility": layer.visibility, "owner": owner.code})
    return layer


@transaction.atomic
def describe_layer(*, by: "Person | None", layer: Layer, spec: LayerSpec, agreed: Collection[str] = ()) -> Layer:
    """Describe a layer anew; its code and owner stay.

    Attributes may be added freely. Raises NeedsAgreement for each attribute, not yet among ``agreed``, that would
    disappear, be converted or be shown to everybody, and Refused where the features do not fit the new description.
    """
    check_spec(spec)
    locked = _lock(layer)
    _check(by, locked.owner_id)
    columns = spec.columns()
    changed = sorted(name for name, value in columns.items() if getattr(locked, name) != value)
    if changed:
        _check_features(locked, columns, agreed)
        before = read_schema(locked.schema)
        for name, value in columns.items():
            setattr(locked, name, value)
        _save(by, locked, changed)
        _convert(by, locked, before)
    return locked


@transaction.atomic
def ensure_layer(*, by: "Person | None", spec: LayerSpec) -> Layer:
    """Return the layer of this code as described, made or brought up to date; for what the platform itself brings.

    What somebody described by hand is left as it is.
    """
    found = Layer.objects.filter(code=spec.code).select_related("owner").first()
    if found is None:
        return create_layer(by=by, spec=spec)
    if found.is_described_by_hand:
        return found
    if found.withdrawn_at is not None:
        Layer.objects.filter(pk=found.pk).update(withdrawn_at=None)
        found.withdrawn_at = None
    agreed = schema_changes.compare(read_schema(found.schema), read_schema(spec.schema)).names
    return describe_layer(by=by, layer=found, spec=spec, agreed=agreed)


@transaction.atomic
def withdraw_layer(*, by: "Person | None", layer: Layer, reason: str) -> Layer:
    """Take a layer away from everybody's sight; its features and their history are kept."""
    locked = _lock(layer)
    _check(by, locked.owner_id)
    if not reason.strip():
        raise Refused(N_("Say why the layer is withdrawn."))
    locked.withdrawn_at = clock.now()
    locked.is_described_by_hand = locked.is_described_by_hand or by is not None
    locked.revision += 1
    locked.save(update_fields=["withdrawn_at", "is_described_by_hand", "revision"])
    _write(by, "withdrawn", locked, {"reason": reason.strip()[:500]})
    return locked


def _owner(spec: LayerSpec) -> "Organisation":
    found = identity.find_organisation(spec.owner) if spec.owner else identity.find_city()
    if found is None:
        raise Refused(N_("There is no organisation %(code)s that could own the layer."), code=spec.owner or "—")
    return found


def _check(by: "Person | None", owner: int) -> None:
    if by is not None:
        permissions.check_can_for("edit_layer", identity.roles_of(by), owner, identity.organisations_of(by))


def _lock(layer: Layer) -> Layer:
    try:
        locked = Layer.objects.select_for_update(of=("self",)).select_related("owner")
        return locked.get(pk=layer.pk, withdrawn_at__isnull=True)
    except Layer.DoesNotExist:
        raise NotFound from None


def _check_features(layer: Layer, columns: dict[str, Any], agreed: Collection[str]) -> None:
    features = Feature.objects.filter(layer=layer)
    old, new = read_schema(layer.schema), read_schema(columns["schema"])
    names = schema_changes.compare(old, new).names
    if names:
        schema_changes.check_change(old, new, find_held(layer, names), features.count(), agreed)
    wanted = columns["geometry_type"]
    if wanted not in (layer.geometry_type, GeometryType.ANY) and features.exists():
        raise Refused(N_("The layer has features; its shape can only become “any shape”."))


def _convert(by: "Person | None", layer: Layer, before: Schema) -> None:
    """Values of an attribute that has another type now are written in that type, as one change with its history."""
    after = read_schema(layer.schema)
    retyped = [a.name for a in schema_changes.compare(before, after).retyped]
    if not retyped:
        return
    rows = Feature.objects.filter(layer=layer, properties__has_any_keys=retyped).order_by("id")
    known = after.by_name
    updates = (
        ChangedFeature(key, number, properties={n: v for n, v in properties.items() if n in known})
        for key, number, properties in rows.values_list("key", "number", "properties").iterator(chunk_size=2000)
    )
    if rows.exists():
        # the layer was asked about above; what people may not edit by hand may still be described
        apply_changes(by=by, layer=layer, kind=ChangeKind.REGISTER, reason="", updates=updates)


def _save(by: "Person | None", layer: Layer, changed: list[str]) -> None:
    layer.revision += 1
    layer.changed_at = clock.now()
    layer.is_described_by_hand = layer.is_described_by_hand or by is not None
    layer.save(update_fields=[*changed, "revision", "changed_at", "is_described_by_hand"])
    _write(by, "described", layer, {"changed": changed})


def _write(by: "Person | None", verb: str, layer: Layer, content: dict[str, Any]) -> None:
    told = {"code": layer.code, **content}
    journal.write(by=by, verb=f"{SUBJECT}.{verb}", subject=SUBJECT, subject_id=layer.pk, content=told)

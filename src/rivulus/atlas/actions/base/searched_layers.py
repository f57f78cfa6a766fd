"""The named features of public layers are among the places that are found by words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import shapely
from django.db import transaction
from django.db.models import Q

from rivulus.atlas.actions.base.places import replace_places
from rivulus.atlas.models import Layer, Place, SearchedLayer
from rivulus.atlas.queries.places import LAYER_SOURCE, list_named
from rivulus.atlas.rules.base.boundaries import METROPOLITAN, NEIGHBOURHOODS, UNITS
from rivulus.atlas.rules.base.layers import SPECS
from rivulus.atlas.rules.base.places import WEIGHTS, PlaceKind, PlaceRow
from rivulus.atlas.rules.base.words import words_of
from rivulus.atlas.rules.schemas import Schema, read_schema
from rivulus.atlas.terms import Visibility
from rivulus.kernel import clock
from rivulus.kernel.geometry import from_wkb

if TYPE_CHECKING:
    from rivulus.identity.models import Person

MOST_OF_A_LAYER = 200_000
KINDS = {UNITS: PlaceKind.UNIT, METROPOLITAN: PlaceKind.UNIT, NEIGHBOURHOODS: PlaceKind.NEIGHBOURHOOD}


def refresh_search(*, by: "Person | None") -> int:
    """Bring the search up to date with the layers that changed since, and forget those that are no longer public.

    Returns how many layers were looked through; each is a transaction of its own, so that the next run goes on where
    this one was stopped.
    """
    today = clock.today()
    searched = {row.pk: row for row in SearchedLayer.objects.all()}
    public = Layer.objects.filter(visibility=Visibility.PUBLIC, withdrawn_at__isnull=True).order_by("pk")
    known = {layer.pk: layer for layer in public if layer.code not in SPECS and _name_of(read_schema(layer.schema))}
    for pk in searched.keys() - known.keys():
        _forget(pk)
    changed = [
        layer
        for pk, layer in known.items()
        if pk not in searched or (searched[pk].revision, searched[pk].day) != (layer.revision, today)
    ]
    for layer in changed:
        _look_through(by, layer.pk)
    return len(changed)


def _name_of(schema: Schema) -> str | None:
    return next((attribute.name for attribute in schema.open.attributes if attribute.is_name), None)


@transaction.atomic
def _forget(layer: int) -> None:
    Place.objects.filter(source=f"{LAYER_SOURCE}{layer}").delete()
    SearchedLayer.objects.filter(pk=layer).delete()


@transaction.atomic
def _look_through(by: "Person | None", pk: int) -> None:
    """Nobody changes the layer meanwhile: the revision that is noted is the one that was read."""
    locked = Layer.objects.select_for_update(of=("self",), no_key=True).filter(Q(pk=pk)).first()
    if locked is None:
        return
    replace_places(by=by, source=f"{LAYER_SOURCE}{pk}", rows=_rows(locked))
    SearchedLayer.objects.update_or_create(pk=pk, defaults={"revision": locked.revision, "day": clock.today()})


def _rows(layer: Layer) -> Iterator[PlaceRow]:
    schema = read_schema(layer.schema)
    name = _name_of(schema)
    kind = KINDS.get(layer.code, PlaceKind.FEATURE)
    seen: set[str] = set()
    for row in list_named(layer):
        said = str(row.properties.get(name or "", "")).strip()[:200]
        words = words_of(said)
        if not words or row.key in seen or len(seen) >= MOST_OF_A_LAYER:
            continue
        seen.add(row.key)
        middle = shapely.point_on_surface(from_wkb(row.geometry))
        yield PlaceRow(
            row.key,
            kind,
            said,
            words,
            round(middle.x, 7),
            round(middle.y, 7),
            row.box,
            detail="" if kind is not PlaceKind.FEATURE else layer.title_ro[:200],
            weight=WEIGHTS[kind],
        )

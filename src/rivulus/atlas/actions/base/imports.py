"""A base map comes into force: its tiles, places, streets and layers, all in one transaction or not at all."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from rivulus.atlas.actions.base.merging import Difference, Merge
from rivulus.atlas.actions.base.places import replace_places
from rivulus.atlas.actions.features import replace_features
from rivulus.atlas.actions.layers import ensure_layer
from rivulus.atlas.models import BaseImport, Change
from rivulus.atlas.queries.base import forget_base
from rivulus.atlas.queries.features import count_features
from rivulus.atlas.rules.base.places import PlaceRow
from rivulus.atlas.rules.specs import LayerSpec
from rivulus.atlas.rules.versions import NewFeature
from rivulus.atlas.terms import ChangeKind
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.geometry import Box

if TYPE_CHECKING:
    from rivulus.identity.models import Person

SUBJECT, SOURCE = "atlas.base", "osm"
NODES = ("id", "longitude", "latitude")
EDGES = (
    "key", "start_id", "end_id", "kind", "name", "length_m", "speed_kmh", "is_walkable", "is_cyclable_on",
    "is_cyclable_back", "is_drivable_on", "is_drivable_back", "geometry", "box",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBase:
    """A base map that was read and drawn: ``file`` is its archive below the data folder.

    ``layers`` go with their descriptions; the one with the most features should come first, since whoever writes the
    journal waits from the end of the first one on.
    """

    name: str
    checksum: str
    file: str
    box: Box
    data_until: dt.datetime | None
    places: Iterable[PlaceRow]
    nodes: Iterable[Sequence[object]]
    edges: Iterable[Sequence[object]]
    layers: Sequence[tuple[LayerSpec, Iterable[NewFeature]]]
    told: Mapping[str, int]


@transaction.atomic
def put_base(*, by: "Person | None", base: NewBase) -> BaseImport:
    """Put a base map in force instead of the one before, and return its import, whose report says what changed."""
    with connection.cursor() as cursor:
        # two imports at once would each see the other's rows as missing
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('rivulus.atlas.base'))")
    report: dict[str, object] = {"read": dict(base.told)}
    report["places"] = replace_places(by=by, source=SOURCE, rows=base.places).as_json()
    report.update(_replace_streets(base))
    for spec, features in base.layers:
        layer = ensure_layer(by=None, spec=spec)
        reason = f"{base.name}, {base.data_until:%Y-%m-%d}" if base.data_until else base.name
        change = replace_features(by=by, layer=layer, kind=ChangeKind.PACK, reason=reason, features=features)
        report[spec.code] = _difference(change, count_features(layer)).as_json()
    row = _keep(by, base, report)
    content = {"name": row.name, "checksum": row.checksum, "report": report}
    journal.write(by=by, verb=f"{SUBJECT}.imported", subject=SUBJECT, subject_id=row.pk, content=content)
    return row


def _keep(by: "Person | None", base: NewBase, report: dict[str, object]) -> BaseImport:
    BaseImport.objects.filter(is_current=True).update(is_current=False)
    row = BaseImport.objects.create(
        name=base.name[:200],
        checksum=base.checksum,
        file=base.file,
        box=base.box,
        data_until=base.data_until,
        report=report,
        is_current=True,
        by=by,
        at=clock.now(),
    )
    # The archive before stays until the next import: other processes serve it for some seconds more.
    transaction.on_commit(forget_base)
    return row


def _replace_streets(base: NewBase) -> dict[str, object]:
    """Nodes come before the pieces between them, and go after them."""
    nodes = Merge("atlas_streetnode", "id", NODES)
    nodes.stage(base.nodes)
    added, changed = nodes.put()
    pieces = Merge("atlas_streetedge", "key", EDGES).whole(base.edges)
    removed = nodes.clear()
    return {
        "street_nodes": Difference(added, changed, removed, nodes.total).as_json(),
        "street_pieces": pieces.as_json(),
    }


def _difference(change: Change | None, total: int) -> Difference:
    if change is None:
        return Difference(0, 0, 0, total)
    return Difference(change.added, change.changed, change.removed, total)

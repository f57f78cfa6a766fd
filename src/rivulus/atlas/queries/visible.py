"""Who sees which layers: the one door through which every page, tile and interface asks."""

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet

from rivulus.atlas.models import Layer
from rivulus.atlas.rules import permissions
from rivulus.atlas.terms import Origin, Visibility
from rivulus.identity import queries as identity
from rivulus.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking: their roles, and the organisations for which they act."""

    roles: frozenset[str] = frozenset()
    organisations: frozenset[int] = frozenset()

    def owns(self, layer: Layer) -> bool:
        """Say whether the layer belongs to one of the viewer's organisations: only then private attributes are shown."""
        return layer.owner_id in self.organisations


PUBLIC = Viewer()


def viewer_of(person: identity.Visitor) -> Viewer:
    """Return what a person may see."""
    roles = frozenset(map(str, identity.roles_of(person)))
    return Viewer(roles, identity.organisations_of(person)) if roles else PUBLIC


def list_layers(viewer: Viewer = PUBLIC) -> QuerySet[Layer]:
    """Return the layers that the viewer sees, as the map lists them; illustrative ones only where a demonstration runs."""
    found = Layer.objects.filter(withdrawn_at__isnull=True)
    if not settings.RIVULUS_DEMO:
        found = found.exclude(origin=Origin.ILLUSTRATIVE)
    return found.filter(_seen(viewer)).select_related("owner").order_by("theme", "rank", "id")


def get_layer(code: str, viewer: Viewer = PUBLIC) -> Layer:
    """Return a layer that the viewer sees; raises NotFound, also for one that they may not see."""
    found = list_layers(viewer).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def get_public_layer(code: str) -> Layer:
    """Return a layer that everybody sees; raises NotFound.

    It answers as :func:`get_layer` does, in a third of its time: a map asks for dozens of tiles at once.
    """
    found = Layer.objects.raw(_PUBLIC, {"code": code, "made_up": settings.RIVULUS_DEMO})
    for layer in found:
        return layer
    raise NotFound


_PUBLIC = f"""
SELECT * FROM atlas_layer WHERE code = %(code)s AND visibility = '{Visibility.PUBLIC}' AND withdrawn_at IS NULL
AND (origin <> '{Origin.ILLUSTRATIVE}' OR %(made_up)s)
"""  # noqa: S608 (our own words)


def _seen(viewer: Viewer) -> Q:
    seen: Collection[str] = (
        (Visibility.PUBLIC, Visibility.STAFF)
        if permissions.can("see_staff_layers", viewer.roles)
        else (Visibility.PUBLIC,)
    )
    return Q(visibility__in=seen) | Q(owner__in=viewer.organisations)

"""The home page as a figure and as sentences, and what the frame of every page says of this copy."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from rivulus.identity.queries import has_demonstration
from rivulus.portal.queries import Front
from rivulus.strategy.terms import TONES
from rivulus.ui import charts


def crystal_of(front: Front) -> charts.Crystal:
    """Return the six pillars as the facets of one crystal, each a link to its pillar."""
    return charts.Crystal(
        key="crystal",
        title=_("The six pillars and the levels they have reached"),
        description=_(
            "Each facet is a pillar with five steps. Filled steps are levels reached, the part-filled step is the "
            "share of the next level, and the mark is the level expected in 2030."
        ),
        facets=tuple(
            charts.Facet(
                code=column.pillar.code,
                name=column.pillar.name,
                level=column.now.level,
                fraction=float(column.now.fraction),
                expected=column.expected.level,
                tone=TONES.get(column.pillar.code, "stibnite"),
                href=reverse("strategy:pillar", args=[column.pillar.code]),
            )
            for column in front.matrix.columns
        ),
    )


def demonstration(request: HttpRequest) -> dict[str, object]:
    """Context processor: whether this copy really holds demonstration data.

    Only a page with the frame asks, by one query, and only where the demonstration runs.
    """
    return {"demonstration": SimpleLazyObject(lambda: bool(settings.RIVULUS_DEMO) and has_demonstration())}

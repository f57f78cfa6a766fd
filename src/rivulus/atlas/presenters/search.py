"""Places that were found, as a page shows them and as the map's search box reads them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from rivulus.atlas.queries.places import FoundPlace
from rivulus.atlas.rules.base.places import KIND_NAMES, PlaceKind

CLOSEST, FARTHEST = 17.0, 8.0


@dataclass(frozen=True, slots=True)
class Row:
    """A place on a page: what it is called, what and where it is, its page and its view of the map."""

    label: str
    kind: str
    detail: str
    url: str
    map_url: str
    is_exact: bool
    place: FoundPlace


def rows_of(found: Iterable[FoundPlace]) -> list[Row]:
    """Return the places in the language of the reader."""
    return [
        Row(
            one.label,
            gettext(KIND_NAMES[PlaceKind(one.kind)]),
            ", ".join(part for part in (one.detail, one.postcode) if part),
            url_of(one),
            f"{reverse('atlas:map')}#{_zoom(one):.2f}/{one.latitude:.5f}/{one.longitude:.5f}",
            one.is_exact,
            one,
        )
        for one in found
    ]


def as_json(rows: Iterable[Row]) -> dict[str, object]:
    """Return what the search box of the map shows; ``bounds`` are west, south, east, north."""
    return {
        "places": [
            {
                "label": row.label,
                "kind": row.kind,
                "detail": row.detail,
                "longitude": row.place.longitude,
                "latitude": row.place.latitude,
                "bounds": list(row.place.box),
                "url": row.url,
            }
            for row in rows
        ]
    }


def url_of(one: FoundPlace) -> str:
    """Return the page of a feature, or else of what is at the place."""
    if one.layer:
        return reverse("atlas:feature", args=[one.layer, one.key])
    return f"{reverse('atlas:here')}?lon={one.longitude:.6f}&lat={one.latitude:.6f}"


def _zoom(one: FoundPlace) -> float:
    """Return the zoom at which the whole of it is seen on a screen of some five hundred points."""
    west, south, east, north = one.box
    side = max(east - west, (north - south) * 1.5)
    return CLOSEST if side <= 0 else min(CLOSEST, max(FARTHEST, math.log2(360 / side)))

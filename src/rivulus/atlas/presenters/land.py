"""Entries of the register in words: what, where, how large, whose, for how much, and how each scores."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from rivulus.atlas.models import LandAsset
from rivulus.atlas.queries.land import Scored
from rivulus.atlas.rules import land
from rivulus.atlas.rules.land import PART_NAMES, PART_WORDS, POLLUTED, Part, Score
from rivulus.kernel.geometry import from_wkb
from rivulus.ui.charts import Sketch, Spot
from rivulus.ui.presenters import money_text, number_text

HECTARE_M2 = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as the list shows it."""

    asset: LandAsset
    url: str
    kind: str
    state: str
    area: str
    price: str
    pollution: str
    is_polluted: bool
    score: str
    score_share: float
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of a score: what it weighs, what it came to."""

    name: str
    words: str
    weight: int
    value: str  # out of 100, or "not known"
    share: float | None


def area_text(area_m2: float | None) -> str:
    """Return an area in hectares from one on, else in square metres."""
    if area_m2 is None:
        return ""
    if area_m2 >= HECTARE_M2:
        return f"{number_text(area_m2 / HECTARE_M2, 2)} ha"
    return f"{number_text(area_m2, 0)} m²"


def price_text(asset: LandAsset) -> str:
    """Return what is asked: a price, a rent, or neither."""
    if asset.price_eur is not None:
        return str(money_text(asset.price_eur, "EUR"))
    if asset.rent_eur_month is not None:
        return gettext("%(amount)s a month") % {"amount": money_text(asset.rent_eur_month, "EUR")}
    return ""


def row_of(scored: Scored) -> Row:
    """Return an entry in words."""
    asset = scored.asset
    middle = from_wkb(asset.geometry).representative_point()
    value = scored.score.value
    return Row(
        asset=asset,
        url=reverse("atlas:land_asset", args=[asset.code]),
        kind=word(land.ASSET_KIND_NAMES, asset.kind),
        state=word(land.ASSET_STATE_NAMES, asset.state),
        area=area_text(asset.area_m2),
        price=price_text(asset),
        pollution=word(land.POLLUTION_NAMES, asset.pollution),
        is_polluted=asset.pollution in {str(level) for level in POLLUTED},
        score="" if value is None else str(number_text(value, 0)),
        score_share=value or 0.0,
        longitude=middle.x,
        latitude=middle.y,
    )


def word(names: Mapping[Any, str], code: str) -> str:
    """Return what a code means, in the language of the reader."""
    found = next((name for known, name in names.items() if str(known) == code), "")
    return gettext(found) if found else ""


def words(names: Mapping[Any, str], codes: Iterable[str]) -> list[str]:
    """Return what several codes mean."""
    return [word(names, code) for code in codes]


def part_rows(score: Score, weights: Mapping[Part, int]) -> list[PartRow]:
    """Return every part of a score, as the page explains it."""
    return [
        PartRow(
            name=gettext(PART_NAMES[part]),
            words=gettext(PART_WORDS[part]),
            weight=weights[part],
            value=gettext("not known") if value is None else str(number_text(100 * value, 0)),
            share=None if value is None else 100 * value,
        )
        for part, value in score.parts.items()
    ]


def features_of(rows: Sequence[Row]) -> dict[str, object]:
    """Return the entries as GeoJSON for the map, each with its outline."""
    return {"type": "FeatureCollection", "features": [_feature(row) for row in rows]}


def _feature(row: Row) -> dict[str, object]:
    tone = "rust" if row.is_polluted else "chestnut" if row.asset.kind == land.AssetKind.BROWNFIELD else "stream"
    note = ", ".join(filter(None, (row.kind, row.area, row.price)))
    return {
        "type": "Feature",
        "properties": {"label": row.asset.title, "note": note, "href": row.url, "tone": tone},
        "geometry": from_wkb(row.asset.geometry).__geo_interface__,
    }


def bounds_of(rows: Sequence[Row]) -> tuple[float, float, float, float] | None:
    """Return what a map of the entries shows."""
    boxes = [row.asset.box for row in rows]
    if not boxes:
        return None
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def sketch_of(rows: Sequence[Row], title: str) -> Sketch | None:
    """Return the entries on a sheet, for whoever has no map; nothing where there are none."""
    if not rows:
        return None
    spots = tuple(
        Spot(
            label=row.asset.title,
            longitude=row.longitude,
            latitude=row.latitude,
            rank=2 if row.is_polluted else 1 if row.asset.kind == land.AssetKind.BROWNFIELD else 0,
            note=", ".join(filter(None, (row.kind, row.area, row.price))),
            href=row.url,
        )
        for row in rows
    )
    return Sketch(
        key="land-sketch",
        title=title,
        description=gettext("Where the entries of this page lie, by kind."),
        spots=spots,
        rank_words=(gettext("Land or building"), gettext("Brownfield"), gettext("Polluted ground")),
    )

"""The register of land and buildings: what is on offer, what waits to be used again, and how each scores."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import F, Prefetch, Q, QuerySet

from rivulus.atlas.models import LandAsset, LandPhoto, LandStage
from rivulus.atlas.queries.visible import PUBLIC, Viewer
from rivulus.atlas.rules import land
from rivulus.atlas.rules.land import (
    POLLUTED,
    AssetKind,
    AssetState,
    Condition,
    Facts,
    OwnerKind,
    Part,
    Pollution,
    Score,
    Utility,
)
from rivulus.atlas.rules.permissions import can
from rivulus.kernel.errors import NotFound
from rivulus.kernel.words import fold

MOST = 2000  # entries that are scored at once


@dataclass(frozen=True, slots=True, kw_only=True)
class LandFilter:
    """What somebody looks for; what is empty does not matter."""

    kind: str = ""
    state: str = ""
    use: str = ""
    pollution: str = ""
    smallest_m2: float | None = None
    largest_m2: float | None = None
    most_eur: float | None = None
    utilities: tuple[str, ...] = ()
    search: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """An entry with its score."""

    asset: LandAsset
    score: Score


def list_assets(viewer: Viewer = PUBLIC, wanted: LandFilter | None = None) -> QuerySet[LandAsset]:
    """Return the entries that the viewer sees and asked for, by code; what is made up only where a demonstration runs."""
    found = LandAsset.objects.filter(withdrawn_at__isnull=True).select_related("keeper")
    if not can("edit_land", viewer.roles):
        found = found.filter(is_public=True)
    else:
        found = found.filter(Q(is_public=True) | Q(keeper__in=viewer.organisations))
    if not settings.RIVULUS_DEMO:
        found = found.filter(is_illustrative=False)
    return _narrowed(found, wanted or LandFilter()).order_by("code", "id")


def _narrowed(found: QuerySet[LandAsset], wanted: LandFilter) -> QuerySet[LandAsset]:
    exact = {"kind": wanted.kind, "state": wanted.state, "pollution": wanted.pollution}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if wanted.use:
        found = found.filter(uses__contains=[wanted.use])
    if wanted.utilities:
        found = found.filter(utilities__contains=list(wanted.utilities))
    if wanted.smallest_m2 is not None:
        found = found.filter(area_m2__gte=wanted.smallest_m2)
    if wanted.largest_m2 is not None:
        found = found.filter(area_m2__lte=wanted.largest_m2)
    if wanted.most_eur is not None:
        found = found.filter(price_eur__lte=wanted.most_eur)
    return found


def get_asset(code: str, viewer: Viewer = PUBLIC) -> LandAsset:
    """Return an entry that the viewer sees, with its photos and stages; raises NotFound."""
    photos = Prefetch("photos", LandPhoto.objects.filter(withdrawn_at__isnull=True).order_by("id"))
    stages = Prefetch("stages", LandStage.objects.order_by("-on", "-id"))
    found = list_assets(viewer).filter(code=code).prefetch_related(photos, stages).first()
    if found is None:
        raise NotFound
    return found


def get_photo(pk: int, viewer: Viewer = PUBLIC) -> LandPhoto:
    """Return a photo of an entry that the viewer sees; raises NotFound."""
    seen = list_assets(viewer).values("pk")
    found = LandPhoto.objects.filter(pk=pk, withdrawn_at__isnull=True, asset__in=seen).select_related("asset").first()
    if found is None:
        raise NotFound
    return found


def file_of(photo: LandPhoto) -> Path:
    """Return where the file of a photo lies."""
    return Path(settings.MEDIA_ROOT) / photo.file


def rank(
    viewer: Viewer, wanted: LandFilter, weights: Mapping[Part, int], *, plans: Mapping[int, tuple[float | None, bool]]
) -> list[Scored]:
    """Return what was asked for, best score first; ``plans`` has each entry's CUT and whether a plan covers it.

    A word is looked for in titles, addresses and numbers, without regard to accents.
    """
    assets = [asset for asset in list_assets(viewer, wanted)[:MOST] if _matches(asset, wanted.search)]
    prices = prices_per_m2(viewer)
    scored = [Scored(asset, score(asset, weights, prices, plans.get(asset.pk, (None, False)))) for asset in assets]
    return sorted(scored, key=lambda row: (-(row.score.value or 0), row.asset.code))


def _matches(asset: LandAsset, search: str) -> bool:
    if not search:
        return True
    words = fold(
        " ".join((asset.title_ro, asset.title_en, asset.title_hu, asset.address, asset.cadastral_number, asset.code))
    )
    return all(word in words for word in fold(search).split())


def prices_per_m2(viewer: Viewer = PUBLIC) -> dict[str, list[float]]:
    """Return the prices per square metre that are asked, by kind."""
    rows = list_assets(viewer).filter(price_eur__isnull=False, area_m2__gt=0)
    found: dict[str, list[float]] = {str(kind): [] for kind in AssetKind}
    for kind, price, area in rows.values_list("kind", "price_eur", "area_m2")[:MOST]:
        if price is not None and area:
            found[kind].append(float(price) / area)
    return found


def score(
    asset: LandAsset,
    weights: Mapping[Part, int],
    prices: Mapping[str, Sequence[float]],
    plan: tuple[float | None, bool],
) -> Score:
    """Return the score of one entry."""
    facts = Facts(
        area_m2=asset.area_m2,
        utilities=frozenset(Utility(name) for name in asset.utilities),
        condition=Condition(asset.condition) if asset.condition else None,
        pollution=Pollution(asset.pollution),
        price_eur=float(asset.price_eur) if asset.price_eur is not None else None,
        owner=OwnerKind(asset.owner_kind),
        cut=plan[0],
        is_planned=plan[1],
    )
    return land.score(facts, weights, prices.get(asset.kind, ()))


@dataclass(frozen=True, slots=True)
class LandCounts:
    """What the register holds that is public and real."""

    listed: int
    valued: int  # with a price or rent
    polluted: int  # brownfields, and ground known to be polluted
    planned: int  # of these, with a use that suits or a recovery under way


def count_assets() -> LandCounts:
    """Count what is public and not made up: the evidence for the inventory and for the brownfield plan."""
    real = LandAsset.objects.filter(withdrawn_at__isnull=True, is_public=True, is_illustrative=False)
    on_offer = real.exclude(state=AssetState.NOT_OFFERED)
    waiting = real.filter(Q(kind=AssetKind.BROWNFIELD) | Q(pollution__in=[str(level) for level in POLLUTED]))
    return LandCounts(
        listed=on_offer.count(),
        valued=on_offer.filter(Q(price_eur__isnull=False) | Q(rent_eur_month__isnull=False)).count(),
        polluted=waiting.count(),
        planned=waiting.filter(~Q(uses=[]) | ~Q(stage="none")).count(),
    )


def list_kinds_present(assets: Collection[LandAsset]) -> list[str]:
    """Return the kinds among entries, in the order of the register."""
    present = {asset.kind for asset in assets}
    return [str(kind) for kind in AssetKind if kind in present]


def count_hidden(viewer: Viewer) -> int:
    """Count the entries that an editor sees and the public does not."""
    return list_assets(viewer).filter(is_public=False, keeper=F("keeper")).count()

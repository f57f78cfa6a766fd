"""The register of land and buildings is kept here; what everybody sees of it is a layer of the map besides."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext, override
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.actions import features
from rivulus.atlas.models import LandAsset, LandPhoto, LandStage, Layer
from rivulus.atlas.rules import land, measuring, permissions
from rivulus.atlas.rules.geometries import check_geometry, normalise
from rivulus.atlas.rules.land import Pollution, Stage, Use, Utility
from rivulus.atlas.rules.versions import ChangedFeature, NewFeature, RemovedFeature
from rivulus.atlas.terms import ChangeKind, GeometryType, Origin, Theme, Visibility
from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import box_of, to_wkb
from rivulus.kernel.photos import CleanPhoto
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Organisation, Person

SUBJECT = "atlas.land"
LAYER, ILLUSTRATIVE_LAYER = "land", "land-illustrative"
FOLDER = "land"
# What somebody may say of an asset; everything else follows, or has an action of its own.
FIELDS = frozenset(
    {
        "kind", "state", "title_ro", "title_en", "title_hu", "description_ro", "description_en", "description_hu",
        "address", "cadastral_number", "area_m2", "floor_area_m2", "condition", "owner_kind", "owner_name",
        "price_eur", "rent_eur_month", "utilities", "uses", "pollution", "pollutants", "contact_email", "source",
        "is_public",
    }
)  # fmt: skip


@transaction.atomic
def enter(
    *,
    by: "Person | None",
    code: str,
    keeper: "Organisation",
    geometry: BaseGeometry,
    values: Mapping[str, object],
    is_illustrative: bool = False,
) -> LandAsset:
    """Enter a plot or building; raises Refused for a code that is taken or values that do not go together."""
    _check(by, keeper.pk)
    asset = LandAsset(
        code=code, keeper=keeper, is_illustrative=is_illustrative, created_at=clock.now(), changed_at=clock.now()
    )
    _fill(asset, values, geometry)
    try:
        with transaction.atomic():
            asset.save(force_insert=True)
    except IntegrityError as error:
        if "code" in str(error):
            raise Refused(N_("There is an entry with this code already.")) from error
        raise
    _show(asset)
    _write(by, "entered", asset, {"kind": asset.kind, "public": asset.is_public})
    return asset


@transaction.atomic
def change(
    *,
    by: "Person",
    asset: LandAsset,
    number: int,
    values: Mapping[str, object],
    geometry: BaseGeometry | None = None,
) -> LandAsset:
    """Change what is said of an asset; ``number`` is the one that the person saw, Refused where it has moved on."""
    locked = _lock(by, asset, number)
    before = {name: getattr(locked, name) for name in values}
    _fill(locked, values, geometry)
    locked.save()
    _show(locked)
    changed = sorted(name for name, value in before.items() if getattr(locked, name) != value)
    _write(by, "changed", locked, {"fields": changed, "moved": geometry is not None})
    return locked


@transaction.atomic
def withdraw(*, by: "Person", asset: LandAsset, number: int, reason: str) -> LandAsset:
    """Take an entry out of the register; its history stays."""
    if len(reason.strip()) < 5:
        raise Refused(N_("Say why the entry goes."))
    locked = _lock(by, asset, number)
    locked.withdrawn_at = clock.now()
    locked.save(update_fields=["withdrawn_at", "number", "changed_at"])
    _show(locked)
    _write(by, "withdrawn", locked, {"reason": reason.strip()[:500]})
    return locked


@transaction.atomic
def reach_stage(
    *,
    by: "Person | None",
    asset: LandAsset,
    number: int,
    stage: Stage,
    on: dt.date,
    note: str = "",
    document_url: str = "",
) -> LandStage:
    """Record a step of the recovery of the ground; raises Refused out of order, in the future, or before the last."""
    locked = _lock(by, asset, number)
    land.check_stage(Stage(locked.stage), stage)
    if on > clock.today():
        raise Refused(N_("A step is recorded once it is done."))
    last = locked.stages.order_by("-id").first()
    if last is not None and on < last.on:
        raise Refused(N_("This step would come before the last one."))
    step = LandStage.objects.create(
        asset=locked, stage=stage, on=on, note=note.strip(), document_url=document_url, by=by, at=clock.now()
    )
    locked.stage = stage
    locked.save(update_fields=["stage", "number", "changed_at"])
    _show(locked)
    _write(by, "stage_reached", locked, {"stage": str(stage), "on": on.isoformat()})
    return step


@transaction.atomic
def add_photos(*, by: "Person", asset: LandAsset, number: int, photos: Sequence[CleanPhoto]) -> list[LandPhoto]:
    """Add photos that were encoded anew; the files are written before the rows, so that no row lacks its file."""
    locked = _lock(by, asset, number)
    locked.save(update_fields=["number", "changed_at"])
    rows = [_keep(locked, photo) for photo in photos]
    _write(by, "photos_added", locked, {"photos": [row.sha256 for row in rows]})
    return rows


@transaction.atomic
def withdraw_photo(*, by: "Person", photo: LandPhoto) -> None:
    """Take a photo off the page, and its file off the disk once that is certain."""
    _check(by, photo.asset.keeper_id)
    LandPhoto.objects.filter(pk=photo.pk).update(withdrawn_at=clock.now())
    file = Path(settings.MEDIA_ROOT) / photo.file
    transaction.on_commit(lambda: file.unlink(missing_ok=True))
    _write(by, "photo_withdrawn", photo.asset, {"photo": photo.sha256})


def _keep(asset: LandAsset, photo: CleanPhoto) -> LandPhoto:
    name = f"{FOLDER}/{asset.pk}/{uuid4().hex}.jpg"
    file = Path(settings.MEDIA_ROOT) / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(photo.content)
    return LandPhoto.objects.create(
        asset=asset, file=name, caption=photo.caption, width=photo.width, height=photo.height, sha256=photo.sha256,
        added_at=clock.now(),
    )  # fmt: skip


def _fill(asset: LandAsset, values: Mapping[str, object], geometry: BaseGeometry | None) -> None:
    unknown = set(values) - FIELDS
    if unknown:
        raise ValueError(f"Nobody keeps {', '.join(sorted(unknown))}.")
    for name, value in values.items():
        setattr(asset, name, value)
    asset.utilities = sorted({str(Utility(name)) for name in asset.utilities})
    asset.uses = sorted({str(Use(name)) for name in asset.uses})
    land.check_uses([Use(name) for name in asset.uses], Pollution(asset.pollution))
    if asset.owner_kind == land.OwnerKind.PERSON and asset.owner_name:
        raise Refused(N_("A private person is never named in the register."))
    if geometry is not None:
        problems = check_geometry(geometry, GeometryType.ANY)
        if problems:
            raise problems[0].raised()
        normal = normalise(geometry)
        asset.geometry, asset.box = to_wkb(normal), box_of(normal)
        drawn = measuring.area_m2(normal)
        if drawn:  # an outline says how large it is; a point leaves it to whoever writes
            asset.area_m2 = round(drawn)


# --- the layer -------------------------------------------------------------------------------------

CODED: Mapping[str, Mapping[Any, str]] = {
    "kind": land.ASSET_KIND_NAMES,
    "state": land.ASSET_STATE_NAMES,
    "condition": land.CONDITION_NAMES,
    "pollution": land.POLLUTION_NAMES,
    "stage": land.STAGE_NAMES,
}
TITLES: tuple[tuple[str, str, str, str], ...] = (
    ("title", "string", "", N_("Title")),
    ("kind", "string", "", N_("What it is")),
    ("state", "string", "", N_("State")),
    ("area_m2", "number", "m²", N_("Area")),
    ("condition", "string", "", N_("Condition")),
    ("pollution", "string", "", N_("Pollution of the ground")),
    ("stage", "string", "", N_("Recovery with plants")),
    ("price_eur", "number", "EUR", N_("Price")),
    ("uses", "string", "", N_("What it could become")),
    ("utilities", "string", "", N_("What is at hand")),
)


def _build_schema() -> list[dict[str, object]]:
    """Return the attributes of the layer, called in three languages as the pages call them."""
    found: list[dict[str, object]] = []
    for name, type_, unit, title in TITLES:
        attribute: dict[str, object] = {"name": name, "type": type_, "title": _in_languages(title)}
        if unit:
            attribute["unit"] = unit
        if name == "title":
            attribute["is_name"] = True
        if name in CODED:
            attribute["codes"] = [
                {"code": str(code), "title": _in_languages(words)} for code, words in CODED[name].items()
            ]
        found.append(attribute)
    return found


def _in_languages(words: str) -> dict[str, str]:
    found = {}
    for language in ("ro", "en", "hu"):
        with override(language):
            found[language] = gettext(words)
    return found


STYLE: dict[str, object] = {
    "colour": "#6f4a8e",
    "by": {
        "attribute": "kind",
        "classes": [
            {"value": "land", "colour": "#2f7d4f"},
            {"value": "building", "colour": "#2b6ca3"},
            {"value": "brownfield", "colour": "#a3562b"},
        ],
    },
    "label": "title",
}


def _show(asset: LandAsset) -> None:
    """Let the layer of the map say of this asset what the register says; what is made up has a layer of its own."""
    layer = _layer(asset.is_illustrative)
    key, geometry, properties = asset.code, bytes(asset.geometry), _properties(asset)
    known = layer.features.filter(key=key).first()
    is_shown = asset.is_public and asset.withdrawn_at is None
    is_same = known is not None and known.properties == properties and bytes(known.geometry) == geometry
    if is_same if is_shown else known is None:
        return
    features.apply_changes(
        by=None,
        layer=layer,
        kind=ChangeKind.REGISTER,
        reason=f"{SUBJECT} {key}",
        additions=[NewFeature(geometry, properties, key)] if is_shown and known is None else [],
        updates=[ChangedFeature(key, None, geometry, properties)] if is_shown and known is not None else [],
        removals=[] if is_shown else [RemovedFeature(key, None)],
    )


def _properties(asset: LandAsset) -> dict[str, object]:
    found: dict[str, object] = {
        "title": asset.title_ro,
        "kind": asset.kind,
        "state": asset.state,
        "area_m2": asset.area_m2,
        "condition": asset.condition,
        "pollution": asset.pollution,
        "stage": asset.stage,
        "price_eur": float(asset.price_eur) if asset.price_eur is not None else None,
        "uses": ", ".join(asset.uses),
        "utilities": ", ".join(asset.utilities),
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _layer(is_illustrative: bool) -> Layer:
    code = ILLUSTRATIVE_LAYER if is_illustrative else LAYER
    known = Layer.objects.filter(code=code).first()
    if known is not None:
        return known
    city = identity.find_city()
    if city is None:
        raise Refused(N_("The facts of the city are not loaded yet: run ./rivulus load."))
    title = {
        "ro": "Terenuri și clădiri disponibile",
        "en": "Land and buildings on offer",
        "hu": "Kínált telkek és épületek",
    }
    values: dict[str, Any] = {
        "theme": Theme.LAND,
        "title_ro": title["ro"],
        "title_en": title["en"],
        "title_hu": title["hu"],
        "geometry_type": GeometryType.ANY,
        "schema": _build_schema(),
        "style": STYLE,
        "owner": city,
        "visibility": Visibility.PUBLIC,
        "origin": Origin.ILLUSTRATIVE if is_illustrative else Origin.OFFICIAL,
        "is_kept_by_machine": True,
        "update_rhythm": "CONT",
        "rank": 50,
    }
    return Layer.objects.create(code=code, **values)


# --- together --------------------------------------------------------------------------------------


def _lock(by: "Person | None", asset: LandAsset, number: int) -> LandAsset:
    locked = LandAsset.objects.select_for_update(of=("self",)).get(pk=asset.pk)
    _check(by, locked.keeper_id)
    if locked.withdrawn_at is not None:
        raise Refused(N_("This entry was taken out of the register."))
    if locked.number != number:
        raise Refused(N_("Somebody else has changed this entry since you opened it; look at it again."))
    locked.number += 1
    locked.changed_at = clock.now()
    return locked


def _check(by: "Person | None", keeper: int) -> None:
    if by is not None:
        permissions.check_can_for("edit_land", identity.roles_of(by), keeper, identity.organisations_of(by))


def _write(by: "Person | None", verb: str, asset: LandAsset, content: Mapping[str, object]) -> None:
    journal.write(
        by=by,
        verb=f"{SUBJECT}.{verb}",
        subject=SUBJECT,
        subject_id=asset.pk,
        content={"code": asset.code, "number": asset.number, **content},
    )

"""One feature in words: its attributes, its place, its history and what differs between versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.models import Layer
from rivulus.atlas.presenters.layers import KIND_NAMES, language, span_words, who_words, words_of
from rivulus.atlas.queries.features import SeenFeature
from rivulus.atlas.queries.history import ChangedKey, SeenVersion, compare
from rivulus.atlas.queries.visible import Viewer
from rivulus.atlas.rules.diffs import Clash, Diff, GeometryDiff
from rivulus.atlas.rules.measuring import area_m2, length_m
from rivulus.atlas.rules.schemas import Schema
from rivulus.atlas.rules.values import show
from rivulus.ui.presenters import number_text

HECTARE_M2 = 10_000


@dataclass(frozen=True, slots=True)
class DiffRow:
    """What differs, in words: what it is, before, after."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in the history of a feature."""

    version: SeenVersion
    url: str
    kind: str
    who: str
    valid: str
    differs: tuple[DiffRow, ...]
    is_current: bool


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """What a change did to one feature."""

    key: str
    name: str
    url: str
    what: str
    differs: tuple[DiffRow, ...]


@dataclass(frozen=True, slots=True)
class ClashRow:
    """An attribute that two people changed, in words; ``has_choice`` where they changed it differently."""

    name: str
    title: str
    base: str
    theirs: str
    mine: str
    has_choice: bool
    is_mine: bool  # what only the later one changed


def attribute_facts(schema: Schema, properties: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """Return title, words and whether only the owner sees it, of every attribute that has a value."""
    return [
        (attribute.title_in(language()), words_of(attribute, dict(properties)), attribute.is_private)
        for attribute in schema.attributes
        if attribute.name in properties
    ]


def place_facts(geometry: BaseGeometry) -> list[tuple[str, str]]:
    """Return the position, and the length or the area, of a geometry."""
    middle = geometry.representative_point()
    rows = [(gettext("Latitude, longitude"), f"{middle.y:.6f}, {middle.x:.6f}")]
    area, length = area_m2(geometry), length_m(geometry)
    if area:
        rows.append((gettext("Area"), area_words(area)))
        rows.append((gettext("Perimeter"), f"{number_text(length, 0)} m"))
    elif length:
        rows.append((gettext("Length"), f"{number_text(length, 0)} m"))
    return rows


def area_words(area: float) -> str:
    """Return an area in hectares from one on, else in square metres."""
    return f"{number_text(area / HECTARE_M2, 2)} ha" if area >= HECTARE_M2 else f"{number_text(area, 0)} m²"


def version_rows(layer: Layer, schema: Schema, versions: list[SeenVersion], viewer: Viewer) -> list[VersionRow]:
    """Return the history, the newest first, each with what differs from the version before it."""
    rows = []
    for at, version in enumerate(versions):
        before = versions[at + 1].feature if at + 1 < len(versions) else None
        rows.append(
            VersionRow(
                version=version,
                url=f"{reverse('atlas:feature', args=[layer.code, version.feature.key])}?version={version.feature.number}",
                kind=gettext(KIND_NAMES[version.change.kind]),
                who=who_words(version.change, layer, viewer),
                valid=span_words(version.feature.valid),
                differs=() if before is None else diff_rows(schema, compare(before, version.feature)),
                is_current=version.superseded_by is None,
            )
        )
    return rows


def diff_rows(schema: Schema, diff: Diff | None) -> tuple[DiffRow, ...]:
    """Return what differs, in words."""
    if diff is None:
        return ()
    rows = []
    for one in diff.attributes:
        attribute = schema.by_name.get(one.name)
        if attribute is None:
            continue
        before, after = (words_of(attribute, {one.name: value}) for value in (one.before, one.after))
        rows.append(DiffRow(attribute.title_in(language()), before, after))
    if diff.geometry is not None:
        rows.append(_geometry_row(diff.geometry))
    if diff.valid is not None:
        always = gettext("always, as far as is known")
        before, after = (span_words(span) or always for span in diff.valid)
        rows.append(DiffRow(gettext("Holds"), before, after))
    return tuple(rows)


def _geometry_row(diff: GeometryDiff) -> DiffRow:
    before = area_words(diff.before_m2) if diff.before_m2 else ""
    after = area_words(diff.after_m2) if diff.after_m2 else ""
    if diff.moved_m is not None:
        moved = gettext("moved by up to %(metres)s m") % {"metres": number_text(diff.moved_m, 1)}
        after = f"{after}, {moved}" if after else moved
    return DiffRow(gettext("Geometry"), before, after or gettext("another"))


def changed_rows(layer: Layer, schema: Schema, changed: list[ChangedKey]) -> list[ChangedRow]:
    """Return what a change did, feature by feature."""
    return [_changed_row(layer, schema, one) for one in changed]


def _changed_row(layer: Layer, schema: Schema, one: ChangedKey) -> ChangedRow:
    last = (one.after or one.before)[-1]
    if not one.before:
        what = gettext("added")
    elif not one.after:
        what = gettext("removed")
    else:
        what = gettext("changed")
    return ChangedRow(
        key=one.key,
        name=schema.name_of(last.properties, one.key),
        url=reverse("atlas:feature", args=[layer.code, one.key]),
        what=what,
        differs=diff_rows(schema, one.diff),
    )


def clash_rows(schema: Schema, clashes: tuple[Clash, ...]) -> list[ClashRow]:
    """Return what two people changed, attribute by attribute."""
    rows = []
    for one in clashes:
        attribute = schema.by_name.get(one.name)
        if attribute is None:
            continue
        base, theirs, mine = (words_of(attribute, {one.name: v}) for v in (one.base, one.theirs, one.mine))
        is_mine = show(one.base) != show(one.mine)
        rows.append(ClashRow(one.name, attribute.title_in(language()), base, theirs, mine, one.is_both, is_mine))
    return rows


def is_same_place(one: SeenFeature, other: SeenFeature) -> bool:
    """Say whether two versions stand at the same place."""
    return one.wkb == other.wkb

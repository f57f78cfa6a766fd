"""Layers in words: what they are, whose, how old, how they are drawn, and their features as a table and on a map."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from django.urls import reverse
from django.utils.translation import get_language, gettext

from rivulus.atlas.models import Change, Layer
from rivulus.atlas.queries.features import SeenFeature
from rivulus.atlas.queries.visible import Viewer
from rivulus.atlas.rules import permissions
from rivulus.atlas.rules.schemas import Attribute, Schema, read_schema
from rivulus.atlas.rules.specs import LICENCE_NAMES, LICENCES, RHYTHM_NAMES, SYSTEM_NAMES, TYPE_NAMES, is_current
from rivulus.atlas.rules.styles import LegendClass, legend, read_style
from rivulus.atlas.rules.versions import Span
from rivulus.atlas.terms import (
    GEOMETRY_TYPE_NAMES,
    ORIGIN_NAMES,
    THEME_NAMES,
    VISIBILITY_NAMES,
    AttributeType,
    ChangeKind,
    GeometryType,
    Origin,
    Theme,
    Visibility,
)
from rivulus.kernel import clock
from rivulus.kernel.words import N_
from rivulus.ui.presenters import date_text, number_text

MADE_UP = frozenset({Origin.ILLUSTRATIVE, Origin.SCHEMATIC})
MOST_COLUMNS = 6
MOST_POSITIONS = 20_000  # on a small map; what has more is shown by points
KIND_NAMES: dict[str, str] = {
    ChangeKind.EDIT: N_("edited by hand"),
    ChangeKind.IMPORT: N_("imported from a file"),
    ChangeKind.PACK: N_("brought by the platform"),
    ChangeKind.AMENDMENT: N_("amendment of a plan"),
    ChangeKind.DIGITISING: N_("mapped by residents"),
    ChangeKind.REGISTER: N_("kept with its register"),
    ChangeKind.RECIPE: N_("worked out by an analysis"),
    ChangeKind.INTERFACE: N_("through the interface for programs"),
}


@dataclass(frozen=True, slots=True)
class LayerRow:
    """A layer in a list."""

    layer: Layer
    url: str
    origin: str  # in words, where it is not official
    is_made_up: bool
    visibility: str  # in words, where not everybody sees it
    shape: str
    changed: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class ThemeRows:
    """A theme with its layers."""

    name: str
    rows: tuple[LayerRow, ...]


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """A feature in a table: its name, its address, and the cells that are shown."""

    feature: SeenFeature
    name: str
    url: str
    cells: tuple[tuple[str, str], ...]  # title, words
    valid: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change in a list."""

    change: Change
    url: str
    kind: str
    who: str


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """What is said of an attribute."""

    attribute: Attribute
    title: str
    description: str
    type: str
    codes: tuple[tuple[str, str], ...]


def language() -> str:
    """Return the language of the reader."""
    return (get_language() or "ro")[:2]


def by_theme(layers: Iterable[Layer]) -> list[ThemeRows]:
    """Return the layers by theme, in the order of the themes; only themes that have some."""
    found: dict[str, list[LayerRow]] = {str(theme): [] for theme in Theme}
    for layer in layers:
        found[layer.theme].append(layer_row(layer))
    return [ThemeRows(gettext(THEME_NAMES[Theme(code)]), tuple(rows)) for code, rows in found.items() if rows]


def layer_row(layer: Layer) -> LayerRow:
    """Return a layer as lists show it."""
    return LayerRow(
        layer=layer,
        url=reverse("atlas:layer", args=[layer.code]),
        origin=origin_words(layer),
        is_made_up=layer.origin in MADE_UP,
        visibility=""
        if layer.visibility == Visibility.PUBLIC
        else gettext(VISIBILITY_NAMES[Visibility(layer.visibility)]),
        shape=gettext(GEOMETRY_TYPE_NAMES[GeometryType(layer.geometry_type)]),
        changed=str(date_text(layer.changed_at)),
        is_late=is_current(layer.update_rhythm, age_days(layer)) is False,
    )


def origin_words(layer: Layer) -> str:
    """Return how far a layer may be believed, where that is not wholly."""
    return "" if layer.origin == Origin.OFFICIAL else gettext(ORIGIN_NAMES[Origin(layer.origin)])


def age_days(layer: Layer) -> float:
    """Return the days since the layer or its features were touched."""
    return (clock.now() - layer.changed_at) / dt.timedelta(days=1)


def facts(layer: Layer, count: int) -> list[tuple[str, str, str]]:
    """Return what is said of a layer: term, words, address if it has one."""
    rows = [
        (gettext("Owner"), layer.owner.name, layer.owner.homepage),
        (gettext("Features"), str(number_text(count, 0)), ""),
        (gettext("Shape"), gettext(GEOMETRY_TYPE_NAMES[GeometryType(layer.geometry_type)]), ""),
        (gettext("How reliable it is"), gettext(ORIGIN_NAMES[Origin(layer.origin)]), ""),
        (gettext("Licence"), gettext(LICENCE_NAMES.get(layer.licence, layer.licence)), LICENCES.get(layer.licence, "")),
        (gettext("Source to be named"), layer.attribution or layer.owner.name, ""),
        (gettext("Update rhythm"), gettext(RHYTHM_NAMES.get(layer.update_rhythm, layer.update_rhythm)), ""),
        (gettext("Last change"), str(date_text(layer.changed_at)), ""),
        (gettext("The owner works in"), gettext(SYSTEM_NAMES.get(layer.crs, f"EPSG:{layer.crs}")), ""),
        (gettext("Who sees it"), gettext(VISIBILITY_NAMES[Visibility(layer.visibility)]), ""),
    ]
    return [row for row in rows if row[1]]


def legend_lines(layer: Layer) -> list[LegendClass]:
    """Return the legend of a layer."""
    schema = read_schema(layer.schema).open
    lines = legend(read_style(layer.style, schema), schema, layer.title, language())
    return [LegendClass(line.words or gettext("others"), line.light, line.dark) for line in lines]


def attribute_rows(schema: Schema) -> list[AttributeRow]:
    """Return what is said of the attributes that the viewer sees."""
    return [
        AttributeRow(
            attribute=attribute,
            title=attribute.title_in(language()),
            description=attribute.description_in(language()),
            type=gettext(TYPE_NAMES[AttributeType(attribute.type)]),
            codes=tuple((code.code, attribute.words_for(code.code, language())) for code in attribute.codes),
        )
        for attribute in schema.attributes
    ]


def words_of(attribute: Attribute, properties: dict[str, Any]) -> str:
    """Return what a feature has for an attribute, with its unit; nothing where it has none."""
    value = properties.get(attribute.name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if attribute.type is AttributeType.DATE:
        return str(date_text(dt.date.fromisoformat(str(value))))
    if isinstance(value, int) and not attribute.codes and not attribute.unit:
        return str(value)  # a year, a number of a house: nothing to be grouped
    if isinstance(value, int | float) and not attribute.codes:
        text = str(number_text(value, None))
        return f"{text} {attribute.unit}" if attribute.unit else text
    return attribute.words_for(value, language())


def columns_of(schema: Schema) -> tuple[Attribute, ...]:
    """Return the attributes that a table shows; the name stands before them anyway."""
    return tuple(attribute for attribute in schema.attributes if not attribute.is_name)[:MOST_COLUMNS]


def feature_rows(layer: Layer, schema: Schema, features: Sequence[SeenFeature]) -> list[FeatureRow]:
    """Return features as a table shows them."""
    columns = columns_of(schema)
    return [
        FeatureRow(
            feature=feature,
            name=schema.name_of(feature.properties, feature.key),
            url=reverse("atlas:feature", args=[layer.code, feature.key]),
            cells=tuple((a.title_in(language()), words_of(a, feature.properties)) for a in columns),
            valid=span_words(feature.valid),
        )
        for feature in features
    ]


def span_words(span: Span) -> str:
    """Return the days for which something holds; nothing where nobody said."""
    last = span.until - dt.timedelta(days=1) if span.until else None
    if span.since and last:
        return gettext("%(since)s – %(until)s") % {"since": date_text(span.since), "until": date_text(last)}
    if span.since:
        return gettext("from %(day)s") % {"day": date_text(span.since)}
    return gettext("until %(day)s") % {"day": date_text(last)} if last else ""


def on_a_map(rows: Sequence[FeatureRow]) -> dict[str, object] | None:
    """Return features for the small map; whole where they are few and simple, else a point for each."""
    if not rows:
        return None
    shapes = shapely.from_wkb([row.feature.wkb for row in rows])
    if int(shapely.get_num_coordinates(shapes).sum()) > MOST_POSITIONS:
        shapes = shapely.point_on_surface(shapes)
    texts = shapely.to_geojson(shapes)
    import json

    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": json.loads(text), "properties": {"label": row.name, "href": row.url}}
            for row, text in zip(rows, texts, strict=True)
        ],
    }


def bounds_of_rows(rows: Sequence[FeatureRow]) -> tuple[float, float, float, float] | None:
    """Return the bounds of features, a little wider."""
    if not rows:
        return None
    boxes = [row.feature.box for row in rows]
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return west - 0.002, south - 0.001, east + 0.002, north + 0.001


def change_rows(layer: Layer, changes: Iterable[Change], viewer: Viewer) -> list[ChangeRow]:
    """Return changes as lists show them."""
    return [
        ChangeRow(
            change=change,
            url=reverse("atlas:change", args=[layer.code, change.pk]),
            kind=gettext(KIND_NAMES[change.kind]),
            who=who_words(change, layer, viewer),
        )
        for change in changes
    ]


def who_words(change: Change, layer: Layer, viewer: Viewer) -> str:
    """Return who made a change: for colleagues a name, for everybody else the organisation."""
    if change.by is None:
        return gettext("the platform")
    if permissions.can("see_staff_layers", viewer.roles):
        return str(change.by)
    return layer.owner.name

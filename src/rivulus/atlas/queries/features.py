"""Features as a viewer may see them: on a day, in a box, filtered, page by page.

Nothing here returns what the viewer may not see: the layer comes from ``queries.visible``, and of the properties only
what its schema names, private ones only for those who act for the owner.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import BooleanField, F, Func, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.models import Feature, Layer, PastFeature
from rivulus.atlas.queries.visible import PUBLIC, Viewer
from rivulus.atlas.rules.schemas import Attribute, Schema, read_schema
from rivulus.atlas.rules.values import COERCIONS
from rivulus.atlas.rules.versions import Span
from rivulus.atlas.terms import AttributeType
from rivulus.kernel import clock
from rivulus.kernel.geometry import Box, BoxField, from_wkb

MOST_ON_A_PAGE = 1000
AT_ONCE = 2000
COUNT_KEPT_S = 3600

_FIELDS = ("id", "key", "number", "valid", "properties", "geometry", "box", "recorded_at", "change_id")


@dataclass(frozen=True, slots=True)
class SeenFeature:
    """A version of a feature as the viewer may see it. ``wkb`` is in longitude and latitude."""

    id: int
    key: str
    number: int
    valid: Span
    properties: dict[str, Any]
    wkb: bytes
    box: Box
    recorded_at: dt.datetime
    change_id: int

    @property
    def geometry(self) -> BaseGeometry:
        """The geometry, read anew each time."""
        return from_wkb(self.wkb)


@dataclass(frozen=True, slots=True)
class FeaturePage:
    """Some features in the order of their ids; ``next_after`` is what to ask for next, None at the end."""

    features: tuple[SeenFeature, ...]
    next_after: int | None


Strip = Callable[[Mapping[str, Any]], dict[str, Any]]


def shown_schema(layer: Layer, viewer: Viewer) -> Schema:
    """Return the attributes of a layer that the viewer may see."""
    schema = read_schema(layer.schema)
    return schema if viewer.owns(layer) else schema.open


def property_filter(layer: Layer, viewer: Viewer) -> Strip:
    """Return what keeps of the properties only those that the viewer may see, in the order of the schema."""
    names = tuple(shown_schema(layer, viewer).by_name)
    return lambda properties: {name: properties[name] for name in names if name in properties}


def features_on(layer: Layer, on: dt.date | None = None) -> QuerySet[Feature]:
    """Return the versions that hold on a day (None: today), unordered and with all their properties.

    For tiles and interfaces that write their own conditions; whoever shows properties of these rows passes them
    through ``property_filter`` and lets nobody filter by what they do not see.
    """
    return Feature.objects.filter(layer=layer, valid__contains=on or clock.today())


def in_box(rows: QuerySet[Feature], box: Box) -> QuerySet[Feature]:
    """Return those whose bounds touch a box; found by the index."""
    return rows.filter(_Touches(F("box"), Value(box, output_field=BoxField())))


class _Touches(Func):
    template, arg_joiner, conditional = "%(expressions)s", " && ", True
    output_field = BooleanField()


def list_features(
    layer: Layer,
    viewer: Viewer = PUBLIC,
    *,
    on: dt.date | None = None,
    box: Box | None = None,
    filters: Mapping[str, str] | None = None,
    words: str = "",
    after: int = 0,
    limit: int = 100,
) -> FeaturePage:
    """Return one page of features that hold on a day.

    ``filters`` holds what is wanted of attributes, as text: a part of a text, a code, a number, two numbers or dates
    with two dots between (``5..10``, ``..10``), yes or no; attributes that the viewer does not see, and what cannot be
    read, find nothing. ``words`` is looked for in all texts that the viewer sees.
    """
    limit = max(1, min(limit, MOST_ON_A_PAGE))
    rows = features_on(layer, on).filter(id__gt=after).order_by("id")
    if box is not None:
        rows = in_box(rows, box)
    rows = filtered(rows, layer, viewer, filters=filters or {}, words=words)
    strip = property_filter(layer, viewer)
    found = [seen(row, strip) for row in rows.values_list(*_FIELDS)[: limit + 1]]
    return FeaturePage(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def stream_features(
    layer: Layer, viewer: Viewer = PUBLIC, *, on: dt.date | None = None, box: Box | None = None
) -> Iterator[SeenFeature]:
    """Yield every feature that holds on a day, in the order of the ids, with a cursor of the server: constant memory."""
    rows = features_on(layer, on).order_by("id")
    if box is not None:
        rows = in_box(rows, box)
    strip = property_filter(layer, viewer)
    for row in rows.values_list(*_FIELDS).iterator(chunk_size=AT_ONCE):
        yield seen(row, strip)


def count_features(layer: Layer, on: dt.date | None = None) -> int:
    """Return how many features hold on a day; counted once for each revision of the layer and day."""
    day = on or clock.today()
    name = f"atlas:count:{layer.pk}:{layer.revision}:{day}"
    known: int | None = cache.get(name)
    if known is None:
        known = features_on(layer, day).count()
        cache.set(name, known, COUNT_KEPT_S)
    return known


def bounds_of(layer: Layer) -> Box | None:
    """Return the bounds of all features in force; None where there are none. Found once for each revision."""
    name = f"atlas:bounds:{layer.pk}:{layer.revision}"
    known: Box | tuple[()] | None = cache.get(name, default=())
    if known == ():
        known = _bounds(layer)
        cache.set(name, known, COUNT_KEPT_S)
    return known or None


def _bounds(layer: Layer) -> Box | None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min((box[1])[0]), min((box[1])[1]), max((box[0])[0]), max((box[0])[1])"
            " FROM atlas_feature WHERE layer_id = %s",
            [layer.pk],
        )
        west, south, east, north = cursor.fetchone()
    return None if west is None else (west, south, east, north)


def find_feature(
    layer: Layer, viewer: Viewer, key: str, *, on: dt.date | None = None, any_time: bool = False
) -> SeenFeature | None:
    """Return the feature of this key that holds on a day; with ``any_time`` else the next one, or else the last."""
    day = on or clock.today()
    rows = list(Feature.objects.filter(layer=layer, key=key).order_by("valid", "id").values_list(*_FIELDS))
    found = [seen(row, property_filter(layer, viewer)) for row in rows]
    holding = [feature for feature in found if feature.valid.holds_on(day)]
    if holding or not any_time:
        return holding[0] if holding else None
    later = [feature for feature in found if feature.valid.since is not None and feature.valid.since > day]
    return later[0] if later else next(reversed(found), None)


def find_version(layer: Layer, viewer: Viewer, key: str, number: int) -> SeenFeature | None:
    """Return one version of a feature, in force or past."""
    strip = property_filter(layer, viewer)
    for model in (Feature, PastFeature):
        row = model.objects.filter(layer=layer, key=key, number=number).values_list(*_FIELDS).first()
        if row is not None:
            return seen(row, strip)
    return None


def seen(row: Sequence[Any], strip: Strip) -> SeenFeature:
    """Return a row, its fields in the order of ``FIELDS``, as a viewer may see it."""
    pk, key, number, valid, properties, geometry, box, recorded_at, change_id = row
    span = Span(valid.lower, valid.upper)
    return SeenFeature(pk, key, number, span, strip(properties), bytes(geometry), box, recorded_at, change_id)


FIELDS = _FIELDS


# Filters by attributes, as people write them in a form.


def filtered(
    rows: QuerySet[Feature], layer: Layer, viewer: Viewer, *, filters: Mapping[str, str], words: str = ""
) -> QuerySet[Feature]:
    """Return the rows that fit what is wanted of attributes that the viewer sees."""
    schema = shown_schema(layer, viewer)
    for name, wanted in filters.items():
        if not wanted.strip():
            continue
        attribute = schema.by_name.get(name)
        rows = rows.none() if attribute is None else _narrowed(rows, attribute, wanted.strip())
    return _with_words(rows, schema, words.strip()) if words.strip() else rows


def _narrowed(rows: QuerySet[Feature], attribute: Attribute, wanted: str) -> QuerySet[Feature]:
    if attribute.type is AttributeType.STRING and not attribute.codes:
        return _containing(rows, (attribute,), wanted)
    low, dots, high = wanted.partition("..")
    if not dots or attribute.type in (AttributeType.STRING, AttributeType.BOOLEAN):
        value = _read(attribute, wanted)
        return rows.none() if value is None else rows.filter(**{f"properties__{attribute.name}": value})
    for end, comparison in ((low, "gte"), (high, "lte")):
        value = _read(attribute, end) if end.strip() else None
        if end.strip() and value is None:
            return rows.none()
        if value is not None:
            rows = rows.filter(**{f"properties__{attribute.name}__{comparison}": value})
    return rows


def _read(attribute: Attribute, wanted: str) -> object:
    try:
        return COERCIONS[attribute.type](wanted.strip())
    except ValueError:
        return None


def _with_words(rows: QuerySet[Feature], schema: Schema, words: str) -> QuerySet[Feature]:
    texts = tuple(attribute for attribute in schema.attributes if attribute.type is AttributeType.STRING)
    for word in words.split()[:8]:
        rows = _containing(rows, texts, word, with_key=True)
    return rows


def _containing(
    rows: QuerySet[Feature], attributes: Sequence[Attribute], part: str, *, with_key: bool = False
) -> QuerySet[Feature]:
    """Without regard to accents and to capital letters."""
    wanted = Q()
    for attribute in attributes:
        name = f"text_{attribute.name}"
        text = Cast(KeyTextTransform(attribute.name, "properties"), TextField())
        rows = rows.alias(**{name: Func(text, function="unaccent", output_field=TextField())})
        wanted |= Q(**{f"{name}__icontains": _plain(part)})
    if with_key:
        wanted |= Q(key=part)
    return rows.filter(wanted) if wanted else rows.none()


def _plain(part: str) -> Any:
    return Func(Value(part), function="unaccent", output_field=TextField())

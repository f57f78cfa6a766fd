"""Public layers as tables that the catalog publishes: every attribute that everybody sees, and the geometry."""

import datetime as dt
import json
from collections.abc import Iterator

import shapely

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import SeenFeature, count_features, stream_features
from rivulus.atlas.queries.visible import PUBLIC, list_layers
from rivulus.atlas.rules.schemas import Attribute, read_schema
from rivulus.atlas.terms import AttributeType, Origin, Theme
from rivulus.kernel import clock, publishing
from rivulus.kernel.publishing import Column, ColumnType, Row, Table, Value
from rivulus.kernel.words import N_

FAMILY = "atlas"
NOT_OPEN = "not-open"
LANGUAGES = ("ro", "en", "hu")
# Codes of the Union's data themes.
THEMES = {
    Theme.BOUNDARIES: "REGI",
    Theme.BASE: "REGI",
    Theme.PLANNING: "REGI",
    Theme.LAND: "REGI",
    Theme.UTILITIES: "ENER",
    Theme.MOBILITY: "TRAN",
    Theme.ENVIRONMENT: "ENVI",
    Theme.GREEN: "ENVI",
    Theme.SERVICES: "GOVE",
    Theme.COMMUNITY: "REGI",
}
TYPES = {
    AttributeType.STRING: ColumnType.STRING,
    AttributeType.INTEGER: ColumnType.INTEGER,
    AttributeType.NUMBER: ColumnType.NUMBER,
    AttributeType.BOOLEAN: ColumnType.BOOLEAN,
    AttributeType.DATE: ColumnType.DATE,
}
MADE_UP = frozenset({Origin.ILLUSTRATIVE, Origin.SCHEMATIC})


def register() -> None:
    """Let the catalog know that layers come and go."""
    publishing.register_tables(FAMILY, list_tables)


def list_tables() -> Iterator[Table]:
    """Yield a table for each public layer whose licence is open."""
    for layer in list_layers(PUBLIC).exclude(licence=NOT_OPEN):
        yield table_of(layer)


def table_of(layer: Layer) -> Table:
    """Return a layer as a table; its rows are read when they are asked for, as the layer then is."""
    attributes = read_schema(layer.schema).open.attributes
    return Table(
        name=f"{FAMILY}_{layer.code.replace('-', '_')}",
        title=_texts(layer, "title"),
        description=_texts(layer, "description") or _texts(layer, "title"),
        theme=THEMES[Theme(layer.theme)],
        columns=(
            Column("key", ColumnType.STRING, N_("Key"), N_("Names the feature within its layer for ever.")),
            *(_column(attribute) for attribute in attributes),
            Column("valid_from", ColumnType.DATE, N_("Holds from"), N_("Empty where nobody said since when.")),
            Column("valid_until", ColumnType.DATE, N_("Holds until"), N_("The first day on which it no longer holds.")),
            Column("geometry", ColumnType.GEOJSON, N_("Geometry"), N_("In longitude and latitude (WGS 84).")),
        ),
        rows=lambda: _rows(layer.pk),
        revision=lambda: _revision(layer.pk),
        key=("key", "valid_from"),
        licence=layer.licence,
        organisation="" if layer.owner.is_city else layer.owner.code,
        keywords=(str(layer.theme),),
        update_rhythm=layer.update_rhythm,
        simulated=lambda: layer.origin in MADE_UP,
        approximate_rows=lambda: count_features(layer),
    )


def _column(attribute: Attribute) -> Column:
    return Column(
        attribute.name, TYPES[attribute.type], dict(attribute.title), dict(attribute.description), attribute.unit
    )


def _texts(layer: Layer, name: str) -> dict[str, str]:
    found = {language: getattr(layer, f"{name}_{language}") for language in LANGUAGES}
    return {language: text for language, text in found.items() if text}


def _revision(pk: int) -> str:
    """A day begins and ends what holds without anybody changing the layer."""
    revision = Layer.objects.filter(pk=pk).values_list("revision", flat=True).first()
    return f"{revision}-{clock.today()}"


def _rows(pk: int) -> Iterator[Row]:
    layer = list_layers(PUBLIC).exclude(licence=NOT_OPEN).filter(pk=pk).first()
    if layer is None:
        return
    attributes = read_schema(layer.schema).open.attributes
    for feature in stream_features(layer, PUBLIC):
        yield _row(feature, attributes)


def _row(feature: SeenFeature, attributes: tuple[Attribute, ...]) -> list[Value]:
    values = [_value(attribute, feature.properties.get(attribute.name)) for attribute in attributes]
    geometry = json.loads(shapely.to_geojson(feature.geometry))
    return [feature.key, *values, feature.valid.since, feature.valid.until, geometry]


def _value(attribute: Attribute, value: object) -> Value:
    return dt.date.fromisoformat(value) if attribute.type is AttributeType.DATE and isinstance(value, str) else value

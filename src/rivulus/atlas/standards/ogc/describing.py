"""Collections as the standard describes them, and what may be asked of their features."""

from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import bounds_of, shown_schema
from rivulus.atlas.queries.visible import Viewer
from rivulus.atlas.rules.cql2.tree import GEOMETRY, KEY, UPDATED, VALID_FROM, VALID_UNTIL
from rivulus.atlas.rules.crs import CRS84, SYSTEMS
from rivulus.atlas.rules.schemas import Attribute, Schema
from rivulus.atlas.rules.specs import LICENCES
from rivulus.atlas.standards.ogc.answers import GEOJSON, HTML, JSON, SCHEMA_JSON, STYLE_JSON
from rivulus.atlas.standards.ogc.asking import Request
from rivulus.atlas.terms import AttributeType, GeometryType

MVT = "application/vnd.mapbox-vector-tile"
SQUARE = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
RELATION = "http://www.opengis.net/def/rel/ogc/1.0/"
JSON_TYPES = {
    AttributeType.STRING: {"type": "string"},
    AttributeType.INTEGER: {"type": "integer"},
    AttributeType.NUMBER: {"type": "number"},
    AttributeType.BOOLEAN: {"type": "boolean"},
    AttributeType.DATE: {"type": "string", "format": "date"},
}
GEOMETRY_FORMATS = {
    GeometryType.POINT: "geometry-multipoint",
    GeometryType.LINE: "geometry-multilinestring",
    GeometryType.POLYGON: "geometry-multipolygon",
    GeometryType.ANY: "geometry-any",
}
OWN_TITLES = {
    KEY: _("Key"),
    VALID_FROM: _("Holds from"),
    VALID_UNTIL: _("Holds until (not included)"),
    UPDATED: _("Recorded at"),
}


def collection(request: Request, layer: Layer) -> dict[str, Any]:
    """Return a layer as a collection, with its links."""
    path = f"/collections/{layer.code}"
    bounds = bounds_of(layer)
    links = [
        *request.forms(path, JSON),
        request.link(f"{path}/items?f=json", "items", GEOJSON, gettext("The features")),
        request.link(f"{path}/items?f=html", "items", HTML, gettext("The features as a table")),
        request.link(f"{path}/queryables", RELATION + "queryables", SCHEMA_JSON, gettext("What may be asked")),
        request.link(f"{path}/queryables", "queryables", SCHEMA_JSON),
        request.link(f"{path}/schema", RELATION + "schema", SCHEMA_JSON, gettext("Attributes")),
        request.link(f"{path}/tiles", RELATION + "tilesets-vector", JSON, gettext("Vector tiles")),
        request.link(f"/styles/{layer.code}", "stylesheet", STYLE_JSON, gettext("Style")),
    ]
    licence = LICENCES.get(layer.licence)
    if licence:
        links.append({"href": licence, "rel": "license", "type": HTML, "title": layer.licence})
    return {
        "id": layer.code,
        "title": layer.title,
        "description": layer.description,
        "attribution": layer.attribution or layer.owner.name,
        "itemType": "feature",
        "extent": {
            "spatial": {"bbox": [list(bounds)] if bounds else [[-180, -90, 180, 90]], "crs": CRS84},
            "temporal": {"interval": [[None, None]], "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"},
        },
        "crs": [one.uri for one in SYSTEMS],
        "storageCrs": CRS84,
        "links": links,
    }


def queryables(request: Request, layer: Layer, viewer: Viewer) -> dict[str, Any]:
    """Return what may be asked of the features of a layer, as JSON Schema: attributes that the viewer sees, and time."""
    return _schema(request, layer, viewer, f"/collections/{layer.code}/queryables", is_asked=True)


def schema(request: Request, layer: Layer, viewer: Viewer) -> dict[str, Any]:
    """Return the attributes that features of a layer have, as JSON Schema."""
    return _schema(request, layer, viewer, f"/collections/{layer.code}/schema", is_asked=False)


def _schema(request: Request, layer: Layer, viewer: Viewer, path: str, *, is_asked: bool) -> dict[str, Any]:
    shown = shown_schema(layer, viewer)
    properties: dict[str, Any] = {GEOMETRY: _geometry(layer)}
    properties[KEY] = {"type": "string", "title": gettext(OWN_TITLES[KEY])} | (
        {} if is_asked else {"x-ogc-role": "id", "readOnly": True}
    )
    for name, kind in ((VALID_FROM, "date"), (VALID_UNTIL, "date"), (UPDATED, "date-time")):
        properties[name] = {"type": "string", "format": kind, "title": gettext(OWN_TITLES[name])}
    properties |= {attribute.name: _attribute(attribute) for attribute in shown.attributes}
    found: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": request.base + path,
        "type": "object",
        "title": layer.title,
        "properties": properties,
    }
    if is_asked:
        return found | {"additionalProperties": False}
    required = _required(shown)
    return found | ({"required": required} if required else {})


def _required(shown: Schema) -> list[str]:
    return [attribute.name for attribute in shown.attributes if attribute.is_required]


def _geometry(layer: Layer) -> dict[str, Any]:
    return {
        "title": gettext("Geometry"),
        "format": GEOMETRY_FORMATS[GeometryType(layer.geometry_type)],
        "x-ogc-role": "primary-geometry",
    }


def _attribute(attribute: Attribute) -> dict[str, Any]:
    language = (get_language() or "ro")[:2]
    found: dict[str, Any] = {**JSON_TYPES[attribute.type], "title": attribute.title_in(language)}
    description = attribute.description_in(language)
    if description:
        found["description"] = description
    if attribute.unit:
        found["x-ogc-unit"] = attribute.unit
    if attribute.codes:
        found["enum"] = [code.code for code in attribute.codes]
    for name, limit in (("minimum", attribute.minimum), ("maximum", attribute.maximum)):
        if isinstance(limit, int | float):
            found[name] = limit
    return found

"""The description of the interface in OpenAPI 3.0: every layer with its own address and its own parameters."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from rivulus.atlas.models import Layer
from rivulus.atlas.queries.features import shown_schema
from rivulus.atlas.queries.visible import PUBLIC
from rivulus.atlas.rules.crs import CRS84, SYSTEMS
from rivulus.atlas.rules.schemas import Attribute
from rivulus.atlas.standards.ogc.answers import GEOJSON, HTML, JSON, SCHEMA_JSON, STYLE_JSON
from rivulus.atlas.standards.ogc.asking import Request
from rivulus.atlas.standards.ogc.describing import JSON_TYPES, MVT
from rivulus.atlas.standards.ogc.items import MOST_LIMIT, USUAL_LIMIT
from rivulus.atlas.standards.ogc.recording import MOST, RECORDS, USUAL

type Json = dict[str, Any]

TEXT: Json = {"type": "string"}
EXCEPTION: Json = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": TEXT, "description": TEXT},
}
LINK: Json = {
    "type": "object",
    "required": ["href", "rel"],
    "properties": {"href": TEXT, "rel": TEXT, "type": TEXT, "title": TEXT},
}


def describe(request: Request, layers: list[Layer]) -> Json:
    """Return the description, with the layers that whoever asks may see."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": gettext("The atlas of Baia Mare"),
            "description": gettext("Layers of the city as features, tiles, records and styles, for other programs."),
            "version": settings.RIVULUS_VERSION,
            "license": {"name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/"},
        },
        "servers": [{"url": request.base}],
        "tags": [{"name": name} for name in ("Capabilities", "Features", "Tiles", "Records", "Styles")],
        "paths": _common_paths() | _record_paths() | _paths_of(layers),
        "components": {"schemas": _schemas(), "parameters": _parameters(), "responses": _responses()},
    }


def _common_paths() -> Json:
    return {
        "/": {"get": _get("getLandingPage", "Capabilities")},
        "/conformance": {"get": _get("getConformance", "Capabilities")},
        "/api": {"get": _get("getApi", "Capabilities")},
        "/collections": {"get": _get("getCollections", "Capabilities")},
        "/collections/{collectionId}": {"get": _get("getCollection", "Capabilities", ["collectionId"])},
        "/collections/{collectionId}/queryables": {
            "get": _get("getQueryables", "Features", ["collectionId"], media=SCHEMA_JSON)
        },
        "/collections/{collectionId}/schema": {
            "get": _get("getSchema", "Features", ["collectionId"], media=SCHEMA_JSON)
        },
        "/collections/{collectionId}/tiles": {"get": _get("getTilesets", "Tiles", ["collectionId"])},
        "/collections/{collectionId}/tiles/WebMercatorQuad": {"get": _get("getTileset", "Tiles", ["collectionId"])},
        "/collections/{collectionId}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}": {
            "get": _get("getTile", "Tiles", ["collectionId", "tileMatrix", "tileRow", "tileCol", "datetime"], media=MVT)
        },
        "/tileMatrixSets": {"get": _get("getTileMatrixSets", "Tiles")},
        "/tileMatrixSets/WebMercatorQuad": {"get": _get("getTileMatrixSet", "Tiles")},
        "/styles": {"get": _get("getStyles", "Styles")},
        "/collections/{collectionId}/styles": {"get": _get("getStylesOf", "Styles", ["collectionId"])},
        "/styles/{styleId}": {"get": _get("getStyle", "Styles", ["styleId"], media=STYLE_JSON)},
        "/styles/{styleId}/metadata": {"get": _get("getStyleMetadata", "Styles", ["styleId"])},
    }


def _record_paths() -> Json:
    limit = {**_parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL})}
    parameters = [limit, *map(_ref, ("bbox", "datetime", "q"))]
    found = _get("getRecords", "Records", media=GEOJSON)
    return {
        f"/collections/{RECORDS}": {"get": _get("describeRecords", "Records")},
        f"/collections/{RECORDS}/items": {"get": found | {"parameters": parameters}},
        f"/collections/{RECORDS}/items/{{recordId}}": {
            "get": _get("getRecord", "Records", ["recordId"], media=GEOJSON)
        },
    }


def _paths_of(layers: list[Layer]) -> Json:
    paths: Json = {}
    shared = ["limit", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs", "sortby"]
    shared += ["properties", "skipGeometry", "after"]
    for layer in layers:
        word = "".join(part.capitalize() for part in layer.code.replace("_", "-").split("-"))
        path = f"/collections/{layer.code}"
        own = [_by_attribute(one) for one in shown_schema(layer, PUBLIC).attributes if one.name not in shared]
        listed = _get(f"get{word}Features", "Features", shared, media=GEOJSON, summary=layer.title)
        listed["parameters"] = [*listed["parameters"], *own]
        paths[path] = {"get": _get(f"describe{word}", "Features", summary=layer.title)}
        paths[f"{path}/items"] = {"get": listed, "post": _post(f"add{word}Feature")}
        paths[f"{path}/items/{{featureId}}"] = {
            "get": _get(f"get{word}Feature", "Features", ["featureId", "crs", "datetime"], media=GEOJSON),
            "put": _change(f"replace{word}Feature", GEOJSON),
            "patch": _change(f"update{word}Feature", "application/merge-patch+json"),
            "delete": _change(f"delete{word}Feature", None),
        }
    return paths


def _by_attribute(attribute: Attribute) -> Json:
    return _parameter(attribute.name, JSON_TYPES[attribute.type])


def _get(name: str, tag: str, parameters: list[str] | None = None, *, media: str = JSON, summary: str = "") -> Json:
    return {
        "tags": [tag],
        "summary": summary or name,
        "operationId": name,
        "parameters": [_ref(one) for one in [*(parameters or ()), "f"]],
        "responses": {
            "200": {"description": "OK", "content": _content(media)},
            "400": {"$ref": "#/components/responses/InvalidParameter"},
            "404": {"$ref": "#/components/responses/NotFound"},
            "500": {"$ref": "#/components/responses/ServerError"},
        },
    }


def _content(media: str) -> Json:
    schema: Json = {"type": "string", "format": "binary"} if media == MVT else {"type": "object"}
    found: Json = {media: {"schema": schema}}
    return found | ({HTML: {"schema": TEXT}} if media in (JSON, GEOJSON) else {})


def _post(name: str) -> Json:
    return {
        "tags": ["Features"],
        "operationId": name,
        "requestBody": {"required": True, "content": {GEOJSON: {"schema": {"type": "object"}}}},
        "responses": {
            "201": {"description": "Created", "headers": {"Location": {"schema": TEXT}}},
            **_refusals("400", "401", "403", "409", "422"),
        },
    }


def _change(name: str, media: str | None) -> Json:
    found: Json = {
        "tags": ["Features"],
        "operationId": name,
        "parameters": [
            _ref("featureId"),
            {"name": "If-Match", "in": "header", "required": True, "schema": TEXT},
        ],
        "responses": {
            "204": {"description": "Changed"},
            **_refusals("400", "401", "403", "404", "412", "422", "428"),
        },
    }
    body = {"requestBody": {"required": True, "content": {media: {"schema": {"type": "object"}}}}} if media else {}
    return found | body


def _refusals(*statuses: str) -> Json:
    return {status: {"$ref": "#/components/responses/Refused"} for status in statuses}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/parameters/{name}"}


def _parameter(name: str, schema: Json, where: str = "query") -> Json:
    found: Json = {"name": name, "in": where, "required": where == "path", "schema": schema}
    return found if where == "path" else found | {"style": "form", "explode": False}


def _parameters() -> Json:
    bbox: Json = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    limit: Json = {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": USUAL_LIMIT}
    systems: Json = {"type": "string", "format": "uri", "enum": [one.uri for one in SYSTEMS], "default": CRS84}
    languages: Json = {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"}
    queries: dict[str, Json] = {
        "f": TEXT,
        "limit": limit,
        "bbox": bbox,
        "bbox-crs": systems,
        "crs": systems,
        "datetime": TEXT,
        "filter": TEXT,
        "filter-lang": languages,
        "filter-crs": systems,
        "sortby": {"type": "array", "items": TEXT},
        "properties": {"type": "array", "items": TEXT},
        "skipGeometry": {"type": "boolean", "default": False},
        "after": TEXT,
        "q": {"type": "array", "items": TEXT},
    }
    paths = ("collectionId", "featureId", "recordId", "styleId", "tileMatrix", "tileRow", "tileCol")
    return {name: _parameter(name, schema) for name, schema in queries.items()} | {
        name: _parameter(name, TEXT, "path") for name in paths
    }


def _schemas() -> Json:
    return {"exception": EXCEPTION, "link": LINK}


def _responses() -> Json:
    content = {JSON: {"schema": {"$ref": "#/components/schemas/exception"}}}
    names = {
        "InvalidParameter": "A parameter is not known or cannot be read.",
        "NotFound": "There is nothing here.",
        "ServerError": "Something went wrong.",
        "Refused": "The change was refused; nothing was changed.",
    }
    return {name: {"description": sentence, "content": content} for name, sentence in names.items()}

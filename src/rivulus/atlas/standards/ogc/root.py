"""The landing page, and what the service conforms to."""

from typing import Any

from django.utils.translation import gettext

from rivulus.atlas.standards.ogc.answers import HTML, JSON, OPENAPI
from rivulus.atlas.standards.ogc.asking import Request
from rivulus.atlas.standards.ogc.describing import RELATION

SPEC = "http://www.opengis.net/spec/"
CONFORMS_TO = (
    f"{SPEC}ogcapi-common-1/1.0/conf/core",
    f"{SPEC}ogcapi-common-1/1.0/conf/landing-page",
    f"{SPEC}ogcapi-common-1/1.0/conf/json",
    f"{SPEC}ogcapi-common-1/1.0/conf/html",
    f"{SPEC}ogcapi-common-1/1.0/conf/oas30",
    f"{SPEC}ogcapi-common-2/1.0/conf/collections",
    f"{SPEC}ogcapi-features-1/1.0/conf/core",
    f"{SPEC}ogcapi-features-1/1.0/conf/oas30",
    f"{SPEC}ogcapi-features-1/1.0/conf/html",
    f"{SPEC}ogcapi-features-1/1.0/conf/geojson",
    f"{SPEC}ogcapi-features-2/1.0/conf/crs",
    f"{SPEC}ogcapi-features-3/1.0/conf/queryables",
    f"{SPEC}ogcapi-features-3/1.0/conf/queryables-query-parameters",
    f"{SPEC}ogcapi-features-3/1.0/conf/filter",
    f"{SPEC}ogcapi-features-3/1.0/conf/features-filter",
    f"{SPEC}ogcapi-features-4/1.0/conf/create-replace-delete",
    f"{SPEC}ogcapi-features-4/1.0/conf/update",
    f"{SPEC}ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    f"{SPEC}ogcapi-features-4/1.0/conf/features",
    f"{SPEC}cql2/1.0/conf/cql2-text",
    f"{SPEC}cql2/1.0/conf/cql2-json",
    f"{SPEC}cql2/1.0/conf/basic-cql2",
    f"{SPEC}cql2/1.0/conf/advanced-comparison-operators",
    f"{SPEC}cql2/1.0/conf/case-insensitive-comparison",
    f"{SPEC}cql2/1.0/conf/accent-insensitive-comparison",
    f"{SPEC}cql2/1.0/conf/basic-spatial-functions",
    f"{SPEC}cql2/1.0/conf/basic-spatial-functions-plus",
    f"{SPEC}cql2/1.0/conf/spatial-functions",
    f"{SPEC}cql2/1.0/conf/temporal-functions",
    f"{SPEC}cql2/1.0/conf/property-property",
    f"{SPEC}cql2/1.0/conf/arithmetic",
    f"{SPEC}ogcapi-tiles-1/1.0/conf/core",
    f"{SPEC}ogcapi-tiles-1/1.0/conf/tileset",
    f"{SPEC}ogcapi-tiles-1/1.0/conf/tilesets-list",
    f"{SPEC}ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    f"{SPEC}ogcapi-tiles-1/1.0/conf/mvt",
    f"{SPEC}tms/2.0/conf/tilematrixset",
    f"{SPEC}tms/2.0/conf/json-tilematrixset",
    f"{SPEC}ogcapi-records-1/1.0/conf/record-core",
    f"{SPEC}ogcapi-records-1/1.0/conf/record-core-query-parameters",
    f"{SPEC}ogcapi-records-1/1.0/conf/json",
    f"{SPEC}ogcapi-styles-1/0.0/conf/core",
    f"{SPEC}ogcapi-styles-1/0.0/conf/mapbox-style",
)


def landing(request: Request) -> dict[str, Any]:
    """Return the landing page."""
    return {
        "title": gettext("The atlas of Baia Mare"),
        "description": gettext("Layers of the city as features, tiles, records and styles, for other programs."),
        "links": [
            *request.forms("/", JSON),
            request.link("/api", "service-desc", OPENAPI, gettext("Description of the interface (OpenAPI)")),
            request.link("/api?f=html", "service-doc", HTML, gettext("Description of the interface")),
            request.link("/conformance", "conformance", JSON, gettext("What it conforms to")),
            request.link("/conformance", RELATION + "conformance", JSON),
            request.link("/collections", "data", JSON, gettext("Layers")),
            request.link("/collections", RELATION + "data", JSON),
            request.link("/collections/records", RELATION + "ogc-catalog", JSON, gettext("Register of the layers")),
            request.link("/tileMatrixSets", RELATION + "tiling-schemes", JSON, gettext("Tile matrix sets")),
            request.link("/styles", RELATION + "styles", JSON, gettext("Styles")),
        ],
    }


def conformance(request: Request) -> dict[str, Any]:
    """Return the requirement classes to which the service conforms."""
    return {"conformsTo": list(CONFORMS_TO), "links": request.forms("/conformance", JSON)}

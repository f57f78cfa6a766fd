"""Addresses of OGC API."""

from django.urls import URLPattern, path

from rivulus.atlas.standards.ogc import views

ONE = "ogc/collections/<slug:code>"
GRID = f"{ONE}/tiles/WebMercatorQuad"

urlpatterns: list[URLPattern] = [
    path("ogc", views.landing, name="ogc"),
    path("ogc/", views.landing),
    path("ogc/conformance", views.conformance),
    path("ogc/api", views.api),
    path("ogc/collections", views.collections, name="ogc_collections"),
    path(ONE, views.collection, name="ogc_collection"),
    path(f"{ONE}/queryables", views.queryables),
    path(f"{ONE}/schema", views.schema),
    path(f"{ONE}/items", views.features, name="ogc_items"),
    path(f"{ONE}/items/<str:key>", views.feature, name="ogc_item"),
    path(f"{ONE}/styles", views.styles_of),
    path(f"{ONE}/tiles", views.tilesets),
    path(GRID, views.tileset),
    path(f"{GRID}/<str:matrix>/<str:row>/<str:col>", views.tile, name="ogc_tile"),
    path("ogc/tileMatrixSets", views.matrix_sets),
    path("ogc/tileMatrixSets/WebMercatorQuad", views.matrix_set),
    path("ogc/styles", views.styles),
    path("ogc/styles/<slug:name>", views.style, name="ogc_style"),
    path("ogc/styles/<slug:name>/metadata", views.style_metadata),
    path("ogc/<path:rest>", views.nothing),
]

"""Addresses of vector tiles."""

from django.urls import URLPattern, path

from rivulus.atlas.standards.tiles.serving import tile, tilejson

urlpatterns: list[URLPattern] = [
    path("tiles/<slug:code>.json", tilejson, name="atlas_tilejson"),
    path("tiles/<slug:code>/<int:z>/<int:x>/<int:y>.mvt", tile, name="atlas_tile"),
]

"""Addresses of the base map, for programs."""

from django.urls import path

from rivulus.atlas.standards import basemap

urlpatterns = [
    path("basemap/style.json", basemap.style, name="atlas_style"),
    path("basemap/schematic.geojson", basemap.schematic, name="atlas_schematic"),
    path("basemap/base.pmtiles", basemap.archive, name="atlas_basemap_archive"),
    path("basemap/<int:z>/<int:x>/<int:y>.mvt", basemap.tile, name="atlas_basemap_tile"),
]

"""Addresses for programs, the same in every language."""

from django.urls import URLPattern

from rivulus.atlas.urls import basemap, ogc, tiles

urlpatterns: list[URLPattern] = [
    *basemap.urlpatterns,
    *tiles.urlpatterns,
    *ogc.urlpatterns,
]

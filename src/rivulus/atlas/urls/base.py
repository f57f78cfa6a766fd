"""Addresses of the map page."""

from django.urls import path

from rivulus.atlas.views import map_page, map_print

urlpatterns = [
    path("", map_page.page, name="map"),
    path("map.pdf", map_print.as_pdf, name="map_pdf"),
    path("at/", map_page.here, name="here"),
]

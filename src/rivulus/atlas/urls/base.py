"""Addresses of the map page."""

from django.urls import path

from rivulus.atlas.views import map_page

urlpatterns = [
    path("", map_page.page, name="map"),
    path("at/", map_page.here, name="here"),
]

"""Addresses of SensorThings."""

from django.urls import URLPattern, path

from rivulus.observations.standards.sensorthings.views import serve

urlpatterns: list[URLPattern] = [
    path("sensorthings/v1.1", serve, name="sensorthings"),
    path("sensorthings/v1.1/<path:path>", serve, name="sensorthings-resource"),
    path("sensorthings/v1.1/", serve),
]

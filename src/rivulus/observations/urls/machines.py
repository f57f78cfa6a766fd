"""Addresses for machines, the same in every language: SensorThings, messages of devices, live streams."""

from django.urls import URLPattern, URLResolver

from rivulus.observations.urls import devices, live, sensorthings

urlpatterns: list[URLPattern | URLResolver] = [
    *sensorthings.urlpatterns,
    *devices.urlpatterns,
    *live.urlpatterns,
]

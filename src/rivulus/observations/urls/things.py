"""Addresses of the pages of things and series."""

from django.urls import URLPattern, path

from rivulus.observations.views import live, things

urlpatterns: list[URLPattern] = [
    path("observations/latest", live.latest, name="latest"),  # in words, so in the language of its address
    path("observations/things/", things.list_all, name="things"),
    path("observations/things/<int:pk>/", things.thing, name="thing"),
    path("observations/series/<int:pk>/", things.series, name="series"),
]

"""Addresses of the pages of each domain."""

from django.urls import URLPattern, path

from rivulus.observations.views import domains

urlpatterns: list[URLPattern] = [
    path("observations/", domains.overview, name="overview"),
    path("observations/domains/<slug:code>/", domains.domain, name="domain"),
]

"""Addresses of dashboards."""

from django.urls import URLPattern, path

from rivulus.observations.views import dashboards

urlpatterns: list[URLPattern] = [
    path("dashboards/", dashboards.list_all, name="dashboards"),
    path("dashboards/<slug:code>/", dashboards.one, name="dashboard"),
    path("dashboards/<slug:code>/embed/", dashboards.embedded, name="dashboard_embedded"),
]

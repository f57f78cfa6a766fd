"""Addresses of the pages of forecasts."""

from django.urls import URLPattern, path

from rivulus.observations.views import forecasts

urlpatterns: list[URLPattern] = [
    path("observations/forecasts/", forecasts.list_all, name="forecasts"),
    path("observations/forecasts/<slug:code>/", forecasts.group, name="forecast_group"),
    path("observations/series/<int:pk>/forecast/", forecasts.one, name="forecast"),
]

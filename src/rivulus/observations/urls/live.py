"""Addresses of live pictures and data files, the same in every language."""

from django.urls import URLPattern, path

from rivulus.observations.views import live

urlpatterns: list[URLPattern] = [
    path("live/series/<int:pk>/chart", live.chart, name="observations_series_chart"),
    path("live/series/<int:pk>.csv", live.as_csv, name="observations_series_csv"),
    path("live/series/<int:pk>.parquet", live.as_parquet, name="observations_series_parquet"),
]

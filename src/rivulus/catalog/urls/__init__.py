"""Addresses of the catalog."""

from rivulus.catalog.urls import data, metadata

app_name = "catalog"
urlpatterns = [
    *metadata.urlpatterns,
    *data.urlpatterns,
]

"""Addresses for programs, the same in every language."""

from django.urls import URLPattern

from rivulus.catalog.urls import data_machines, metadata_machines

urlpatterns: list[URLPattern] = [
    *data_machines.urlpatterns,
    *metadata_machines.urlpatterns,
]

"""Addresses of the pages of dashboards."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

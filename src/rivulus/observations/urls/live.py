"""Addresses of live streams and data files."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

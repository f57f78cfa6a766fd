"""Addresses of the pages of things and series."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

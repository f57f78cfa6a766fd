"""Addresses of the pages of each domain."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of OGC API."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of pages: data."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

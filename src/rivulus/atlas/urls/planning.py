"""Addresses of pages: planning."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

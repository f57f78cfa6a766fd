"""Addresses of pages: metadata."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

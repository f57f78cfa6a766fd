"""Addresses of pages: base."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

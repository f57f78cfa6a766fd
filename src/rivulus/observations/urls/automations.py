"""Addresses of the pages of rules and their editor."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of pages: recipes."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of pages: layers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

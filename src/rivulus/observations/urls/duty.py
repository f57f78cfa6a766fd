"""Addresses of the pages of duty."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of the pages of forecasts."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of messages of devices (LoRaWAN and the sandbox)."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of messages of devices (LoRaWAN and the sandbox)."""

from django.urls import URLPattern, path, re_path

from rivulus.observations.standards import devices, sandbox

urlpatterns: list[URLPattern] = [
    path("devices/chirpstack/v4", devices.chirpstack, name="devices_chirpstack"),
    path("devices/tts/v3", devices.tts, name="devices_tts"),
    path("devices/check", devices.check, name="devices_check"),
    re_path(r"^sandbox/sensorthings/v1\.1(?:/(?P<path>.*))?$", sandbox.serve, name="sandbox_sensorthings"),
]

"""The portal as a Django application."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The home page and what stands on every page."""

    name = "rivulus.portal"

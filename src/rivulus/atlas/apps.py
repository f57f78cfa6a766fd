"""The atlas as a Django application."""

from django.apps import AppConfig


class AtlasConfig(AppConfig):
    """Registers what the atlas can report about the city and publish when Django starts."""

    name = "rivulus.atlas"
    default_auto_field = "django.db.models.BigAutoField"

"""Observations as a Django application."""

from django.apps import AppConfig


class ObservationsConfig(AppConfig):
    """Registers what observations can report about the city when Django starts."""

    name = "rivulus.observations"
    default_auto_field = "django.db.models.BigAutoField"

"""The catalog as a Django application."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Registers what the catalog can report about the city when Django starts."""

    name = "rivulus.catalog"
    default_auto_field = "django.db.models.BigAutoField"

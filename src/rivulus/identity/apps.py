"""How Django knows this context."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Persons and roles."""

    name = "rivulus.identity"
    label = "identity"
    verbose_name = "People"
    default_auto_field = "django.db.models.BigAutoField"

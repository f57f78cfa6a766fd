"""How Django knows this context."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """The journal."""

    name = "rivulus.journal"
    label = "journal"
    verbose_name = "Journal"
    default_auto_field = "django.db.models.BigAutoField"

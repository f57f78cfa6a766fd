"""The catalog as a Django application."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Registers what the catalog can report about the city when Django starts."""

    name = "rivulus.catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the probes, and what is known and forgotten of a person."""
        from rivulus.catalog.actions.requests import forget_person
        from rivulus.catalog.queries import probes
        from rivulus.catalog.queries.people import tell_of
        from rivulus.identity import events as identity

        probes.register()
        identity.tell("catalog", tell_of)
        identity.forget_with("catalog", lambda person_id: forget_person(by=None, person_id=person_id))

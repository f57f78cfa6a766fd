"""The atlas as a Django application."""

from django.apps import AppConfig


class AtlasConfig(AppConfig):
    """Registers what the atlas can report about the city and publish when Django starts."""

    name = "rivulus.atlas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register probes and tables, and what is known and forgotten of a person."""
        from rivulus.atlas.actions import campaigns
        from rivulus.atlas.queries import people, probes, publishing, use_probes
        from rivulus.identity import events as identity

        probes.register()
        use_probes.register()
        identity.tell("atlas", people.tell_of)
        identity.forget_with("atlas.campaigns", lambda person_id: campaigns.forget_person(by=None, person_id=person_id))
        publishing.register()

"""Observations as a Django application."""

from django.apps import AppConfig

from rivulus.kernel.words import N_


class ObservationsConfig(AppConfig):
    """Registers what observations can report about the city when Django starts."""

    name = "rivulus.observations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the probes, and what other contexts may tell and ask."""
        from rivulus.identity import events as identity
        from rivulus.kernel import publishing
        from rivulus.observations import events
        from rivulus.observations.actions import suppliers
        from rivulus.observations.queries import (
            automation_forecasts,
            automation_probes,
            forecast_probes,
            probes,
            tables,
        )
        from rivulus.observations.queries.people import tell_of

        automation_probes.register()
        events.provide_forecasts(automation_forecasts.read_issues)
        forecast_probes.register()
        probes.register()
        tables.register_all()
        identity.forget_with(
            "observations.suppliers", lambda person_id: suppliers.forget_person(by=None, person_id=person_id)
        )
        identity.tell("observations", tell_of)
        publishing.register(
            publishing.Collection(
                name="observations_sensorthings", title=N_("Observations (SensorThings 1.1)"), live=True
            )
        )

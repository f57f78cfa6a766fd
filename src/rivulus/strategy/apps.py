"""The strategy as a Django application."""

from django.apps import AppConfig


class StrategyConfig(AppConfig):
    """Registers the probes and the seals of the strategy when Django starts."""

    name = "rivulus.strategy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the strategy can measure of itself, and what the journal watches over."""
        from rivulus.strategy.queries import evaluations, probes, seals, tables

        probes.register_all()
        seals.seal_all()
        evaluations.seal_all()
        tables.register_tables()

"""`./rivulus manage sync_catalog`: every public table is a dataset, and every dataset has its score."""

from typing import Any

from django.core.management.base import BaseCommand

from rivulus.catalog.actions.live import sync_live_datasets
from rivulus.catalog.actions.quality import assess_all


class Command(BaseCommand):
    """Bring the live datasets up to date and assess all descriptions."""

    help = "Make a dataset of every table that the platform publishes (idempotent), and assess all descriptions."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do both, and say how much was new."""
        synced = sync_live_datasets(by=None)
        scores = assess_all(by=None)
        self.stdout.write(
            f"Live datasets added: {len(synced.added)}, changed: {len(synced.changed)}, "
            f"archived: {len(synced.archived)}, restored: {len(synced.restored)}; new scores: {scores}."
        )

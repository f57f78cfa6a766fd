"""`./rivulus manage load_observations [FOLDER]`: what the pack says about observing, loaded idempotently."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from rivulus.kernel.errors import Refused
from rivulus.observations.feeds import automation_pack, dashboards, forecast_pack, observation_pack


class Command(BaseCommand):
    """Load properties, domains, rules and connectors, and check the dashboards."""

    help = "Load what the pack says about observing (idempotent); a pack with faults changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder of another pack."""
        parser.add_argument("folder", nargs="?", type=Path, default=settings.PACK_DIR)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or say what is wrong."""
        folder = options["folder"] / "observations"
        if not folder.is_dir():
            self.stdout.write("This pack says nothing about observing.")
            return
        try:
            observation_pack.load(by=None, folder=folder)
            automation_pack.load(by=None, folder=folder)
            forecast_pack.load(by=None, folder=folder)
            dashboards.list_dashboards(with_duty=True)
        except Refused as refused:
            raise CommandError(str(refused)) from refused

"""`./rivulus manage load_organisations [FOLDER]`: the organisations of the pack, loaded idempotently."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from rivulus.identity import feeds
from rivulus.kernel.errors import Refused


class Command(BaseCommand):
    """Load who publishes: the city, the town halls of the area, the university."""

    help = "Load the organisations of the pack (idempotent); a table with faults changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder of another pack."""
        parser.add_argument("folder", nargs="?", type=Path, default=settings.PACK_DIR)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or say what is wrong."""
        try:
            touched = feeds.load(by=None, folder=options["folder"])
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"Organisations new or changed: {len(touched)}.")

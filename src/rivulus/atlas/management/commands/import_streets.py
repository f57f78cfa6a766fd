"""Import names of streets."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rivulus.atlas.feeds.streets import import_streets
from rivulus.kernel.errors import Refused


class Command(BaseCommand):
    """Import names of streets with their postcodes from a table."""

    help = "Import names of streets with their postcodes (CSV), for the search."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and the locality if only one is wanted."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--locality", default="", help="only the streets of this one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and say what has changed."""
        try:
            done = import_streets(by=None, file=options["file"], locality=options["locality"])
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        difference = done.difference
        self.stdout.write(
            f"{difference.total:,} streets: {difference.added:,} added, {difference.changed:,} changed, "
            f"{difference.removed:,} removed. {done.known:,} of them are on the map; "
            f"{done.nowhere:,} are in localities that are not known here and were left out."
        )

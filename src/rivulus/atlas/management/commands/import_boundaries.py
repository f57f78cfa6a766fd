"""Import official boundaries."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rivulus.atlas.actions.base.searched_layers import refresh_search
from rivulus.atlas.feeds.boundaries import import_boundaries
from rivulus.atlas.rules.specs import LICENCES
from rivulus.kernel.errors import Refused


class Command(BaseCommand):
    """Import administrative units from a file; what was imported before is brought up to date."""

    help = "Import administrative units (GeoJSON, GeoPackage, Shapefile with SIRUTA codes and names)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and whose it is."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default="", help="whose data it is, to be named on the map")
        parser.add_argument("--licence", default="not-open", choices=sorted(LICENCES))

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and say what has changed."""
        try:
            done = import_boundaries(
                by=None, file=options["file"], attribution=options["source"], licence=options["licence"]
            )
            refresh_search(by=None)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            f"{done.units} administrative units, {done.members} of them of the metropolitan area: "
            f"{done.added} added, {done.changed} changed, {done.removed} removed."
        )
        if options["licence"] == "not-open":
            self.stdout.write("No licence is stated: nobody may take the data further. Say it with --licence.")

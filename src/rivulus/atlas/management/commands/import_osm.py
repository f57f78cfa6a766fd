"""Import an extract of OpenStreetMap as the city's base map."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rivulus.atlas.feeds.osm.importing import import_extract
from rivulus.atlas.models import BaseImport
from rivulus.kernel.errors import Refused
from rivulus.kernel.geometry import Box

STEPS = {
    "checksum": "Reading",
    "cutting": "Looking for what lies in the box: {:,} objects",
    "objects": "Reading: {:,} objects",
    "tiles": "Drawing: {:,} tiles",
    "putting": "Putting places, streets and layers in force",
}
NAMES = {
    "places": "places for the search",
    "street_nodes": "junctions and ends of streets",
    "street_pieces": "pieces of streets",
    "buildings": "buildings",
    "green-space": "green spaces",
    "cycle-ways": "cycle ways",
    "streets": "streets of the layer",
    "everyday-services": "schools, pharmacies, stops and other services",
    "waters": "rivers, streams and canals",
}


class Command(BaseCommand):
    """Import an extract; what was there before is replaced in one step, at the end."""

    help = "Import an OpenStreetMap extract (.osm.pbf): base map, search, street network, buildings, green, cycle ways."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and, for one that is larger than the city, a box."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--box", metavar="W,S,E,N", help="take only what lies in these degrees")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, saying what is being done, and then what has changed."""
        self.started = time.monotonic()
        box = read_box(options["box"]) if options["box"] else None
        try:
            row = import_extract(by=None, file=options["file"], box=box, tell=self._tell)
        except Refused as refused:
            self._end_line()
            raise CommandError(str(refused)) from refused
        self._end_line()
        self._report(row)

    def _tell(self, what: str, count: int) -> None:
        words = STEPS[what].format(count)
        seconds = time.monotonic() - self.started
        if self.stdout.isatty():
            self.stdout.write(f"\r\033[K{words} … {seconds:.0f} s", ending="")
            self.stdout.flush()
        else:
            self.stdout.write(f"{words} … {seconds:.0f} s")

    def _end_line(self) -> None:
        if self.stdout.isatty():
            self.stdout.write("")

    def _report(self, row: BaseImport) -> None:
        read: Mapping[str, int] = row.report["read"]
        until = f", of {row.data_until:%Y-%m-%d}" if row.data_until else ""
        self.stdout.write(f"{row.name}{until}: {read['drawn']:,} things drawn on {read['tiles']:,} tiles, ")
        self.stdout.write(
            f"{read['bytes'] / 1e6:.1f} MB; {read['street_metres'] / 1000:,.0f} km of streets and paths; "
            f"{read['passed_over']:,} incomplete or broken things passed over."
        )
        for code, name in NAMES.items():
            found = row.report[code]
            self.stdout.write(
                f"  {name:<46} {found['total']:>9,}   +{found['added']:,}  ~{found['changed']:,}  −{found['removed']:,}"
            )
        self.stdout.write(f"In force after {time.monotonic() - self.started:.0f} s.")


def read_box(text: str) -> Box:
    """Return a box of four numbers, or say what is wrong."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise CommandError(
            "A box is four numbers: west,south,east,north in degrees, such as 23.3,47.5,23.9,47.8"
        ) from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise CommandError("The box is empty, or not in the world: west before east, south before north.")
    return west, south, east, north

"""Load the pack of facts."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from rivulus.strategy.feeds.pack import load_pack
from rivulus.strategy.feeds.tables import FaultyPack


class Command(BaseCommand):
    """Load the pack of facts; a pack with faults changes nothing and says where they are."""

    help = "Load the pack of facts (idempotent); a pack with faults changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder of another pack."""
        parser.add_argument("folder", nargs="?", type=Path, default=settings.PACK_DIR)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what changed."""
        try:
            load = load_pack(options["folder"])
        except FaultyPack as faulty:
            shown = "\n".join(f"  {fault}" for fault in faulty.faults[:100])
            raise CommandError(f"The pack has {len(faulty.faults)} faults; nothing was changed.\n{shown}") from faulty
        if not load.changes:
            self.stdout.write("The pack was loaded already; nothing changed.")
        for table, counts in load.changes.items():
            told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
            self.stdout.write(f"{table}: {told}")

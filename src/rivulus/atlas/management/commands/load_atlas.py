"""`./rivulus manage load_atlas`: what the pack knows of places, loaded idempotently."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rivulus.atlas.actions.base.searched_layers import refresh_search
from rivulus.atlas.feeds.boundaries import load_pack
from rivulus.atlas.feeds.pack.analyses import load_analyses
from rivulus.atlas.feeds.pack.layers import load_layers
from rivulus.atlas.feeds.pack.planning import load_planning
from rivulus.kernel.errors import Refused


class Command(BaseCommand):
    """Load layers, plans, neighbourhoods, names of places and analyses."""

    help = "Load layers, plans, neighbourhoods, names of places and analyses of the pack (idempotent)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or say what is wrong."""
        try:
            load_layers(by=None)
            load_planning(by=None)
            load_pack(by=None)
            load_analyses(by=None)
            refresh_search(by=None)
        except Refused as refused:
            raise CommandError(str(refused)) from refused

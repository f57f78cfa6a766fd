"""`./rivulus manage rebuild_sandbox`: builds the sandbox of suppliers anew when the city's tables have changed."""

from typing import Any

from django.core.management.base import BaseCommand

from rivulus.observations.actions import sandbox


class Command(BaseCommand):
    """Rebuilds the sandbox."""

    help = "Builds the sandbox of suppliers anew when the city's tables have changed."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild it, and say whether that was needed."""
        changed = sandbox.rebuild(by=None)
        self.stdout.write("The sandbox was built anew." if changed else "The sandbox is as it should be.")

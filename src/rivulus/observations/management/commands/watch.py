"""`./rivulus manage watch`: the engine of the rules."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from rivulus.observations.actions.automations.engine import Engine


class Command(BaseCommand):
    """Looks at all rules that are switched on until SIGINT or SIGTERM."""

    help = "Watches the series that rules look at, and does what they say."

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop."""
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: stop.set())
        Engine().run(stop.is_set)

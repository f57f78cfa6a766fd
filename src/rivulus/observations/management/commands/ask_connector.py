"""Ask the source of one connector now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rivulus.kernel.errors import Refused
from rivulus.observations.feeds.connectors import declared, running
from rivulus.observations.rules.connectors.declarations import Declaration

SHOWN = 20


class Command(BaseCommand):
    """Ask the source of one declared connector; whoever calls this agrees to the question."""

    help = "Ask the source of one declared connector now, whether it is switched on or not."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the code of the connector."""
        parser.add_argument("code")
        parser.add_argument("--dry-run", action="store_true", help="Show what would be stored, and store nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, and say what came of it."""
        found = declared.read_declared()
        declaration = found.find(options["code"])
        if declaration is None:
            wrong = [str(fault.refused) for fault in found.faults if fault.code in {"", options["code"]}]
            raise CommandError(" ".join(wrong) or f"No connector is called {options['code']}.")
        if options["dry_run"]:
            self._try_out(declaration)
        else:
            self._run(declaration)

    def _try_out(self, declaration: Declaration) -> None:
        try:
            mapped = running.try_out(declaration)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        for one in mapped.readings[:SHOWN]:
            self.stdout.write(f"{one.series} {one.time_us} {one.value}")
        for problem in mapped.problems[:SHOWN]:
            said = problem.sentence % problem.values if problem.values else problem.sentence
            self.stdout.write(f"  {problem.where}: {said}")
        self.stdout.write(f"{len(mapped.readings)} values of {len(mapped.things)} things; nothing was stored.")

    def _run(self, declaration: Declaration) -> None:
        run = running.run(declaration)
        if run is None:
            raise CommandError("The source is being asked already.")
        if run.outcome == "failed":
            raise CommandError(run.sentence % run.values if run.values else run.sentence)
        self.stdout.write(f"{run.readings} values, {run.added} new, {run.problem_count} faults.")

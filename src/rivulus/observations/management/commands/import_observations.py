"""Import a file of history from the command line."""

from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser

from rivulus.kernel.errors import Refused
from rivulus.observations.actions import imports as actions
from rivulus.observations.feeds.imports import keeping, working
from rivulus.observations.feeds.imports.declared import layout_of
from rivulus.observations.feeds.imports.reading import read_beginning
from rivulus.observations.models import HistoryImport
from rivulus.observations.queries import imports as queries
from rivulus.observations.rules.imports import counting
from rivulus.observations.rules.imports.states import State

SHOWN = 20


class Command(BaseCommand):
    """Import a CSV or Parquet file as a mapping in YAML says; the same file twice adds nothing."""

    help = "Import a CSV or Parquet file of measured values as a mapping in YAML says (idempotent)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and its mapping."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, required=True)
        parser.add_argument("--dry-run", action="store_true", help="Say what would be stored, and store nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, import, and say what became of it."""
        try:
            row = self._take_up(options["file"], options["mapping"])
            self._work(row, is_dry=options["dry_run"])
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        except OSError as error:
            raise CommandError(str(error)) from error

    def _take_up(self, file: Path, mapping: Path) -> HistoryImport:
        try:
            document = yaml.safe_load(mapping.read_text("utf-8"))
        except yaml.YAMLError as error:
            raise CommandError(f"{mapping.name} is not YAML: {error}") from error
        with file.open("rb") as stream:
            kept = keeping.keep(stream)
        try:
            given = document if isinstance(document, dict) else {}
            header = given.get("header")
            delimiter = str(given.get("delimiter", ""))
            begun = read_beginning(kept.place, kept.form, delimiter=delimiter, has_header=header)
            layout = layout_of(document, begun)
            row = actions.take_up(by=None, name=file.name, place=kept.place, size=kept.size, layout=layout)
            actions.begin_check(by=None, import_id=row.pk, layout=layout)
        except BaseException:
            keeping.remove(kept.place)
            raise
        return row

    def _work(self, row: HistoryImport, *, is_dry: bool) -> None:
        working.check(row.pk)
        self._say_rejects(row)
        row.refresh_from_db()
        self._check_not_failed(row)
        would = counting.from_json(row.counts)
        self.stdout.write(
            f"{would.lines} lines: {would.added} would be added, {would.replayed} are here already, "
            f"{would.corrected} would correct, {would.repeated} repeat, {would.rejected} rejected."
        )
        if is_dry:
            actions.withdraw(by=None, import_id=row.pk)
            return
        actions.confirm(by=None, import_id=row.pk)
        working.carry_out(row.pk)
        row.refresh_from_db()
        self._check_not_failed(row)
        did = counting.from_json(row.counts)
        self.stdout.write(f"{did.added} added, {did.replayed} here already, {did.corrected} corrected.")

    def _check_not_failed(self, row: HistoryImport) -> None:
        if row.state == State.FAILED:
            raise CommandError(row.sentence % row.values if row.values else row.sentence)

    def _say_rejects(self, row: HistoryImport) -> None:
        for one in queries.list_rejects(row.pk)[:SHOWN]:
            why = one.sentence % one.values if one.values else one.sentence
            self.stdout.write(f"  line {one.line}{f', {one.column}' if one.column else ''}: {why}")

"""``journal verify``, ``journal head``, ``journal export``: what an operator or an auditor asks of the journal."""

import argparse
import json
import sys
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from rivulus.journal import actions, queries, rules
from rivulus.journal.models import Line
from rivulus.journal.terms import Head, Verdict
from rivulus.kernel import clock


class Command(BaseCommand):
    """The journal at the command line."""

    help = "Verify the journal, print the end of its chain, or write it out."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the three commands."""
        commands = parser.add_subparsers(dest="command", required=True)
        verify = commands.add_parser("verify", help="Recompute every hash and compare sealed facts with their lines.")
        verify.add_argument("--since", type=int, help="Start after this line.")
        verify.add_argument("--known", type=_head, metavar="LINE:HASH", help="A head noted earlier, elsewhere.")
        verify.add_argument("--record", action="store_true", help="Keep the result in the database.")
        commands.add_parser("head", help="Print the number and hash of the last line, to be kept elsewhere.")
        export = commands.add_parser("export", help="Write all lines, one JSON object each.")
        export.add_argument("--since", type=int, default=0, help="Start after this line.")
        export.add_argument("--to", type=argparse.FileType("w", encoding="utf-8"), default=None, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        match options["command"]:
            case "verify":
                self._verify(options["since"], options["known"], options["record"])
            case "head":
                head = queries.get_head()
                self.stdout.write(f"{head.sequence}:{head.hash}")
            case _:
                self._export(options["since"], options["to"] or self.stdout)

    def _verify(self, since: int | None, known: Head | None, record: bool) -> None:
        if record and since:
            raise CommandError("Only a verification of the whole journal is kept: leave out --since.")
        started_at = clock.now()
        try:
            verdict = queries.verify(since=since, known=known)
        except Line.DoesNotExist:
            raise CommandError(f"There is no line {since}.") from None
        if record:
            actions.keep_verdict(by=None, verdict=verdict, started_at=started_at)
        self._say(verdict)
        if not verdict.is_intact:
            sys.exit(1)

    def _say(self, verdict: Verdict) -> None:
        head = f"It ends at line {verdict.head.sequence}, hash {verdict.head.hash}."
        if verdict.is_intact:
            text = f"The journal is whole: {verdict.lines} lines and {verdict.facts} sealed facts agree. {head}"
            self.stdout.write(self.style.SUCCESS(text))
            return
        self.stdout.write(self.style.ERROR(f"The journal is NOT whole: {verdict.fault_count} faults. {head}"))
        for fault in verdict.faults:
            self.stdout.write(f"- {fault}")
        if verdict.fault_count > len(verdict.faults):
            self.stdout.write(f"… and {verdict.fault_count - len(verdict.faults)} more.")

    def _export(self, since: int, out: IO[str] | OutputWrapper) -> None:
        for line in queries.stream_lines(since):
            out.write(json.dumps(_as_json(line), ensure_ascii=False, sort_keys=True) + "\n")
        out.flush()


def _as_json(line: Line) -> dict[str, object]:
    return {
        "sequence": line.sequence,
        "recorded_at": rules.to_instant(line.recorded_at),
        "actor": str(line.actor_id) if line.actor_id else None,
        "verb": line.verb,
        "subject": line.subject,
        "subject_id": line.subject_id,
        "content": line.content,
        "private": bytes(line.private).hex() if line.private is not None else None,
        "person": str(line.person_id) if line.person_id else None,
        "previous": line.previous_hash,
        "hash": line.hash,
    }


def _head(text: str) -> Head:
    number, colon, digest = text.partition(":")
    if not (colon and number.isdigit() and len(digest) == 64):
        raise argparse.ArgumentTypeError("Give the head as LINE:HASH, as `journal head` prints it.")
    return Head(int(number), digest.lower())

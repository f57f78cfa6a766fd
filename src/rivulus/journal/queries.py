"""Reading the journal: lines, the head, private parts, and whether everything still agrees."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import batched
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from rivulus.journal import rules, sealing
from rivulus.journal.models import JournalHead, Line, PersonKey, Verification
from rivulus.journal.terms import Fault, FaultKind, Head, Plain, Verdict

CHUNK = 2_000
FAULTS_KEPT = 50
_FIELDS = (
    "sequence",
    "recorded_at",
    "actor_id",
    "verb",
    "subject",
    "subject_id",
    "content",
    "private",
    "person_id",
    "previous_hash",
    "hash",
)


def list_lines(
    *, subject: str = "", subject_id: object = "", actor_id: UUID | None = None, verb: str = ""
) -> QuerySet[Line]:
    """Return lines, the newest first, narrowed by what is given."""
    lines = Line.objects.order_by("-sequence")
    if subject:
        lines = lines.filter(subject=subject)
    if subject_id:
        lines = lines.filter(subject_id=str(subject_id))
    if actor_id:
        lines = lines.filter(actor_id=actor_id)
    return lines.filter(verb=verb) if verb else lines


def list_lines_of(person_id: UUID) -> QuerySet[Line]:
    """Return every line that a person wrote or that is about them, the newest first."""
    about = Q(subject="identity.person", subject_id=str(person_id))
    return Line.objects.filter(Q(actor_id=person_id) | Q(person_id=person_id) | about).order_by("-sequence")


def get_line(sequence: int) -> Line:
    """Return one line or raise ``Line.DoesNotExist``."""
    return Line.objects.get(sequence=sequence)


def count_lines() -> int:
    """Return how many lines there are."""
    return Line.objects.count()


def find_last_line() -> Line | None:
    """Return the line with the highest number."""
    return Line.objects.order_by("-sequence").first()


def get_head() -> Head:
    """Return the end of the chain; an empty journal ends at line 0."""
    row = JournalHead.objects.first()
    return Head(row.sequence, row.hash) if row else Head(0, rules.GENESIS)


def find_latest_verification() -> Verification | None:
    """Return the newest stored result of a verification."""
    return Verification.objects.order_by("-finished_at", "-id").first()


def list_verifications() -> QuerySet[Verification]:
    """Return the stored results, the newest first."""
    return Verification.objects.order_by("-finished_at", "-id")


def find_private(line: Line) -> Mapping[str, Plain] | None:
    """Return the private part of a line, or None when there is none or the person's key was destroyed."""
    if line.private is None or line.person_id is None:
        return None
    row = PersonKey.objects.filter(person_id=line.person_id, key__isnull=False).first()
    if row is None or row.key is None:
        return None
    sealed = bytes(line.private)
    opened = AESGCM(bytes(row.key)).decrypt(sealed[:12], sealed[12:], str(line.sequence).encode())
    content: Mapping[str, Plain] = json.loads(opened)
    return content


def stream_lines(since: int = 0) -> Iterator[Line]:
    """Return all lines after ``since`` in order, through a cursor on the server, so that memory stays flat."""
    return Line.objects.filter(sequence__gt=since).order_by("sequence").iterator(chunk_size=CHUNK)


def verify(since: int | None = None, known: Head | None = None) -> Verdict:
    """Recompute the chain (after line ``since``, else all of it) and compare every sealed fact with its line.

    ``known`` is a head noted elsewhere earlier: the chain must still pass through it.
    """
    faults, facts = _Faults(), _Facts()
    with _one_moment():
        head = get_head()
        walk = _Walk(_anchor(since))
        faults.extend(rules.find_chain_faults(walk, walk.last))
        faults.extend(_head_faults(walk.last, head, known))
        faults.extend(facts.compare())
    return Verdict(walk.count, facts.count, head, tuple(faults.kept), faults.count)


@contextmanager
def _one_moment() -> Iterator[None]:
    """See the database as it stands now until the end, so that lines written meanwhile are no faults."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


class _Faults:
    """Keep the first faults and count the rest: a journal rewritten from the start has as many as lines."""

    def __init__(self) -> None:
        self.kept: list[Fault] = []
        self.count = 0

    def extend(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.count += 1
            if len(self.kept) < FAULTS_KEPT:
                self.kept.append(fault)


class _Walk:
    """The lines after a head, in order, remembering where they ended."""

    def __init__(self, start: Head) -> None:
        self.last = start
        self.count = 0

    def __iter__(self) -> Iterator[tuple[rules.Entry, str, str]]:
        rows = Line.objects.filter(sequence__gt=self.last.sequence).order_by("sequence").values_list(*_FIELDS)
        for *fields, previous, digest in rows.iterator(chunk_size=CHUNK):
            entry = _entry(fields)
            self.count += 1
            self.last = Head(entry.sequence, digest)
            yield entry, previous, digest


class _Facts:
    """The rows of every sealed subject beside the lines that recorded them."""

    def __init__(self) -> None:
        self.count = 0

    def compare(self) -> Iterator[Fault]:
        for seal in sealing.list_seals():
            yield from self._compare_one(seal)

    def _compare_one(self, seal: sealing.Seal) -> Iterator[Fault]:
        seen: set[str] = set()
        for chunk in batched(seal.rows(), CHUNK):
            rows = [(str(row_id), rules.to_content(content)) for row_id, content in chunk]
            lines = _latest_lines(seal, [row_id for row_id, _ in rows])
            for row_id, content in rows:
                seen.add(row_id)
                self.count += 1
                fault = rules.find_fact_fault(seal.subject, row_id, content, lines.get(row_id))
                if fault:
                    yield fault
        yield from _missing_facts(seal, seen)


def _latest_lines(seal: sealing.Seal, ids: list[str]) -> dict[str, tuple[int, Mapping[str, Plain]]]:
    lines = Line.objects.filter(subject=seal.subject, subject_id__in=ids)
    if seal.verbs:
        lines = lines.filter(verb__in=seal.verbs)
    latest = lines.order_by("subject_id", "-sequence").distinct("subject_id")
    return {row_id: (seq, content) for row_id, seq, content in latest.values_list("subject_id", "sequence", "content")}


def _missing_facts(seal: sealing.Seal, seen: set[str]) -> Iterator[Fault]:
    lines = Line.objects.filter(subject=seal.subject)
    if seal.verbs:
        lines = lines.filter(verb__in=seal.verbs | seal.ending)
    latest = lines.order_by("subject_id", "-sequence").distinct("subject_id")
    for row_id, sequence, verb in latest.values_list("subject_id", "sequence", "verb").iterator(chunk_size=CHUNK):
        if row_id not in seen and verb not in seal.ending:
            yield rules.make_fact_fault(FaultKind.FACT_MISSING, seal.subject, row_id, sequence)


def _anchor(since: int | None) -> Head:
    if not since:
        return Head(0, rules.GENESIS)
    line = get_line(since)
    return Head(line.sequence, line.hash)


def _head_faults(last: Head, head: Head, known: Head | None) -> Iterator[Fault]:
    fault = rules.find_head_fault(last, head)
    if fault:
        yield fault
    if known and known.sequence:
        digest = Line.objects.filter(sequence=known.sequence).values_list("hash", flat=True).first()
        fault = rules.find_head_fault(Head(known.sequence, digest) if digest else last, known)
        if fault:
            yield fault


def _entry(fields: list[object]) -> rules.Entry:
    sequence, recorded_at, actor_id, verb, subject, subject_id, content, private, person_id = fields
    return rules.Entry(
        sequence=sequence,  # type: ignore[arg-type]
        recorded_at=recorded_at,  # type: ignore[arg-type]
        actor_id=actor_id,  # type: ignore[arg-type]
        verb=verb,  # type: ignore[arg-type]
        subject=subject,  # type: ignore[arg-type]
        subject_id=subject_id,  # type: ignore[arg-type]
        content=content,  # type: ignore[arg-type]
        private=bytes(private) if private is not None else None,  # type: ignore[call-overload]
        person_id=person_id,  # type: ignore[arg-type]
    )

"""How a line is written down to the byte, hashed, and compared; pure, so that anybody can repeat it.

The hash of a line is SHA-256 over its canonical form: JSON in UTF-8 with sorted keys and no spaces, of all fields and
the hash of the line before. Moments are ISO 8601 in UTC with microseconds. Numbers with a fraction are written as text
in plain notation, because a database may give back 1e16 as 10000000000000000 and the hash must not depend on that.
"""

import datetime as dt
import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from rivulus.journal.terms import Fault, FaultKind, Head, Plain
from rivulus.kernel.words import N_

GENESIS = "0" * 64  # the hash before the first line

SENTENCES: Mapping[FaultKind, str] = {
    FaultKind.LINE_CHANGED: N_("Line %(sequence)s was changed after it was written."),
    FaultKind.LINE_MISSING: N_("Lines %(first)s to %(last)s are missing."),
    FaultKind.CHAIN_BROKEN: N_("Line %(sequence)s does not continue line %(previous)s: one of the two was rewritten."),
    FaultKind.HEAD_DIFFERS: N_("The journal ends at line %(found)s, but it should end at line %(expected)s."),
    FaultKind.FACT_CHANGED: N_(
        "%(subject)s %(subject_id)s is no longer what line %(sequence)s recorded; what differs: %(fields)s."
    ),
    FaultKind.FACT_MISSING: N_("%(subject)s %(subject_id)s, recorded by line %(sequence)s, was removed."),
    FaultKind.FACT_UNRECORDED: N_("%(subject)s %(subject_id)s was added without a line in the journal."),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line without its hash: everything that the hash covers except the line before."""

    sequence: int
    recorded_at: dt.datetime
    actor_id: UUID | None
    verb: str
    subject: str
    subject_id: str
    content: Mapping[str, Plain]
    private: bytes | None = None
    person_id: UUID | None = None


def to_plain(value: object) -> Plain:
    """Return the value as JSON knows it, in the one form that survives a trip through the database."""
    match value:
        case None | bool():
            return value
        case int():
            return int(value)
        case str():
            return _plain_text(str(value))
        case float() | Decimal():
            return _plain_number(value)
        case dt.datetime():
            return to_instant(value)
        case dt.date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {_plain_key(key): to_plain(item) for key, item in value.items()}
        case Set():
            return sorted((to_plain(item) for item in value), key=canonical)
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return [to_plain(item) for item in value]
        case _:
            raise TypeError(f"The journal cannot hold a {type(value).__name__}.")


def to_content(value: Mapping[str, object]) -> dict[str, Plain]:
    """Return the content of a line in plain form."""
    return {_plain_key(key): to_plain(item) for key, item in value.items()}


def to_instant(moment: dt.datetime) -> str:
    """Return an aware moment in UTC with microseconds, ending in Z."""
    if moment.tzinfo is None:
        raise ValueError("The journal holds no moment without a time zone.")
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def canonical(value: Plain) -> bytes:
    """Return the only bytes that stand for this plain value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def hash_entry(entry: Entry, previous: str) -> str:
    """Return the hash of a line that continues a line with the hash ``previous``."""
    return hashlib.sha256(canonical(_form_of(entry, previous))).hexdigest()


def find_chain_faults(lines: Iterable[tuple[Entry, str, str]], after: Head) -> Iterator[Fault]:
    """Walk (entry, previous hash, hash) in order of sequence and name each place where the chain is not whole."""
    last = after
    for entry, previous, recorded in lines:
        if entry.sequence != last.sequence + 1:
            yield _missing(last.sequence + 1, entry.sequence - 1)
        elif previous != last.hash:
            yield _fault(FaultKind.CHAIN_BROKEN, entry.sequence, previous=last.sequence)
        if hash_entry(entry, previous) != recorded:
            yield _fault(FaultKind.LINE_CHANGED, entry.sequence, subject=entry.subject, subject_id=entry.subject_id)
        last = Head(entry.sequence, recorded)


def find_head_fault(found: Head, expected: Head) -> Fault | None:
    """Compare the end of the chain with a head known from elsewhere."""
    return None if found == expected else _head_fault(found, expected)


def find_fact_fault(
    subject: str, subject_id: str, content: Mapping[str, Plain], recorded: tuple[int, Mapping[str, Plain]] | None
) -> Fault | None:
    """Compare a fact as it stands with the line (sequence, content) that recorded it."""
    if recorded is None:
        return make_fact_fault(FaultKind.FACT_UNRECORDED, subject, subject_id)
    sequence, line = recorded
    differing = sorted(key for key, value in content.items() if key not in line or line[key] != value)
    if not differing:
        return None
    return make_fact_fault(FaultKind.FACT_CHANGED, subject, subject_id, sequence, fields=", ".join(differing))


def make_fact_fault(
    kind: FaultKind, subject: str, subject_id: str, sequence: int | None = None, **values: str
) -> Fault:
    """Return the fault of one fact."""
    known: dict[str, str | int] = {"subject": subject, "subject_id": subject_id, "sequence": sequence or 0, **values}
    return Fault(kind, SENTENCES[kind], known, sequence, subject, subject_id)


def _form_of(entry: Entry, previous: str) -> Plain:
    return {
        "sequence": entry.sequence,
        "recorded_at": to_instant(entry.recorded_at),
        "actor": str(entry.actor_id) if entry.actor_id else None,
        "verb": entry.verb,
        "subject": entry.subject,
        "subject_id": entry.subject_id,
        "content": to_content(entry.content),
        "private": hashlib.sha256(entry.private).hexdigest() if entry.private is not None else None,
        "person": str(entry.person_id) if entry.person_id else None,
        "previous": previous,
    }


def _plain_text(text: str) -> str:
    if "\x00" in text:
        raise ValueError("The journal holds no text with a NUL character.")
    text.encode("utf-8")  # half of a surrogate pair is no text; say so here and not in the database
    return text


def _plain_key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError("The names in a line's content are texts.")
    return _plain_text(str(key))


def _plain_number(value: float | Decimal) -> str:
    number = value if isinstance(value, Decimal) else Decimal(repr(value)) if math.isfinite(value) else None
    if number is None or not number.is_finite():
        raise ValueError("The journal holds finite numbers only.")
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _missing(first: int, last: int) -> Fault:
    return Fault(FaultKind.LINE_MISSING, SENTENCES[FaultKind.LINE_MISSING], {"first": first, "last": last}, first)


def _fault(kind: FaultKind, sequence: int, subject: str = "", subject_id: str = "", **values: int) -> Fault:
    return Fault(kind, SENTENCES[kind], {"sequence": sequence, **values}, sequence, subject, subject_id)


def _head_fault(found: Head, expected: Head) -> Fault:
    values = {
        "found": f"{found.sequence} ({found.hash[:12]}…)",
        "expected": f"{expected.sequence} ({expected.hash[:12]}…)",
    }
    return Fault(FaultKind.HEAD_DIFFERS, SENTENCES[FaultKind.HEAD_DIFFERS], values, expected.sequence)

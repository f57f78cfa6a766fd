"""Writing a line, destroying the key of a person, recording a verification."""

import datetime as dt
import os
from collections.abc import Mapping
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from django.db.models import F

from rivulus.journal import queries, rules
from rivulus.journal.models import JournalHead, Line, PersonKey, Verification
from rivulus.journal.terms import Actor, Plain, Verdict
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

NONCE_LENGTH = 12


@transaction.atomic
def write(
    *,
    by: Actor | None,
    verb: str,
    subject: str,
    subject_id: object,
    content: Mapping[str, object],
    private: Mapping[str, object] | None = None,
    about: Actor | UUID | None = None,
) -> Line:
    """Add one line to the journal, inside the transaction of the change it records, and return it.

    The writer holds the head of the chain until its transaction ends: write the line last, after the locks that
    the change needs. ``private`` is encrypted with the key of the person ``about`` whom it is; nothing that is
    personal belongs in ``content``.
    """
    person_id = _id_of(about)
    if private is not None and person_id is None:
        raise ValueError("A private part needs the person it is about.")
    plain = rules.to_content(content)
    key = _key_of(person_id) if private is not None and person_id is not None else None
    head = _lock_head()
    sequence = head.sequence + 1
    entry = rules.Entry(
        sequence=sequence,
        recorded_at=clock.now(),
        actor_id=_id_of(by),
        verb=verb,
        subject=subject,
        subject_id=str(subject_id),
        content=plain,
        private=_encrypt(key, rules.to_content(private or {}), sequence) if key is not None else None,
        person_id=person_id,
    )
    return _append(head, entry)


@transaction.atomic
def destroy_key(*, by: Actor | None, person: Actor | UUID) -> PersonKey:
    """Make everything private in the lines about a person unreadable for ever; the lines and the chain stay."""
    person_id = person if isinstance(person, UUID) else person.id
    now = clock.now()
    row, _ = PersonKey.objects.select_for_update().get_or_create(
        person_id=person_id, defaults={"created_at": now, "destroyed_at": now}
    )
    if row.key is not None:
        row.key, row.destroyed_at = None, now
        row.save(update_fields=["key", "destroyed_at"])
    write(by=by, verb="journal.key.destroyed", subject="journal.person_key", subject_id=person_id, content={})
    return row


def verify_and_record(*, by: Actor | None = None) -> Verification:
    """Verify the whole journal and everything under its seal, keep the result and return it.

    The walk is not part of the transaction that keeps its result, so that it holds up nobody.
    """
    started_at = clock.now()
    return keep_verdict(by=by, verdict=queries.verify(), started_at=started_at)


@transaction.atomic
def keep_verdict(*, by: Actor | None, verdict: Verdict, started_at: dt.datetime) -> Verification:
    """Keep what a verification of the whole journal has found."""
    row = Verification.objects.create(
        started_at=started_at,
        finished_at=max(clock.now(), started_at),
        lines=verdict.lines,
        facts=verdict.facts,
        head_sequence=verdict.head.sequence,
        head_hash=verdict.head.hash,
        fault_count=verdict.fault_count,
        faults=[{"kind": str(f.kind), "sequence": f.sequence, "sentence": str(f)} for f in verdict.faults],
    )
    content = {"lines": row.lines, "facts": row.facts, "head": row.head_hash, "faults": row.fault_count}
    write(by=by, verb="journal.verified", subject="journal.verification", subject_id=row.pk, content=content)
    return row


def _lock_head() -> JournalHead:
    head = JournalHead.objects.select_for_update().first()
    if head is None:
        last = queries.find_last_line()
        start = {"sequence": last.sequence, "hash": last.hash} if last else {"sequence": 0, "hash": rules.GENESIS}
        JournalHead.objects.bulk_create([JournalHead(id=1, **start)], ignore_conflicts=True)
        head = JournalHead.objects.select_for_update().get(id=1)
    return head


def _append(head: JournalHead, entry: rules.Entry) -> Line:
    digest = rules.hash_entry(entry, head.hash)
    line = Line.objects.create(
        sequence=entry.sequence,
        recorded_at=entry.recorded_at,
        actor_id=entry.actor_id,
        verb=entry.verb,
        subject=entry.subject,
        subject_id=entry.subject_id,
        content=dict(entry.content),
        private=entry.private,
        person_id=entry.person_id,
        previous_hash=head.hash,
        hash=digest,
    )
    JournalHead.objects.filter(id=head.id).update(sequence=F("sequence") + 1, hash=digest)
    return line


def _key_of(person_id: UUID) -> bytes:
    row, _ = PersonKey.objects.select_for_update().get_or_create(
        person_id=person_id, defaults={"key": AESGCM.generate_key(bit_length=256), "created_at": clock.now()}
    )
    if row.key is None:
        raise Refused(N_("This person was erased; nothing private can be written about them any more."))
    return bytes(row.key)


def _encrypt(key: bytes, private: Mapping[str, Plain], sequence: int) -> bytes:
    nonce = os.urandom(NONCE_LENGTH)
    return nonce + AESGCM(key).encrypt(nonce, rules.canonical(dict(private)), str(sequence).encode())


def _id_of(who: Actor | UUID | None) -> UUID | None:
    return who if who is None or isinstance(who, UUID) else who.id

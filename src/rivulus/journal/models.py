"""The lines, the head of the chain, the keys of persons and the results of verifications."""

import uuid

from django.db import models
from django.db.models import F, Q


class JournalHead(models.Model):
    """The end of the chain: one row, locked by whoever writes the next line."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "journal_head"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="journal_head_is_one_row")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.hash}"


class Line(models.Model):
    """One change: who did what to which thing, when, and the hash of the line before."""

    sequence = models.BigIntegerField(primary_key=True)
    recorded_at = models.DateTimeField()
    actor_id = models.UUIDField(null=True, help_text="None when the platform itself acted.")
    verb = models.CharField(max_length=100)
    subject = models.CharField(max_length=100)
    subject_id = models.CharField(max_length=100)
    content = models.JSONField(default=dict)
    private = models.BinaryField(null=True, help_text="Encrypted with the key of the person the line is about.")
    person_id = models.UUIDField(null=True, help_text="Whose key opens the private part.")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "journal_line"
        constraints = [
            models.UniqueConstraint(fields=["hash"], name="journal_line_hash_unique"),
            models.UniqueConstraint(fields=["previous_hash"], name="journal_line_chain_has_no_fork"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="journal_line_sequence_from_one"),
            models.CheckConstraint(
                condition=Q(private__isnull=True) | Q(person_id__isnull=False), name="journal_line_private_has_person"
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "subject_id", "sequence"], name="journal_line_subject"),
            models.Index(
                fields=["actor_id", "sequence"], name="journal_line_actor", condition=Q(actor_id__isnull=False)
            ),
            models.Index(
                fields=["person_id", "sequence"], name="journal_line_person", condition=Q(person_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.verb} {self.subject_id}"


class PersonKey(models.Model):
    """The key of one person; without it, what lines hold about the person in private can never be read again."""

    person_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    key = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "journal_person_key"
        constraints = [
            models.CheckConstraint(
                condition=Q(key__isnull=True, destroyed_at__isnull=False)
                | Q(key__isnull=False, destroyed_at__isnull=True),
                name="journal_person_key_is_there_or_destroyed",
            )
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class Verification(models.Model):
    """The result of one verification of the whole journal."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    lines = models.BigIntegerField()
    facts = models.BigIntegerField(default=0)
    head_sequence = models.BigIntegerField()
    head_hash = models.CharField(max_length=64)
    fault_count = models.BigIntegerField(default=0)
    faults = models.JSONField(default=list)

    class Meta:
        db_table = "journal_verification"
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__gte=F("started_at")), name="journal_verification_ends_after_start"
            )
        ]
        indexes = [models.Index(fields=["-finished_at"], name="journal_verification_latest")]

    def __str__(self) -> str:
        return f"{self.finished_at:%Y-%m-%d %H:%M} {self.fault_count}"

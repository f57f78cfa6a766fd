"""Files of history that people import: what they said of the columns, how far the worker is, what was rejected."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rivulus.kernel import clock


class HistoryImport(models.Model):
    """One file. ``rows_read`` is the place from which a worker goes on after another was killed."""

    id = models.AutoField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=200)  # of the file, as its owner calls it
    file = models.CharField(max_length=200)  # in the media folder
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, default="described")
    mapping = models.JSONField(default=dict)  # rules.imports.mapping.Mapping as JSON
    rows_read = models.PositiveBigIntegerField(default=0)
    clock_us = models.BigIntegerField(null=True, blank=True)  # the last local time read, for an hour that comes twice
    counts = models.JSONField(default=dict)  # rules.imports.counting.Counts as JSON
    sentence = models.TextField(blank=True)  # why it failed
    values = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="history_import_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("described", "checking", "checked", "importing", "done", "failed", "withdrawn")),
                name="history_import_state_known",
            )
        ]


class ImportReject(models.Model):
    """A line of a file, or one cell of it, that could not be taken, and why."""

    id = models.BigAutoField(primary_key=True)
    history_import = models.ForeignKey(HistoryImport, on_delete=models.CASCADE, related_name="rejects")
    line = models.PositiveBigIntegerField()
    column = models.CharField(max_length=100, blank=True)
    given = models.CharField(max_length=100, blank=True)
    sentence = models.TextField()
    values = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["history_import", "id"], name="import_reject_in_order")]

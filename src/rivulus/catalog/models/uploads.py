"""Files that somebody uploads to be published: what they are, what was found in them, what was answered."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rivulus.catalog.models.datasets import Dataset, Distribution
from rivulus.catalog.rules.uploads import State
from rivulus.kernel import clock


class Upload(models.Model):
    """One file on its way to the public; ``distribution`` is the one it becomes a new version of, or became.

    ``reading`` says how the file is written (format, encoding, delimiter, decimal sign), ``schema`` its Table Schema,
    ``faults`` the first hundred errors, ``findings`` what looks personal, ``answers`` what somebody said about that.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="uploads")
    distribution = models.ForeignKey(
        Distribution, on_delete=models.SET_NULL, null=True, blank=True, related_name="uploads"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=200)  # of the file, as its owner calls it
    file = models.CharField(max_length=200, blank=True)  # in the media folder, never served
    size = models.PositiveBigIntegerField()
    checksum = models.CharField(max_length=64)
    state = models.CharField(max_length=12, default=str(State.RECEIVED))
    reading = models.JSONField(default=dict)
    schema = models.JSONField(default=dict)
    percent = models.PositiveSmallIntegerField(default=0)
    rows = models.PositiveBigIntegerField(null=True, blank=True)
    fault_count = models.PositiveBigIntegerField(default=0)
    faults = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    seconds = models.FloatField(default=0.0)  # that the last check took
    sentence = models.TextField(blank=True)  # why it could not be read
    values = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["dataset", "-created_at", "-id"], name="upload_latest")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[str(s) for s in State]), name="upload_state_known"),
        ]

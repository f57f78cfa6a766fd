"""How the declared connectors fare, and every time that one was asked."""

from django.db import models

from rivulus.kernel import clock


class Connector(models.Model):
    """The state of a declared connector; what it is stands in the pack, under the same code.

    ``leased_until`` keeps two workers from asking at once, and lets go by itself when one is killed.
    ``validators`` are what the source gave to ask for changes only (ETag, Last-Modified), by request.
    """

    id = models.AutoField(primary_key=True)
    code = models.CharField(max_length=50, unique=True)
    is_paused = models.BooleanField(default=False)
    next_due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_run_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_outcome = models.CharField(max_length=10, blank=True)  # rules.connectors.schedule.Outcome
    failures = models.PositiveIntegerField(default=0)  # in a row
    validators = models.JSONField(default=dict, blank=True)
    described = models.CharField(max_length=64, blank=True)  # digest of the things as they were described last


class ConnectorRun(models.Model):
    """One run of a connector, written when it has ended; what was wrong as msgids with their values."""

    id = models.BigAutoField(primary_key=True)
    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="runs")
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=10)
    sentence = models.TextField(blank=True)  # why it failed
    values = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    received_bytes = models.PositiveBigIntegerField(default=0)
    things = models.PositiveIntegerField(default=0)
    readings = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    replayed = models.PositiveIntegerField(default=0)
    corrected = models.PositiveIntegerField(default=0)
    problem_count = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, blank=True)

    class Meta:
        indexes = [models.Index(fields=["connector", "-id"], name="connector_run_latest")]

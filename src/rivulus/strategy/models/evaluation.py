"""Evaluations: dated snapshots of all that the cockpit shows, and the reports made from them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from rivulus.strategy.terms import EvaluationKind


class Evaluation(models.Model):
    """A frozen picture of the city against its promises; append-only, with the digest of its content."""

    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in EvaluationKind])
    title = models.CharField(max_length=200)
    at = models.DateField()
    note = models.TextField(blank=True)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    is_demonstration = models.BooleanField(default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        indexes = [models.Index(fields=["-at", "-id"], name="evaluation_latest")]


class ReportFile(models.Model):
    """The PDF of an evaluation in one language; made by the worker, and made again when lost."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="files")
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=8)  # queued | ready | failed
    file = models.FileField(upload_to="evaluations/", blank=True)
    pages = models.PositiveSmallIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("printed report")
        verbose_name_plural = _("printed reports")
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "language"], name="report_file_once_per_language"),
        ]

"""What is said and measured of a criterion. Every table here is append-only in the database."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rivulus.strategy.models.matrix import Criterion, CriterionProbe
from rivulus.strategy.terms import Basis, Mode, State, Verdict


class Assessment(models.Model):
    """A state of a criterion, said by a person or reconstructed from the strategy, from a date on.

    Nothing is overwritten: a correction is a later row for the same date. A declaration for level 4 or 5 counts
    only once a second person has confirmed it (:class:`AssessmentDecision`).
    """

    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="assessments")
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in State])
    basis = models.CharField(max_length=14, choices=[(b.value, b.value) for b in (Basis.DECLARED, Basis.RECONSTRUCTED)])
    valid_from = models.DateField()
    reason = models.TextField()
    document_title = models.CharField(max_length=300, blank=True)
    document_url = models.URLField(max_length=500, blank=True)
    source_place = models.CharField(max_length=200, blank=True)
    needs_confirmation = models.BooleanField(default=False)
    is_demonstration = models.BooleanField(default=False)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    declared_at = models.DateTimeField()

    class Meta:
        verbose_name = _("statement about a criterion")
        verbose_name_plural = _("statements about criteria")
        constraints = [
            models.CheckConstraint(
                condition=Q(basis="reconstructed") | Q(declared_by__isnull=False),
                name="assessment_declared_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="assessment_has_reason"),
        ]
        indexes = [models.Index(fields=["criterion", "-valid_from", "-id"], name="assessment_latest")]


class AssessmentDecision(models.Model):
    """The second person's word on a declaration; a database trigger refuses the declarer's own."""

    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="decision")
    verdict = models.CharField(max_length=10, choices=[(v.value, v.value) for v in Verdict])
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("decision of a second person")
        verbose_name_plural = _("decisions of second persons")


class ProbeReading(models.Model):
    """One evaluation of a probe with the inputs it was computed from; an evaluation that failed says why."""

    probe = models.CharField(max_length=80)
    at = models.DateTimeField()
    value = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=30)
    inputs = models.JSONField()
    simulated = models.BooleanField(default=False)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("reading of a probe")
        verbose_name_plural = _("readings of probes")
        indexes = [models.Index(fields=["probe", "-at"], name="probe_reading_latest")]


class Measurement(models.Model):
    """The moment a probe's answer to a criterion changed: passed or not, against the threshold of that moment.

    Rows are written on change only, so the last row tells the answer and *since when*. A silent row ends an answer:
    the link was withdrawn, or there is nothing to measure any more. The mode is kept too, so that a later edit of the
    link changes no matrix of an earlier day.
    """

    link = models.ForeignKey(CriterionProbe, on_delete=models.PROTECT, related_name="measurements")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="measurements")
    reading = models.ForeignKey(ProbeReading, on_delete=models.PROTECT, related_name="measurements")
    passed = models.BooleanField()
    silent = models.BooleanField(default=False)
    mode = models.CharField(max_length=10, choices=[(m.value, m.value) for m in Mode])
    threshold = models.DecimalField(max_digits=12, decimal_places=2)
    comparator = models.CharField(max_length=2)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("measurement of a criterion")
        verbose_name_plural = _("measurements of criteria")
        constraints = [
            models.CheckConstraint(
                condition=Q(silent=False) | Q(passed=False), name="measurement_silent_passes_nothing"
            ),
        ]
        indexes = [models.Index(fields=["link", "-at"], name="measurement_latest")]

"""How well datasets are described, and whether their addresses answer."""

from django.db import models

from rivulus.catalog.models.datasets import Dataset, Distribution
from rivulus.kernel import clock


class Assessment(models.Model):
    """The latest score of a dataset after the method of data.europa.eu: at most 405 points."""

    dataset = models.OneToOneField(Dataset, on_delete=models.CASCADE, primary_key=True, related_name="assessment")
    points = models.PositiveSmallIntegerField()
    dimensions = models.JSONField(default=dict)  # dimension → points
    missing = models.JSONField(default=list)  # [code of the check, points that it would bring], the most first
    revision = models.BigIntegerField()  # of the dataset that was assessed
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["-points"], name="assessment_best")]
        constraints = [models.CheckConstraint(condition=models.Q(points__lte=405), name="assessment_at_most_405")]


class LinkCheck(models.Model):
    """Whether the address of a distribution elsewhere answered when it was last asked, and when it is asked again."""

    distribution = models.OneToOneField(Distribution, on_delete=models.CASCADE, primary_key=True, related_name="link")
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # of HTTP; None: no answer at all
    is_alive = models.BooleanField(default=False)
    why = models.CharField(max_length=300, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    checked_at = models.DateTimeField()
    next_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="link_check_due")]

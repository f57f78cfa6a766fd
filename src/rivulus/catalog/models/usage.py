"""How often datasets are looked at and fetched: counts by day, of nobody in particular."""

from django.db import models

from rivulus.catalog.models.datasets import Dataset


class Usage(models.Model):
    """How often something was done with a dataset on a day. Addresses and browsers are not kept."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="usage")
    distribution = models.BigIntegerField(default=0)  # number of the distribution; 0: the dataset itself
    day = models.DateField()
    kind = models.CharField(max_length=10)
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "distribution", "day", "kind"], name="usage_once_a_day"),
            models.CheckConstraint(condition=models.Q(kind__in=["view", "download", "api"]), name="usage_kind_known"),
        ]
        indexes = [models.Index(fields=["day"], name="usage_of_day")]

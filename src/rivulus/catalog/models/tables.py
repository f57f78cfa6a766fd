"""Tables as they are kept for answering: one Parquet file for each version, and which version each day had."""

from django.db import models
from django.db.models import Q

from rivulus.catalog.models.datasets import Distribution
from rivulus.kernel import clock


class KeptTable(models.Model):
    """A live table (by its name in ``kernel.publishing``) or an uploaded one (by its distribution), as it is kept.

    ``version`` names the file (the beginning of its SHA-256), ``revision`` the state of the records it was made from.
    ``columns`` are ``rules.columns.Column`` as JSON. ``changed_at`` is when the rows changed, ``checked_at`` when
    somebody last looked whether they had.
    """

    name = models.CharField(max_length=120, unique=True)
    distribution = models.OneToOneField(
        Distribution, on_delete=models.CASCADE, null=True, blank=True, related_name="kept_table"
    )
    slug = models.SlugField(max_length=120, blank=True)  # the file name of an uploaded one; a live one is its dataset's
    revision = models.CharField(max_length=300, blank=True)
    version = models.CharField(max_length=32, blank=True)
    rows = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    checksum = models.CharField(max_length=64, blank=True)
    columns = models.JSONField(default=list)
    key = models.JSONField(default=list, blank=True)
    box = models.JSONField(null=True, blank=True)  # west, south, east, north
    is_simulated = models.BooleanField(default=False)
    seconds = models.FloatField(default=0.0)  # that the last refresh took
    failure = models.TextField(blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(distribution__isnull=True, slug="") | Q(distribution__isnull=False, slug__gt=""),
                name="kept_table_uploaded_has_file_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Snapshot(models.Model):
    """The version that a table had on a day; several days may have the same."""

    table = models.ForeignKey(KeptTable, on_delete=models.CASCADE, related_name="snapshots")
    day = models.DateField()
    version = models.CharField(max_length=32)
    rows = models.PositiveBigIntegerField()
    size = models.PositiveBigIntegerField()
    columns = models.JSONField(default=list)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "day"], name="snapshot_day_once")]

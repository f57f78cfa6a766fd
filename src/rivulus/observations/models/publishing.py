"""What waits to be published over MQTT: written with the observations, removed when the broker has confirmed it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Outgoing(models.Model):
    """What one statement added or changed: observations as columns, or the numbers of entities of one set.

    The functions of migration 0003 write it, while a bridge wants it.
    """

    id = models.BigAutoField(primary_key=True)
    created_at = models.DateTimeField(db_default=Now())
    entity = models.CharField(max_length=30, db_default="")  # a table of entities; empty: observations
    numbers = ArrayField(models.IntegerField())  # of entities, or of the series of each observation
    times = ArrayField(models.DateTimeField(), null=True)
    qualities = ArrayField(models.IntegerField(), null=True)
    values = ArrayField(models.FloatField(), null=True)
    results = ArrayField(models.JSONField(), null=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="outgoing_age")]

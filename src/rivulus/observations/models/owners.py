"""Whose an entity is that several things may share: a sensor, a property, a place, a feature, an actuator."""

from django.db import models

KINDS = ("actuator", "feature", "location", "property", "sensor")


class Owner(models.Model):
    """A supplier described this entity; without a row it is the city's. Things and their series name their supplier."""

    id = models.AutoField(primary_key=True)
    kind = models.CharField(max_length=10)
    entity = models.IntegerField()
    supplier = models.ForeignKey("Supplier", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "entity"], name="owner_once"),
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="owner_kind_known"),
        ]

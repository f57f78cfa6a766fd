"""The simulated city: since when it stands, and until when its history is filled."""

from django.db import models
from django.db.models import Q

from rivulus.kernel import clock


class Simulation(models.Model):
    """At most one row: the seed everything is computed from, and the moment up to which readings are stored."""

    id = models.AutoField(primary_key=True)
    seed = models.PositiveIntegerField()
    built_at = models.DateTimeField(default=clock.now)
    filled_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="simulation_is_one")]

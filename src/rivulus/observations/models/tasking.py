"""Control: actuators, what they can be told, and what they were told (SensorThings part 2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rivulus.kernel import clock
from rivulus.observations.models.things import Described, Thing


class Actuator(Described):
    """Something that acts: a dimmer, a valve, a sign."""

    encoding_type = models.CharField(max_length=100, default="application/pdf")
    metadata = models.JSONField(default=str, blank=True)


class TaskingCapability(Described):
    """What a thing can be told to do; ``tasking_parameters`` is a SWE Common DataRecord in JSON."""

    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="tasking_capabilities")
    actuator = models.ForeignKey(Actuator, on_delete=models.PROTECT, related_name="tasking_capabilities")
    tasking_parameters = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["thing", "id"], name="tasking_capability_thing")]


class Task(models.Model):
    """Something an actuator was told; ``idempotency_key`` keeps one wish from being carried out twice."""

    STATES = ("accepted", "sent", "done", "failed", "withdrawn")

    id = models.BigAutoField(primary_key=True)
    tasking_capability = models.ForeignKey(TaskingCapability, on_delete=models.CASCADE, related_name="tasks")
    tasking_parameters = models.JSONField(default=dict)
    properties = models.JSONField(default=dict, blank=True)
    creation_time = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=10, default="accepted")
    state_at = models.DateTimeField(default=clock.now)
    note = models.CharField(max_length=300, blank=True)
    idempotency_key = models.CharField(max_length=100, unique=True, null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["tasking_capability", "-id"], name="task_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("accepted", "sent", "done", "failed", "withdrawn")), name="task_state_known"
            )
        ]

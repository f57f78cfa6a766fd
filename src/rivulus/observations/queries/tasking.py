"""What things can be told, and what they were told."""

from django.db.models import QuerySet

from rivulus.observations.models import Task, TaskingCapability
from rivulus.observations.rules.tasking import ACCEPTED, SENT


def list_capabilities(*, thing: int | None = None) -> QuerySet[TaskingCapability]:
    """Return what things can be told, by thing."""
    rows = TaskingCapability.objects.select_related("thing", "actuator").order_by("thing_id", "id")
    return rows if thing is None else rows.filter(thing_id=thing)


def find_capability(number: int) -> TaskingCapability | None:
    """Return a capability by its number."""
    return TaskingCapability.objects.select_related("thing", "actuator").filter(pk=number).first()


def find_capability_by_code(code: str) -> TaskingCapability | None:
    """Return a capability by its code."""
    return TaskingCapability.objects.select_related("thing", "actuator").filter(code=code).first()


def list_tasks(*, thing: int | None = None, capability: int | None = None) -> QuerySet[Task]:
    """Return tasks, the newest first."""
    rows = Task.objects.select_related("tasking_capability__thing", "asked_by").order_by("-id")
    if thing is not None:
        rows = rows.filter(tasking_capability__thing_id=thing)
    return rows if capability is None else rows.filter(tasking_capability_id=capability)


def find_task(number: int) -> Task | None:
    """Return a task by its number."""
    return Task.objects.select_related("tasking_capability__thing").filter(pk=number).first()


def list_waiting(*, limit: int = 100) -> QuerySet[Task]:
    """Return tasks that nobody has sent yet, the oldest first: the outbox of whoever carries them to actuators."""
    return Task.objects.select_related("tasking_capability__actuator").filter(state=ACCEPTED).order_by("id")[:limit]


def count_open() -> int:
    """Return how many tasks are neither done nor given up."""
    return Task.objects.filter(state__in=(ACCEPTED, SENT)).count()

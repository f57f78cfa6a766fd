"""Telling the rules of tasks that devices could not carry out."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from rivulus.kernel import clock
from rivulus.observations.actions import occurrences
from rivulus.observations.models import Occurrence, Task
from rivulus.observations.queries.automation_probes import TASK_FAILED

if TYPE_CHECKING:
    from rivulus.identity.models import Person

LOOK_BACK = dt.timedelta(hours=6)


@transaction.atomic
def tell_of_failed_tasks(*, by: "Person | None" = None) -> int:
    """Tell of every task that failed lately and was not told of; return how many."""
    since = clock.now() - LOOK_BACK
    rows = Task.objects.filter(state="failed", state_at__gte=since).select_related("tasking_capability__thing")
    told = set(Occurrence.objects.filter(name=TASK_FAILED, occurred_at__gte=since).values_list("subject", flat=True))
    new = [task for task in rows.order_by("id")[:500] if f"task:{task.pk}" not in told]
    for task in new:
        thing = task.tasking_capability.thing
        occurrences.tell(
            by=by,
            name=TASK_FAILED,
            subject=f"task:{task.pk}",
            content={"thing": thing.name, "domain": thing.domain, "note": task.note},
            is_simulated=thing.is_simulated,
        )
    return len(new)

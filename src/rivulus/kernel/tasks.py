"""Work that is done later: Django's tasks carried by procrastinate, and the list of what is done regularly.

    @task
    def send_reminder(assignment_id: int) -> None: ...

    send_reminder.enqueue(7)          # in the same transaction as everything around it

    @periodic("15 3 * * *")           # minute hour day month weekday, in UTC
    @task
    def verify_journal() -> None: ...

A periodic task is declared in `rivulus.<context>.management.schedule`, which the worker imports when it starts.
A task may run twice (its worker may be killed just before saying that it is done), so it must be idempotent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.tasks.backends.base import BaseTaskBackend
from django.tasks.base import Task, TaskResult, TaskResultStatus
from django.utils import timezone

if TYPE_CHECKING:
    AnyTask = Task[..., Any]

CARRIER = "rivulus.kernel.run"


class ProcrastinateBackend(BaseTaskBackend):
    """Puts a task into procrastinate's table, with the connection and so in the transaction of the caller."""

    supports_defer = True
    supports_priority = True

    def enqueue(self, task: "AnyTask", args: Any, kwargs: dict[str, Any]) -> Any:
        """Queue the task; its result cannot be asked for later, only its job seen in procrastinate's table."""
        from procrastinate.contrib.django import app

        self.validate_task(task)
        result: TaskResult[..., Any] = TaskResult(
            task=task,
            id="",
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=list(args),
            kwargs=kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
        job = app.configure_task(
            CARRIER, queue=task.queue_name, priority=task.priority, schedule_at=task.run_after
        ).defer(path=task.module_path, args=result.args, kwargs=result.kwargs)
        object.__setattr__(result, "id", str(job))
        return result


@dataclass(frozen=True)
class Appointment:
    """A task and the times (cron, UTC) at which the worker runs it."""

    cron: str
    task: "AnyTask"


_appointments: dict[str, Appointment] = {}


def periodic(cron: str) -> Callable[["AnyTask"], "AnyTask"]:
    """Have the worker run the task at these times, once for all workers together."""

    def register(task: "AnyTask") -> "AnyTask":
        _appointments[task.module_path] = Appointment(cron, task)
        return task

    return register


def list_appointments() -> list[Appointment]:
    """What is declared so far, by the task's path."""
    return [_appointments[path] for path in sorted(_appointments)]

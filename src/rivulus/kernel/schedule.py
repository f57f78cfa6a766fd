"""What only the worker imports: how a task is run, and when the regular ones are."""

from datetime import timedelta
from typing import Any

from django.tasks.base import Task
from django.utils.module_loading import autodiscover_modules, import_string
from procrastinate import JobContext, RetryStrategy, builtin_tasks
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from rivulus.kernel.tasks import CARRIER, Appointment, list_appointments

KEEP_DONE_JOBS = timedelta(days=30)


@app.task(name=CARRIER, retry=RetryStrategy(max_attempts=5, exponential_wait=4))
def run(*, path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Run the Django task of this path."""
    task: Task[..., Any] = import_string(path)
    task.call(*args, **kwargs)


@app.periodic(cron="* * * * *")
@app.task(name="rivulus.kernel.take_up_abandoned", queueing_lock="rivulus.kernel.take_up_abandoned", pass_context=True)
async def take_up_abandoned(context: JobContext, timestamp: int) -> None:
    """Queue again the jobs whose worker was killed: it stopped saying that it lives.

    Of a regular one the next may wait already: it does what the killed one did not.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            await manager.finish_job(job, Status.ABORTED, delete_job=False)


@app.periodic(cron="40 2 * * *")
@app.task(name="rivulus.kernel.forget_old_jobs", queueing_lock="rivulus.kernel.forget_old_jobs", pass_context=True)
async def forget_old_jobs(context: JobContext, timestamp: int) -> None:
    """Remove jobs that were done long ago; failed ones stay to be looked at."""
    await builtin_tasks.remove_old_jobs(context, max_hours=int(KEEP_DONE_JOBS.total_seconds() // 3600))


def register(appointment: Appointment) -> None:
    """Hand a declared task to procrastinate's clock; the lock keeps a late one from piling up."""
    path = appointment.task.module_path

    def call(timestamp: int) -> None:
        appointment.task.call()

    task = app.task(name=path, queueing_lock=path)(call)
    app.periodic(cron=appointment.cron, periodic_id=path)(task)


autodiscover_modules("management.schedule")
for _appointment in list_appointments():
    register(_appointment)

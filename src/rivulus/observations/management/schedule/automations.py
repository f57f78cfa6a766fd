"""What the worker does for rules and alarms: letters and webhooks that did not arrive, and what time alone ends.

Escalation, notices and closing are the engine's too, every second or minute; here they go on when no engine runs.
"""

from django.tasks import task

from rivulus.kernel.tasks import periodic
from rivulus.observations.actions import alarms, escalation, failed_tasks
from rivulus.observations.actions.automations import deliveries, notices, replays, running


@periodic("* * * * *")
@task
def deliver_letters_and_webhooks() -> None:
    """Try again what did not arrive."""
    deliveries.deliver_due()


@periodic("* * * * *")
@task
def look_after_alarms() -> None:
    """Call the next people, take down notices, put cleared alarms away, tell of tasks that failed."""
    escalation.escalate_due()
    notices.take_down_old()
    alarms.close_old()
    failed_tasks.tell_of_failed_tasks()


@periodic("15 2 * * *")
@task
def forget_old_replays_and_runs() -> None:
    """Remove replays of last month, and what led to nothing three months ago."""
    replays.forget_old()
    running.forget_idle()

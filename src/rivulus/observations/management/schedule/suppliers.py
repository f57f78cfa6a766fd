"""What is done regularly about suppliers: their sandbox, their messages, their counts."""

from django.tasks import task

from rivulus.kernel.tasks import periodic
from rivulus.observations.actions import devices, publishing, sandbox, suppliers


@periodic("25 1 * * *")
@task
def sweep_sandbox() -> None:
    """Remove what has been in the sandbox for thirty days."""
    sandbox.rebuild(by=None)
    sandbox.sweep(by=None)


@periodic("*/15 * * * *")
@task
def forget_device_messages() -> None:
    """Remove messages of devices older than a week, and those above what is kept of one supplier."""
    devices.forget_messages(by=None)


@periodic("35 1 * * *")
@task
def forget_old_usage() -> None:
    """Remove daily counts of more than a year ago."""
    suppliers.forget_old_usage(by=None)


@periodic("*/10 * * * *")
@task
def stop_unheard_publishing() -> None:
    """Stop noting observations for a bridge that has not come for them in a day."""
    publishing.stop_unheard(by=None)

"""The simulated city goes on while the demonstration is on."""

from django.conf import settings
from django.tasks import task

from rivulus.kernel.tasks import periodic
from rivulus.observations.actions import simulation


@periodic("* * * * *")
@task
def go_on() -> None:
    """Store what the invented devices have said; nothing where the demonstration is off or was never built."""
    if settings.RIVULUS_DEMO:
        simulation.tick(by=None)

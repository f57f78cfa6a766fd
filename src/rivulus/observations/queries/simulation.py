"""The simulated city: whether there is one, and which series it has."""

from rivulus.observations.models import Datastream, Simulation, Task
from rivulus.observations.rules.simulation.city import PREFIX
from rivulus.observations.rules.tasking import DONE
from rivulus.observations.rules.weeks import microseconds


def find_simulation() -> Simulation | None:
    """Return the simulated city, or None."""
    return Simulation.objects.filter(pk=1).first()


def numbers_of_series() -> dict[str, int]:
    """Return the numbers of the simulated series by their codes."""
    found = Datastream.objects.filter(is_simulated=True, code__startswith=f"{PREFIX}:").values_list("code", "pk")
    return {str(code): number for code, number in found}


def list_told() -> dict[str, tuple[int, float]]:
    """Return what each simulated lamp was told last: since when (microseconds) and the light in percent, by its code."""
    tasks = (
        Task.objects.filter(state=DONE, tasking_capability__thing__is_simulated=True)
        .order_by("tasking_capability_id", "-id")
        .distinct("tasking_capability_id")
        .values_list("tasking_capability__thing__code", "state_at", "tasking_parameters")
    )
    return {
        str(code): (microseconds(at), float(parameters["light"]))
        for code, at, parameters in tasks
        if "light" in parameters
    }

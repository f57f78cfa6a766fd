"""Tasks through SensorThings (OGC 17-079r1): asked for with POST, reported on with PATCH, removed with DELETE."""

from collections.abc import Mapping
from typing import Any

from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions import tasking
from rivulus.observations.models import Task
from rivulus.observations.queries.tasking import find_task
from rivulus.observations.rules.documents import check_object
from rivulus.observations.standards.sensorthings.access import Account
from rivulus.observations.standards.sensorthings.deep_insert import read_reference
from rivulus.observations.standards.sensorthings.resolving import Place

CAPABILITY = "TaskingCapability"
SAID_BY_US = frozenset({"state", "stateAt", "note"})


def create(account: Account, place: Place, document: Mapping[str, Any], idempotency_key: str | None) -> Task:
    """Ask for a task of the capability that the address or the body names."""
    return tasking.ask_task(
        by=account.by,
        writer=account.writer,
        capability_id=_capability(place, document),
        parameters=check_object(document.get("taskingParameters"), "taskingParameters"),
        properties=_own(document.get("properties")),
        idempotency_key=idempotency_key,
    )


def change(account: Account, number: int, document: Mapping[str, Any]) -> None:
    """Write down how far a task got: ``{"properties": {"state": "done", "note": "…"}}``. Nothing else changes."""
    told = check_object(document.get("properties") or {}, "properties")
    state = told.get("state")
    if not isinstance(state, str):
        raise Refused(N_("Of a task only properties/state changes: sent, done, failed or withdrawn."))
    note = told.get("note", "")
    tasking.report_task(
        by=account.by, writer=account.writer, task_id=number, state=state, note=note if isinstance(note, str) else ""
    )


def remove(account: Account, number: int) -> None:
    """Remove a task."""
    tasking.forget_task(by=account.by, writer=account.writer, task_id=number)


def document_of(number: int) -> dict[str, Any]:
    """Return what may be changed of a task, as it is now."""
    task = find_task(number)
    if task is None:
        raise NotFound
    return {"properties": {**task.properties, "state": task.state}}


def _capability(place: Place, document: Mapping[str, Any]) -> int:
    if place.parent is not None and place.parent.name == CAPABILITY:
        return place.parent.number
    reference = read_reference(CAPABILITY, document.get(CAPABILITY))
    if reference is None:
        raise Refused(N_("A %(kind)s needs %(label)s."), kind="Task", label=CAPABILITY)
    return reference.number


def _own(properties: Any) -> dict[str, Any]:
    given = check_object({} if properties is None else properties, "properties")
    return {key: value for key, value in given.items() if key not in SAID_BY_US}

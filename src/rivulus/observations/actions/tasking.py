"""Telling actuators what to do: a task is kept first and sent by whoever carries messages, so that none is lost."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_
from rivulus.observations.models import Task, TaskingCapability
from rivulus.observations.rules import permissions, writers
from rivulus.observations.rules import tasking as rules
from rivulus.observations.rules.documents import check_object, check_text
from rivulus.observations.rules.writers import Conflict, Forbidden, Writer
from rivulus.observations.terms import Scope

if TYPE_CHECKING:
    from rivulus.identity.models import Person

CHANNEL = "observations_tasks"  # wakes whoever carries tasks to actuators; nobody may depend on it
SUBJECT = "observations.task"


@transaction.atomic
def ask_task(
    *,
    by: "Person | None",
    capability_id: int,
    parameters: Mapping[str, Any],
    idempotency_key: str | None = None,
    properties: Mapping[str, Any] | None = None,
    writer: Writer = writers.PLATFORM,
) -> Task:
    """Accept a task and return it; the same key again returns the same task, and nothing is done twice.

    Raises NotFound for an unknown capability, Refused where the parameters are not what it takes, Forbidden where
    somebody may not, Conflict where the key was used for another wish.
    """
    _check_may_task(by, writer)
    capability = TaskingCapability.objects.select_related("thing").filter(pk=capability_id).first()
    if capability is None:
        raise NotFound
    writers.check_owns(writer, capability.thing.supplier_id, "TaskingCapability")
    checked = rules.check_parameters(capability.tasking_parameters, dict(parameters))
    own = check_object(dict(properties or {}), "properties")
    key = rules.check_key(idempotency_key)
    if key is not None and (known := _find_known(key, capability, checked)) is not None:
        return known
    task = _insert(capability, checked, own, key, by)
    if task is None:  # somebody else was asking with the same key at this moment
        return _find_known(str(key), capability, checked) or _gone()
    _write(by, writer, "accepted", task, {"capability": capability_id, "parameters": checked})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(task.pk)])
    return task


@transaction.atomic
def report_task(
    *, by: "Person | None", task_id: int, state: str, note: str = "", writer: Writer = writers.PLATFORM
) -> Task:
    """Write down how far a task got, and return it; saying the same twice changes nothing.

    Raises NotFound for an unknown task, Refused where no way leads from its state to this one.
    """
    _check_may_task(by, writer)
    task = _lock(task_id, writer)
    said = check_text(note, "note")[: rules.LONGEST_NOTE]
    try:
        is_new = rules.check_move(task.state, state)
    except Refused as refused:
        raise Conflict(refused.sentence, **refused.values) from refused
    if not is_new:
        return task
    task.state, task.state_at, task.note = state, clock.now(), said
    task.save(update_fields=["state", "state_at", "note"])
    _write(by, writer, state, task, {"note": said} if said else {})
    return task


@transaction.atomic
def forget_task(*, by: "Person | None", task_id: int, writer: Writer = writers.PLATFORM) -> None:
    """Remove a task: one not sent yet is not carried out; the journal keeps that it was asked."""
    _check_may_task(by, writer)
    task = _lock(task_id, writer)
    if task.state == rules.SENT:
        raise Conflict(N_("This task is being carried out; it can be removed when it is done or has failed."))
    _write(by, writer, "deleted", task, {"state": task.state})
    task.delete()


def _check_may_task(by: "Person | None", writer: Writer) -> None:
    if by is not None and not permissions.can("task_actuator", identity.roles_of(by)):
        raise Forbidden(permissions.SENTENCES["task_actuator"])
    writers.check_scope(writer, Scope.TASK)


def _find_known(key: str, capability: TaskingCapability, parameters: Mapping[str, Any]) -> Task | None:
    known = Task.objects.filter(idempotency_key=key).first()
    if known is None:
        return None
    if (known.tasking_capability_id, known.tasking_parameters) != (capability.pk, parameters):
        raise Conflict(N_("This idempotency key was used for another task."))
    return known


def _insert(
    capability: TaskingCapability,
    parameters: Mapping[str, Any],
    properties: Mapping[str, Any],
    key: str | None,
    by: "Person | None",
) -> Task | None:
    now = clock.now()
    wanted = Task(
        tasking_capability=capability,
        tasking_parameters=parameters,
        properties=properties,
        creation_time=now,
        state_at=now,
        idempotency_key=key,
        asked_by=by,
    )
    if key is None:
        wanted.save(force_insert=True)
        return wanted
    # Waits for whoever is inserting the same key, and then inserts nothing.
    Task.objects.bulk_create([wanted], ignore_conflicts=True)
    found = Task.objects.get(idempotency_key=key)
    is_ours = (found.creation_time, found.asked_by_id, found.tasking_capability_id) == (
        now,
        wanted.asked_by_id,
        capability.pk,
    )
    return found if is_ours else None


def _gone() -> Task:
    raise Conflict(N_("This idempotency key was used for another task."))


def _lock(task_id: int, writer: Writer) -> Task:
    rows = Task.objects.select_for_update(of=("self",)).select_related("tasking_capability__thing")
    task = rows.filter(pk=task_id).first()
    if task is None:
        raise NotFound
    writers.check_owns(writer, task.tasking_capability.thing.supplier_id, "Task")
    return task


def _write(by: "Person | None", writer: Writer, verb: str, task: Task, content: Mapping[str, object]) -> None:
    journal.write(
        by=by,
        verb=f"observations.task.{verb}",
        subject=SUBJECT,
        subject_id=task.pk,
        content=writer.signature() | dict(content),
    )

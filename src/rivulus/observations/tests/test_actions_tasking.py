"""Facts about asking for tasks and reporting on them."""

import threading

import pytest
from django.db import connection

from rivulus.identity.models import Membership, Person
from rivulus.journal.models import Line
from rivulus.kernel.errors import NotFound, Refused
from rivulus.observations.actions import tasking
from rivulus.observations.models import Actuator, Supplier, Task, TaskingCapability, Thing
from rivulus.observations.queries import tasking as queries
from rivulus.observations.rules.writers import Conflict, Forbidden, Writer

pytestmark = pytest.mark.django_db
RECORD = {
    "type": "DataRecord",
    "field": [{"name": "level", "type": "Quantity", "constraint": {"interval": [[0, 100]]}}],
}


@pytest.fixture
def capability() -> TaskingCapability:
    lamp = Thing.objects.create(name="Lamp", supplier=Supplier.objects.create(code="bogdan", name="Bogdan"))
    dimmer = Actuator.objects.create(name="Dimmer")
    return TaskingCapability.objects.create(
        name="Dim", code="dim", thing=lamp, actuator=dimmer, tasking_parameters=RECORD
    )


def person(name: str, role: str) -> Person:
    found = Person.objects.create(email=f"{name}@example.org")
    Membership.objects.create(person=found, role=role, granted_at="2026-01-01T00:00:00Z")
    return found


def test_the_platform_itself_asks_and_the_task_waits_to_be_sent(capability: TaskingCapability) -> None:
    task = tasking.ask_task(by=None, capability_id=capability.pk, parameters={"level": 40})
    assert [waiting.pk for waiting in queries.list_waiting()] == [task.pk]
    assert queries.count_open() == 1
    tasking.report_task(by=None, task_id=task.pk, state="sent")
    assert not queries.list_waiting() and queries.count_open() == 1
    tasking.report_task(by=None, task_id=task.pk, state="failed", note="No answer")
    found = queries.find_task(task.pk)
    assert found is not None and (found.state, found.note) == ("failed", "No answer")
    assert queries.count_open() == 0
    assert (
        list(queries.list_tasks(thing=capability.thing_id))
        == list(queries.list_tasks(capability=capability.pk))
        == [found]
    )


def test_saying_the_same_twice_changes_nothing(capability: TaskingCapability) -> None:
    task = tasking.ask_task(by=None, capability_id=capability.pk, parameters={"level": 40})
    tasking.report_task(by=None, task_id=task.pk, state="done")
    lines = Line.objects.count()
    tasking.report_task(by=None, task_id=task.pk, state="done")
    assert Line.objects.count() == lines
    with pytest.raises(Conflict):
        tasking.report_task(by=None, task_id=task.pk, state="failed")


@pytest.mark.parametrize(
    ("role", "may"), [("dispatcher", True), ("administrator", True), ("department", False), ("resident", False)]
)
def test_people_ask_by_their_role(capability: TaskingCapability, role: str, may: bool) -> None:
    dan = person("dan", role)
    if may:
        assert tasking.ask_task(by=dan, capability_id=capability.pk, parameters={"level": 1}).asked_by == dan
    else:
        with pytest.raises(Forbidden):
            tasking.ask_task(by=dan, capability_id=capability.pk, parameters={"level": 1})


def test_what_is_unknown_or_wrong_is_refused(capability: TaskingCapability) -> None:
    with pytest.raises(NotFound):
        tasking.ask_task(by=None, capability_id=999, parameters={"level": 1})
    with pytest.raises(Refused, match="allowed is"):
        tasking.ask_task(by=None, capability_id=capability.pk, parameters={"level": 101})
    with pytest.raises(NotFound):
        tasking.report_task(by=None, task_id=999, state="done")
    task = tasking.ask_task(by=None, capability_id=capability.pk, parameters={"level": 1})
    with pytest.raises(Refused, match="No state"):
        tasking.report_task(by=None, task_id=task.pk, state="perhaps")


def test_a_task_that_is_being_carried_out_stays(capability: TaskingCapability) -> None:
    task = tasking.ask_task(by=None, capability_id=capability.pk, parameters={"level": 1})
    tasking.report_task(by=None, task_id=task.pk, state="sent")
    with pytest.raises(Conflict):
        tasking.forget_task(by=None, task_id=task.pk)
    tasking.report_task(by=None, task_id=task.pk, state="done")
    tasking.forget_task(by=None, task_id=task.pk)
    assert not Task.objects.exists() and Line.objects.filter(verb="observations.task.deleted").exists()


def test_a_supplier_has_to_do_with_its_own_tasks_only(capability: TaskingCapability) -> None:
    vlad = Writer(supplier=Supplier.objects.create(code="vlad", name="Vlad").pk, is_city=False)
    task = tasking.ask_task(by=None, capability_id=capability.pk, parameters={"level": 1})
    with pytest.raises(Forbidden):
        tasking.ask_task(by=None, capability_id=capability.pk, parameters={"level": 1}, writer=vlad)
    with pytest.raises(Forbidden):
        tasking.report_task(by=None, task_id=task.pk, state="done", writer=vlad)


@pytest.mark.django_db(transaction=True)
def test_one_wish_asked_for_at_once_by_many_is_one_task(capability: TaskingCapability) -> None:
    made: list[object] = []

    def ask() -> None:
        try:
            task = tasking.ask_task(
                by=None, capability_id=capability.pk, parameters={"level": 7}, idempotency_key="once"
            )
            made.append(task.pk)
        except Exception as error:
            made.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1 and len(made) == 5, made
    assert Task.objects.count() == 1
    assert Line.objects.filter(verb="observations.task.accepted").count() == 1

"""Work put off is kept with the transaction, done by the worker, and the regular tasks are declared once."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.tasks import task
from django.tasks.exceptions import InvalidTask
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from rivulus.kernel import tasks
from rivulus.kernel.tasks import CARRIER, ProcrastinateBackend

DONE: list[tuple[int, str]] = []


@task
def note(number: int, *, word: str = "") -> None:
    """Remember that it was called."""
    DONE.append((number, word))


def enqueue(number: int, word: str) -> str:
    return ProcrastinateBackend("default", {}).enqueue(note, (number,), {"word": word}).id


@pytest.mark.django_db
def test_a_task_waits_in_the_table() -> None:
    job = ProcrastinateJob.objects.get(pk=enqueue(7, "seven"))
    assert (job.task_name, job.status) == (CARRIER, "todo")
    assert job.args == {"path": f"{__name__}.note", "args": [7], "kwargs": {"word": "seven"}}


@pytest.mark.django_db
def test_a_task_of_a_refused_transaction_is_never_done() -> None:
    with transaction.atomic():
        enqueue(7, "seven")
        transaction.set_rollback(True)
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.django_db
def test_a_task_may_wait_for_its_time() -> None:
    later = datetime(2030, 1, 1, tzinfo=UTC)
    result = ProcrastinateBackend("default", {}).enqueue(_at(later), (1,), {})
    assert ProcrastinateJob.objects.get(pk=result.id).scheduled_at == later


def _at(moment: datetime) -> "tasks.Task":
    # The immediate backend of the tests would refuse a time, so the task is rebuilt by hand.
    waiting = note.using()
    object.__setattr__(waiting, "run_after", moment)
    return waiting


@pytest.mark.django_db
def test_an_unknown_queue_is_refused() -> None:
    stray = note.using()
    object.__setattr__(stray, "queue_name", "nowhere")
    with pytest.raises(InvalidTask):
        ProcrastinateBackend("default", {}).enqueue(stray, (1,), {})


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_what_was_put_off() -> None:
    import rivulus.kernel.schedule  # noqa: F401 (as the worker does)

    DONE.clear()
    job = enqueue(7, "seven")
    with app.replace_connector(app.connector.get_worker_connector()) as connected:  # type: ignore[attr-defined]
        connected.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    assert DONE == [(7, "seven")]
    assert ProcrastinateJob.objects.get(pk=job).status == "succeeded"


def _abandon(name: str, lock: str | None) -> int:
    """Leave a job behind as a worker does that is killed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args, status, attempts, priority) "
            "VALUES ('default', %s, %s, '{}', 'doing', 1, 0) RETURNING id",
            [name, lock],
        )
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_left_is_taken_up_but_not_beside_its_successor() -> None:
    from rivulus.kernel import schedule

    regular, other = _abandon("refresh", "refresh"), _abandon(CARRIER, None)
    with connection.cursor() as cursor:  # the clock went on, and put the next one in line
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args, status, attempts, priority) "
            "VALUES ('default', 'refresh', 'refresh', '{}', 'todo', 0, 0)"
        )
    async_to_sync(schedule.take_up_abandoned.func)(SimpleNamespace(app=app), timestamp=0)
    states = dict(ProcrastinateJob.objects.values_list("pk", "status"))
    assert (states.pop(regular), states.pop(other)) == ("aborted", "todo")
    assert list(states.values()) == ["todo"]


def test_a_regular_task_is_declared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_appointments", {})
    for _ in range(2):
        tasks.periodic("0 4 * * *")(note)
    assert [(found.cron, found.task) for found in tasks.list_appointments()] == [("0 4 * * *", note)]

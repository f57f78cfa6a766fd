"""Lines are written once, in order, and never again."""

import contextlib
import threading
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from rivulus.journal import actions, queries, rules
from rivulus.journal.management.schedule import verify_journal
from rivulus.journal.models import JournalHead, Line, PersonKey, Verification
from rivulus.journal.tests.conftest import Sql
from rivulus.kernel.errors import Refused
from rivulus.kernel.tasks import list_appointments


@dataclass(frozen=True)
class Somebody:
    id: UUID


ANA = Somebody(UUID("019a5f2e-7b1c-7000-8000-000000000001"))
IOANA = Somebody(UUID("019a5f2e-7b1c-7000-8000-000000000002"))


def write(number: int = 0, **more: object) -> Line:
    known: dict[str, object] = {"by": IOANA, "verb": "test.done", "subject": "test.thing", "subject_id": number}
    return actions.write(**(known | {"content": {"nr": number}} | more))  # type: ignore[arg-type]


@pytest.mark.django_db
def test_each_line_continues_the_one_before() -> None:
    start = queries.get_head()
    first, second = write(1), write(2)
    assert first.sequence == start.sequence + 1
    assert first.previous_hash == start.hash
    assert (second.sequence, second.previous_hash) == (first.sequence + 1, first.hash)
    assert queries.get_head().hash == second.hash
    assert queries.verify().is_intact


@pytest.mark.django_db
def test_the_platform_itself_may_act() -> None:
    assert write(by=None).actor_id is None


@pytest.mark.django_db
def test_content_comes_back_as_it_was_hashed() -> None:
    line = write(content={"share": 0.1, "huge": 1e300, "tiny": 5e-324, "big": 2**70, "name": "Săsar – Zazar ő"})
    line.refresh_from_db()
    assert queries.verify(since=line.sequence - 1 or None).is_intact
    assert line.content["share"] == "0.1"


@pytest.mark.django_db
def test_a_refused_change_leaves_no_line() -> None:
    before = queries.get_head()
    with contextlib.suppress(RuntimeError), transaction.atomic():
        write()
        raise RuntimeError
    assert queries.get_head() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_line SET verb = 'other'",
        "DELETE FROM journal_line",
        "TRUNCATE journal_line",
        "UPDATE journal_head SET sequence = sequence - 1",
        "DELETE FROM journal_head",
        "TRUNCATE journal_head",
        "DELETE FROM journal_verification",
    ],
)
def test_the_database_refuses_to_change_the_past(statement: str) -> None:
    write()
    refused = pytest.raises(IntegrityError, match=r"only ever added|only moves on")
    with connection.cursor() as cursor, refused, transaction.atomic():
        cursor.execute(statement)


@pytest.mark.django_db
def test_a_lost_head_is_found_again(vlad: Sql) -> None:
    last = write(1)
    vlad("DELETE FROM journal_head")
    assert write(2).previous_hash == last.hash
    assert queries.verify().is_intact


@pytest.mark.django_db
def test_a_private_part_is_read_with_the_persons_key_only() -> None:
    line = write(about=ANA, private={"email": "ana@example.org"})
    line.refresh_from_db()
    assert b"ana@" not in bytes(line.private or b"")
    assert queries.find_private(line) == {"email": "ana@example.org"}


@pytest.mark.django_db
def test_a_private_part_needs_its_person() -> None:
    with pytest.raises(ValueError, match="needs the person"):
        write(private={"email": "ana@example.org"})


@pytest.mark.django_db
def test_destroying_a_key_closes_the_private_parts_and_keeps_the_chain() -> None:
    line = write(about=ANA, private={"email": "ana@example.org"})
    actions.destroy_key(by=ANA, person=ANA)
    assert queries.find_private(line) is None
    assert PersonKey.objects.get(person_id=ANA.id).key is None
    assert queries.verify().is_intact
    with pytest.raises(Refused), transaction.atomic():
        write(about=ANA, private={"email": "again"})


@pytest.mark.django_db
def test_a_key_that_never_was_can_be_destroyed() -> None:
    assert actions.destroy_key(by=None, person=uuid4()).destroyed_at is not None


@pytest.mark.django_db
def test_a_private_part_cannot_be_moved_to_another_line(vlad: Sql) -> None:
    from cryptography.exceptions import InvalidTag

    one = write(1, about=ANA, private={"a": 1})
    two = write(2, about=ANA, private={"a": 2})
    vlad("UPDATE journal_line SET private = %s WHERE sequence = %s", bytes(one.private or b""), two.sequence)
    with pytest.raises(InvalidTag):
        queries.find_private(Line.objects.get(pk=two.pk))


@pytest.mark.django_db
def test_a_verification_is_kept_with_a_line() -> None:
    write()
    row = actions.verify_and_record()
    assert queries.find_latest_verification() == row
    assert (row.fault_count, row.head_sequence) == (0, queries.get_head().sequence - 1)
    assert queries.list_lines(verb="journal.verified").count() == 1


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_no_gap() -> None:
    threads, each = 8, 25
    errors: list[Exception] = []

    def work(nr: int) -> None:
        try:
            for step in range(each):
                write(nr * 1000 + step)
        except DatabaseError as error:  # pragma: no cover
            errors.append(error)
        finally:
            connection.close()

    start = queries.get_head().sequence
    running = [threading.Thread(target=work, args=(nr,)) for nr in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert errors == []
    numbers = list(Line.objects.filter(sequence__gt=start).order_by("sequence").values_list("sequence", flat=True))
    assert numbers == list(range(start + 1, start + 1 + threads * each))
    assert queries.verify().is_intact


@pytest.mark.django_db
def test_an_empty_journal_is_whole(vlad: Sql) -> None:
    vlad("DELETE FROM journal_line")
    vlad("DELETE FROM journal_head")
    verdict = queries.verify()
    assert (verdict.is_intact, verdict.lines, verdict.head.hash) == (True, 0, rules.GENESIS)
    assert not JournalHead.objects.exists()
    assert not Verification.objects.exists()


@pytest.mark.django_db
def test_the_journal_is_verified_every_day() -> None:
    assert "rivulus.journal.management.schedule.verify_journal" in {
        appointment.task.module_path for appointment in list_appointments()
    }
    verify_journal.call()
    assert queries.find_latest_verification() is not None

"""Whatever is done behind the platform's back, a verification names it."""

import io
import json
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rivulus.journal import actions, queries, rules, sealing
from rivulus.journal.management.commands.journal import Command
from rivulus.journal.terms import FaultKind, Head
from rivulus.journal.tests.conftest import Sql
from rivulus.journal.tests.test_actions import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def facts(db: None) -> Iterator[dict[str, dict[str, object]]]:
    """Facts of a context above, sealed; the table is a dictionary here."""
    rows: dict[str, dict[str, object]] = {}
    sealing.seal("test.fact", lambda: iter(rows.items()), verbs={"test.fact.set"}, ending={"test.fact.gone"})
    yield rows
    sealing.unseal("test.fact")


def record(facts: dict[str, dict[str, object]], row_id: str, **content: object) -> int:
    facts[row_id] = content
    line = actions.write(by=None, verb="test.fact.set", subject="test.fact", subject_id=row_id, content=content)
    return line.sequence


def test_a_changed_line_is_found(vlad: Sql) -> None:
    lines = [write(number) for number in range(5)]
    vlad("UPDATE journal_line SET content = '{\"nr\": 99}' WHERE sequence = %s", lines[2].sequence)
    (fault,) = queries.verify().faults
    assert (fault.kind, fault.sequence) == (FaultKind.LINE_CHANGED, lines[2].sequence)


def test_a_removed_line_is_found(vlad: Sql) -> None:
    lines = [write(number) for number in range(5)]
    vlad("DELETE FROM journal_line WHERE sequence = %s", lines[2].sequence)
    (fault,) = queries.verify().faults
    assert fault.kind is FaultKind.LINE_MISSING
    assert fault.values == {"first": lines[2].sequence, "last": lines[2].sequence}


def test_a_tail_cut_off_is_found(vlad: Sql) -> None:
    lines = [write(number) for number in range(5)]
    vlad("DELETE FROM journal_line WHERE sequence >= %s", lines[3].sequence)
    (fault,) = queries.verify().faults
    assert fault.kind is FaultKind.HEAD_DIFFERS


def test_a_line_put_in_behind_the_head_is_found(vlad: Sql) -> None:
    last = write()
    columns = "recorded_at, actor_id, verb, subject, subject_id, content, private, person_id"
    vlad(
        f"INSERT INTO journal_line (sequence, {columns}, previous_hash, hash) "
        f"SELECT sequence + 1, {columns}, hash, repeat('f', 64) FROM journal_line WHERE sequence = %s",
        last.sequence,
    )
    kinds = {fault.kind for fault in queries.verify().faults}
    assert kinds == {FaultKind.LINE_CHANGED, FaultKind.HEAD_DIFFERS}


def test_a_chain_rewritten_whole_is_found_by_a_head_kept_elsewhere(vlad: Sql) -> None:
    lines = [write(number) for number in range(3)]
    known = queries.get_head()
    previous = lines[1].hash
    vlad("UPDATE journal_line SET content = '{\"nr\": 99}' WHERE sequence = %s", lines[2].sequence)
    forged = queries.get_line(lines[2].sequence)
    entry = rules.Entry(
        forged.sequence, forged.recorded_at, forged.actor_id, forged.verb, forged.subject, forged.subject_id, {"nr": 99}
    )
    digest = rules.hash_entry(entry, previous)
    vlad("UPDATE journal_line SET hash = %s WHERE sequence = %s", digest, forged.sequence)
    vlad("UPDATE journal_head SET hash = %s", digest)
    assert queries.verify().is_intact
    (fault,) = queries.verify(known=known).faults
    assert fault.kind is FaultKind.HEAD_DIFFERS


def test_a_known_head_that_holds_is_no_fault() -> None:
    write(1)
    known = queries.get_head()
    write(2)
    assert queries.verify(known=known).is_intact
    assert not queries.verify(known=Head(known.sequence + 50, known.hash)).is_intact


def test_a_walk_may_start_in_the_middle() -> None:
    write(1)
    middle = write(2)
    write(3)
    assert (queries.verify(since=middle.sequence).lines, queries.verify(since=middle.sequence).is_intact) == (1, True)


def test_many_faults_are_counted_and_the_first_kept(vlad: Sql) -> None:
    for number in range(queries.FAULTS_KEPT + 10):
        write(number)
    vlad("UPDATE journal_line SET verb = 'forged'")
    verdict = queries.verify()
    assert verdict.fault_count == verdict.lines
    assert len(verdict.faults) == queries.FAULTS_KEPT


def test_sealed_facts_agree_with_their_lines(facts: dict[str, dict[str, object]]) -> None:
    record(facts, "1", state="not_met", share=0.5)
    record(facts, "1", state="met", share=0.75)
    record(facts, "2", state="unknown")
    verdict = queries.verify()
    assert (verdict.is_intact, verdict.facts) == (True, 2)


def test_a_fact_changed_behind_the_platforms_back_is_named(facts: dict[str, dict[str, object]]) -> None:
    record(facts, "1", state="met")
    sequence = record(facts, "2", state="not_met")
    facts["2"] = {"state": "met"}
    (fault,) = queries.verify().faults
    assert (fault.kind, fault.subject_id, fault.sequence) == (FaultKind.FACT_CHANGED, "2", sequence)


def test_a_fact_removed_or_slipped_in_is_named(facts: dict[str, dict[str, object]]) -> None:
    record(facts, "1", state="met")
    del facts["1"]
    facts["7"] = {"state": "met"}
    kinds = {(fault.kind, fault.subject_id) for fault in queries.verify().faults}
    assert kinds == {(FaultKind.FACT_MISSING, "1"), (FaultKind.FACT_UNRECORDED, "7")}


def test_a_fact_may_be_gone_after_its_ending(facts: dict[str, dict[str, object]]) -> None:
    record(facts, "1", state="met")
    del facts["1"]
    actions.write(by=None, verb="test.fact.gone", subject="test.fact", subject_id="1", content={})
    assert queries.verify().is_intact


def test_any_table_can_be_made_append_only() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_sealed (id int)")
        cursor.execute(sealing.append_only_sql("test_sealed"))
        cursor.execute("INSERT INTO test_sealed VALUES (1)")
        cursor.execute(sealing.append_only_reverse_sql("test_sealed"))
        cursor.execute("DELETE FROM test_sealed")
    with pytest.raises(ValueError, match="no name of a table"):
        sealing.append_only_sql('x"; DROP TABLE journal_line; --')


def test_lines_can_be_found_by_what_they_say() -> None:
    line = write(41)
    assert list(queries.list_lines(subject="test.thing", subject_id=41)) == [line]
    assert queries.list_lines(actor_id=line.actor_id, verb="test.done").first() == line
    assert line in queries.list_lines_of(line.actor_id)  # type: ignore[arg-type]
    assert queries.count_lines() >= 1


def test_a_walk_costs_the_same_queries_however_long_it_is() -> None:
    costs = []
    for _ in range(2):
        for number in range(20):
            write(number)
        with CaptureQueriesContext(connection) as queries_made:
            queries.verify()
        costs.append(len(queries_made))
    assert costs[0] == costs[1]


def test_verify_says_in_plain_words_that_all_is_well() -> None:
    write()
    out = io.StringIO()
    call_command(Command(), "verify", "--record", stdout=out)
    assert "The journal is whole" in out.getvalue()
    assert queries.find_latest_verification() is not None


def test_only_whole_verifications_are_kept() -> None:
    write(1)
    with pytest.raises(CommandError, match="whole"):
        call_command(Command(), "verify", "--record", "--since", "1")
    with pytest.raises(CommandError, match="no line 999999"):
        call_command(Command(), "verify", "--since", "999999")


def test_verify_names_what_is_wrong_and_fails(vlad: Sql) -> None:
    line = write()
    vlad("UPDATE journal_line SET verb = 'forged' WHERE sequence = %s", line.sequence)
    out = io.StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command(Command(), "verify", stdout=out)
    assert stopped.value.code == 1
    assert f"Line {line.sequence} was changed after it was written." in out.getvalue()


def test_the_head_is_printed_to_be_kept_elsewhere() -> None:
    line = write()
    out = io.StringIO()
    call_command(Command(), "head", stdout=out)
    assert out.getvalue().strip() == f"{line.sequence}:{line.hash}"


def test_the_export_holds_what_anybody_needs_to_repeat_the_hashes() -> None:
    line = write()
    out = io.StringIO()
    call_command(Command(), "export", "--since", str(line.sequence - 1), stdout=out)
    (row,) = [json.loads(text) for text in out.getvalue().splitlines()]
    assert (row["sequence"], row["hash"], row["previous"]) == (line.sequence, line.hash, line.previous_hash)

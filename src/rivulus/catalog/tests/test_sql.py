"""Facts about SQL over the published tables: it answers, and does nothing else, whatever it is asked."""

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest
from django.test import Client

from rivulus.catalog.feeds.tables import refreshing
from rivulus.catalog.models import Dataset
from rivulus.catalog.queries.engine import TookTooLong
from rivulus.catalog.queries.sandbox import asking, child
from rivulus.catalog.queries.sandbox.asking import ask_sql
from rivulus.catalog.tests.tabled import COLUMNS, Records, table_of
from rivulus.kernel.errors import Refused


@pytest.fixture(autouse=True)
def kept(records: Records, dataset: Dataset) -> None:
    refreshing.refresh(table_of(records), is_wanted_now=True)


def test_a_question_is_answered_from_the_published_tables() -> None:
    found = ask_sql("SELECT open, count(*) AS many, round(avg(value), 2) FROM locuri GROUP BY open ORDER BY open;")
    assert [name for name, _kind in found.columns][:2] == ["open", "many"]
    assert [row[:2] for row in found.rows] == [[False, 30], [True, 30]] and not found.is_more
    days = ask_sql("SELECT day, \"at\" FROM locuri WHERE code = 't001'").rows
    assert days == [["2026-01-02", "2026-03-01T09:00:00+02:00"]]


HOSTILE = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/proc/self/environ')",
    "SELECT * FROM read_json('/proc/self/environ')",
    "SELECT * FROM read_parquet('/tmp/**/*.parquet')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "COPY locuri TO '/tmp/rivulus-hostile.csv'",
    "COPY (SELECT 1) TO '/dev/stdout'",
    "EXPORT DATABASE '/tmp/rivulus-hostile'",
    "ATTACH '/tmp/rivulus-hostile.db' AS a",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '/tmp/x.duckdb_extension'",
    "SET threads = 8",
    "SET enable_external_access = true",
    "RESET allowed_paths",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "CREATE TABLE x AS SELECT 1",
    "CREATE MACRO x() AS 1",
    "DROP VIEW locuri",
    "INSERT INTO locuri VALUES (1)",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY locuri TO '/tmp/rivulus-hostile.csv'",
    "CALL pragma_version()",
    "CHECKPOINT",
    "EXPLAIN ANALYZE COPY locuri TO '/tmp/rivulus-hostile.csv'",
    "SELECT * FROM which_secret('a', 'b')",
    "SELECT * FROM order",
    "SELECT * FROM tables",
    "SELECT getenv('HOME')",
    "WITH x AS (SELECT * FROM read_csv('/etc/passwd')) SELECT * FROM x",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
    "nonsense",
    "",
    "SELECT 'a\x00b'",
]


@pytest.mark.parametrize("sql", HOSTILE)
def test_nothing_but_a_select_over_the_tables_is_done(sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_run", run_here)
    with pytest.raises(Refused) as refused:
        ask_sql(sql)
    assert "root:" not in str(refused.value)
    assert not list(Path("/tmp").glob("rivulus-hostile*"))


def run_here(sql: str, tables: list[asking.SqlTable], seconds: int) -> bytes:
    """What the process does, without the process, which takes longer to start than to refuse."""
    order = asking.order_of(sql, tables, seconds)
    try:
        return json.dumps(child.ask(duckdb, order)).encode()
    except duckdb.Error as error:
        return json.dumps({"error": type(error).__name__, "message": str(error)}).encode()


def test_the_process_itself_reads_no_file_of_the_machine() -> None:
    for sql in ("SELECT * FROM read_text('/etc/passwd')", "COPY locuri TO '/tmp/rivulus-hostile.csv'"):
        with pytest.raises(Refused):
            ask_sql(sql)
    assert not list(Path("/tmp").glob("rivulus-hostile*"))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(100000000) a, range(100000000) b",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r",
        "SELECT sum(sin(a.range) * b.range) FROM range(1000000) a, range(1000000) b",
    ],
)
def test_a_question_without_end_is_stopped(sql: str) -> None:
    with pytest.raises((TookTooLong, Refused)):
        ask_sql(sql, seconds=2)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT repeat('x', 2000000000)",
        "SELECT list(range) FROM range(500000000)",
        "SELECT string_agg(md5(range::VARCHAR), '') FROM range(100000000)",
    ],
)
def test_a_question_beyond_memory_is_refused(sql: str) -> None:
    with pytest.raises(Refused):
        ask_sql(sql, seconds=6)


def test_long_answers_are_cut_and_say_so() -> None:
    found = ask_sql("SELECT range FROM range(5000)")
    assert len(found.rows) == asking.MOST_ROWS and found.is_more
    wide = ask_sql("SELECT repeat('x', 100000) FROM range(500)")
    assert 0 < len(wide.rows) < 50 and wide.is_more


def test_the_folders_of_the_machine_are_not_told() -> None:
    with pytest.raises(Refused) as refused:
        ask_sql("SELECT nothing FROM locuri")
    assert "/" not in str(refused.value.values["error"]).replace("LINE 1", "")


def test_a_table_whose_file_holds_more_than_is_public_is_left_out(records: Records) -> None:
    records.columns = COLUMNS[:-2]
    assert asking.list_sql_tables() == []
    with pytest.raises(Refused):
        ask_sql("SELECT * FROM locuri")


def test_what_is_not_published_cannot_be_asked() -> None:
    Dataset.objects.update(state="draft")
    with pytest.raises(Refused):
        ask_sql("SELECT * FROM locuri")


def test_the_page_shows_the_tables_the_answer_and_where_to_take_it(client: Client) -> None:
    page = client.get("/catalog/sql/", {"q": "SELECT code, name FROM locuri ORDER BY code LIMIT 2"})
    text = page.content.decode()
    assert page.status_code == 200 and "t001" in text and "Piața" not in text
    assert "/catalog/sql.csv?q=SELECT" in text and "VARCHAR" in text
    wrong = client.get("/catalog/sql/", {"q": "SELECT * FROM '/etc/passwd'"})
    assert wrong.status_code == 400 and "root:" not in wrong.content.decode()
    assert client.get("/catalog/sql/").status_code == 200


def test_programs_take_answers_as_csv_and_json(client: Client) -> None:
    question = {"q": "SELECT code, name FROM locuri ORDER BY code LIMIT 1"}
    rows = list(csv.reader(io.StringIO(b"".join(client.get("/catalog/sql.csv", question)).decode("utf-8-sig"))))
    assert rows == [["code", "name"], ["t000", "'=SUMĂ(A1)"]]
    assert client.get("/catalog/sql.json", question).json()["rows"] == [["t000", "=SUMĂ(A1)"]]
    refused = client.get("/catalog/sql.json", {"q": "DROP VIEW locuri", "lang": "en"})
    assert refused.status_code == 400 and refused.json()["error"]["sentence"] == "Only one SELECT is answered."


def test_whoever_asks_too_often_waits(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from rivulus.catalog.views import sql
    from rivulus.kernel.limits import Limit

    monkeypatch.setattr(sql, "QUESTIONS", Limit(name="few-sql", most=1))
    assert client.get("/catalog/sql.json", {"q": "SELECT 1"}).status_code == 200
    assert client.get("/catalog/sql.json", {"q": "SELECT 1"}).status_code == 429
    assert client.get("/catalog/sql/", {"q": "SELECT 1"}).status_code == 429

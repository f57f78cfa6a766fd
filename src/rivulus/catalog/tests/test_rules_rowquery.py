"""Facts about the query language: it reads what it writes, answers as a slow twin does, and says where a mistake is."""

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rivulus.catalog.queries import engine
from rivulus.catalog.queries.rows import read_cursor, write_cursor
from rivulus.catalog.rules.columns import Column, written
from rivulus.catalog.rules.rowquery.compiling import Page, compile_query
from rivulus.catalog.rules.rowquery.functions import FUNCTIONS, UNITS
from rivulus.catalog.rules.rowquery.parsing import parse, parse_condition
from rivulus.catalog.rules.rowquery.trees import (
    Between,
    Binary,
    Call,
    In,
    IsNull,
    Item,
    Key,
    Literal,
    Mistake,
    Name,
    Node,
    Query,
    Unary,
)  # fmt: skip
from rivulus.catalog.rules.rowquery.wording import write_items, write_keys, write_node, write_nodes
from rivulus.catalog.tests import naive
from rivulus.kernel.publishing import ColumnType as T

COLUMNS = (
    Column("word", T.STRING),
    Column("Ordine", T.STRING),  # a name that must be quoted
    Column("n", T.INTEGER),
    Column("x", T.NUMBER),
    Column("yes", T.BOOLEAN),
    Column("day", T.DATE),
    Column("at", T.DATETIME),
)
BY_TYPE = {kind: [column.name for column in COLUMNS if column.type is kind] for kind in T}
WORDS = ("", "a", "Ana", "țară", "ZI", "50%", "a_b", "it's", '"x"', " b ")
START = dt.datetime(2026, 3, 1, tzinfo=dt.timezone(dt.timedelta(hours=2)))


def rows() -> list[dict[str, Any]]:
    made = []
    for number in range(40):
        made.append(
            {
                "word": None if number % 11 == 0 else WORDS[number % len(WORDS)],
                "Ordine": WORDS[(number * 3) % len(WORDS)],
                "n": None if number % 9 == 0 else number % 6 - 2,
                "x": None if number % 8 == 0 else (number % 10) / 4 - 1,
                "yes": None if number % 7 == 0 else number % 3 == 0,
                "day": None if number % 10 == 0 else dt.date(2026, 1, 28) + dt.timedelta(days=number * 5),
                "at": None
                if number % 13 == 0
                else dt.datetime(2026, 3, 28, 20, 30, tzinfo=dt.UTC) + dt.timedelta(hours=number),
            }
        )
    return made


ROWS = rows()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from rivulus.catalog.feeds.tables.writing import schema_of, to_batch
    from rivulus.catalog.queries import places

    folder = places.tables_folder() / "tests_language"
    folder.mkdir(parents=True, exist_ok=True)
    found = folder / "1.parquet"
    batch = to_batch(COLUMNS, [tuple(row.values()) for row in ROWS])
    pq.write_table(pa.Table.from_batches([batch], schema_of(COLUMNS)), found, row_group_size=16)
    return found


def literals(kind: T) -> st.SearchStrategy[Node]:
    values: dict[T, st.SearchStrategy[Any]] = {
        T.STRING: st.sampled_from(WORDS),
        T.INTEGER: st.integers(-3, 4),
        T.NUMBER: st.sampled_from([-1.5, 0.0, 0.25, 2.0, 1e-3]),
        T.BOOLEAN: st.booleans(),
        T.DATE: st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
        T.DATETIME: st.integers(0, 60 * 24 * 60).map(lambda n: START + dt.timedelta(minutes=n)),
    }
    return values[kind].map(Literal)


def names(kind: T) -> st.SearchStrategy[Node]:
    return st.sampled_from(BY_TYPE[kind]).map(Name)


NUMERIC = (T.INTEGER, T.NUMBER)
ORDERED = (T.STRING, T.INTEGER, T.NUMBER, T.DATE, T.DATETIME)


@st.composite
def values(draw: st.DrawFn, kind: T, depth: int = 2) -> Node:
    """An expression of a type."""
    if depth == 0 or draw(st.integers(0, 2)) == 0:
        return draw(st.one_of(names(kind), literals(kind)))
    inner = lambda wanted: values(wanted, depth - 1)  # noqa: E731
    if kind is T.BOOLEAN:
        return draw(conditions(depth - 1))
    if kind is T.STRING:
        return draw(
            st.one_of(
                st.tuples(st.sampled_from(["lower", "upper", "trim", "fold"]), inner(T.STRING)).map(
                    lambda p: Call(p[0], (p[1],))
                ),
                st.tuples(inner(T.STRING), inner(T.STRING)).map(lambda p: Binary("||", *p)),
                st.tuples(inner(T.STRING), inner(T.STRING)).map(lambda p: Call("coalesce", p)),
            )
        )
    if kind is T.INTEGER:
        return draw(
            st.one_of(
                st.tuples(st.sampled_from("+-*"), inner(T.INTEGER), inner(T.INTEGER)).map(lambda p: Binary(*p)),
                st.tuples(inner(T.INTEGER), inner(T.INTEGER)).map(lambda p: Binary("%", *p)),
                inner(T.STRING).map(lambda one: Call("length", (one,))),
                inner(T.INTEGER).map(lambda one: Call("abs", (one,))),
                st.tuples(
                    st.sampled_from(["year", "month", "day", "weekday"]), st.one_of(inner(T.DATE), inner(T.DATETIME))
                ).map(lambda p: Call(p[0], (p[1],))),
                inner(T.DATETIME).map(lambda one: Call("hour", (one,))),
            )
        )
    if kind is T.NUMBER:
        return draw(
            st.one_of(
                st.tuples(st.sampled_from("+-*/"), inner(T.NUMBER), inner(T.INTEGER)).map(lambda p: Binary(*p)),
                inner(T.NUMBER).map(lambda one: Call("floor", (one,))),
                inner(T.NUMBER).map(lambda one: Unary("-", one) if not isinstance(one, Literal) else one),
            )
        )
    if kind is T.DATE:
        units = st.sampled_from([unit for unit in UNITS if unit != "hour"]).map(Literal)
        return draw(st.tuples(inner(T.DATE), units).map(lambda p: Call("trunc", p)))
    return draw(st.tuples(inner(T.DATETIME), st.sampled_from(UNITS).map(Literal)).map(lambda p: Call("trunc", p)))


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> Node:
    """A condition."""
    kind = draw(st.sampled_from(ORDERED))
    simple = st.one_of(
        st.tuples(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), values(kind, 1), values(kind, 1)).map(
            lambda p: Binary(*p)
        ),
        st.tuples(values(kind, 1), st.lists(literals(kind), min_size=1, max_size=3).map(tuple), st.booleans()).map(
            lambda p: In(*p)
        ),
        st.tuples(values(kind, 1), literals(kind), literals(kind), st.booleans()).map(lambda p: Between(*p)),
        st.tuples(names(kind), st.booleans()).map(lambda p: IsNull(*p)),
        st.tuples(values(T.STRING, 1), st.sampled_from(["%a%", "_na", "50%", "A%"]).map(Literal)).map(
            lambda p: Binary("like", *p)
        ),
        st.tuples(
            st.sampled_from(["contains", "starts_with", "ends_with"]), values(T.STRING, 1), literals(T.STRING)
        ).map(lambda p: Call(p[0], (p[1], p[2]))),
        names(T.BOOLEAN),
    )
    if depth == 0:
        return draw(simple)
    return draw(
        st.one_of(
            simple,
            st.tuples(st.sampled_from(["and", "or"]), conditions(depth - 1), conditions(depth - 1)).map(
                lambda p: Binary(*p)
            ),
            conditions(depth - 1).map(lambda one: Unary("not", one)),
        )
    )


AGGREGATED = st.one_of(
    st.just(Call("count", (), is_star=True)),
    st.sampled_from(["word", "n"]).map(lambda name: Call("count", (Name(name),), is_distinct=True)),
    st.tuples(
        st.sampled_from(["sum", "avg", "min", "max", "median"]), st.one_of(values(T.INTEGER, 1), values(T.NUMBER, 1))
    ).map(lambda p: Call(p[0], (p[1],))),
    st.tuples(st.sampled_from(["min", "max"]), values(T.DATE, 1)).map(lambda p: Call(p[0], (p[1],))),
)


@st.composite
def queries(draw: st.DrawFn) -> Query:
    where = draw(st.one_of(st.none(), conditions()))
    if draw(st.booleans()):
        kinds = draw(st.lists(st.sampled_from(ORDERED), min_size=1, max_size=3))
        select = tuple(Item(draw(values(kind))) for kind in kinds)
        keys = tuple(
            Key(draw(values(draw(st.sampled_from(ORDERED)), 1)), draw(st.booleans()))
            for _n in range(draw(st.integers(0, 2)))
        )
        return Query(select=select, where=where, order=tuple(key for key in keys if uses_a_column(key.node)))
    group = tuple(
        node
        for kind in draw(st.lists(st.sampled_from(ORDERED), max_size=2))
        if uses_a_column(node := draw(values(kind, 1)))
    )
    summed = draw(st.lists(AGGREGATED, min_size=1, max_size=2))
    having = draw(
        st.one_of(st.none(), st.integers(0, 4).map(lambda n: Binary(">", Call("count", (), is_star=True), Literal(n))))
    )
    order = tuple(Key(node, draw(st.booleans())) for node in summed[:1])
    return Query(
        select=tuple(Item(node) for node in (*group, *summed)), where=where, group=group, having=having, order=order
    )


def uses_a_column(node: Node) -> bool:
    return isinstance(node, Name) or any(map(uses_a_column, naive.children(node)))


@given(queries())
def test_what_is_written_is_read_as_the_same_tree(query: Query) -> None:
    read = parse(
        select=write_items(query.select),
        where=write_node(query.where) if query.where else "",
        group=write_nodes(query.group),
        having=write_node(query.having) if query.having else "",
        order=write_keys(query.order),
    )
    assert read == query


@settings(max_examples=250)
@given(queries())
def test_the_answer_is_that_of_the_slow_twin(file: Path, query: Query) -> None:
    compiled = compile_query(query, COLUMNS)
    found = engine.fetch(file, compiled)
    expected = naive.answer(query, ROWS, [column.name for column in COLUMNS])
    assert engine.count(file, compiled) == len(expected)
    if query.order or query.group:
        # Sums in another order differ in their last digit, and so may the order of what is equal.
        assert sorted(map(key_of, found)) == sorted(map(key_of, expected))
    else:
        assert list(map(key_of, found)) == list(map(key_of, expected))


def key_of(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(plain(value) for value in row)


def plain(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, float | int) and not isinstance(value, bool):
        return f"{0.0 if math.isclose(value, 0, abs_tol=1e-9) else float(value):.6g}"
    return str(value)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from(["word", "n", "x", "day", "at", "yes"]), st.booleans()),
        max_size=3,
        unique_by=lambda key: key[0],
    ),
    st.integers(1, 17),
)
def test_pages_one_after_another_are_the_whole_in_its_order(
    file: Path, keys: list[tuple[str, bool]], size: int
) -> None:
    query = Query(order=tuple(Key(Name(name), down) for name, down in keys))
    whole = engine.fetch(file, compile_query(query, COLUMNS))
    width = len(COLUMNS)
    turned: list[Any] = []
    after: list[Any] = []
    while True:
        page = Page(limit=size, after=after, with_keys=True)
        found = engine.fetch(file, compile_query(query, COLUMNS, page))
        turned += [row[:width] for row in found]
        if not found:
            break
        version, after = read_cursor(write_cursor("v", found[-1][width:]))
        assert version == "v"
    assert turned == whole and len(whole) == len(ROWS)


@given(st.text(max_size=60))
def test_any_text_is_either_read_or_refused_with_a_place_in_it(text: str) -> None:
    for part in ("select", "where", "group", "having", "order"):
        try:
            parse(**{part: text})
        except Mistake as mistake:
            found = (mistake.part, 1 <= mistake.at <= len(text) + 1)
        else:
            found = (part, True)
        assert found == (part, True)


@given(st.text(alphabet="()-+*/,'\" andornt=<>123xn|%", max_size=80))
def test_nothing_gets_past_the_compiler_but_what_duckdb_understands(file: Path, text: str) -> None:
    try:
        compiled = compile_query(parse(where=text), COLUMNS)
    except Mistake:
        return
    engine.count(file, compiled)


@pytest.mark.parametrize(
    ("parts", "part", "at", "words"),
    [
        ({"where": "n >"}, "where", 4, "missing at the end"),
        ({"where": "n = = 2"}, "where", 5, "“=” was not expected"),
        ({"where": "m = 2"}, "where", 1, "no column “m”"),
        ({"where": "n = 'two'"}, "where", 3, "cannot be compared"),
        ({"where": "day > '1 March'"}, "where", 7, "not a date such as"),
        ({"where": "word"}, "where", 1, "neither true nor false"),
        ({"where": "n = null"}, "where", 3, "is null"),
        ({"where": "word like 'a"}, "where", 11, "never closed"),
        ({"where": "n ; drop"}, "where", 3, "“;” means nothing"),
        ({"where": "sum(n) > 2"}, "where", 1, "having"),
        ({"where": "read_csv('/etc/passwd')"}, "where", 1, "no function “read_csv”"),
        ({"where": "n not 2"}, "where", 7, "After “not”"),
        ({"where": "(n = 2"}, "where", 7, "“)” is missing"),
        ({"select": "n, count(*)"}, "select", 1, "must stand in “group” too"),
        ({"select": "max(sum(n))"}, "select", 5, "cannot stand inside"),
        ({"select": "lower(n)"}, "select", 1, "lower(name)"),
        ({"select": "trunc(day, 'fortnight')"}, "select", 12, "year, quarter"),
        ({"select": "avg(*)"}, "select", 1, "Only count()"),
        ({"select": "9223372036854775808"}, "select", 1, "too large"),
        ({"having": "n > 1"}, "having", 1, "needs “group”"),
        ({"group": "sum(n)", "select": "count(*)"}, "group", 1, "cannot stand inside"),
        ({"order": "nothing desc"}, "order", 1, "no column “nothing”"),
        ({"order": "n desc desc"}, "order", 8, "“desc” was not expected"),
    ],
)
def test_a_mistake_is_said_in_a_sentence_with_its_place(parts: dict[str, str], part: str, at: int, words: str) -> None:
    with pytest.raises(Mistake) as refused:
        compile_query(parse(**parts), COLUMNS)
    assert (refused.value.part, refused.value.at) == (part, at)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["(" * 60 + "n = 1" + ")" * 60, "not " * 60 + "yes", "- " * 60 + "n = 1", " or ".join(["n = 1"] * 200), "n = 1 " * 900,
     "n in (" + ", ".join(["1"] * 1200) + ")"],
    ids=["brackets", "nots", "signs", "chain", "long", "options"],
)  # fmt: skip
def test_what_is_nested_or_long_beyond_reason_is_refused(text: str) -> None:
    with pytest.raises(Mistake):
        parse_condition(text)


def test_a_column_with_a_strange_name_is_written_in_quotes_and_never_as_sql() -> None:
    columns = (Column('a" from x; --', T.INTEGER), Column("or", T.INTEGER), Column("order", T.INTEGER))
    names_ = [written(column.name) for column in columns]
    assert names_ == ['"a"" from x; --"', '"or"', "order"]
    compiled = compile_query(parse(select=", ".join(names_), order="order"), columns)
    assert '"a"" from x; --" AS c0' in compiled.sql
    assert [column.name for column in compiled.columns] == [column.name for column in columns]


def test_values_stand_in_parameters_only() -> None:
    compiled = compile_query(
        parse(where="word = 'x''; drop table y' and n in (7, 7.5) and day < date '2026-01-01'"), COLUMNS
    )
    assert "drop" not in compiled.sql and "7" not in compiled.sql and "2026" not in compiled.sql
    assert set(compiled.parameters.values()) == {"x'; drop table y", 7, 7.5, dt.date(2026, 1, 1)}


def test_names_given_in_select_may_stand_in_group_order_and_having(file: Path) -> None:
    query = parse(
        select="trunc(day, 'month') as month, count(*) as many",
        group="month",
        having="many > 3",
        order="many desc, month",
    )
    found = engine.fetch(file, compile_query(query, COLUMNS, Page(limit=2)))
    assert [type(row[0]) for row in found] == [dt.date, dt.date] and found[0][1] >= found[1][1] > 3


def test_columns_called_date_or_order_are_columns_all_the_same() -> None:
    columns = (Column("date", T.DATE), Column("datetime", T.DATETIME), Column("group", T.STRING))
    query = parse(where="date >= date '2026-01-01' and datetime < '2026-03-01T10:00' and group = 'a'")
    assert len(compile_query(query, columns).parameters) >= 3


def test_every_function_is_said_with_an_example_that_is_understood() -> None:
    columns = (
        *COLUMNS,
        Column("name", T.STRING),
        Column("value", T.NUMBER),
        Column("time", T.DATETIME),
        Column("geometry", T.GEOJSON),
    )
    for name, function in FUNCTIONS.items():
        compiled = compile_query(parse(select=function.example), columns)
        assert function.description and compiled.columns[0].type is not T.GEOJSON, name


@pytest.mark.parametrize("words", ["", "x", "e30", "W10", "WzFd", "WyJhIiwibm8iXQ", "WyJhIix7InQiOiJ4In0sMV0", "é"])
def test_a_cursor_that_nobody_here_wrote_is_refused(words: str) -> None:
    with pytest.raises(Mistake):
        read_cursor(words)

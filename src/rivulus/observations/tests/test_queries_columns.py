"""Several questions in one round trip: their order, their kinds, and what a mistake in one of them leaves behind."""

import numpy as np
import pytest
from django.db import DataError, OperationalError, connection, transaction

from rivulus.observations.actions.store.connecting import connect
from rivulus.observations.queries.columns import Question, ask, columns_of, rows

NUMBERS = columns_of("SELECT n, n / 2.0::float8 AS half FROM generate_series(1, %s) n", [3], ("n", "half"))
WRONG = Question("SELECT 1 / %s::int4", [0])


@pytest.mark.django_db
def test_each_question_has_its_answer_in_the_order_asked() -> None:
    listed, (whole, half), empty = ask(
        Question("SELECT %s::int4, 'a' UNION ALL SELECT 2, 'b'", [1]),
        NUMBERS,
        columns_of("SELECT n FROM generate_series(1, 0) n", [], ("n",)),
    )
    assert listed == [(1, "a"), (2, "b")]
    assert (whole.tolist(), half.tolist()) == ([1, 2, 3], [0.5, 1.0, 1.5])
    assert empty[0].tolist() == []
    assert empty[0].dtype == np.int32


@pytest.mark.django_db
def test_a_later_question_sees_what_an_earlier_one_wrote() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE noted (n int4) ON COMMIT DROP")
    _, found = ask(Question("INSERT INTO noted VALUES (7) RETURNING n", []), Question("SELECT n FROM noted", []))
    assert found == [(7,)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("questions", [(WRONG, NUMBERS), (NUMBERS, WRONG)])
def test_a_question_that_fails_is_an_error_of_django_and_the_connection_goes_on(
    questions: tuple[Question, ...],
) -> None:
    with pytest.raises(DataError):
        ask(*questions)
    assert rows("SELECT 1", []) == [(1,)]
    with pytest.raises(DataError), transaction.atomic():
        ask(*questions)
    assert ask(NUMBERS, Question("SELECT 2", []))[1] == [(2,)]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_cut_is_an_error_of_django_and_the_next_one_answers() -> None:
    own = rows("SELECT pg_backend_pid()", [])[0][0]
    with connect() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [own])
    with pytest.raises(OperationalError):
        ask(NUMBERS, Question("SELECT 2", []))
    connection.close()
    assert ask(NUMBERS, Question("SELECT 2", []))[1] == [(2,)]

"""Hands that reach behind the platform's back."""

from collections.abc import Callable

import pytest
from django.db import connection

Sql = Callable[..., None]


@pytest.fixture
def vlad(db: None) -> Sql:
    """Vlad owns the database: he switches the triggers off, runs a statement, and switches them on again."""

    def run(statement: str, *parameters: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement, parameters)
            cursor.execute("SET LOCAL session_replication_role = origin")

    return run

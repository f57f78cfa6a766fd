"""A connection of psycopg beside Django's: for processes that store, listen or read much."""

from typing import Any

import psycopg
from django.db import connection

_OWN = frozenset({"cursor_factory", "context", "client_encoding", "pool"})


def connect(name: str = "rivulus") -> psycopg.Connection[Any]:
    """Open a connection to the database of the settings; each statement is its own transaction unless one is begun."""
    given = connection.get_connection_params()
    parameters = {key: value for key, value in given.items() if key not in _OWN}
    return psycopg.connect(**{**parameters, "application_name": name}, autocommit=True, connect_timeout=5)

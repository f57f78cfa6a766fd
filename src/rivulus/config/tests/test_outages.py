"""Facts about a database that does not answer: what visitors are told, and that it passes."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from psycopg_pool import ConnectionPool

from rivulus.kernel.connections import check

ADDRESSES = ("/en/observations/forecasts/", "/api/v1/observations/things", "/sensorthings/v1.1/Things")


@pytest.fixture
def pool(django_db_setup: None, django_db_blocker: Any) -> Iterator[ConnectionPool[Any]]:
    """A pool of two connections, as the web process has one of twelve; nothing is written."""
    options = connection.settings_dict["OPTIONS"]
    with django_db_blocker.unblock():
        connection.close()
        options["pool"] = {"min_size": 1, "max_size": 2, "timeout": 0.2, "check": check}
        try:
            made: Any = connection.pool  # type: ignore[attr-defined]
            made.open()
            yield made
        finally:
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]
            del options["pool"]


def test_a_drained_pool_is_503_with_a_time_to_ask_again_and_passes(pool: ConnectionPool[Any]) -> None:
    client = Client(raise_request_exception=False)
    held = [pool.getconn(), pool.getconn()]
    for address in ADDRESSES:
        response = client.get(address)
        assert (response.status_code, response["Retry-After"]) == (503, "5"), address
        assert "Nothing is lost" in response.content.decode() or "Nu s-a pierdut nimic" in response.content.decode()
    for one in held:
        pool.putconn(one)
    for address in ADDRESSES:
        assert client.get(address).status_code == 200, address


def test_the_first_page_after_the_server_was_killed_is_answered(pool: ConnectionPool[Any]) -> None:
    pool.timeout = 10.0  # to connect again on a busy machine
    with pool.connection() as one, pool.connection() as other:
        pids = [one.info.backend_pid, other.info.backend_pid]
        parameters = one.info.get_parameters()
    with psycopg.connect(**{**parameters, "password": ""}, autocommit=True) as outside:
        for pid in pids:
            outside.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert Client().get(ADDRESSES[0]).status_code == 200


def test_a_connection_of_which_nothing_is_heard_is_not_asked(
    pool: ConnectionPool[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(connection: object) -> None:
        raise AssertionError("The server was asked.")

    monkeypatch.setattr(ConnectionPool, "check_connection", staticmethod(never))
    with pool.connection() as one:
        one.execute("SELECT 1")
    with pool.connection() as again:
        assert again.execute("SELECT 1").fetchone() == (1,)


def test_what_is_our_fault_stays_500(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rivulus.observations.views.forecasts.live", lambda *_: 1 / 0)
    assert Client(raise_request_exception=False).get(ADDRESSES[0]).status_code == 500

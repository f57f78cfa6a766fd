"""Which database the platform uses, and what it remembers about having been prepared."""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import LiteralString, cast
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from rivulus.house import paths
from rivulus.house.errors import HouseError
from rivulus.house.postgres import DATABASE, Cluster, for_work


@dataclass(frozen=True)
class Prepared:
    """What the database was last prepared with; kept in its comment, so that a new or restored one knows nothing."""

    schema: str = ""
    pack: str = ""
    has_administrator: bool = False


def own_cluster() -> Cluster | None:
    """The platform's own server, or None where DATABASE_URL names another."""
    return None if os.environ.get("DATABASE_URL") else Cluster(paths.home() / "postgres", for_work())


@contextlib.contextmanager
def available() -> Iterator[Cluster | None]:
    """Have the database reachable and named in DATABASE_URL for the length of the block."""
    cluster = own_cluster()
    if cluster is None:
        _say_whether_reachable(os.environ["DATABASE_URL"])
        yield None
        return
    with cluster:
        create_if_missing(cluster)
        os.environ["DATABASE_URL"] = cluster.url()
        try:
            yield cluster
        finally:
            del os.environ["DATABASE_URL"]


def create_if_missing(cluster: Cluster) -> None:
    """Make sure that the server has the platform's database."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def renamed(url: str, database: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def name_in(url: str) -> str:
    """The database that an address names."""
    return urlsplit(url).path.lstrip("/") or DATABASE


def read_prepared() -> Prepared:
    """What the database says it was prepared with; nothing if it does not say."""
    query: LiteralString = (
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    )
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute(query).fetchone()
    try:
        return Prepared(**json.loads(cast(str, row and row[0])))
    except (TypeError, ValueError):
        return Prepared()


def write_prepared(prepared: Prepared) -> None:
    """Remember it; a server where we may not comment is simply prepared anew each time."""
    statement = sql.SQL("COMMENT ON DATABASE {} IS {}")
    with (
        contextlib.suppress(psycopg.errors.InsufficientPrivilege),
        psycopg.connect(os.environ["DATABASE_URL"]) as connection,
    ):
        name = sql.Identifier(connection.info.dbname)
        connection.execute(statement.format(name, sql.Literal(json.dumps(asdict(prepared)))))


def _say_whether_reachable(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        raise HouseError(f"The database named in DATABASE_URL does not answer: {str(error).strip()}") from error

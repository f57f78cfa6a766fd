"""The sandbox: the tables of observations once more, in a schema of their own, where suppliers try things out.

The same code serves it: inside, PostgreSQL finds the sandbox's tables before the city's. The journal has its copy too,
so that nothing that is tried is told to the city. Suppliers and their keys are the only tables that both share.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from rivulus.kernel import clock
from rivulus.observations.models import FeatureOfInterest, Location, ObservedProperty, Sensor, Thing

if TYPE_CHECKING:
    from rivulus.identity.models import Person

SCHEMA = "sandbox"
KEEP = dt.timedelta(days=30)
SHARED = frozenset(
    f"observations_{name}"
    for name in (
        "supplier",
        "supplierkey",
        "suppliermember",
        "supplierusage",
        "devicemessage",
        "outgoing",
    )
)
STORE = ("reading", "record", "annotation", "correction", "block", "hourly", "daily", "head")
REBUILDING = 7211  # advisory lock: two processes that start at once build one sandbox

TABLES = """
SELECT c.relname, coalesce(pg_get_partkeydef(c.oid), '')
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND (c.relname LIKE 'observations\\_%%' OR c.relname LIKE 'journal\\_%%')
 ORDER BY c.relname
"""
COLUMNS = """
SELECT a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
       pg_get_expr(d.adbin, d.adrelid)
  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = ('public.' || %s)::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s ORDER BY indexname"
CONSTRAINTS = """
SELECT conname, contype::text, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE conrelid = ('public.' || %s)::regclass AND conparentid = 0 ORDER BY conname
"""


@contextmanager
def inside(*, by: "Person | None" = None) -> Iterator[None]:
    """Run a block in the sandbox, in one transaction: whatever it reads and writes is the sandbox's, not the city's."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path')")
        before = cursor.fetchone()[0]
        _set_path(cursor, f"{SCHEMA}, public")
        yield
        # In a transaction around this one the setting would outlive the block; an error takes it back by itself.
        _set_path(cursor, before)


@transaction.atomic
def rebuild(*, by: "Person | None" = None) -> bool:
    """Build the sandbox anew when the city's tables have changed since; say whether they had. What was in it is lost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REBUILDING])
        cursor.execute("SELECT current_setting('search_path')")
        before = cursor.fetchone()[0]
        _set_path(cursor, "public")
        tables = _tables(cursor)
        mark = _mark(cursor, tables)
        if changed := mark != _built(cursor):
            _build(cursor, tables, mark)
        _set_path(cursor, before)
    return changed


def sweep(*, by: "Person | None" = None) -> int:
    """Remove what has been in the sandbox for thirty days, with everything that hangs on it; return how many things."""
    before = clock.now() - KEEP
    with inside(by=by):
        removed = Thing.objects.filter(created_at__lt=before).delete()[0]
        FeatureOfInterest.objects.filter(created_at__lt=before).delete()
        Location.objects.filter(created_at__lt=before, things__isnull=True).delete()
        for model in (Sensor, ObservedProperty):
            model.objects.filter(created_at__lt=before, datastreams__isnull=True).delete()
        with connection.cursor() as cursor:
            for name in STORE:
                cursor.execute(
                    sql.SQL(
                        "DELETE FROM {} r WHERE NOT EXISTS (SELECT FROM observations_datastream d WHERE d.id = r.datastream)"
                    ).format(sql.Identifier(f"observations_{name}"))
                )
            cursor.execute("DELETE FROM journal_line WHERE recorded_at < %s", [before])
    return int(removed)


def _set_path(cursor: CursorWrapper, path: str) -> None:
    cursor.execute("SELECT set_config('search_path', %s, true)", [path])


def _tables(cursor: CursorWrapper) -> list[tuple[str, str]]:
    cursor.execute(TABLES)
    return [(name, key) for name, key in cursor.fetchall() if name not in SHARED]


def _mark(cursor: CursorWrapper, tables: Sequence[tuple[str, str]]) -> str:
    parts: list[Any] = []
    for name, key in tables:
        parts += [name, key]
        for question in (COLUMNS, INDEXES, CONSTRAINTS):
            cursor.execute(question, [name])
            parts += cursor.fetchall()
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _built(cursor: CursorWrapper) -> str | None:
    cursor.execute("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [SCHEMA])
    row = cursor.fetchone()
    return row[0] if row else None


def _build(cursor: CursorWrapper, tables: Sequence[tuple[str, str]], mark: str) -> None:
    schema = sql.Identifier(SCHEMA)
    cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
    cursor.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
    for name, key in tables:
        parts = sql.SQL(" PARTITION BY {}").format(sql.SQL(key)) if key else sql.SQL("")
        cursor.execute(
            sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL){}").format(
                sql.Identifier(SCHEMA, name), sql.Identifier("public", name), parts
            )
        )
    _tie(cursor, [name for name, _key in tables])
    cursor.execute("INSERT INTO sandbox.observations_watermark VALUES (1, '1900-01-01T00:00:00Z')")
    cursor.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(schema, sql.Literal(mark)))


def _tie(cursor: CursorWrapper, names: Sequence[str]) -> None:
    """Make the foreign keys again: to the sandbox's table where it has one, else to the city's."""
    ties = []
    for name in names:  # read while the path is public: so they name tables without a schema
        cursor.execute(CONSTRAINTS, [name])
        ties += [(name, constraint, words) for constraint, kind, words in cursor.fetchall() if kind == "f"]
    _set_path(cursor, f"{SCHEMA}, public")
    for name, constraint, words in ties:
        cursor.execute(
            sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                sql.Identifier(SCHEMA, name), sql.Identifier(constraint), sql.SQL(words)
            )
        )
    _set_path(cursor, "public")

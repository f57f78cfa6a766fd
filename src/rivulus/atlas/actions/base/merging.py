"""A table is made to hold exactly these rows, by touching only those that differ; within the caller's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import batched

from django.db import connection
from psycopg import sql

AT_ONCE = 5000
BOXES = frozenset({"box"})  # PostgreSQL compares boxes by their areas: here they are compared as text


@dataclass(frozen=True, slots=True)
class Difference:
    """How many rows were added, changed and removed, and how many there are now."""

    added: int
    changed: int
    removed: int
    total: int

    def as_json(self) -> dict[str, int]:
        """Return it for a report."""
        return {"added": self.added, "changed": self.changed, "removed": self.removed, "total": self.total}


class Merge:
    """Staged rows of a table; first ``put`` what is new or different, last ``clear`` what is no longer there.

    ``scope`` is a column and its value: rows beyond it belong to somebody else and are left alone.
    """

    def __init__(self, table: str, key: str, columns: Sequence[str], scope: tuple[str, str] | None = None) -> None:
        self.table, self.key, self.columns, self.scope = table, key, tuple(columns), scope
        self.staged = f"staged_{table}"
        self.total = 0

    def stage(self, rows: Iterable[Sequence[object]]) -> None:
        """Copy the rows, each with the columns in their order, into a table of this transaction."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql("DROP TABLE IF EXISTS pg_temp.{staged}"))
            cursor.execute(
                self._sql("CREATE TEMP TABLE {staged} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA")
            )
            for some in batched(rows, AT_ONCE):
                # whole batches: where rows come from may ask this very connection between two of them
                with cursor.copy(self._sql("COPY pg_temp.{staged} ({columns}) FROM STDIN")) as copy:
                    for row in some:
                        copy.write_row(row)
                self.total += len(some)
            cursor.execute(self._sql("CREATE UNIQUE INDEX ON pg_temp.{staged} ({key})"))
            cursor.execute(self._sql("ANALYZE pg_temp.{staged}"))

    def put(self) -> tuple[int, int]:
        """Add what is new and change what is different; return how many of each."""
        others = [name for name in self.columns if name != self.key]
        changes = sql.SQL(", ").join(sql.SQL("{0} = s.{0}").format(sql.Identifier(name)) for name in others)
        differs = sql.SQL(" OR ").join(map(_differs, others))
        changed = self._run(
            "UPDATE {table} t SET {changes} FROM pg_temp.{staged} s WHERE t.{key} = s.{key} AND {within} AND ({differs})",
            changes=changes,
            differs=differs,
        )
        scope = [self.scope[0]] if self.scope else []
        added = self._run(
            "INSERT INTO {table} ({columns}{scope_name}) SELECT {columns}{scope_value} FROM pg_temp.{staged} s"
            " WHERE NOT EXISTS (SELECT 1 FROM {table} t WHERE t.{key} = s.{key} AND {within})",
            scope_name=sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(name)) for name in scope),
            scope_value=sql.SQL(", {}").format(sql.Literal(self.scope[1])) if self.scope else sql.SQL(""),
        )
        return added, changed

    def clear(self) -> int:
        """Remove what is not among the staged rows; return how many."""
        return self._run(
            "DELETE FROM {table} t WHERE {within}"
            " AND NOT EXISTS (SELECT 1 FROM pg_temp.{staged} s WHERE s.{key} = t.{key})"
        )

    def whole(self, rows: Iterable[Sequence[object]]) -> Difference:
        """Do all of it, and bring the planner up to date where much is different."""
        self.stage(rows)
        removed = self.clear()
        added, changed = self.put()
        if added + changed + removed > 1000:
            self._run("ANALYZE {table}")
        return Difference(added, changed, removed, self.total)

    def _run(self, statement: str, **parts: sql.Composable) -> int:
        with connection.cursor() as cursor:
            cursor.execute(self._sql(statement, **parts))
            return int(cursor.rowcount)

    def _sql(self, statement: str, **parts: sql.Composable) -> sql.Composed:
        within: sql.Composable = sql.SQL("true")
        if self.scope:
            within = sql.SQL("t.{} = {}").format(sql.Identifier(self.scope[0]), sql.Literal(self.scope[1]))
        return sql.SQL(statement).format(
            table=sql.Identifier(self.table),
            staged=sql.Identifier(self.staged),
            key=sql.Identifier(self.key),
            columns=sql.SQL(", ").join(map(sql.Identifier, self.columns)),
            within=within,
            **parts,
        )


def _differs(name: str) -> sql.Composed:
    known, new = (sql.SQL("{}.{}").format(sql.SQL(side), sql.Identifier(name)) for side in ("t", "s"))
    if name in BOXES:
        known, new = (sql.SQL("{}::text").format(side) for side in (known, new))
    return sql.SQL("{} IS DISTINCT FROM {}").format(known, new)


def box_words(box: Sequence[float]) -> str:
    """Return PostgreSQL's word for a box of west, south, east, north."""
    west, south, east, north = box
    return f"(({east!r},{north!r}),({west!r},{south!r}))"

"""Keeping live tables current: by the worker when their records have changed, and while somebody waits when small."""

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils import translation

from rivulus.catalog.actions import tables as actions
from rivulus.catalog.feeds.tables.writing import write_rows
from rivulus.catalog.models import Dataset, KeptTable
from rivulus.catalog.queries import tables as queries
from rivulus.catalog.queries.places import table_file
from rivulus.catalog.rules import refreshing as rules
from rivulus.catalog.rules.columns import LANGUAGES, Column
from rivulus.catalog.terms import Source, State
from rivulus.kernel import clock, publishing

LOGGER = logging.getLogger("rivulus.catalog")
LOCKS = 0x72697675  # the first half of the advisory locks of this module
WAIT_S, STEP_S = 10.0, 0.05

_looked_at: dict[str, float] = {}  # when this process last asked for the revision of a table
_looking = threading.Lock()


def refresh_all() -> int:
    """Make every published table anew whose records have changed, and return how many were made."""
    names = set(
        Dataset.objects.filter(source=Source.LIVE, state=State.PUBLISHED).order_by().values_list("table", flat=True)
    )
    done = 0
    for table in publishing.list_tables():
        if table.name in names:
            done += refresh(table)
    return done


def refresh(table: publishing.Table, *, is_wanted_now: bool = False) -> bool:
    """Make one table anew if it has changed and nobody else is at it; a failure is noted and leaves the old one."""
    with only_one(table.name) as is_mine:
        if not is_mine:
            return False
        kept = queries.find_kept(table.name)
        try:
            return _refresh(table, kept, is_wanted_now=is_wanted_now)
        except Exception as error:
            LOGGER.exception("The table %s could not be made anew.", table.name)
            actions.note_failure(by=None, name=table.name, words=f"{type(error).__name__}: {error}")
            return False


def ensure_current(dataset: Dataset) -> None:
    """Make the table of a dataset anew while somebody waits: one that is not kept yet, or a small one that has changed."""
    if dataset.source != Source.LIVE:
        return
    table = publishing.find_table(dataset.table)
    if table is None:
        return
    kept = queries.find_kept(table.name)
    if kept is not None and kept.version and not _is_time_to_look(table.name, kept):
        return
    if kept is None or not kept.version or _is_small(table, kept):
        refresh(table, is_wanted_now=True)
        _wait_for_the_first(table.name)


def columns_of(table: publishing.Table) -> tuple[Column, ...]:
    """Return the columns of a live table with their words in every language."""
    words = [(_in_all(column.title), _in_all(column.description)) for column in table.columns]
    return tuple(
        Column(column.name, column.type, title, description, column.unit)
        for column, (title, description) in zip(table.columns, words, strict=True)
    )


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """Give True to the one process that works on a table; a killed one leaves the door open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [LOCKS, name])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [LOCKS, name])


def _refresh(table: publishing.Table, kept: KeptTable | None, *, is_wanted_now: bool) -> bool:
    columns = columns_of(table)
    started = time.monotonic()
    with at_one_moment():
        revision = rules.revision_of(table.revision(), columns)
        ago = clock.now() - kept.checked_at if kept is not None else None
        old = kept.revision if kept is not None and _has_file(kept) else ""
        if old == revision or not (
            is_wanted_now
            or rules.is_due(kept=old, now_is=revision, changed_ago=ago, seconds=kept.seconds if kept else 0)
        ):
            return False
        written = write_rows(table.name, columns, table.rows())
        is_simulated = table.simulated()
    actions.keep_version(
        by=None,
        name=table.name,
        revision=revision,
        version=written.version,
        checksum=written.checksum,
        rows=written.rows,
        size=written.size,
        columns=[column.as_json() for column in columns],
        key=list(table.key),
        box=list(written.box) if written.box else None,
        is_simulated=is_simulated,
        seconds=time.monotonic() - started,
    )
    return True


@contextmanager
def at_one_moment() -> Iterator[None]:
    """Let the revision and all rows be of the same moment, however long they take."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _has_file(kept: KeptTable) -> bool:
    return bool(kept.version) and table_file(kept.name, kept.version).exists()


def _is_small(table: publishing.Table, kept: KeptTable) -> bool:
    rows = table.approximate_rows()
    return (kept.rows if rows is None else rows) <= rules.SMALL_ROWS


def _is_time_to_look(name: str, kept: KeptTable) -> bool:
    if not _has_file(kept):
        return True
    now = clock.now().timestamp()
    with _looking:
        if now - _looked_at.get(name, 0.0) < rules.FRESH.total_seconds():
            return False
        _looked_at[name] = now
    return True


def _wait_for_the_first(name: str) -> None:
    """Whoever comes while another makes the first file waits for it."""
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        kept = queries.find_kept(name)
        if kept is not None and (kept.version or kept.failed_at):
            return
        time.sleep(STEP_S)


def _in_all(words: str | Mapping[str, str]) -> dict[str, str]:
    if not isinstance(words, str):
        return {language: text for language, text in words.items() if text}
    if not words:
        return {}
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[language] = translation.gettext(words)
    return found

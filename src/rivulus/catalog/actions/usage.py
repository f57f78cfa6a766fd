"""Counting how often datasets are looked at and fetched: in memory first, in the database about once a minute."""

import datetime as dt
import logging
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection, transaction

from rivulus.catalog.models import Usage
from rivulus.kernel import clock

if TYPE_CHECKING:
    from rivulus.identity.models import Person

FLUSH_S = 60.0
KEEP = dt.timedelta(days=3 * 366)
KINDS = frozenset({"view", "download", "api"})
_log = logging.getLogger(__name__)


class _Counts:
    """What was counted since it was last written down, by day, dataset, distribution and kind."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.counter: Counter[tuple[dt.date, int, int, str]] = Counter()
        self.flushed_at = time.monotonic()

    def add(self, key: tuple[dt.date, int, int, str]) -> bool:
        """Count one more; say whether it is time to write down."""
        with self.lock:
            self.counter[key] += 1
            return time.monotonic() - self.flushed_at >= FLUSH_S

    def take(self) -> Counter[tuple[dt.date, int, int, str]]:
        """Return what was counted, and begin anew."""
        with self.lock:
            taken, self.counter = self.counter, Counter()
            self.flushed_at = time.monotonic()
            return taken

    def put_back(self, counts: Counter[tuple[dt.date, int, int, str]]) -> None:
        """Count again what could not be written down."""
        with self.lock:
            self.counter.update(counts)


_counts = _Counts()


def note(*, by: "Person | None" = None, dataset_id: int, kind: str, distribution_id: int | None = None) -> None:
    """Count one view, download or question. Nobody waits: it is memory, but for one small write a minute."""
    if kind not in KINDS:
        raise ValueError(f"{kind} is not counted.")
    if _counts.add((clock.today(), dataset_id, distribution_id or 0, kind)):
        write_counts(by=None)


def write_counts(*, by: "Person | None" = None) -> int:
    """Write down what was counted and return how many rows that took. Not journaled: it is counted by the minute."""
    taken = _counts.take()
    if not taken:
        return 0
    try:
        _upsert(taken)
    except DatabaseError:
        _counts.put_back(taken)
        _log.warning("What was counted could not be written down; it is kept for the next time.")
        return 0
    return len(taken)


@transaction.atomic
def forget_old_usage(*, by: "Person | None" = None) -> int:
    """Remove daily counts that are no longer looked at; return how many."""
    return Usage.objects.filter(day__lt=clock.today() - KEEP).delete()[0]


def _upsert(counts: Counter[tuple[dt.date, int, int, str]]) -> None:
    listed = sorted(counts.items())
    columns = [list(column) for column in zip(*((*key, count) for key, count in listed), strict=True)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO catalog_usage (day, dataset_id, distribution, kind, count)
            SELECT given.day, d.id, given.distribution, given.kind, given.number
              FROM unnest(%s::date[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[])
                   AS given (day, dataset, distribution, kind, number)
              JOIN catalog_dataset d ON d.id = given.dataset
            ON CONFLICT (dataset_id, distribution, day, kind)
            DO UPDATE SET count = catalog_usage.count + EXCLUDED.count
            """,
            columns,
        )

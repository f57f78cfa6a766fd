"""Removing files of tables that nobody can ask for any more."""

import time
from pathlib import Path

from rivulus.catalog.feeds.tables.writing import PARTIAL
from rivulus.catalog.models import KeptTable, Snapshot
from rivulus.catalog.queries import places

GRACE_S = 24 * 3600  # somebody may still be turning pages, or writing


def sweep() -> int:
    """Remove old versions, half-written files and what was made for downloads, and return how many."""
    named = set(KeptTable.objects.exclude(version="").order_by().values_list("name", "version"))
    named |= set(Snapshot.objects.order_by().values_list("table__name", "version"))
    limit = time.time() - GRACE_S
    removed = 0
    for file in places.tables_folder().glob("*/*"):
        if (file.parent.name, file.stem) in named and not file.name.startswith(PARTIAL):
            continue
        removed += _remove(file, limit)
    versions = {version for _name, version in named}
    for file in places.scratch_folder().glob("made/*"):
        if file.stem not in versions:
            removed += _remove(file, limit)
    for file in places.scratch_folder().glob("recoded/*"):  # what is still wanted is made again
        removed += _remove(file, limit)
    return removed


def _remove(file: Path, limit: float) -> int:
    try:
        if not file.is_file() or file.stat().st_mtime > limit:
            return 0
        file.unlink()
    except OSError:
        return 0
    return 1

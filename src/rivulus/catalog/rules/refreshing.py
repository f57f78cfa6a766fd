"""When a kept table is made anew."""

import datetime as dt
import hashlib
import json

from rivulus.catalog.rules.columns import Column

SMALL_ROWS = 5_000
"""So few rows are read again while somebody waits for them."""
SHORTEST = dt.timedelta(seconds=60)
PATIENCE = 20
"""A table that takes a second to make is made at most every twenty seconds, and so on: a twentieth of a worker."""
FRESH = dt.timedelta(seconds=5)
"""So long nobody asks again whether the records have changed."""


def revision_of(revision: str, columns: tuple[Column, ...]) -> str:
    """Return the state that a file is of: of the records, and of what is said of their columns."""
    said = json.dumps([column.as_json() for column in columns], sort_keys=True, ensure_ascii=False)
    return f"{hashlib.sha256(said.encode()).hexdigest()[:12]}:{hashlib.sha256(revision.encode()).hexdigest()[:32]}"


def is_due(*, kept: str, now_is: str, changed_ago: dt.timedelta | None, seconds: float) -> bool:
    """Tell whether a table is made anew now: it has changed, and the last time is long enough ago."""
    if kept == now_is:
        return False
    if not kept or changed_ago is None:
        return True
    return changed_ago >= max(SHORTEST, dt.timedelta(seconds=seconds * PATIENCE))

"""Who keeps the store in order: one at a time, and apart from whoever stores."""

from rivulus.observations.queries.columns import rows

STORING = 7201  # an advisory lock, shared by whoever stores
KEEPING = 7203  # held by the one who recounts, compacts, packs or drops


def take_keeping() -> bool:
    """Become the one keeper of the store until the transaction ends; False where another one is at work."""
    return bool(rows(f"SELECT pg_try_advisory_xact_lock({KEEPING})", [])[0][0])

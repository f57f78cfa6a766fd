"""What the door to the store must know of series, features and keys; read over any connection of psycopg.

Processes that take in much keep it in memory (see standards.gate.register); others ask for the few they need.
"""

from collections.abc import Iterable
from typing import Any, LiteralString

import psycopg

from rivulus.observations.rules.keys import KeyHolder
from rivulus.observations.rules.observed import Series
from rivulus.observations.terms import Scope

_SERIES: LiteralString = """
SELECT d.id, d.kind, t.supplier_id,
    coalesce(d.limits ->> 'minimum', p.limits ->> 'minimum')::float8,
    coalesce(d.limits ->> 'maximum', p.limits ->> 'maximum')::float8,
    CASE WHEN d.kind = 'multi'
        THEN (SELECT count(*) FROM observations_multidatastreampart m WHERE m.datastream_id = d.id) ELSE 0 END
FROM observations_datastream d JOIN observations_thing t ON t.id = d.thing_id
LEFT JOIN observations_observedproperty p ON p.id = d.observed_property_id
"""
_KEYS: LiteralString = """
SELECT k.digest, k.id, s.id, s.code, k.scopes, s.is_city, k.is_sandbox, s.quota_per_minute, s.quota_per_day
FROM observations_supplierkey k JOIN observations_supplier s ON s.id = k.supplier_id
WHERE k.revoked_at IS NULL AND s.is_active AND (k.expires_at IS NULL OR k.expires_at > now())
"""


def load_series(connection: psycopg.Connection[Any], numbers: Iterable[int] | None = None) -> dict[int, Series]:
    """Return series by number: all of them, or those asked for that exist."""
    cursor = psycopg.Cursor(connection)
    if numbers is None:
        rows = cursor.execute(_SERIES).fetchall()
    else:
        rows = cursor.execute(_SERIES + " WHERE d.id = ANY(%s)", [sorted(set(numbers))]).fetchall()
    return {row[0]: Series(*row) for row in rows}


def load_features(connection: psycopg.Connection[Any], numbers: Iterable[int] | None = None) -> set[int]:
    """Return the numbers of features of interest: all, or those asked for that exist."""
    cursor = psycopg.Cursor(connection)
    if numbers is None:
        cursor.execute("SELECT id FROM observations_featureofinterest")
    else:
        cursor.execute("SELECT id FROM observations_featureofinterest WHERE id = ANY(%s)", [sorted(set(numbers))])
    return {row[0] for row in cursor.fetchall()}


def load_keys(connection: psycopg.Connection[Any]) -> dict[str, KeyHolder]:
    """Return the keys that count now, by the SHA-256 of their secrets."""
    return {row[0]: _holder(row) for row in psycopg.Cursor(connection).execute(_KEYS).fetchall()}


def _holder(row: tuple[Any, ...]) -> KeyHolder:
    return KeyHolder(
        key_id=row[1],
        supplier_id=row[2],
        supplier_code=row[3],
        scopes=frozenset(Scope(scope) for scope in row[4]),
        is_city=row[5],
        is_sandbox=row[6],
        quota_per_minute=row[7],
        quota_per_day=row[8],
    )

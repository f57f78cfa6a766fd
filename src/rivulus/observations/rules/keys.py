"""Keys of suppliers: how they look, where a request carries one, and what they open. Pure."""

import base64
import binascii
import datetime as dt
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.terms import Scope

MARK = "rvk_"  # what a key begins with, so that a scanner of leaked secrets can know one
SECRET_BYTES = 32
PREFIX_LENGTH = 12
MAX_SECRET_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder:
    """Who holds a valid key, and what it opens; quotas are in observations."""

    key_id: int
    supplier_id: int
    supplier_code: str
    scopes: frozenset[Scope]
    is_city: bool
    is_sandbox: bool
    quota_per_minute: int
    quota_per_day: int

    def can(self, scope: Scope) -> bool:
        """Say whether the key has this scope."""
        return scope in self.scopes

    def owns(self, supplier_id: int | None) -> bool:
        """Say whether the holder may touch what belongs to this supplier: its own, or everything for the city."""
        return self.is_city or supplier_id == self.supplier_id


def city_holder() -> KeyHolder:
    """Return a holder to whom everything is open, for what the city itself declares: topics of its own broker."""
    return KeyHolder(
        key_id=0,
        supplier_id=0,
        supplier_code="",
        scopes=frozenset(Scope),
        is_city=True,
        is_sandbox=False,
        quota_per_minute=0,
        quota_per_day=0,
    )


def digest_of(secret: str) -> str:
    """Return what is kept of a secret: it is long and random, so that a plain SHA-256 cannot be guessed backwards."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def prefix_of(secret: str) -> str:
    """Return the letters by which people tell a key from others."""
    return secret[:PREFIX_LENGTH]


def find_secret(headers: Mapping[str, str]) -> str | None:
    """Return the key that a request carries, from headers with lower-case names.

    ``X-API-Key: KEY``, ``Authorization: Bearer KEY``, or ``Authorization: Basic`` with the key as password.
    """
    own = headers.get("x-api-key", "").strip()
    if own:
        return own[:MAX_SECRET_LENGTH]
    kind, _space, rest = headers.get("authorization", "").strip().partition(" ")
    if kind.lower() == "bearer" and rest.strip():
        return rest.strip()[:MAX_SECRET_LENGTH]
    return _from_basic(rest.strip()) if kind.lower() == "basic" else None


def _from_basic(encoded: str) -> str | None:
    try:
        words = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return words.partition(":")[2][:MAX_SECRET_LENGTH] or None


def is_open(
    *, now: dt.datetime, expires_at: dt.datetime | None, revoked_at: dt.datetime | None, is_active: bool
) -> bool:
    """Say whether a key counts: its supplier is active, it was not revoked and has not expired."""
    return is_active and revoked_at is None and (expires_at is None or now < expires_at)


def check_scopes(scopes: Collection[str]) -> frozenset[Scope]:
    """Return the scopes of a new key; refuses none, and words that are no scope."""
    try:
        known = frozenset(Scope(scope) for scope in scopes)
    except ValueError as error:
        raise Refused(N_("This is not something a key may do.")) from error
    if not known:
        raise Refused(N_("Choose at least one thing that the key may do."))
    return known


def check_can(holder: KeyHolder, scope: Scope) -> None:
    """Refuse what the key does not open."""
    if scope not in holder.scopes:
        raise Refused(N_("This key may not do that: it lacks the scope “%(scope)s”."), scope=str(scope))


def check_can_revoke(revoked_at: dt.datetime | None) -> None:
    """Refuse to revoke twice."""
    if revoked_at is not None:
        raise Refused(N_("This key was revoked already."))

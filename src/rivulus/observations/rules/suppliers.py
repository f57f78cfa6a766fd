"""What a supplier may be called, how much it may send, and who looks after it. Pure."""

import datetime as dt
import re
from collections.abc import Collection

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.rules import permissions

CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_CODE_LENGTH = 50
RESERVED = frozenset({"new"})  # words of addresses
MAX_KEYS = 50  # that count, for one supplier
MOST_PER_MINUTE = 30_000_000
MOST_PER_DAY = 2_000_000_000
LONGEST_LIFE = dt.timedelta(days=5 * 365 + 2)

NOT_YOURS = N_("Only the people of this supplier and the departments may do this.")


def check_code(code: str) -> None:
    """Refuse a code that is not small letters, digits and single hyphens."""
    if len(code) > MAX_CODE_LENGTH or not CODE.fullmatch(code) or code in RESERVED:
        raise Refused(N_("A code is made of small letters, digits and hyphens, at most 50 signs."))


def check_name(name: str) -> None:
    """Refuse an empty or endless name."""
    if not 2 <= len(name.strip()) <= 200:
        raise Refused(N_("A name has between 2 and 200 letters."))


def check_quotas(per_minute: int, per_day: int) -> None:
    """Refuse quotas that nobody could use, or that no machine could bear."""
    if not 1 <= per_minute <= MOST_PER_MINUTE or not 1 <= per_day <= MOST_PER_DAY:
        raise Refused(N_("Quotas are whole numbers of observations, at least 1."))


def check_can_manage(roles: Collection[str], *, is_member: bool) -> None:
    """Refuse whoever is neither of this supplier nor of a department."""
    if not is_member and not permissions.can("manage_suppliers", roles):
        raise Refused(NOT_YOURS)


def check_keeps_apart(*, is_demonstration: bool, is_sandbox: bool) -> None:
    """Refuse a key with which somebody or a supplier of the demonstration would reach the city's own data."""
    if is_demonstration and not is_sandbox:
        raise Refused(N_("Keys of the demonstration are for the sandbox only."))


def check_can_issue(*, is_active: bool, open_keys: int, expires_at: dt.datetime | None, now: dt.datetime) -> None:
    """Refuse a key for a suspended supplier, one too many, or one that expires too soon or too late."""
    if not is_active:
        raise Refused(N_("This supplier is suspended; its keys open nothing."))
    if open_keys >= MAX_KEYS:
        raise Refused(N_("This supplier has 50 keys already; revoke one that nobody uses."))
    if expires_at is not None and not now < expires_at <= now + LONGEST_LIFE:
        raise Refused(N_("A key expires in the future, in five years at the latest."))


def check_not_member(*, is_member: bool) -> None:
    """Refuse to add somebody twice."""
    if is_member:
        raise Refused(N_("This person belongs to this supplier already."))


def check_changes(*, is_active: bool, wanted: bool) -> None:
    """Refuse to suspend what is suspended, or to let in what is let in."""
    if is_active is wanted:
        raise Refused(N_("This supplier is active already.") if wanted else N_("This supplier is suspended already."))

"""Suppliers: letting them in, giving and revoking keys, suspending them, counting what they send."""

import datetime as dt
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, transaction

from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_
from rivulus.observations.models import Supplier, SupplierKey, SupplierMember, SupplierUsage
from rivulus.observations.queries import suppliers as queries
from rivulus.observations.rules import keys, permissions
from rivulus.observations.rules import suppliers as rules

if TYPE_CHECKING:
    from rivulus.identity.models import Person

SUBJECT = "observations.supplier"
REGISTER = "observations_register"  # what processes with a register of keys and series listen to
DEMONSTRATION = "furnizor-de-proba"
KEEP_USAGE = dt.timedelta(days=400)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key that was just made; its secret is known nowhere else and cannot be shown again."""

    row: SupplierKey
    secret: str = field(repr=False)


@transaction.atomic
def create_supplier(
    *,
    by: "Person | None",
    code: str,
    name: str,
    contact: str = "",
    is_city: bool = False,
    is_demonstration: bool = False,
    quota_per_minute: int = 60_000,
    quota_per_day: int = 20_000_000,
) -> Supplier:
    """Let a supplier in; one that somebody of the demonstration lets in is made up.

    ``by`` is None for the platform itself (the pack, the simulation).
    """
    _check_manager(by)
    rules.check_code(code)
    rules.check_name(name)
    rules.check_quotas(quota_per_minute, quota_per_day)
    if queries.find_supplier(code):
        raise Refused(N_("There is a supplier with this code already."))
    supplier = Supplier.objects.create(
        code=code,
        name=name.strip(),
        contact=contact.strip(),
        is_city=is_city,
        is_demonstration=is_demonstration or (by is not None and by.is_demonstration),
        quota_per_minute=quota_per_minute,
        quota_per_day=quota_per_day,
    )
    content = {"code": code, "name": supplier.name, "is_city": is_city} | _quotas(supplier)
    _write(by, "observations.supplier.created", supplier, content)
    return supplier


@transaction.atomic
def add_demonstration(*, by: "Person | None", person: "Person") -> bool:
    """Let a person of the demonstration look after a made-up supplier; say whether it was not there yet."""
    supplier = queries.find_supplier(DEMONSTRATION) or create_supplier(
        by=by, code=DEMONSTRATION, name="Furnizor de probă", contact=person.email, is_demonstration=True
    )
    if queries.is_member(person, supplier.pk):
        return False
    add_member(by=by, supplier=supplier, email=person.email)
    return True


@transaction.atomic
def change_supplier(
    *, by: "Person | None", supplier: Supplier, name: str, contact: str, quota_per_minute: int, quota_per_day: int
) -> Supplier:
    """Change what a supplier is called and how much it may send."""
    _check_manager(by)
    rules.check_name(name)
    rules.check_quotas(quota_per_minute, quota_per_day)
    locked = _lock(supplier)
    locked.name, locked.contact = name.strip(), contact.strip()
    locked.quota_per_minute, locked.quota_per_day = quota_per_minute, quota_per_day
    locked.save(update_fields=["name", "contact", "quota_per_minute", "quota_per_day"])
    _write(by, "observations.supplier.changed", locked, {"name": locked.name} | _quotas(locked))
    return locked


@transaction.atomic
def set_active(*, by: "Person | None", supplier: Supplier, is_active: bool, reason: str = "") -> Supplier:
    """Suspend a supplier (all its keys stop opening anything at once), or let it in again."""
    _check_manager(by)
    locked = _lock(supplier)
    rules.check_changes(is_active=locked.is_active, wanted=is_active)
    locked.is_active = is_active
    locked.save(update_fields=["is_active"])
    verb = "observations.supplier.resumed" if is_active else "observations.supplier.suspended"
    _write(by, verb, locked, {"reason": reason.strip()})
    return locked


@transaction.atomic
def issue_key(
    *,
    by: "Person | None",
    supplier: Supplier,
    name: str,
    scopes: Collection[str],
    is_sandbox: bool = False,
    expires_at: dt.datetime | None = None,
) -> IssuedKey:
    """Make a key; the secret is in the answer and nowhere else."""
    locked = _lock(supplier)
    _check_member(by, locked)
    wanted = keys.check_scopes(scopes)
    rules.check_name(name)
    is_demonstration = locked.is_demonstration or (by is not None and by.is_demonstration)
    rules.check_keeps_apart(is_demonstration=is_demonstration, is_sandbox=is_sandbox)
    open_keys = queries.count_open_keys(locked)
    rules.check_can_issue(is_active=locked.is_active, open_keys=open_keys, expires_at=expires_at, now=clock.now())
    secret = keys.MARK + secrets.token_urlsafe(keys.SECRET_BYTES)
    row = SupplierKey.objects.create(
        supplier=locked,
        name=name.strip()[:100],
        prefix=keys.prefix_of(secret),
        digest=keys.digest_of(secret),
        scopes=sorted(str(scope) for scope in wanted),
        is_sandbox=is_sandbox,
        created_by=by,
        expires_at=expires_at,
    )
    content = {"key": row.pk, "prefix": row.prefix, "name": row.name, "scopes": row.scopes, "sandbox": is_sandbox}
    _write(by, "observations.supplier.key_issued", locked, content)
    return IssuedKey(row, secret)


@transaction.atomic
def revoke_key(*, by: "Person | None", key: SupplierKey) -> SupplierKey:
    """Make a key open nothing any more; it stays in the list as history."""
    row = SupplierKey.objects.select_for_update(of=("self",)).select_related("supplier").get(pk=key.pk)
    _check_member(by, row.supplier)
    keys.check_can_revoke(row.revoked_at)
    row.revoked_at = clock.now()
    row.save(update_fields=["revoked_at"])
    _write(by, "observations.supplier.key_revoked", row.supplier, {"key": row.pk, "prefix": row.prefix})
    return row


@transaction.atomic
def add_member(*, by: "Person | None", supplier: Supplier, email: str) -> SupplierMember:
    """Let the person with this address see and manage the space of a supplier; they must have an account."""
    _check_manager(by)
    locked = _lock(supplier)
    person = identity.find_person_by_email(email)
    if person is None or not person.is_active:
        raise Refused(N_("Nobody has an account with this address; ask them to open one first."))
    if by is not None and by.is_demonstration and not person.is_demonstration:
        raise Refused(N_("Nobody has an account with this address; ask them to open one first."))
    rules.check_not_member(is_member=queries.is_member(person, locked.pk))
    member = SupplierMember.objects.create(supplier=locked, person=person)
    _write(by, "observations.supplier.member_added", locked, {"person": str(person.pk)})
    return member


@transaction.atomic
def remove_member(*, by: "Person | None", member: SupplierMember) -> None:
    """Close the space of a supplier to a person; the keys they made stay."""
    _check_manager(by)
    row = SupplierMember.objects.select_for_update(of=("self",)).select_related("supplier").filter(pk=member.pk).first()
    if row is None:
        raise NotFound
    row.delete()
    _write(by, "observations.supplier.member_removed", row.supplier, {"person": str(row.person_id)})


@transaction.atomic
def count_usage(*, by: "Person | None" = None, day: dt.date, sent: Mapping[int, tuple[int, int]]) -> None:
    """Add what suppliers sent on a day: supplier → (accepted, refused). Not journaled: it is counted by the minute."""
    statement = """
        INSERT INTO observations_supplierusage (supplier_id, day, accepted, refused)
        SELECT s.id, %s, given.accepted, given.refused
          FROM unnest(%s::int[], %s::bigint[], %s::bigint[]) AS given (supplier, accepted, refused)
          JOIN observations_supplier s ON s.id = given.supplier
         ORDER BY s.id
        ON CONFLICT (supplier_id, day) DO UPDATE
           SET accepted = observations_supplierusage.accepted + EXCLUDED.accepted,
               refused = observations_supplierusage.refused + EXCLUDED.refused
    """
    listed = sorted(sent.items())
    columns = [supplier for supplier, _ in listed], [row[0] for _, row in listed], [row[1] for _, row in listed]
    with connection.cursor() as cursor:
        cursor.execute(statement, [day, *columns])


@transaction.atomic
def note_use(*, by: "Person | None" = None, key_ids: Collection[int]) -> None:
    """Remember that keys were used today; written once a day for each key."""
    today = clock.today()
    SupplierKey.objects.filter(pk__in=key_ids).exclude(last_used_on=today).update(last_used_on=today)


@transaction.atomic
def forget_old_usage(*, by: "Person | None" = None) -> int:
    """Remove daily counts that are no longer looked at; return how many."""
    return SupplierUsage.objects.filter(day__lt=clock.today() - KEEP_USAGE).delete()[0]


def forget_person(*, by: "Person | None" = None, person_id: UUID) -> None:
    """Close the spaces of suppliers to somebody who leaves the platform."""
    SupplierMember.objects.filter(person_id=person_id).delete()


def _lock(supplier: Supplier) -> Supplier:
    return Supplier.objects.select_for_update(of=("self",)).get(pk=supplier.pk)


def _check_manager(by: "Person | None") -> None:
    if by is not None:
        permissions.check_can("manage_suppliers", identity.roles_of(by))


def _check_member(by: "Person | None", supplier: Supplier) -> None:
    if by is not None:
        rules.check_can_manage(identity.roles_of(by), is_member=queries.is_member(by, supplier.pk))


def _quotas(supplier: Supplier) -> dict[str, object]:
    return {"quota_per_minute": supplier.quota_per_minute, "quota_per_day": supplier.quota_per_day}


def _write(by: "Person | None", verb: str, supplier: Supplier, content: Mapping[str, object]) -> None:
    journal.write(by=by, verb=verb, subject=SUBJECT, subject_id=supplier.pk, content=content)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [REGISTER])

"""Who sends, with which keys, how much; and whose key a request carries."""

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from rivulus.kernel import clock
from rivulus.observations.models import Supplier, SupplierKey, SupplierMember, SupplierUsage
from rivulus.observations.rules import keys
from rivulus.observations.rules.keys import KeyHolder as KeyHolder
from rivulus.observations.terms import Scope

if TYPE_CHECKING:
    from rivulus.identity.models import Person


def find_key(secret: str) -> KeyHolder | None:
    """Return who holds this key, or None when it is unknown, revoked, expired or of a suspended supplier.

    Those of made-up suppliers count where a demonstration runs.

    The search is for the SHA-256, so that its time tells nothing of how near a guess came. Costs one query.
    """
    row = SupplierKey.objects.select_related("supplier").filter(digest=keys.digest_of(secret)).first()
    return holder_of(row) if row is not None and _is_open(row) else None


def list_open_keys() -> dict[str, KeyHolder]:
    """Return every key that counts now, by digest: for processes that keep a register of their own."""
    rows = SupplierKey.objects.select_related("supplier").filter(revoked_at__isnull=True, supplier__is_active=True)
    return {row.digest: holder_of(row) for row in rows.order_by("id") if _is_open(row)}


def holder_of(row: SupplierKey) -> KeyHolder:
    """Return what a key opens; its supplier must be loaded."""
    supplier = row.supplier
    return KeyHolder(
        key_id=row.pk,
        supplier_id=supplier.pk,
        supplier_code=supplier.code,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        is_city=supplier.is_city,
        is_sandbox=row.is_sandbox,
        quota_per_minute=supplier.quota_per_minute,
        quota_per_day=supplier.quota_per_day,
    )


def holder_for(supplier: Supplier) -> KeyHolder:
    """Return what a key with every scope would open for a supplier: for pages of its people."""
    row = SupplierKey(id=0, supplier=supplier, scopes=[str(scope) for scope in Scope])
    return holder_of(row)


def _is_open(row: SupplierKey) -> bool:
    is_active = row.supplier.is_active and (settings.RIVULUS_DEMO or not row.supplier.is_demonstration)
    return keys.is_open(now=clock.now(), expires_at=row.expires_at, revoked_at=row.revoked_at, is_active=is_active)


def list_suppliers(*, search: str = "") -> QuerySet[Supplier]:
    """Return suppliers by name; made-up ones where a demonstration runs."""
    rows = Supplier.objects.order_by("name", "id")
    if not settings.RIVULUS_DEMO:
        rows = rows.filter(is_demonstration=False)
    return rows.filter(name__icontains=search) if search else rows


def list_suppliers_of(person: "Person") -> QuerySet[Supplier]:
    """Return the suppliers that a person belongs to, by name."""
    return Supplier.objects.filter(members__person=person).order_by("name", "id")


def find_supplier(code: str) -> Supplier | None:
    """Return a supplier by its code."""
    return Supplier.objects.filter(code=code).first()


def is_member(person: "Person | UUID", supplier_id: int) -> bool:
    """Say whether a person belongs to a supplier."""
    person_id = person if isinstance(person, UUID) else person.pk
    return SupplierMember.objects.filter(person_id=person_id, supplier_id=supplier_id).exists()


def list_members(supplier: Supplier) -> QuerySet[SupplierMember]:
    """Return the people of a supplier, the first who came first."""
    return SupplierMember.objects.filter(supplier=supplier).select_related("person").order_by("since", "id")


def list_keys(supplier: Supplier) -> QuerySet[SupplierKey]:
    """Return the keys of a supplier, the newest first, revoked ones too."""
    return SupplierKey.objects.filter(supplier=supplier).select_related("created_by").order_by("-created_at", "-id")


def count_open_keys(supplier: Supplier) -> int:
    """Return how many keys of a supplier were not revoked."""
    return SupplierKey.objects.filter(supplier=supplier, revoked_at__isnull=True).count()


def usage_on(supplier_id: int, day: dt.date) -> SupplierUsage:
    """Return what a supplier sent on a day; an unsaved row of zeros where it sent nothing."""
    found = SupplierUsage.objects.filter(supplier_id=supplier_id, day=day).first()
    return found or SupplierUsage(supplier_id=supplier_id, day=day)


def usage_of_day(day: dt.date) -> dict[int, int]:
    """Return how many observations each supplier sent on a day."""
    rows = SupplierUsage.objects.filter(day=day)
    return dict(rows.order_by("supplier_id").values_list("supplier_id", "accepted"))

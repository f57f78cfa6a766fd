"""Suppliers and their keys."""

import base64
import datetime as dt
from typing import Any

import pytest
from django.test import Client

from rivulus.identity.models import Person
from rivulus.identity.terms import Role
from rivulus.identity.tests.people import make_person
from rivulus.journal.models import Line
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.observations.actions import suppliers as actions
from rivulus.observations.models import Supplier, SupplierKey, SupplierUsage
from rivulus.observations.queries import suppliers as queries
from rivulus.observations.rules import keys
from rivulus.observations.terms import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def dan() -> Person:
    return make_person("dan", Role.DEPARTMENT)


@pytest.fixture
def bogdan() -> Person:
    return make_person("bogdan", Role.SUPPLIER)


@pytest.fixture
def vlad() -> Person:
    return make_person("vlad", Role.SUPPLIER)


@pytest.fixture
def lamps(dan: Person) -> Supplier:
    return actions.create_supplier(by=dan, code="lamps", name="Lamps of the North")


def test_a_key_opens_what_its_scopes_say_and_only_its_digest_is_kept(dan: Person, lamps: Supplier) -> None:
    issued = actions.issue_key(by=dan, supplier=lamps, name="Gateway", scopes=["observe", "read"])
    holder = queries.find_key(issued.secret)
    assert holder is not None
    assert holder.scopes == {Scope.OBSERVE, Scope.READ}
    assert (holder.supplier_id, holder.is_city, holder.is_sandbox) == (lamps.pk, False, False)
    assert holder.owns(lamps.pk) and not holder.owns(lamps.pk + 1) and not holder.owns(None)
    row = SupplierKey.objects.get()
    assert issued.secret not in str(vars(row)) and row.prefix == issued.secret[:12]
    assert issued.secret not in repr(issued)
    assert not any(issued.secret in str(line.content) for line in Line.objects.order_by("sequence"))


def test_a_key_stops_when_revoked_expired_or_suspended(dan: Person, lamps: Supplier) -> None:
    soon = clock.now() + dt.timedelta(hours=1)
    one = actions.issue_key(by=dan, supplier=lamps, name="One", scopes=["observe"])
    two = actions.issue_key(by=dan, supplier=lamps, name="Two", scopes=["observe"], expires_at=soon)
    actions.revoke_key(by=dan, key=one.row)
    assert queries.find_key(one.secret) is None
    with pytest.raises(Refused, match="revoked already"):
        actions.revoke_key(by=dan, key=one.row)
    assert set(queries.list_open_keys()) == {keys.digest_of(two.secret)}
    SupplierKey.objects.filter(pk=two.row.pk).update(expires_at=clock.now())
    assert queries.find_key(two.secret) is None
    SupplierKey.objects.filter(pk=two.row.pk).update(expires_at=soon)
    actions.set_active(by=dan, supplier=lamps, is_active=False, reason="Not paid")
    assert queries.find_key(two.secret) is None
    with pytest.raises(Refused, match="suspended"):
        actions.issue_key(by=dan, supplier=lamps, name="Three", scopes=["observe"])
    actions.set_active(by=dan, supplier=lamps, is_active=True)
    assert queries.find_key(two.secret) is not None


@pytest.mark.parametrize("secret", ["", "rvk_wrong", "x" * 5000, "\x00", "ș" * 40, "\ud800"])
def test_words_that_are_no_key_open_nothing(secret: str) -> None:
    assert queries.find_key(secret) is None


def test_only_departments_let_suppliers_in_and_only_its_people_make_keys(
    dan: Person, bogdan: Person, vlad: Person, lamps: Supplier
) -> None:
    with pytest.raises(Refused):
        actions.create_supplier(by=bogdan, code="mine", name="Mine")
    with pytest.raises(Refused):
        actions.add_member(by=bogdan, supplier=lamps, email=bogdan.email)
    member = actions.add_member(by=dan, supplier=lamps, email="Bogdan@example.org ")
    assert list(queries.list_suppliers_of(bogdan)) == [lamps]
    issued = actions.issue_key(by=bogdan, supplier=lamps, name="Mine", scopes=["observe"])
    with pytest.raises(Refused):
        actions.issue_key(by=vlad, supplier=lamps, name="Theirs", scopes=["observe"])
    with pytest.raises(Refused):
        actions.revoke_key(by=vlad, key=issued.row)
    with pytest.raises(Refused, match="already"):
        actions.add_member(by=dan, supplier=lamps, email=bogdan.email)
    with pytest.raises(Refused, match="Nobody"):
        actions.add_member(by=dan, supplier=lamps, email="nobody@example.org")
    actions.remove_member(by=dan, member=member)
    with pytest.raises(Refused):
        actions.revoke_key(by=bogdan, key=issued.row)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "Lămpi"}, "code"),
        ({"code": "a--b"}, "code"),
        ({"name": " "}, "name"),
        ({"quota_per_day": 0}, "Quotas"),
        ({"code": "lamps"}, "already"),
    ],
)
def test_a_supplier_that_cannot_be_is_refused_in_words(
    dan: Person, lamps: Supplier, change: dict[str, object], words: str
) -> None:
    given = {"code": "other", "name": "Other lamps"} | change
    with pytest.raises(Refused, match=words):
        actions.create_supplier(by=dan, **given)


@pytest.mark.parametrize("scopes", [[], ["everything"]])
def test_a_key_without_a_known_scope_is_refused(dan: Person, lamps: Supplier, scopes: list[str]) -> None:
    with pytest.raises(Refused):
        actions.issue_key(by=dan, supplier=lamps, name="Key", scopes=scopes)


def test_a_request_carries_its_key_in_one_of_three_ways() -> None:
    basic = base64.b64encode("anyone:rvk_ș".encode()).decode()
    assert keys.find_secret({"x-api-key": " rvk_a "}) == "rvk_a"
    assert keys.find_secret({"authorization": "Bearer rvk_b"}) == "rvk_b"
    assert keys.find_secret({"authorization": f"basic {basic}"}) == "rvk_ș"
    for other in ("", "Bearer ", "Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe").decode(), "Digest x"):
        assert keys.find_secret({"authorization": other}) is None


def test_usage_adds_up_by_day_and_is_forgotten_after_a_year(lamps: Supplier) -> None:
    today = clock.today()
    for _ in range(2):
        actions.count_usage(day=today, sent={lamps.pk: (100, 1), 999_999: (1, 1)})
    actions.count_usage(day=today - dt.timedelta(days=500), sent={lamps.pk: (5, 0)})
    row = queries.usage_on(lamps.pk, today)
    assert (row.accepted, row.refused) == (200, 2)
    assert queries.usage_of_day(today) == {lamps.pk: 200}
    assert queries.usage_on(lamps.pk + 1, today).accepted == 0
    actions.forget_old_usage()
    assert SupplierUsage.objects.count() == 1


def test_a_key_remembers_the_day_it_was_used(dan: Person, lamps: Supplier) -> None:
    issued = actions.issue_key(by=dan, supplier=lamps, name="Key", scopes=["observe"])
    actions.note_use(key_ids=[issued.row.pk])
    issued.row.refresh_from_db()
    assert issued.row.last_used_on == clock.today()


def test_somebody_who_leaves_the_platform_leaves_their_suppliers(dan: Person, bogdan: Person, lamps: Supplier) -> None:
    from rivulus.identity.actions import erase_person

    actions.add_member(by=dan, supplier=lamps, email=bogdan.email)
    erase_person(by=bogdan, person=bogdan)
    assert not queries.list_members(lamps).exists()


def test_a_made_up_supplier_has_keys_of_the_sandbox_only(bogdan: Person) -> None:
    assert actions.add_demonstration(by=None, person=bogdan)
    assert not actions.add_demonstration(by=None, person=bogdan)
    supplier = queries.list_suppliers_of(bogdan).get()
    with pytest.raises(Refused, match="sandbox only"):
        actions.issue_key(by=bogdan, supplier=supplier, name="Gateway", scopes=["observe"])
    issued = actions.issue_key(by=bogdan, supplier=supplier, name="Gateway", scopes=["observe"], is_sandbox=True)
    holder = queries.find_key(issued.secret)
    assert holder is not None
    assert holder.is_sandbox


def test_whom_somebody_of_the_demonstration_lets_in_is_made_up(dan: Person, lamps: Supplier) -> None:
    assert not lamps.is_demonstration
    dan.is_demonstration = True
    assert actions.create_supplier(by=dan, code="toys", name="Toys").is_demonstration
    with pytest.raises(Refused, match="sandbox only"):
        actions.issue_key(by=dan, supplier=lamps, name="Gateway", scopes=["observe"])


def test_a_made_up_supplier_is_not_shown_where_no_demonstration_runs(
    dan: Person, bogdan: Person, settings: Any, client: Client
) -> None:
    actions.add_demonstration(by=None, person=bogdan)
    supplier = queries.list_suppliers_of(bogdan).get()
    secret = actions.issue_key(by=bogdan, supplier=supplier, name="Try", scopes=["observe"], is_sandbox=True).secret
    client.force_login(dan)
    page = "/en/suppliers/furnizor-de-proba/"
    for runs in (True, False):
        settings.RIVULUS_DEMO = runs
        assert queries.list_suppliers().exists() is runs
        assert (queries.find_key(secret) is not None) is runs
        assert client.get(page).status_code == (200 if runs else 404)

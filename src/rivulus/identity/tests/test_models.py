"""What the database itself refuses."""

import pytest
from django.db import IntegrityError, transaction

from rivulus.identity.models import Membership, Person, new_id
from rivulus.identity.terms import Role

pytestmark = pytest.mark.django_db


def test_numbers_of_people_are_of_version_seven_and_grow() -> None:
    ids = [new_id() for _ in range(50)]
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert len(set(ids)) == 50
    assert [one.int >> 80 for one in ids] == sorted(one.int >> 80 for one in ids)


def test_an_address_has_one_account_whatever_its_letters(ana: Person) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(email="ana@example.org")
    with pytest.raises(IntegrityError, match="lower_case"), transaction.atomic():
        Person.objects.create(email="Ana@example.org")
    assert Person.objects.get_by_natural_key("ANA@Example.org") == ana


def test_a_role_is_held_once(ana: Person) -> None:
    with pytest.raises(IntegrityError, match="active_once"), transaction.atomic():
        Membership.objects.create(person=ana, role=Role.RESIDENT)


def test_unknown_roles_and_languages_are_refused(ana: Person) -> None:
    with pytest.raises(IntegrityError, match="role_known"), transaction.atomic():
        Membership.objects.create(person=ana, role="mayor")
    with pytest.raises(IntegrityError, match="language_known"), transaction.atomic():
        Person.objects.create(email="x@example.org", language="de")


def test_somebody_erased_has_no_name(ana: Person) -> None:
    ana.erased_at = ana.created_at
    with pytest.raises(IntegrityError, match="erased_is_closed"), transaction.atomic():
        ana.save()


def test_roles_are_read_once(ana: Person, django_assert_num_queries: object) -> None:
    fresh = Person.objects.get(pk=ana.pk)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert [fresh.active_roles(), fresh.held_roles(), fresh.is_staff] == [{Role.RESIDENT}, {Role.RESIDENT}, False]


def test_nobody_stands_above_the_table(adela: Person) -> None:
    assert adela.is_staff
    assert not adela.is_superuser
    assert adela.has_perms(["identity.view_person", "strategy.delete_project"])
    assert not adela.has_perm("account.change_emailaddress")
    assert not adela.has_module_perms("mfa")

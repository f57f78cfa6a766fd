"""Facts about what observations know of people."""

import pytest

from rivulus.identity.models import Person
from rivulus.observations.models import Supplier, SupplierMember
from rivulus.observations.queries.people import tell_of


@pytest.mark.django_db
def test_a_person_is_told_for_whom_they_answer() -> None:
    livia = Person.objects.create(email="livia@example.test", full_name="Livia Fodor")
    assert tell_of(livia.pk) == {"suppliers": [], "alarms_acknowledged": [], "tasks_asked": [], "rules_written": []}
    supplier = Supplier.objects.create(code="aer-curat", name="Aer Curat SRL")
    SupplierMember.objects.create(supplier=supplier, person=livia)
    assert [one["code"] for one in tell_of(livia.pk)["suppliers"]] == ["aer-curat"]  # type: ignore[attr-defined]

"""Organisations, who acts for which, and the table of the pack."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from rivulus.identity import actions, feeds, queries
from rivulus.identity.actions.organisations import About
from rivulus.identity.models import Affiliation, Organisation, Person
from rivulus.identity.terms import OrganisationKind, Role
from rivulus.journal import queries as journal
from rivulus.kernel.errors import Refused

pytestmark = pytest.mark.django_db
WHY = "Agreed with the rector."
UNIVERSITY = About(name_ro="Universitatea", kind=OrganisationKind.UNIVERSITY)


@pytest.fixture
def university() -> Organisation:
    return actions.found_organisation(by=None, code="university", about=UNIVERSITY)


@pytest.fixture
def city() -> Organisation:
    about = About(name_ro="Primăria", kind=OrganisationKind.TOWN_HALL, siruta=106318)
    return actions.found_organisation(by=None, code="city", about=about, is_city=True)


def test_a_publisher_acts_for_the_organisation_until_it_ends(
    adela: Person, flavia: Person, university: Organisation
) -> None:
    row = actions.affiliate(by=adela, person=flavia, organisation=university, reason=WHY)
    assert queries.organisations_of(flavia) == {university.pk}
    with pytest.raises(Refused, match="already acts"):
        actions.affiliate(by=adela, person=flavia, organisation=university, reason=WHY)
    actions.end_affiliation(by=adela, affiliation=row, reason="The project is over.")
    assert queries.organisations_of(flavia) == frozenset()
    lines = list(journal.list_lines(subject="identity.person", subject_id=flavia.pk)[:2])
    assert [line.verb for line in lines] == ["identity.affiliation.ended", "identity.affiliation.begun"]
    assert journal.find_private(lines[1]) == {"reason": WHY}


def test_only_a_publisher_with_an_open_account_acts_for_an_open_organisation(
    adela: Person, ana: Person, flavia: Person, university: Organisation
) -> None:
    with pytest.raises(Refused, match="Publisher"):
        actions.affiliate(by=adela, person=ana, organisation=university, reason=WHY)
    actions.close_organisation(by=adela, organisation=university, reason=WHY)
    with pytest.raises(Refused, match="closed"):
        actions.affiliate(by=adela, person=flavia, organisation=university, reason=WHY)


def test_only_the_administrator_manages_organisations_and_says_why(
    adela: Person, dan: Person, flavia: Person, university: Organisation
) -> None:
    for act in (
        lambda: actions.found_organisation(by=dan, code="x", about=UNIVERSITY, reason=WHY),
        lambda: actions.change_organisation(by=dan, organisation=university, about=UNIVERSITY, reason=WHY),
        lambda: actions.close_organisation(by=dan, organisation=university, reason=WHY),
        lambda: actions.affiliate(by=dan, person=flavia, organisation=university, reason=WHY),
    ):
        with pytest.raises(Refused, match="role"):
            act()
    with pytest.raises(Refused, match="reason"):
        actions.close_organisation(by=adela, organisation=university, reason="no")


def test_closing_ends_affiliations_and_the_city_cannot_be_closed(
    adela: Person, flavia: Person, university: Organisation, city: Organisation
) -> None:
    actions.affiliate(by=adela, person=flavia, organisation=university, reason=WHY)
    actions.close_organisation(by=adela, organisation=university, reason=WHY)
    assert not Affiliation.objects.filter(ended_at__isnull=True).exists()
    assert list(queries.list_organisations()) == [city]
    actions.reopen_organisation(by=adela, organisation=university, reason=WHY)
    assert queries.organisations_of(flavia) == frozenset()
    with pytest.raises(Refused, match="city"):
        actions.close_organisation(by=adela, organisation=city, reason=WHY)


def test_leaving_and_losing_the_role_end_affiliations(adela: Person, flavia: Person, university: Organisation) -> None:
    actions.affiliate(by=adela, person=flavia, organisation=university, reason=WHY)
    actions.end_role(by=adela, person=flavia, role=Role.PUBLISHER, reason=WHY)
    assert Affiliation.objects.get().ended_at is not None
    actions.grant_role(by=adela, person=flavia, role=Role.PUBLISHER, reason=WHY)
    flavia.forget_roles()
    actions.affiliate(by=adela, person=flavia, organisation=university, reason=WHY)
    actions.erase_person(by=flavia, person=flavia)
    assert not Affiliation.objects.filter(ended_at__isnull=True).exists()


def test_an_account_of_the_demonstration_reaches_nobody_real(
    adela: Person, flavia: Person, university: Organisation
) -> None:
    adela.is_demonstration = True
    adela.save()
    with pytest.raises(Refused):
        actions.affiliate(by=adela, person=flavia, organisation=university, reason=WHY)


def test_the_pack_of_the_city_loads_twice_and_leaves_what_a_person_changed(adela: Person) -> None:
    assert len(feeds.load(by=None, folder=settings.PACK_DIR)) >= 20
    assert feeds.load(by=None, folder=settings.PACK_DIR) == ()
    city = queries.find_city()
    assert city is not None and city.siruta == 106318
    assert queries.find_organisation("cunbm").kind == OrganisationKind.UNIVERSITY  # type: ignore[union-attr]
    about = About(name_ro="Primăria noastră", kind=OrganisationKind.TOWN_HALL, siruta=106318)
    actions.change_organisation(by=adela, organisation=city, about=about, reason="The name was wrong.")
    feeds.load(by=None, folder=settings.PACK_DIR)
    city.refresh_from_db()
    assert city.name_ro == "Primăria noastră"


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("x,,,,town_hall,,,,true,", "name"),
        ("X X,Nume,,,town_hall,,,,true,", "code"),
        ("x,Nume,,,castle,,,,true,", "kind"),
        ("x,Nume,,,town_hall,abc,,,true,", "SIRUTA"),
        ("x,Nume,,,town_hall,,,,false,", "city"),
        ("x,Nume,town_hall", "cells"),
    ],
)
def test_a_faulty_table_is_refused_and_changes_nothing(tmp_path: Path, row: str, word: str) -> None:
    (tmp_path / "organisations.csv").write_text(",".join(feeds.COLUMNS) + "\n" + row + "\n")
    with pytest.raises(Refused, match=word):
        feeds.load(by=None, folder=tmp_path)
    assert not Organisation.objects.exists()


def test_the_administrator_enters_an_organisation_and_names_its_publisher(as_adela: Client, flavia: Person) -> None:
    data = {"name_ro": "Școala 1", "code": "scoala-1", "kind": "school", "reason": WHY}
    response = as_adela.post("/people/organisations/new/", data)
    assert response.status_code == 302
    response = as_adela.post(
        "/people/organisations/scoala-1/people/",
        {"email": "nobody@example.org", "reason": WHY},
        HTTP_ACCEPT_LANGUAGE="en",
    )
    assert response.status_code == 400
    as_adela.post("/people/organisations/scoala-1/people/", {"email": flavia.email, "reason": WHY})
    row = Affiliation.objects.get(person=flavia)
    page = as_adela.get("/people/organisations/scoala-1/")
    assert "Flavia" in page.text and WHY not in page.text.split("</h1>")[0]
    as_adela.post(f"/people/organisations/scoala-1/people/{row.pk}/end/", {"reason": WHY})
    assert queries.organisations_of(flavia) == frozenset()
    as_adela.post("/people/organisations/scoala-1/open/", {"reason": WHY})
    assert not Organisation.objects.get().is_active
    assert "Școala 1" in as_adela.get("/people/organisations/").text


def test_nobody_else_sees_the_pages(as_ana: Client, university: Organisation) -> None:
    for path in ("", "new/", "university/"):
        assert as_ana.get(f"/people/organisations/{path}").status_code == 403
        assert Client().get(f"/people/organisations/{path}").status_code == 302

"""Joining, roles, leaving, the first administrator, the people of the demonstration."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.test import override_settings

from rivulus.identity import actions, events, queries
from rivulus.identity.models import FirstLink, Membership, Person
from rivulus.identity.terms import Language, Role
from rivulus.identity.tests.people import PASSWORD, make_person
from rivulus.journal import queries as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused

pytestmark = pytest.mark.django_db
WHY = "Works at the city hall."


def verbs_about(person: Person) -> list[str]:
    return [line.verb for line in journal.list_lines(subject="identity.person", subject_id=person.id)]


def claim(path: str, email: str = "adela@example.org") -> Person:
    return actions.claim_first_link(
        secret=path.rstrip("/").rsplit("/", 1)[1],
        full_name="Adela",
        email=email,
        password=PASSWORD,
        language=Language.RO,
    )


def test_whoever_joins_is_a_resident_and_the_journal_keeps_name_and_address_closed(ana: Person) -> None:
    assert queries.roles_of(ana) == {Role.RESIDENT}
    (line,) = journal.list_lines(subject_id=ana.id)
    assert line.verb == "identity.person.joined"
    assert "ana@" not in str(line.content)
    assert journal.find_private(line) == {"email": "ana@example.org", "full_name": "Ana"}


def test_a_role_begins_and_ends_and_both_stay_as_history(adela: Person, dan: Person) -> None:
    actions.grant_role(by=adela, person=dan, role=Role.PROJECT_TEAM, reason=WHY)
    assert queries.has_role(Person.objects.get(pk=dan.pk), Role.PROJECT_TEAM)
    actions.end_role(by=adela, person=dan, role=Role.PROJECT_TEAM, reason="Project is over.")
    assert not queries.has_role(Person.objects.get(pk=dan.pk), Role.PROJECT_TEAM)
    row = Membership.objects.get(person=dan, role=Role.PROJECT_TEAM)
    assert (row.granted_by, row.ended_by, row.end_reason) == (adela, adela, "Project is over.")
    assert verbs_about(dan)[:2] == ["identity.role.ended", "identity.role.granted"]
    actions.grant_role(by=adela, person=dan, role=Role.PROJECT_TEAM, reason="A new project.")


def test_only_administrators_give_and_end_roles(ioana: Person, dan: Person) -> None:
    for act in (actions.grant_role, actions.end_role):
        with pytest.raises(Refused, match="role"):
            act(by=ioana, person=dan, role=Role.DEPARTMENT, reason=WHY)
    for change in (actions.close_account, actions.reopen_account):
        with pytest.raises(Refused, match="role"):
            change(by=ioana, person=dan, reason=WHY)
    assert queries.has_role(dan, Role.DEPARTMENT)


def test_the_last_administrator_cannot_go(adela: Person) -> None:
    with pytest.raises(Refused, match="only administrator"):
        actions.end_role(by=adela, person=adela, role=Role.ADMINISTRATOR, reason=WHY)
    with pytest.raises(Refused, match="only administrator"):
        actions.close_account(by=adela, person=adela, reason=WHY)
    with pytest.raises(Refused, match="only administrator"):
        actions.erase_person(by=adela, person=adela)
    other = make_person("mihai", Role.ADMINISTRATOR)
    actions.end_role(by=other, person=adela, role=Role.ADMINISTRATOR, reason=WHY)


def test_an_administrator_of_the_demonstration_does_not_count(adela: Person) -> None:
    people = actions.add_demonstration_people(password=PASSWORD)
    assert queries.count_administrators() == 1
    assert queries.count_administrators(with_demonstration=True) == 2
    with pytest.raises(Refused, match="only administrator"):
        actions.end_role(by=adela, person=adela, role=Role.ADMINISTRATOR, reason=WHY)
    actions.end_role(by=adela, person=people[-1], role=Role.ADMINISTRATOR, reason=WHY)


def test_an_administrator_of_the_demonstration_reaches_nobody_real(adela: Person, dan: Person) -> None:
    *others, trial = actions.add_demonstration_people(password=PASSWORD)
    for act, role in ((actions.grant_role, Role.STRATEGY_UNIT), (actions.end_role, Role.DEPARTMENT)):
        with pytest.raises(Refused, match="role"):
            act(by=trial, person=dan, role=role, reason=WHY)
    for change in (actions.close_account, actions.reopen_account):
        with pytest.raises(Refused, match="role"):
            change(by=trial, person=dan, reason=WHY)
    actions.grant_role(by=trial, person=others[0], role=Role.DEPARTMENT, reason=WHY)
    assert set(queries.list_people(trial)) == {*others, trial}
    assert {adela, dan, trial} < set(queries.list_people(adela))


def test_a_closed_account_may_not_sign_in_until_it_is_opened_again(adela: Person, dan: Person) -> None:
    assert not queries.may_sign_in(actions.close_account(by=adela, person=dan, reason=WHY))
    assert queries.may_sign_in(actions.reopen_account(by=adela, person=dan, reason=WHY))
    assert verbs_about(dan)[:2] == ["identity.person.reopened", "identity.person.closed"]


def test_only_oneself_changes_and_erases_oneself(adela: Person, ana: Person) -> None:
    with pytest.raises(Refused):
        actions.change_profile(by=adela, person=ana, full_name="X", language="hu")
    with pytest.raises(Refused):
        actions.erase_person(by=adela, person=ana)
    assert actions.change_profile(by=ana, person=ana, full_name="Ana Pop", language="hu").language == "hu"


def test_erasing_a_person_leaves_the_lines_and_takes_the_person_out_of_them(adela: Person, ana: Person) -> None:
    actions.grant_role(by=adela, person=ana, role=Role.PROJECT_TEAM, reason="Knows the Săsar.")
    forgotten: list[object] = []
    events.forget_with("test", forgotten.append)
    lines = journal.count_lines()
    try:
        erased = actions.erase_person(by=ana, person=ana)
    finally:
        events._forgetting.pop("test")
    erased.refresh_from_db()
    assert (erased.full_name, erased.is_active, erased.has_usable_password()) == ("", False, False)
    assert erased.email.endswith("@erased.invalid")
    assert forgotten == [ana.id]
    assert journal.count_lines() == lines + 2
    assert {journal.find_private(line) for line in journal.list_lines_of(ana.id)} == {None}
    assert list(Membership.objects.filter(person=erased).values_list("reason", flat=True).distinct()) == [""]
    assert journal.verify().is_intact
    with pytest.raises(Refused, match="erased"):
        actions.reopen_account(by=adela, person=erased, reason=WHY)
    make_person("ana")  # the address is free again


def test_the_first_link_makes_one_administrator_once() -> None:
    path = actions.issue_first_link()
    assert path is not None
    secret = path.rstrip("/").rsplit("/", 1)[1]
    assert not FirstLink.objects.filter(secret_hash__contains=secret).exists()
    admin = claim(path)
    assert queries.has_role(admin, Role.ADMINISTRATOR)
    assert actions.issue_first_link() is None
    with pytest.raises(Refused, match="already used"):
        claim(path, "vlad@example.org")


def test_a_new_run_issues_a_new_link_and_the_old_one_stops_working() -> None:
    old, new = actions.issue_first_link(), actions.issue_first_link()
    assert old and new and old != new
    with pytest.raises(Refused, match="not valid"), transaction.atomic():
        claim(old)
    claim(new)


def test_a_first_link_expires() -> None:
    path = actions.issue_first_link()
    assert path is not None
    with clock.frozen(clock.now() + dt.timedelta(hours=24)), pytest.raises(Refused, match="expired"):
        claim(path)


def test_the_first_administrator_needs_a_free_address(ana: Person) -> None:
    path = actions.issue_first_link()
    assert path is not None
    with pytest.raises(Refused, match="already has an account"):
        claim(path, "Ana@Example.org")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_claim_at_once_one_succeeds() -> None:
    path = actions.issue_first_link()
    assert path is not None
    made: list[Person] = []
    refused: list[str] = []

    def work(number: int) -> None:
        try:
            made.append(claim(path, f"p{number}@example.org"))
        except Refused as sentence:
            refused.append(str(sentence))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (1, 5)
    assert queries.count_administrators() == 1
    assert journal.verify().is_intact


def test_the_demonstration_has_somebody_of_every_role_and_can_be_added_twice() -> None:
    first = actions.add_demonstration_people(password=PASSWORD)
    lines = journal.count_lines()
    second = actions.add_demonstration_people(password=PASSWORD)
    assert first == second
    assert journal.count_lines() == lines
    assert {role for person in first for role in person.held_roles()} == set(Role)
    assert all(person.is_demonstration and person.email.endswith("@demo.invalid") for person in first)
    assert actions.issue_first_link() is not None


@pytest.mark.parametrize("runs", [True, False])
def test_people_of_the_demonstration_sign_in_only_while_it_runs(runs: bool) -> None:
    ana = actions.add_demonstration_people(password=PASSWORD)[0]
    with override_settings(RIVULUS_DEMO=runs):
        assert queries.may_sign_in(ana) is runs


def test_required_second_steps_put_privileged_roles_to_sleep(ioana: Person) -> None:
    with override_settings(RIVULUS_REQUIRE_MFA=True):
        assert queries.roles_of(ioana) == {Role.RESIDENT}
        with pytest.raises(Refused, match="second step"):
            queries.check_role(ioana, Role.STRATEGY_UNIT)
    queries.check_role(ioana, Role.STRATEGY_UNIT)
    with pytest.raises(Refused, match="Sign in"):
        queries.check_role(None, Role.RESIDENT)

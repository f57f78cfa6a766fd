"""The tables of permissions, tested whole; refusals in sentences."""

import datetime as dt
from itertools import combinations, product

import pytest

from rivulus.identity import rules
from rivulus.identity.rules import Verb
from rivulus.identity.terms import PRIVILEGED, Role
from rivulus.kernel.errors import Refused

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
VLAD: frozenset[Role] = frozenset()  # has no account and must see nothing
COMBINATIONS = [frozenset(some) for size in range(len(Role) + 1) for some in combinations(Role, size)]
PEOPLE = {"vlad": VLAD} | {role.name.lower(): frozenset({role}) for role in Role}

# One row for each verb: who may, in the order vlad, resident, project team, department, dispatcher, supplier,
# publisher, strategy unit, administrator.
TABLE = {
    Verb.SEE_OWN_ACCOUNT: "-oooooooo",
    Verb.CHANGE_OWN_PROFILE: "-oooooooo",
    Verb.EXPORT_OWN_DATA: "-oooooooo",
    Verb.ERASE_OWN_ACCOUNT: "-oooooooo",
    Verb.SEE_PEOPLE: "--------o",
    Verb.GRANT_ROLE: "--------o",
    Verb.END_ROLE: "--------o",
    Verb.CLOSE_ACCOUNT: "--------o",
    Verb.REOPEN_ACCOUNT: "--------o",
    Verb.OPEN_ADMIN: "---o---oo",
    Verb.MANAGE_ORGANISATIONS: "--------o",
}


def test_the_table_of_permissions_is_this_one() -> None:
    found = {verb: "".join("o" if rules.can(verb, roles) else "-" for roles in PEOPLE.values()) for verb in Verb}
    assert found == TABLE


@pytest.mark.parametrize(("verb", "name"), list(product(Verb, PEOPLE)))
def test_a_refusal_comes_with_a_sentence(verb: Verb, name: str) -> None:
    if rules.can(verb, PEOPLE[name]):
        rules.check_can(verb, PEOPLE[name])
    else:
        with pytest.raises(Refused, match="role"):
            rules.check_can(verb, PEOPLE[name])


@pytest.mark.parametrize("verb", list(Verb))
def test_more_roles_never_open_less(verb: Verb) -> None:
    for some, more in product(COMBINATIONS, COMBINATIONS):
        assert rules.can(verb, some | more) or not rules.can(verb, some)


ADMIN_TABLE = {
    # view, add, change, delete
    ("vlad", "strategy"): "----",
    ("resident", "strategy"): "----",
    ("project_team", "strategy"): "----",
    ("department", "strategy"): "o---",
    ("strategy_unit", "strategy"): "ooo-",
    ("administrator", "strategy"): "oooo",
    ("department", "journal"): "----",
    ("strategy_unit", "identity"): "----",
    ("administrator", "identity"): "o---",
    ("administrator", "journal"): "o---",
    ("strategy_unit", "procrastinate"): "----",
    ("administrator", "procrastinate"): "o---",
    ("administrator", "account"): "----",
    ("administrator", "mfa"): "----",
    ("administrator", "socialaccount"): "----",
}


@pytest.mark.parametrize(("name", "app"), ADMIN_TABLE)
def test_the_staff_admin_opens_by_table(name: str, app: str) -> None:
    actions = ("view", "add", "change", "delete")
    found = "".join("o" if rules.can_in_admin(PEOPLE[name], app, action) else "-" for action in actions)
    assert found == ADMIN_TABLE[name, app]


@pytest.mark.parametrize(("has_step", "required"), list(product((True, False), repeat=2)))
def test_privileged_roles_sleep_only_without_a_required_second_step(has_step: bool, required: bool) -> None:
    for held in COMBINATIONS:
        effective = rules.list_effective_roles(held, has_second_step=has_step, is_required=required)
        assert effective == (held - PRIVILEGED if required and not has_step else held)


def test_a_sleeping_role_says_what_to_do() -> None:
    held = frozenset({Role.ADMINISTRATOR})
    assert rules.find_refusal(held, frozenset(), held) == rules.SECOND_STEP_MISSING
    assert rules.find_refusal(held, frozenset(), frozenset()) == rules.NOT_ALLOWED
    assert rules.find_refusal(held, held, held) is None
    assert rules.find_refusal(frozenset(), frozenset(), frozenset()) is None


@pytest.mark.parametrize(
    ("active", "demonstration", "runs", "may"),
    [
        (True, False, False, True),
        (True, False, True, True),
        (True, True, True, True),
        (True, True, False, False),
        (False, False, True, False),
        (False, True, True, False),
    ],
)
def test_who_may_sign_in(active: bool, demonstration: bool, runs: bool, may: bool) -> None:
    try:
        rules.check_can_sign_in(is_active=active, is_demonstration=demonstration, demonstration_runs=runs)
    except Refused:
        assert not may
    else:
        assert may


def test_a_role_is_given_once_and_with_a_reason() -> None:
    administrator = frozenset({Role.ADMINISTRATOR})
    rules.check_can_grant(administrator, Role.DEPARTMENT, frozenset(), "Works at the city hall.")
    with pytest.raises(Refused, match="already"):
        rules.check_can_grant(administrator, Role.DEPARTMENT, frozenset({Role.DEPARTMENT}), "Works there.")
    with pytest.raises(Refused, match="reason"):
        rules.check_can_grant(administrator, Role.DEPARTMENT, frozenset(), "  x  ")
    with pytest.raises(Refused, match="role"):
        rules.check_can_grant(frozenset({Role.STRATEGY_UNIT}), Role.DEPARTMENT, frozenset(), "Works there.")


def test_the_last_administrator_stays() -> None:
    administrator = frozenset({Role.ADMINISTRATOR})
    rules.check_can_end(administrator, Role.ADMINISTRATOR, administrator, "Leaves us.", administrators=2)
    with pytest.raises(Refused, match="only administrator"):
        rules.check_can_end(administrator, Role.ADMINISTRATOR, administrator, "Leaves us.", administrators=1)
    with pytest.raises(Refused, match="does not have"):
        rules.check_can_end(administrator, Role.DEPARTMENT, administrator, "Leaves us.", administrators=2)


def test_a_first_link_works_once_and_for_a_day() -> None:
    later = NOON + rules.FIRST_LINK_LIFETIME
    rules.check_can_claim(claimed=False, expires_at=later, now=NOON, administrators=0)
    with pytest.raises(Refused, match="expired"):
        rules.check_can_claim(claimed=False, expires_at=later, now=later, administrators=0)
    with pytest.raises(Refused, match="already used"):
        rules.check_can_claim(claimed=True, expires_at=later, now=NOON, administrators=0)
    with pytest.raises(Refused, match="already used"):
        rules.check_can_claim(claimed=False, expires_at=later, now=NOON, administrators=1)


def test_a_personal_code_number_told_by_a_service_is_not_kept() -> None:
    claims = {"sub": "1", "email": "ana@example.org", "cnp": "2900101000000", "birthdate": "1990-01-01"}
    assert rules.trim_claims(claims) == {"sub": "1", "email": "ana@example.org"}


def test_a_name_is_made_of_its_parts_when_there_is_no_whole() -> None:
    assert rules.make_full_name({"name": " Ana Pop "}) == "Ana Pop"
    assert rules.make_full_name({"first_name": "Ana", "last_name": "Pop"}) == "Ana Pop"
    assert rules.make_full_name({"name": None}) == ""

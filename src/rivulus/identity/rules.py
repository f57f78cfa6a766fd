"""Who may do what with accounts and roles: one table, and the sentences of refusal. Pure."""

import datetime as dt
import re
from collections.abc import Mapping
from enum import StrEnum

from rivulus.identity.terms import PRIVILEGED, Role
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_


class Verb(StrEnum):
    """What somebody may want to do with people and roles."""

    SEE_OWN_ACCOUNT = "see_own_account"
    CHANGE_OWN_PROFILE = "change_own_profile"
    EXPORT_OWN_DATA = "export_own_data"
    ERASE_OWN_ACCOUNT = "erase_own_account"
    SEE_PEOPLE = "see_people"
    GRANT_ROLE = "grant_role"
    END_ROLE = "end_role"
    CLOSE_ACCOUNT = "close_account"
    REOPEN_ACCOUNT = "reopen_account"
    OPEN_ADMIN = "open_admin"
    MANAGE_ORGANISATIONS = "manage_organisations"


_EVERYBODY = frozenset(Role)
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})

PERMISSIONS: Mapping[Verb, frozenset[Role]] = {
    Verb.SEE_OWN_ACCOUNT: _EVERYBODY,
    Verb.CHANGE_OWN_PROFILE: _EVERYBODY,
    Verb.EXPORT_OWN_DATA: _EVERYBODY,
    Verb.ERASE_OWN_ACCOUNT: _EVERYBODY,
    Verb.SEE_PEOPLE: _ADMINISTRATOR,
    Verb.GRANT_ROLE: _ADMINISTRATOR,
    Verb.END_ROLE: _ADMINISTRATOR,
    Verb.CLOSE_ACCOUNT: _ADMINISTRATOR,
    Verb.REOPEN_ACCOUNT: _ADMINISTRATOR,
    Verb.MANAGE_ORGANISATIONS: _ADMINISTRATOR,
    Verb.OPEN_ADMIN: frozenset({Role.DEPARTMENT, Role.STRATEGY_UNIT, Role.ADMINISTRATOR}),
}

# What roles may do in the staff admin, by the label of the app. "*" stands for every app that is not named; what is
# named with nothing is closed to all: accounts of the sign-in library would bypass the journal.
CLOSED_APPS = frozenset({"account", "auth", "mfa", "socialaccount", "usersessions", "sessions", "contenttypes"})
READ_ONLY_APPS = frozenset({"identity", "journal", "procrastinate"})
ADMIN_ACTIONS: Mapping[Role, frozenset[str]] = {
    Role.RESIDENT: frozenset(),
    Role.PROJECT_TEAM: frozenset(),
    Role.DEPARTMENT: frozenset({"view"}),
    Role.DISPATCHER: frozenset(),
    Role.SUPPLIER: frozenset(),
    Role.PUBLISHER: frozenset(),
    Role.STRATEGY_UNIT: frozenset({"view", "add", "change"}),
    Role.ADMINISTRATOR: frozenset({"view", "add", "change", "delete"}),
}

FIRST_LINK_LIFETIME = dt.timedelta(hours=24)
SECRET_BYTES = 32
MINIMUM_REASON = 5
LONGEST_CODE = 60

NOT_ALLOWED = N_("Your role does not allow this.")
SECOND_STEP_MISSING = N_("Set up the second step of signing in first; then your role opens this.")
SIGN_IN_FIRST = N_("Sign in first.")
UNKNOWN_LINK = N_("This link is not valid.")


def can(verb: Verb, roles: frozenset[Role]) -> bool:
    """Say whether somebody with these roles may do this."""
    return bool(PERMISSIONS[verb] & roles)


def check_can(verb: Verb, roles: frozenset[Role]) -> None:
    """Refuse what the table does not allow."""
    if not can(verb, roles):
        raise Refused(NOT_ALLOWED)


def can_in_admin(roles: frozenset[Role], app_label: str, action: str) -> bool:
    """Say whether somebody with these roles may ``action`` (view, add, change, delete) the rows of an app."""
    if app_label in CLOSED_APPS:
        return False
    if app_label in READ_ONLY_APPS:
        return action == "view" and Role.ADMINISTRATOR in roles
    return any(action in ADMIN_ACTIONS[role] for role in roles)


def list_effective_roles(held: frozenset[Role], *, has_second_step: bool, is_required: bool) -> frozenset[Role]:
    """Return the roles that count now: privileged ones sleep while a required second step is missing."""
    return held - PRIVILEGED if is_required and not has_second_step else held


def find_refusal(wanted: frozenset[Role], effective: frozenset[Role], held: frozenset[Role]) -> str | None:
    """Return the sentence that refuses somebody for whom one of the wanted roles is needed, or None."""
    if not wanted or wanted & effective:
        return None
    return SECOND_STEP_MISSING if wanted & held else NOT_ALLOWED


def check_can_sign_in(*, is_active: bool, is_demonstration: bool, demonstration_runs: bool) -> None:
    """Refuse closed accounts, and people of the demonstration outside of it."""
    if not is_active:
        raise Refused(N_("This account is closed."))
    if is_demonstration and not demonstration_runs:
        raise Refused(N_("This account belongs to the demonstration, which is switched off here."))


def check_can_grant(verb_roles: frozenset[Role], role: Role, held: frozenset[Role], reason: str) -> None:
    """Refuse a grant by somebody who may not, of a role already held, or without a reason."""
    check_can(Verb.GRANT_ROLE, verb_roles)
    if role in held:
        raise Refused(N_("This person already has this role."))
    check_reason(reason)


def check_can_end(
    verb_roles: frozenset[Role], role: Role, held: frozenset[Role], reason: str, *, administrators: int
) -> None:
    """Refuse to end a role that is not held, without a reason, or that leaves nobody to administer the platform."""
    check_can(Verb.END_ROLE, verb_roles)
    if role not in held:
        raise Refused(N_("This person does not have this role."))
    check_reason(reason)
    if role is Role.ADMINISTRATOR:
        check_leaves_an_administrator(held, administrators=administrators)


def check_stays_in_demonstration(*, by_is_demonstration: bool, is_demonstration: bool) -> None:
    """Refuse what an account made for trying things out, whose password many may know, would do to a real person."""
    if by_is_demonstration and not is_demonstration:
        raise Refused(NOT_ALLOWED)


def check_leaves_an_administrator(held: frozenset[Role], *, administrators: int) -> None:
    """Refuse to lose the only administrator."""
    if Role.ADMINISTRATOR in held and administrators <= 1:
        raise Refused(N_("This is the only administrator; make somebody else administrator first."))


def check_reason(reason: str) -> None:
    """Refuse a change of somebody's rights that says no reason."""
    if len(reason.strip()) < MINIMUM_REASON:
        raise Refused(N_("Give a reason, in a few words."))


def check_organisation(*, code: str, name: str) -> None:
    """Refuse an organisation without a name, or with a code that does not fit into addresses."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", code) or len(code) > LONGEST_CODE:
        raise Refused(N_("A code has small letters, digits and hyphens, and at most 60 of them."))
    if not name.strip():
        raise Refused(N_("Give the name in Romanian."))


def check_can_close(*, is_city: bool, is_active: bool) -> None:
    """Refuse to close the city itself, or what is closed."""
    if is_city:
        raise Refused(N_("The city itself cannot be closed."))
    if not is_active:
        raise Refused(N_("This organisation is closed already."))


def check_can_affiliate(*, roles: frozenset[Role], is_person_active: bool, is_open: bool, acts_already: bool) -> None:
    """Refuse to let somebody act for an organisation who could not publish anyway."""
    if not is_open:
        raise Refused(N_("This organisation is closed."))
    if not is_person_active:
        raise Refused(N_("This account is closed."))
    if Role.PUBLISHER not in roles:
        raise Refused(N_("Give the person the role “Publisher of an organisation” first."))
    if acts_already:
        raise Refused(N_("This person already acts for this organisation."))


def check_can_claim(*, claimed: bool, expires_at: dt.datetime, now: dt.datetime, administrators: int) -> None:
    """Refuse a link of the first administrator that was used, is too old, or is no longer needed."""
    if claimed or administrators:
        raise Refused(N_("This link was already used."))
    if now >= expires_at:
        raise Refused(N_("This link has expired; start the platform again to get a new one."))


def make_erased_email(person_id: object) -> str:
    """Return the address that stands where an erased person's was; .invalid can never receive mail (RFC 2606)."""
    return f"erased-{person_id}@erased.invalid"


def trim_claims(claims: Mapping[str, object]) -> dict[str, object]:
    """Keep of what a sign-in service tells only what is needed; a personal code number must never be stored."""
    wanted = ("sub", "email", "email_verified", "name", "given_name", "family_name")
    return {name: claims[name] for name in wanted if name in claims}


def make_full_name(claims: Mapping[str, object]) -> str:
    """Return the name a sign-in service tells, from its parts when it has no whole."""
    whole = str(claims.get("name") or "").strip()
    parts = (str(claims.get(part) or "").strip() for part in ("first_name", "last_name"))
    return whole or " ".join(part for part in parts if part)

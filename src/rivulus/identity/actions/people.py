"""Joining, roles, profiles, leaving, the first administrator, and the people of the demonstration."""

import secrets

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.urls import reverse

from rivulus.identity import events, queries, rules
from rivulus.identity.models import Affiliation, FirstLink, Membership, Person
from rivulus.identity.terms import Language, Role
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

SUBJECT = "identity.person"
DEMONSTRATION_DOMAIN = "demo.invalid"
DEMONSTRATION_PEOPLE = (
    ("ana", "Ana Pop", Role.RESIDENT),
    ("dan", "Dan Mureșan", Role.DEPARTMENT),
    ("ioana", "Ioana Rus", Role.STRATEGY_UNIT),
    ("mara", "Mara Szabó", Role.STRATEGY_UNIT),
    ("bogdan", "Bogdan Lazăr", Role.PROJECT_TEAM),
    ("radu", "Radu Costin", Role.DISPATCHER),
    ("livia", "Livia Fodor", Role.SUPPLIER),
    ("flavia", "Flavia Ardelean", Role.PUBLISHER),
    ("admin", "Adela Ilieș", Role.ADMINISTRATOR),
)


@transaction.atomic
def join(*, by: Person | None, person: Person, through: str) -> Person:
    """Open an account: keep the person, make them a resident, and say in the journal how they came."""
    person.email = person.email.lower()
    person.save()
    Membership.objects.create(person=person, role=Role.RESIDENT, granted_by=by, granted_at=clock.now())
    person.forget_roles()
    journal.write(
        by=by or person,
        verb="identity.person.joined",
        subject=SUBJECT,
        subject_id=person.id,
        content={"through": through, "role": Role.RESIDENT, "demonstration": person.is_demonstration},
        private={"email": person.email, "full_name": person.full_name},
        about=person,
    )
    return person


@transaction.atomic
def change_profile(*, by: Person, person: Person, full_name: str, language: str) -> Person:
    """Change one's own name and language."""
    if by.id != person.id:
        raise Refused(N_("Only the person can change this."))
    queries.check_can(by, rules.Verb.CHANGE_OWN_PROFILE)
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    person.full_name, person.language = full_name.strip(), Language(language)
    person.save(update_fields=["full_name", "language"])
    journal.write(
        by=by,
        verb="identity.person.changed",
        subject=SUBJECT,
        subject_id=person.id,
        content={"language": person.language},
        private={"full_name": person.full_name},
        about=person,
    )
    return person


@transaction.atomic
def grant_role(*, by: Person, person: Person, role: Role, reason: str) -> Membership:
    """Give a person a role."""
    locked = _lock(person)
    _check_reach(by, locked)
    rules.check_can_grant(queries.roles_of(by), role, locked.held_roles(), reason)
    return _grant(by=by, person=locked, role=role, reason=reason.strip())


@transaction.atomic
def end_role(*, by: Person, person: Person, role: Role, reason: str) -> Membership:
    """End a role; its stretch of time stays as history."""
    administrators = _lock_administrators()
    locked = _lock(person)
    _check_reach(by, locked)
    held = locked.held_roles()
    rules.check_can_end(queries.roles_of(by), role, held, reason, administrators=_left(locked, administrators))
    membership = Membership.objects.select_for_update(of=("self",)).get(person=locked, role=role, ended_at__isnull=True)
    membership.ended_by, membership.ended_at, membership.end_reason = by, clock.now(), reason.strip()
    membership.save(update_fields=["ended_by", "ended_at", "end_reason"])
    if role is Role.PUBLISHER:
        Affiliation.objects.filter(person=locked, ended_at__isnull=True).update(ended_at=clock.now(), ended_by=by)
    _write_role(by=by, verb="identity.role.ended", person=locked, role=role, reason=reason.strip())
    return membership


@transaction.atomic
def close_account(*, by: Person, person: Person, reason: str) -> Person:
    """Keep somebody from signing in; open sessions end with the next page."""
    queries.check_can(by, rules.Verb.CLOSE_ACCOUNT)
    rules.check_reason(reason)
    administrators = _lock_administrators()
    locked = _lock(person)
    _check_reach(by, locked)
    rules.check_leaves_an_administrator(locked.held_roles(), administrators=_left(locked, administrators))
    return _set_active(by=by, person=locked, active=False, reason=reason)


@transaction.atomic
def reopen_account(*, by: Person, person: Person, reason: str) -> Person:
    """Let somebody sign in again."""
    queries.check_can(by, rules.Verb.REOPEN_ACCOUNT)
    rules.check_reason(reason)
    locked = _lock(person)
    _check_reach(by, locked)
    if locked.erased_at:
        raise Refused(N_("This person was erased."))
    return _set_active(by=by, person=locked, active=True, reason=reason)


@transaction.atomic
def erase_person(*, by: Person, person: Person) -> Person:
    """Forget a person for ever: account, name, address, second step, sessions, and the key to what lines hold.

    What they did stays, under a number that no longer leads to anybody.
    """
    if by.id != person.id:
        raise Refused(N_("Only the person can erase their account."))
    queries.check_can(by, rules.Verb.ERASE_OWN_ACCOUNT)
    administrators = _lock_administrators()
    locked = _lock(person)
    rules.check_leaves_an_administrator(locked.held_roles(), administrators=_left(locked, administrators))
    now = clock.now()
    Membership.objects.filter(person=locked, ended_at__isnull=True).update(ended_at=now)
    Membership.objects.filter(person=locked).update(reason="", end_reason="")  # reasons may name the person
    Affiliation.objects.filter(person=locked, ended_at__isnull=True).update(ended_at=now)
    _remove_ways_in(locked)
    locked.email, locked.full_name, locked.last_login = rules.make_erased_email(locked.id), "", None
    locked.is_active, locked.erased_at = False, now
    locked.set_unusable_password()
    locked.save()
    for _name, forget in events.list_forgetting():
        forget(locked.id)
    journal.write(by=by, verb="identity.person.erased", subject=SUBJECT, subject_id=locked.id, content={})
    journal.destroy_key(by=by, person=locked)
    return locked


@transaction.atomic
def issue_first_link(*, by: Person | None = None) -> str | None:
    """Return the path of a fresh link that makes its reader the administrator, or None when there is one already.

    The link works once and for a day; an earlier one that nobody used stops working. Only a hash is kept.
    """
    if queries.count_administrators():
        return None
    secret = secrets.token_urlsafe(rules.SECRET_BYTES)
    now = clock.now()
    FirstLink.objects.filter(claimed_at__isnull=True).delete()
    link = FirstLink.objects.create(
        secret_hash=queries.hash_secret(secret), issued_at=now, expires_at=now + rules.FIRST_LINK_LIFETIME
    )
    content = {"expires_at": link.expires_at}
    journal.write(
        by=by, verb="identity.first_link.issued", subject="identity.first_link", subject_id=link.pk, content=content
    )
    return reverse("identity:claim", kwargs={"secret": secret})


@transaction.atomic
def claim_first_link(
    *, by: Person | None = None, secret: str, full_name: str, email: str, password: str, language: str
) -> Person:
    """Make the reader of the link the administrator; of several who try at once, one succeeds."""
    # All links are locked, not this one only: two links issued at once must not make two first administrators.
    links = {link.secret_hash: link for link in FirstLink.objects.select_for_update().order_by("id")}
    now = clock.now()
    link = queries.check_can_claim(links.get(queries.hash_secret(secret)), now=now)
    if queries.find_person_by_email(email):
        raise Refused(N_("This address already has an account; use another one."))
    person = Person(email=email, full_name=full_name.strip(), language=Language(language))
    person.set_password(password)
    join(by=by, person=person, through="first link")
    _confirm_email(person)
    link.claimed_at, link.claimed_by = now, person
    link.save(update_fields=["claimed_at", "claimed_by"])
    _grant(by=None, person=person, role=Role.ADMINISTRATOR, reason="First administrator, by one-time link.")
    return person


@transaction.atomic
def add_demonstration_people(*, by: Person | None = None, password: str) -> list[Person]:
    """Add one person of each role (two of the strategy unit) for trying things out; doing it again changes nothing
    but the password. They can sign in only while the demonstration runs.
    """
    return [
        _add_demonstration_person(by, f"{name}@{DEMONSTRATION_DOMAIN}", full_name, role, password)
        for name, full_name, role in DEMONSTRATION_PEOPLE
    ]


@transaction.atomic
def forget_old_sessions(*, by: Person | None = None) -> int:
    """Remove sessions that are over, with what is known of them, and return how many.

    Nothing is decided about anybody here, so that no line is written.
    """
    Session.objects.filter(expire_date__lt=clock.now()).delete()
    alive = Session.objects.values("session_key")
    count: int = UserSession.objects.exclude(session_key__in=alive).delete()[0]
    return count


def _add_demonstration_person(by: Person | None, email: str, full_name: str, role: Role, password: str) -> Person:
    person = queries.find_person_by_email(email)
    if person is None:
        person = Person(email=email, full_name=full_name, is_demonstration=True)
        person.set_password(password)
        join(by=by, person=person, through="demonstration")
        _confirm_email(person)
    elif not person.check_password(password):
        person.set_password(password)
        person.save(update_fields=["password"])
    if role not in person.held_roles():
        _grant(by=by, person=person, role=role, reason="Demonstration.")
    return person


def _grant(*, by: Person | None, person: Person, role: Role, reason: str) -> Membership:
    membership = Membership.objects.create(
        person=person, role=role, granted_by=by, granted_at=clock.now(), reason=reason
    )
    person.forget_roles()
    _write_role(by=by, verb="identity.role.granted", person=person, role=role, reason=reason)
    return membership


def _write_role(*, by: Person | None, verb: str, person: Person, role: Role, reason: str) -> None:
    journal.write(
        by=by,
        verb=verb,
        subject=SUBJECT,
        subject_id=person.id,
        content={"role": role},
        private={"reason": reason},
        about=person,
    )


def _set_active(*, by: Person, person: Person, active: bool, reason: str) -> Person:
    person.is_active = active
    person.save(update_fields=["is_active"])
    journal.write(
        by=by,
        verb="identity.person.reopened" if active else "identity.person.closed",
        subject=SUBJECT,
        subject_id=person.id,
        content={},
        private={"reason": reason.strip()},
        about=person,
    )
    return person


def _remove_ways_in(person: Person) -> None:
    for session in UserSession.objects.filter(user_id=person.id):
        session.end()
    for model in (EmailAddress, SocialAccount, Authenticator):
        model.objects.filter(user_id=person.id).delete()


def _confirm_email(person: Person) -> None:
    EmailAddress.objects.create(user_id=person.id, email=person.email, primary=True, verified=True)


def _check_reach(by: Person, person: Person) -> None:
    rules.check_stays_in_demonstration(
        by_is_demonstration=by.is_demonstration, is_demonstration=person.is_demonstration
    )


def _lock(person: Person) -> Person:
    return Person.objects.select_for_update(of=("self",)).get(pk=person.pk)


def _lock_administrators() -> int:
    """Hold everybody who administers, so that two who leave at once cannot leave nobody; return how many there are."""
    rows = Membership.objects.select_for_update(of=("self",)).filter(
        role=Role.ADMINISTRATOR, ended_at__isnull=True, person__is_active=True, person__is_demonstration=False
    )
    return len(rows.order_by("id"))


def _left(person: Person, administrators: int) -> int:
    """Return how many count beside this person plus one: an account that does not count may always go."""
    counts = person.is_active and not person.is_demonstration
    return administrators if counts else administrators + 1

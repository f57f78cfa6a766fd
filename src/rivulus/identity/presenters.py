"""What the account pages show, and the file with everything that is known of a person."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.utils.translation import get_language, gettext

from rivulus.identity import events, queries
from rivulus.identity.models import Affiliation, Membership, Organisation, Person
from rivulus.identity.terms import ORGANISATION_KIND_NAMES, ROLE_NAMES, Language, OrganisationKind, Role
from rivulus.journal import queries as journal
from rivulus.kernel import clock
from rivulus.kernel.words import N_

VERBS: Mapping[str, str] = {
    "identity.person.joined": N_("Account opened"),
    "identity.person.changed": N_("Profile changed"),
    "identity.person.closed": N_("Account closed"),
    "identity.person.reopened": N_("Account opened again"),
    "identity.person.erased": N_("Account erased"),
    "identity.role.granted": N_("Role given"),
    "identity.role.ended": N_("Role ended"),
    "identity.affiliation.begun": N_("Acts for an organisation"),
    "identity.affiliation.ended": N_("Acts for an organisation no longer"),
    "identity.organisation.founded": N_("Organisation entered"),
    "identity.organisation.changed": N_("Organisation changed"),
    "identity.organisation.closed": N_("Organisation closed"),
    "identity.organisation.reopened": N_("Organisation opened again"),
    "journal.key.destroyed": N_("Key destroyed"),
}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person in the list."""

    person: Person
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One line about a person, in words."""

    sequence: int
    recorded_at: dt.datetime
    what: str
    by: str
    role: str
    reason: str


def role_name(role: str) -> str:
    """Return the name of a role in the reader's language."""
    return gettext(ROLE_NAMES[Role(role)])


def list_rows(people: list[Person]) -> list[PersonRow]:
    """Return the people of one page with their roles, in two queries."""
    roles = queries.list_active_roles(people)
    return [PersonRow(person, tuple(role_name(role) for role in roles[person.id])) for person in people]


def list_journal(person: Person, limit: int = 20) -> list[JournalRow]:
    """Return the latest lines about a person, with the reason as long as it can be read."""
    return _present(list(journal.list_lines(subject="identity.person", subject_id=person.id)[:limit]))


def list_journal_of(organisation: Organisation, limit: int = 20) -> list[JournalRow]:
    """Return the latest lines about an organisation."""
    return _present(list(journal.list_lines(subject="identity.organisation", subject_id=organisation.pk)[:limit]))


def kind_name(kind: str) -> str:
    """Return what an organisation is, in the reader's language."""
    return gettext(ORGANISATION_KIND_NAMES[OrganisationKind(kind)])


def _present(lines: list[Any]) -> list[JournalRow]:
    actors = Person.objects.in_bulk([line.actor_id for line in lines if line.actor_id])
    rows = []
    for line in lines:
        private = journal.find_private(line) or {}
        role = str(line.content.get("role", ""))
        rows.append(
            JournalRow(
                sequence=line.sequence,
                recorded_at=line.recorded_at,
                what=gettext(VERBS[line.verb]) if line.verb in VERBS else line.verb,
                by=str(actors.get(line.actor_id) or gettext("The platform"))
                if line.actor_id
                else gettext("The platform"),
                role=role_name(role) if role in set(Role) else "",
                reason=str(private.get("reason") or line.content.get("reason") or ""),
            )
        )
    return rows


def export_of(person: Person) -> dict[str, object]:
    """Return everything that is known of a person, ready for JSON (GDPR, articles 15 and 20)."""
    return {
        "exported_at": clock.now().isoformat(),
        "person": {
            "id": str(person.id),
            "email": person.email,
            "full_name": person.full_name,
            "language": person.language,
            "created_at": person.created_at.isoformat(),
            "last_login": person.last_login.isoformat() if person.last_login else None,
            "is_demonstration": person.is_demonstration,
        },
        "roles": [_membership(row) for row in queries.list_memberships(person)],
        "organisations": [_affiliation(row) for row in queries.list_affiliations_of(person)],
        "ways_to_sign_in": _ways_in(person),
        "sessions": [
            {"started_at": row.created_at.isoformat(), "address": row.ip, "browser": row.user_agent}
            for row in UserSession.objects.filter(user_id=person.id).order_by("created_at", "id")
        ],
        "journal": [
            {
                "line": line.sequence,
                "recorded_at": line.recorded_at.isoformat(),
                "by_me": line.actor_id == person.id,
                "verb": line.verb,
                "subject": line.subject,
                "subject_id": line.subject_id,
                "content": line.content,
                "private": journal.find_private(line) if line.person_id == person.id else None,
            }
            for line in journal.list_lines_of(person.id).iterator(chunk_size=500)
        ],
        "elsewhere": {name: knowledge(person.id) for name, knowledge in events.list_knowledge()},
    }


def _membership(row: Membership) -> dict[str, object]:
    return {
        "role": row.role,
        "granted_at": row.granted_at.isoformat(),
        "reason": row.reason,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "end_reason": row.end_reason,
    }


def _affiliation(row: Affiliation) -> dict[str, object]:
    return {
        "organisation": row.organisation.code,
        "since": row.granted_at.isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
    }


def _ways_in(person: Person) -> dict[str, object]:
    emails = EmailAddress.objects.filter(user_id=person.id).order_by("id")
    services = SocialAccount.objects.filter(user_id=person.id).order_by("id")
    steps = Authenticator.objects.filter(user_id=person.id).order_by("id")
    return {
        "password": person.has_usable_password(),
        "emails": [{"email": row.email, "confirmed": row.verified} for row in emails],
        "services": [{"service": row.provider, "number": row.uid, "told": row.extra_data} for row in services],
        "second_steps": [{"kind": row.type, "since": row.created_at.isoformat()} for row in steps],
    }


def present_language() -> Language:
    """Return the language of the page somebody is reading."""
    return Language((get_language() or "ro")[:2])

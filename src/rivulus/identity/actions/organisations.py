"""Organisations: founding, changing and closing them, and who acts for which."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from rivulus.identity import queries, rules
from rivulus.identity.models import Affiliation, Organisation, Person
from rivulus.identity.terms import OrganisationKind
from rivulus.journal import actions as journal
from rivulus.journal import queries as journal_queries
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

SUBJECT = "identity.organisation"
FIELDS = ("name_ro", "name_en", "name_hu", "kind", "siruta", "homepage", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said of an organisation."""

    name_ro: str
    name_en: str = ""
    name_hu: str = ""
    kind: OrganisationKind
    siruta: int | None = None
    homepage: str = ""
    email: str = ""


@transaction.atomic
def found_organisation(
    *, by: Person | None, code: str, about: About, is_city: bool = False, reason: str = ""
) -> Organisation:
    """Enter an organisation that may publish. ``by`` is None for the pack, which alone names the city."""
    _check_manager(by, reason)
    rules.check_organisation(code=code, name=about.name_ro)
    if queries.find_organisation(code):
        raise Refused(N_("There is an organisation with this code already."))
    if is_city and queries.find_city():
        raise Refused(N_("The city itself is entered already."))
    organisation = Organisation.objects.create(code=code, is_city=is_city, **_values(about))
    _write(by, "identity.organisation.founded", organisation, _values(about) | {"code": code, "reason": reason.strip()})
    return organisation


@transaction.atomic
def change_organisation(*, by: Person | None, organisation: Organisation, about: About, reason: str = "") -> bool:
    """Change what is said of an organisation; say whether anything was different."""
    _check_manager(by, reason)
    rules.check_organisation(code=organisation.code, name=about.name_ro)
    locked = _lock(organisation)
    values = _values(about)
    changed = {name: value for name, value in values.items() if getattr(locked, name) != value}
    if not changed:
        return False
    for name, value in changed.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(changed))
    _write(by, "identity.organisation.changed", locked, changed | {"reason": reason.strip()})
    return True


@transaction.atomic
def close_organisation(*, by: Person, organisation: Organisation, reason: str) -> Organisation:
    """Let an organisation publish no more: whoever acted for it does so no longer; what it published stays."""
    _check_manager(by, reason)
    locked = _lock(organisation)
    rules.check_can_close(is_city=locked.is_city, is_active=locked.is_active)
    now = clock.now()
    ended = Affiliation.objects.filter(organisation=locked, ended_at__isnull=True).update(ended_at=now, ended_by=by)
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    _write(by, "identity.organisation.closed", locked, {"reason": reason.strip(), "affiliations_ended": ended})
    return locked


@transaction.atomic
def reopen_organisation(*, by: Person, organisation: Organisation, reason: str) -> Organisation:
    """Let an organisation publish again; nobody acts for it until somebody is named."""
    _check_manager(by, reason)
    locked = _lock(organisation)
    if locked.is_active:
        raise Refused(N_("This organisation is open already."))
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    _write(by, "identity.organisation.reopened", locked, {"reason": reason.strip()})
    return locked


@transaction.atomic
def affiliate(*, by: Person | None, person: Person, organisation: Organisation, reason: str) -> Affiliation:
    """Let a publisher act for an organisation."""
    _check_manager(by, reason)
    locked = _lock(organisation)
    _check_reach(by, person)
    rules.check_can_affiliate(
        roles=person.held_roles(),
        is_person_active=person.is_active,
        is_open=locked.is_active,
        acts_already=Affiliation.objects.filter(person=person, organisation=locked, ended_at__isnull=True).exists(),
    )
    row = Affiliation.objects.create(person=person, organisation=locked, granted_by=by, granted_at=clock.now())
    _write_person(by, "identity.affiliation.begun", person, locked, reason)
    return row


@transaction.atomic
def end_affiliation(*, by: Person, affiliation: Affiliation, reason: str) -> Affiliation:
    """Let a person act for an organisation no longer; the stretch of time stays as history."""
    _check_manager(by, reason)
    row = (
        Affiliation.objects.select_for_update(of=("self",))
        .select_related("person", "organisation")
        .get(pk=affiliation.pk)
    )
    _check_reach(by, row.person)
    if row.ended_at is not None:
        raise Refused(N_("This person no longer acts for this organisation."))
    row.ended_at, row.ended_by = clock.now(), by
    row.save(update_fields=["ended_at", "ended_by"])
    _write_person(by, "identity.affiliation.ended", row.person, row.organisation, reason)
    return row


@transaction.atomic
def keep_organisations(*, by: Person | None = None, city: str, about: Mapping[str, About]) -> tuple[str, ...]:
    """Bring the organisations of a pack up to date and return the codes of those that were new or different.

    Organisations that the pack does not name stay: people may have founded them. What a person has changed since is
    left as they wrote it.
    """
    known = {row.code: row for row in Organisation.objects.select_for_update(of=("self",)).order_by("id")}
    touched = []
    for code, said in about.items():
        if code not in known:
            found_organisation(by=by, code=code, about=said, is_city=code == city)
            touched.append(code)
        elif not _was_changed_by_hand(known[code]) and change_organisation(by=by, organisation=known[code], about=said):
            touched.append(code)
    return tuple(touched)


def _was_changed_by_hand(organisation: Organisation) -> bool:
    lines = journal_queries.list_lines(subject=SUBJECT, subject_id=organisation.pk)
    return bool(lines.filter(actor_id__isnull=False).exists())


def _values(about: About) -> dict[str, object]:
    values: dict[str, object] = {}
    for name in FIELDS:
        value = getattr(about, name)
        values[name] = value.strip() if isinstance(value, str) and name != "kind" else value
    values["kind"] = str(about.kind)
    return values


def _check_manager(by: Person | None, reason: str) -> None:
    if by is not None:
        queries.check_can(by, rules.Verb.MANAGE_ORGANISATIONS)
        rules.check_reason(reason)


def _check_reach(by: Person | None, person: Person) -> None:
    if by is not None:
        rules.check_stays_in_demonstration(
            by_is_demonstration=by.is_demonstration, is_demonstration=person.is_demonstration
        )


def _lock(organisation: Organisation) -> Organisation:
    return Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)


def _write(by: Person | None, verb: str, organisation: Organisation, content: Mapping[str, object]) -> None:
    journal.write(by=by, verb=verb, subject=SUBJECT, subject_id=organisation.pk, content=content)


def _write_person(by: Person | None, verb: str, person: Person, organisation: Organisation, reason: str) -> None:
    journal.write(
        by=by,
        verb=verb,
        subject="identity.person",
        subject_id=person.pk,
        content={"organisation": organisation.code},
        private={"reason": reason.strip()},
        about=person,
    )

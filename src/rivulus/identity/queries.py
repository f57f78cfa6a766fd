"""Who is who, who may what, and who still has which role."""

import datetime as dt
import hashlib
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from rivulus.identity import rules
from rivulus.identity.models import Affiliation, FirstLink, Membership, Organisation, Person
from rivulus.identity.terms import PRIVILEGED, Role
from rivulus.kernel.errors import Refused

type Visitor = Person | AnonymousUser | AbstractBaseUser | None


def roles_of(person: Visitor) -> frozenset[Role]:
    """Return the roles that count now; a guest has none."""
    return person.active_roles() if isinstance(person, Person) else frozenset()


def has_role(person: Visitor, *roles: Role) -> bool:
    """Say whether the person has one of the roles."""
    return bool(roles_of(person) & frozenset(roles))


def check_role(person: Visitor, *roles: Role) -> None:
    """Refuse whoever has none of the roles, in a sentence that says what to do about it."""
    if not isinstance(person, Person):
        raise Refused(rules.SIGN_IN_FIRST)
    sentence = person.find_refusal(roles)
    if sentence:
        raise Refused(sentence)


def check_can(person: Visitor, verb: rules.Verb) -> None:
    """Refuse what the table of permissions does not allow this person."""
    check_role(person, *rules.PERMISSIONS[verb])


def may_sign_in(person: Person) -> bool:
    """Say whether the account is open, and not one of a demonstration that is switched off."""
    try:
        rules.check_can_sign_in(
            is_active=person.is_active,
            is_demonstration=person.is_demonstration,
            demonstration_runs=bool(getattr(settings, "RIVULUS_DEMO", False)),
        )
    except Refused:
        return False
    return True


def needs_second_step(person: Visitor) -> bool:
    """Say whether somebody with a privileged role still signs in with a password only."""
    if not isinstance(person, Person):
        return False
    return bool(PRIVILEGED & person.held_roles()) and not person.has_second_step()


def get_person(person_id: UUID | str) -> Person:
    """Return one person or raise ``Person.DoesNotExist``."""
    return Person.objects.get(pk=person_id)


def find_person_by_email(email: str) -> Person | None:
    """Return the person who signs in with this address."""
    return Person.objects.filter(email=email.strip().lower()).first()


def list_reached(by: Person) -> QuerySet[Person]:
    """Return the people whom an administrator may look up: one of the demonstration sees nobody real."""
    people = Person.objects.all()
    return people.filter(is_demonstration=True) if by.is_demonstration else people


def list_people(by: Person, *, search: str = "", role: str = "") -> QuerySet[Person]:
    """Return people who were not erased, the newest first, by a piece of the name or address and by role."""
    people = list_reached(by).filter(erased_at__isnull=True).order_by("-created_at", "id")
    if search:
        people = people.filter(Q(full_name__icontains=search) | Q(email__icontains=search))
    if role:
        people = people.filter(memberships__role=role, memberships__ended_at__isnull=True)
    return people


def list_people_with_role(*roles: Role) -> QuerySet[Person]:
    """Return the people who hold one of the roles now and whose account is open."""
    held = Membership.objects.filter(role__in=roles, ended_at__isnull=True).values("person_id")
    return Person.objects.filter(pk__in=held, is_active=True).order_by("full_name", "id")


def list_active_roles(people: list[Person]) -> dict[UUID, list[Role]]:
    """Return the roles of many people at once."""
    found: dict[UUID, list[Role]] = {person.id: [] for person in people}
    rows = Membership.objects.filter(person__in=people, ended_at__isnull=True).order_by("granted_at", "id")
    for person_id, role in rows.values_list("person_id", "role"):
        found[person_id].append(Role(role))
    return found


def list_memberships(person: Person) -> QuerySet[Membership]:
    """Return the history of a person's roles, the newest first."""
    rows = Membership.objects.filter(person=person).select_related("granted_by", "ended_by")
    return rows.order_by("-granted_at", "-id")


def count_administrators(*, with_demonstration: bool = False) -> int:
    """Return how many open accounts administer the platform; those of the demonstration do not really."""
    people = list_people_with_role(Role.ADMINISTRATOR)
    return people.count() if with_demonstration else people.filter(is_demonstration=False).count()


def has_demonstration() -> bool:
    """Say whether people of the demonstration exist: all that is made up was said by one of them."""
    return bool(Person.objects.filter(is_demonstration=True).exists())


def is_email_confirmed(person: Person) -> bool:
    """Say whether the person has shown that the address is theirs."""
    return bool(EmailAddress.objects.filter(user_id=person.id, email=person.email, verified=True).exists())


def find_first_link(secret: str) -> FirstLink | None:
    """Return the link that this secret belongs to; only its hash is known here."""
    return FirstLink.objects.filter(secret_hash=hash_secret(secret)).first()


def check_can_claim(link: FirstLink | None, *, now: dt.datetime) -> FirstLink:
    """Refuse an unknown, used or old link; return it otherwise."""
    if link is None:
        raise Refused(rules.UNKNOWN_LINK)
    rules.check_can_claim(
        claimed=link.claimed_at is not None,
        expires_at=link.expires_at,
        now=now,
        administrators=count_administrators(),
    )
    return link


def hash_secret(secret: str) -> str:
    """Return what is kept of a secret; it is random and long, so that a plain hash cannot be guessed backwards."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def list_organisations() -> QuerySet[Organisation]:
    """Return the organisations that are active: the city first, then by name."""
    return Organisation.objects.filter(is_active=True).order_by("-is_city", "name_ro", "id")


def find_city() -> Organisation | None:
    """Return the city's own organisation, once the pack is loaded."""
    return Organisation.objects.filter(is_city=True).first()


def find_organisation(code: str) -> Organisation | None:
    """Return the organisation of this code."""
    return Organisation.objects.filter(code=code).first()


def list_all_organisations() -> QuerySet[Organisation]:
    """Return every organisation, closed ones last, with how many people act for it now (``people``)."""
    people = Count("affiliations", filter=Q(affiliations__ended_at__isnull=True))
    return Organisation.objects.annotate(people=people).order_by("-is_active", "-is_city", "name_ro", "id")


def list_affiliations(organisation: Organisation) -> QuerySet[Affiliation]:
    """Return who acts for an organisation or did, those of now first."""
    rows = Affiliation.objects.filter(organisation=organisation).select_related("person", "granted_by", "ended_by")
    return rows.order_by("ended_at", "-granted_at", "-id")


def list_affiliations_of(person: Person) -> QuerySet[Affiliation]:
    """Return for which organisations a person acts or did, those of now first."""
    rows = Affiliation.objects.filter(person=person).select_related("organisation")
    return rows.order_by("ended_at", "-granted_at", "-id")


def get_organisation(organisation_id: int) -> Organisation:
    """Return one organisation or raise ``Organisation.DoesNotExist``."""
    return Organisation.objects.get(pk=organisation_id)


def organisations_of(person: Visitor) -> frozenset[int]:
    """Return the ids of the organisations for which a person acts now.

    Whoever is a department or the administrator acts for the city; a publisher for those they belong to.
    """
    roles = roles_of(person)
    found: set[int] = set()
    if roles & {Role.DEPARTMENT, Role.ADMINISTRATOR}:
        found.update(Organisation.objects.filter(is_city=True).values_list("id", flat=True))
    if Role.PUBLISHER in roles and isinstance(person, Person):
        belongs = Affiliation.objects.filter(person=person, ended_at__isnull=True, organisation__is_active=True)
        found.update(belongs.values_list("organisation_id", flat=True))
    return frozenset(found)

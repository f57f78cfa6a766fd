"""Persons, the history of their roles, and the link that makes the first administrator."""

import os
import time
import uuid
from collections.abc import Iterable
from typing import ClassVar

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from rivulus.identity import rules
from rivulus.identity.terms import (
    LANGUAGE_NAMES,
    ORGANISATION_KIND_NAMES,
    PRIVILEGED,
    ROLE_NAMES,
    Language,
    OrganisationKind,
    Role,
)
from rivulus.kernel import clock

LANGUAGES = [(str(language), name) for language, name in LANGUAGE_NAMES.items()]
ROLES = [(str(role), name) for role, name in ROLE_NAMES.items()]


def new_id() -> uuid.UUID:
    """Return a UUID of version 7 (RFC 9562): it begins with the time, so that indexes grow at their end."""
    milliseconds = time.time_ns() // 1_000_000
    number = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    number = (number & ~(0xF << 76)) | (0x7 << 76)
    return uuid.UUID(int=(number & ~(0x3 << 62)) | (0x2 << 62))


class PersonManager(BaseUserManager["Person"]):
    """Finds people by e-mail, whatever the case of its letters."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        """Return the person who signs in with this address."""
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    """Somebody with an account; what they may do is in their memberships."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("E-mail"), unique=True, error_messages={"unique": _("This address has an account.")})
    full_name = models.CharField(_("Name"), max_length=150, blank=True)
    language = models.CharField(_("Language"), max_length=2, choices=LANGUAGES, default=Language.RO)
    is_active = models.BooleanField(default=True)
    is_demonstration = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    erased_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = PersonManager()

    class Meta:
        db_table = "identity_person"
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="identity_person_email_is_lower_case",
                violation_error_message=_("Addresses are kept in lower case."),
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(is_active=False, full_name=""),
                name="identity_person_erased_is_closed",
                violation_error_message=_("An erased person has no name and cannot sign in."),
            ),
            models.CheckConstraint(
                condition=Q(language__in=[str(language) for language in Language]),
                name="identity_person_language_known",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="identity_person_newest"),
            # Every page with a banner asks whether there is one of these.
            models.Index(fields=["id"], condition=Q(is_demonstration=True), name="identity_person_demonstration"),
        ]

    def __str__(self) -> str:
        if self.erased_at:
            return gettext("A former user")
        return self.full_name or self.email

    def get_full_name(self) -> str:
        """Return the name as Django's admin wants it."""
        return str(self)

    def get_short_name(self) -> str:
        """Return the name as Django's admin wants it."""
        return str(self)

    def held_roles(self) -> frozenset[Role]:
        """Return the roles granted and not ended; read once for each instance."""
        cached: frozenset[Role] | None = self.__dict__.get("_held_roles")
        if cached is None:
            rows = Membership.objects.filter(person_id=self.id, ended_at__isnull=True).values_list("role", flat=True)
            cached = self.__dict__["_held_roles"] = frozenset(Role(role) for role in rows)
        return cached

    def active_roles(self) -> frozenset[Role]:
        """Return the roles that count now: privileged ones sleep while a required second step is missing."""
        held = self.held_roles()
        required = bool(getattr(settings, "RIVULUS_REQUIRE_MFA", False))
        has_step = not required or not PRIVILEGED & held or self.has_second_step()
        return rules.list_effective_roles(held, has_second_step=has_step, is_required=required)

    def has_second_step(self) -> bool:
        """Say whether the person signs in with a second step; read once for each instance."""
        cached: bool | None = self.__dict__.get("_has_second_step")
        if cached is None:
            kept = Authenticator.objects.filter(user_id=self.id).exclude(type=Authenticator.Type.RECOVERY_CODES)
            cached = self.__dict__["_has_second_step"] = kept.exists()
        return cached

    def find_refusal(self, roles: Iterable[str]) -> str | None:
        """Return the sentence that keeps this person from what one of the roles may do, or None."""
        return rules.find_refusal(frozenset(Role(role) for role in roles), self.active_roles(), self.held_roles())

    def forget_roles(self) -> None:
        """Read the roles again when asked next."""
        self.__dict__.pop("_held_roles", None)
        self.__dict__.pop("_has_second_step", None)

    @property
    def is_staff(self) -> bool:
        """Say whether the staff admin opens for this person."""
        return rules.can(rules.Verb.OPEN_ADMIN, self.active_roles())

    @property
    def is_superuser(self) -> bool:
        """Nobody stands above the table of permissions."""
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Answer the staff admin: ``app.action_model``."""
        app_label, _dot, codename = perm.partition(".")
        action = codename.partition("_")[0]
        return self.is_active and rules.can_in_admin(self.active_roles(), app_label, action)

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        """Answer the staff admin for several permissions."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Answer the staff admin for a whole app."""
        return self.is_active and rules.can_in_admin(self.active_roles(), app_label, "view")


class Membership(models.Model):
    """One stretch of time in which a person has a role; ended ones stay as history."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=ROLES)
    granted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField(default=clock.now)
    reason = models.CharField(max_length=300, blank=True)
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "identity_membership"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role"],
                condition=Q(ended_at__isnull=True),
                name="identity_membership_active_once",
                violation_error_message=_("This person already has this role."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=[str(role) for role in Role]), name="identity_membership_role_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("granted_at")),
                name="identity_membership_ends_after_grant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class Organisation(models.Model):
    """A town hall, a university, a utility: who owns layers and datasets. ``is_city`` marks the city itself.

    Whoever belongs to one acts for it; the names are kept in three languages, as facts of the pack are.
    """

    code = models.SlugField(_("Code"), max_length=60, unique=True)
    name_ro = models.CharField(_("Name in Romanian"), max_length=200)
    name_en = models.CharField(_("Name in English"), max_length=200, blank=True)
    name_hu = models.CharField(_("Name in Hungarian"), max_length=200, blank=True)
    kind = models.CharField(
        _("Kind"), max_length=20, choices=[(str(kind), name) for kind, name in ORGANISATION_KIND_NAMES.items()]
    )
    siruta = models.PositiveIntegerField(_("SIRUTA code"), null=True, blank=True)  # of the unit it governs
    homepage = models.URLField(_("Web address"), max_length=300, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    is_city = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "identity_organisation"
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint(
                fields=["is_city"], condition=Q(is_city=True), name="identity_organisation_one_city"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[str(kind) for kind in OrganisationKind]), name="identity_organisation_kind_known"
            ),
            models.CheckConstraint(condition=~Q(name_ro=""), name="identity_organisation_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return the name in the language of the reader, or else in Romanian."""
        return getattr(self, f"name_{(get_language() or 'ro')[:2]}", "") or self.name_ro


class Affiliation(models.Model):
    """One stretch of time in which a person acts for an organisation; ended ones stay as history."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="affiliations")
    granted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField(default=clock.now)
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "identity_affiliation"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation"],
                condition=Q(ended_at__isnull=True),
                name="identity_affiliation_active_once",
                violation_error_message=_("This person already acts for this organisation."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("granted_at")),
                name="identity_affiliation_ends_after_grant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.organisation_id}"


class FirstLink(models.Model):
    """A one-time link to become the first administrator; only the hash of its secret is kept."""

    secret_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    claimed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "identity_first_link"
        constraints = [
            models.CheckConstraint(
                condition=Q(claimed_at__isnull=True, claimed_by__isnull=True)
                | Q(claimed_at__isnull=False, claimed_by__isnull=False),
                name="identity_first_link_claimed_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.issued_at:%Y-%m-%d %H:%M}"

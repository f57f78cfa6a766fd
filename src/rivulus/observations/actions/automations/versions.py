"""Writing a rule, having it confirmed, switching it on and off."""

from typing import TYPE_CHECKING

from django.db import connection, transaction

from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.models import Automation, AutomationVersion
from rivulus.observations.queries import automations as queries
from rivulus.observations.rules import permissions
from rivulus.observations.rules.automations import confirming, grammar

if TYPE_CHECKING:
    from rivulus.identity.models import Person

SUBJECT = "observations.automation"
CHANNEL = "observations_automations"  # wakes the engines; nobody may depend on it

SAME_TEXT = N_("This is word for word the newest version.")


@transaction.atomic
def draft(
    *, by: "Person | None", code: str, text: str, note: str = "", is_from_pack: bool = False
) -> AutomationVersion:
    """Write a new version of a rule, which may be new itself, and return it; raises Refused with what is wrong."""
    if by is not None:
        permissions.check_can("edit_rule", identity.roles_of(by))
    rule, parsed = grammar.read(text), grammar.parse(text)
    automation, _ = Automation.objects.get_or_create(
        code=code, defaults={"domain": rule.domain, "is_from_pack": is_from_pack}
    )
    automation = Automation.objects.select_for_update().get(pk=automation.pk)
    newest = queries.find_newest(automation)
    if newest is not None and newest.text == text:
        raise Refused(SAME_TEXT)
    version = AutomationVersion.objects.create(
        automation=automation,
        number=newest.number + 1 if newest else 1,
        text=text,
        definition=parsed.definition,
        title=dict(rule.title),
        acts_on_street=grammar.says(parsed.definition, "task"),
        is_measure=rule.is_measure,
        is_demonstration=_is_demonstration(by),
        note=note.strip()[:300],
        created_by=by,
        created_at=clock.now(),
    )
    if automation.domain != rule.domain:
        automation.domain = rule.domain
        automation.save(update_fields=["domain"])
    _write(by, "drafted", version)
    return version


@transaction.atomic
def confirm(*, by: "Person", version_id: int) -> AutomationVersion:
    """Be the second person behind a rule that acts on the street; raises Refused for its author."""
    permissions.check_can("confirm_rule", identity.roles_of(by))
    version = _lock(version_id)
    confirming.check_can_confirm(
        state=version.state, acts_on_street=version.acts_on_street, author=version.created_by_id, by=by.pk
    )
    version.state, version.confirmed_by, version.confirmed_at = "confirmed", by, clock.now()
    version.is_demonstration = version.is_demonstration or _is_demonstration(by)
    version.save(update_fields=["state", "confirmed_by", "confirmed_at", "is_demonstration"])
    _write(by, "confirmed", version)
    return version


@transaction.atomic
def activate(*, by: "Person | None", version_id: int) -> AutomationVersion:
    """Switch a version on, in place of the one that was; raises Refused where a second person is missing.

    ``by`` is None for the platform itself, which switches on what comes with the pack and does not act on the street.
    """
    if by is not None:
        permissions.check_can("edit_rule", identity.roles_of(by))
    version = _lock(version_id)
    confirming.check_can_activate(
        state=version.state,
        acts_on_street=version.acts_on_street,
        author=version.created_by_id,
        confirmer=version.confirmed_by_id,
        by=by.pk if by else None,
    )
    for old in AutomationVersion.objects.select_for_update().filter(automation=version.automation, state="active"):
        _retire(old, by)
    version.state, version.activated_by, version.activated_at = "active", by, clock.now()
    version.is_demonstration = version.is_demonstration or _is_demonstration(by)
    version.save(update_fields=["state", "activated_by", "activated_at", "is_demonstration"])
    _write(by, "activated", version)
    _wake()
    return version


@transaction.atomic
def retire(*, by: "Person | None", version_id: int) -> AutomationVersion:
    """Switch a version off for good; its runs and alarms stay."""
    if by is not None:
        permissions.check_can("edit_rule", identity.roles_of(by))
    version = _lock(version_id)
    confirming.check_can_retire(version.state)
    _retire(version, by)
    _wake()
    return version


def _retire(version: AutomationVersion, by: "Person | None") -> None:
    version.state, version.retired_by, version.retired_at = "retired", by, clock.now()
    version.save(update_fields=["state", "retired_by", "retired_at"])
    version.cursors.all().delete()
    _write(by, "retired", version)


def _lock(version_id: int) -> AutomationVersion:
    rows = AutomationVersion.objects.select_for_update(of=("self",)).select_related("automation")
    return rows.get(pk=version_id)


def _is_demonstration(by: "Person | None") -> bool:
    return by is not None and by.is_demonstration


def _write(by: "Person | None", verb: str, version: AutomationVersion) -> None:
    journal.write(
        by=by,
        verb=f"{SUBJECT}.{verb}",
        subject=SUBJECT,
        subject_id=version.automation.code,
        content={"version": version.number, "acts_on_street": version.acts_on_street},
    )


def _wake() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])

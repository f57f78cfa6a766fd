"""Who reports for a project, from one day until another."""

from django.db import transaction

from rivulus.identity.queries import get_person, has_role
from rivulus.identity.terms import Role
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.strategy import models
from rivulus.strategy.queries.projects import is_member
from rivulus.strategy.rules import permissions
from rivulus.strategy.rules import projects as rules
from rivulus.strategy.terms import Actor

SUBJECT = "strategy.project_member"


@transaction.atomic
def assign_member(*, by: Actor, project: models.Project, person: Actor) -> models.ProjectMember:
    """Let somebody report for a project from today on."""
    permissions.check_can("assign_team", by.active_roles())
    locked = models.Project.objects.select_for_update(of=("self",), no_key=True).get(pk=project.pk)
    _check_reach(by, person)
    named = get_person(person.id)  # read again: roles are remembered by the object, and may have ended
    rules.check_can_assign(
        is_member=is_member(locked, named),
        is_active=named.is_active,
        may_report=has_role(named, Role.PROJECT_TEAM),
    )
    member = models.ProjectMember.objects.create(project=locked, person_id=person.id, since=clock.today())
    _write(by, "strategy.member.assigned", member, project, person)
    return member


@transaction.atomic
def end_membership(*, by: Actor, member: models.ProjectMember) -> models.ProjectMember:
    """Let somebody no longer report for a project; that they did stays known."""
    permissions.check_can("assign_team", by.active_roles())
    row = (
        models.ProjectMember.objects.select_for_update(of=("self",))
        .select_related("project", "person")
        .get(pk=member.pk)
    )
    _check_reach(by, row.person)
    rules.check_can_end_membership(is_ended=row.until is not None)
    row.until = clock.today()
    row.save(update_fields=["until"])
    _write(by, "strategy.member.ended", row, row.project, row.person)
    return row


def _check_reach(by: Actor, person: Actor) -> None:
    """Refuse what an account made for trying things out would decide about a real person."""
    if by.is_demonstration and not person.is_demonstration:
        raise Refused(permissions.SENTENCES["assign_team"])


def _write(by: Actor, verb: str, member: models.ProjectMember, project: models.Project, person: Actor) -> None:
    content = {"project": project.code}
    journal.write(by=by, verb=verb, subject=SUBJECT, subject_id=member.pk, content=content, about=person)

"""Letters to the teams of projects whose report is due soon or late: one of each kind for a half-year, never more."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.tasks import task
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext, override

from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.queries.projects import Late, list_owing
from rivulus.strategy.rules import projects as rules
from rivulus.strategy.rules.projects import HalfYear
from rivulus.strategy.terms import Actor

DUE = "due"
OVERDUE = "overdue"


def remind_teams(*, by: Actor | None = None) -> list[models.Reminder]:
    """Remind every team whose report is due within two weeks, or late, and that was not reminded of it yet."""
    reminders = []
    for late in list_owing():
        if rules.is_reminded(late.period, clock.today()):
            reminder = _remind(by, late)
            reminders += [reminder] if reminder else []
    return reminders


@transaction.atomic
def _remind(by: Actor | None, late: Late) -> models.Reminder | None:
    """Remember the reminder and queue its letters together: both are there, or neither."""
    people = [
        member.person for member in late.members if member.person.is_active and not member.person.is_demonstration
    ]
    if not people:
        return None
    reminder, is_new = models.Reminder.objects.get_or_create(
        project=late.project,
        year=late.period.year,
        half=late.period.half,
        kind=OVERDUE if late.is_late else DUE,
        defaults={"sent_at": clock.now(), "recipients": len(people)},
    )
    if not is_new:
        return None
    content = {"project": late.project.code, "period": str(late.period), "kind": reminder.kind, "letters": len(people)}
    journal.write(
        by=by, verb="strategy.reminder.sent", subject="strategy.reminder", subject_id=reminder.pk, content=content
    )
    for person in people:
        send_letter.enqueue(reminder.pk, str(person.pk))
    return reminder


@task
def send_letter(reminder_id: int, person_id: str) -> None:
    """Send one letter of a reminder, in the language of its reader; each reader's is tried again on its own."""
    reminder = models.Reminder.objects.select_related("project").get(pk=reminder_id)
    person = identity.get_person(person_id)
    if not person.is_active:
        return
    with override(person.language):
        subject, body = _write_letter(reminder, name=person.full_name)
    EmailMessage(subject, body, to=[person.email]).send()


def _write_letter(reminder: models.Reminder, *, name: str) -> tuple[str, str]:
    """Return subject and text of a letter, in the active language."""
    period = HalfYear(reminder.year, reminder.half)
    project = reminder.project
    if reminder.kind == OVERDUE:
        subject = gettext("The report of project %(code)s is late") % {"code": project.code}
    else:
        subject = gettext("The report of project %(code)s is due soon") % {"code": project.code}
    address = settings.RIVULUS_PUBLIC_URL + reverse("strategy:report", args=[project.code])
    context = {"name": name, "project": project, "period": period, "due": period.due, "address": address}
    return subject, render_to_string(f"strategy/reports/letters/{reminder.kind}.txt", context).strip() + "\n"

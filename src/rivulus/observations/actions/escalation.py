"""Calling somebody else when nobody has acknowledged an alarm in time."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext, override

from rivulus.kernel import clock
from rivulus.kernel.words import N_
from rivulus.observations.actions import alarms
from rivulus.observations.actions.automations import deliveries
from rivulus.observations.models import Alarm
from rivulus.observations.queries import alarms as queries
from rivulus.observations.queries import automations
from rivulus.observations.rules import alarms as rules
from rivulus.observations.rules.automations.syntax import LANGUAGES, AlarmAction, Escalation

if TYPE_CHECKING:
    from rivulus.identity.models import Person

MOST_AT_ONCE = 100
ASK_AGAIN = dt.timedelta(minutes=1)
NOBODY_YET = N_("Nobody has acknowledged this alarm yet: %(title)s")


@transaction.atomic
def escalate_due(*, by: "Person | None" = None) -> int:
    """Call the next people about every alarm that was not acknowledged in time; return about how many."""
    now = clock.now()
    rows = Alarm.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        escalate_at__lte=now, acknowledged_at__isnull=True, state__in=queries.ACTIVE
    )
    due = list(rows.select_related("version", "thing")[:MOST_AT_ONCE])
    quiet = queries.quiet_at(now) if due else []
    for alarm in due:
        silenced = rules.is_silenced(
            quiet, automation_id=alarm.automation_id, thing_id=alarm.thing_id, domain=alarm.domain
        )
        _escalate(alarm, now, is_silenced=silenced)
    return len(due)


def _escalate(alarm: Alarm, now: dt.datetime, *, is_silenced: bool) -> None:
    steps = _steps(alarm)
    number = alarm.escalations
    if is_silenced:  # nobody is called now; the question comes again
        alarm.escalate_at = now + ASK_AGAIN
        alarm.save(update_fields=["escalate_at"])
        return
    if number < len(steps):
        deliveries.notify(
            by=None,
            roles=steps[number].roles,
            text=_words(alarm),
            severity=alarm.severity,
            key=f"alarm:{alarm.pk}:{alarm.times_raised}:{number}",
            email=True,
            is_simulated=alarm.is_simulated,
            alarm=alarm,
        )
        alarms.remember_escalation(by=None, alarm=alarm)
    alarm.escalations = number + 1
    alarm.escalate_at = None
    if alarm.escalations < len(steps):
        wait_us = steps[alarm.escalations].after_us - steps[number].after_us
        alarm.escalate_at = now + dt.timedelta(microseconds=wait_us)
    alarm.save(update_fields=["escalations", "escalate_at"])


def _steps(alarm: Alarm) -> tuple[Escalation, ...]:
    rule = automations.rule_of(alarm.version)
    actions = rule.actions if rule else ()
    return next((action.escalate for action in actions if isinstance(action, AlarmAction)), ())


def _words(alarm: Alarm) -> dict[str, str]:
    words = {}
    for language in LANGUAGES:
        with override(language):
            words[language] = gettext(NOBODY_YET) % {"title": alarm.title.get(language, "")}
    return words

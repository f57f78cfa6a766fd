"""Doing what a rule says, step by step; each step leaves a row with its result."""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import Error, transaction

from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.words import N_
from rivulus.observations import events
from rivulus.observations.actions import tasking
from rivulus.observations.actions.automations import deliveries, notices
from rivulus.observations.models import Alarm, Run, RunStep, TaskingCapability
from rivulus.observations.queries import alarms as alarm_queries
from rivulus.observations.rules.automations.naming import action_kind, fill, severity_of
from rivulus.observations.rules.automations.syntax import (
    Action,
    AlarmAction,
    NoticeAction,
    NotifyAction,
    OtherAction,
    Rule,
    TaskAction,
    WaitAction,
    WebhookAction,
)

if TYPE_CHECKING:
    from rivulus.identity.models import Person

log = logging.getLogger("rivulus.observations.automations")

SILENCED = N_("silenced")
SIMULATED = N_("simulated: nothing leaves the platform")
NO_CAPABILITY = N_("No device takes this task: %(name)s.")
NOT_PUBLIC = N_("The public is told nothing about things that are not public.")
NOT_SIMULATED = N_("A simulated reading never tells a real device what to do, nor the other way round.")


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a step."""

    state: str = "done"
    note: str = ""
    content: dict[str, Any] | None = None


def perform(*, by: "Person | None", run: Run, rule: Rule, position: int, action: Action) -> bool:
    """Do one action and write down how it went; return whether it did not fail.

    An action that fails undoes only itself: the others go on. Trouble with the database itself is not caught, so that
    the whole run is tried again.
    """
    assert by is None  # rules act for the platform
    try:
        with transaction.atomic():
            done = DOING[type(action)](run, rule, position, action)
    except (Refused, NotFound) as refused:
        done = Done("failed", str(refused) or type(refused).__name__)
    except Error:
        raise
    except Exception as error:
        log.exception("An action of a rule failed.", extra={"run": run.pk, "step": position})
        done = Done("failed", type(error).__name__)
    RunStep.objects.create(
        run=run,
        position=position,
        kind=action_kind(action),
        state=done.state,
        note=done.note[:300],
        content=done.content or {},
    )
    return done.state != "failed"


def _alarm(run: Run, rule: Rule, position: int, action: AlarmAction) -> Done:
    """The alarm was raised when the run was let in; here is only said which."""
    alarm = _alarm_of(run)
    return Done(content={"alarm": alarm.pk if alarm else None})


def _alarm_of(run: Run) -> Alarm | None:
    rows = Alarm.objects.filter(automation_id=run.version.automation_id, trigger=run.trigger, subject=run.subject)
    return rows.order_by("-id").first()


def _notify(run: Run, rule: Rule, position: int, action: NotifyAction) -> Done:
    if alarm_queries.is_run_silenced(run):
        return Done("skipped", SILENCED)
    letters = deliveries.notify(
        by=None,
        roles=action.roles,
        text=fill(action.message, run.why),
        severity=severity_of(rule),
        key=_key(run, position),
        email=action.email,
        is_simulated=run.is_simulated,
        run=run,
        alarm=_alarm_of(run),
    )
    return Done(content={"roles": list(action.roles), "letters": letters})


def _webhook(run: Run, rule: Rule, position: int, action: WebhookAction) -> Done:
    if run.is_simulated:
        return Done("skipped", SIMULATED)
    if alarm_queries.is_run_silenced(run):
        return Done("skipped", SILENCED)
    content = {
        "automation": run.version.automation.code,
        "version": run.version.number,
        "title": run.version.title,
        "severity": severity_of(rule),
        "run": run.pk,
        "trigger": run.trigger,
        "signal": run.signal,
        "moment": run.moment.isoformat(),
        "why": run.why,
    }
    row = deliveries.queue(
        by=None,
        kind="webhook",
        key=_key(run, position),
        address=action.url,
        secret_name=action.secret,
        content=content,
        run=run,
    )
    return Done(content={"delivery": row.pk})


def _task(run: Run, rule: Rule, position: int, action: TaskAction) -> Done:
    capability = _capability(run, action)
    if capability.thing.is_simulated != run.is_simulated:
        raise Refused(NOT_SIMULATED)
    task = tasking.ask_task(
        by=None,
        capability_id=capability.pk,
        parameters=dict(action.parameters),
        idempotency_key=_key(run, position),
    )
    return Done(content={"task": task.pk, "capability": capability.pk})


def _capability(run: Run, action: TaskAction) -> TaskingCapability:
    rows = TaskingCapability.objects.select_related("thing")
    if action.capability:
        found = rows.filter(code=action.capability).first()
    else:
        thing = run.datastream.thing_id if run.datastream else 0
        found = rows.filter(thing_id=thing, code__endswith=action.same_thing).order_by("id").first()
    if found is None:
        raise Refused(NO_CAPABILITY, name=action.capability or action.same_thing)
    return found


def _notice(run: Run, rule: Rule, position: int, action: NoticeAction) -> Done:
    if run.datastream and not (run.datastream.is_public and run.datastream.thing.is_public):
        raise Refused(NOT_PUBLIC)
    notice = notices.put_up(
        by=None,
        text=fill(action.text, run.why),
        severity=severity_of(rule),
        lasts=dt.timedelta(microseconds=action.for_us),
        run=run,
        automation=run.version.automation,
        ends_with_alarm=action.until_clear,
        is_simulated=run.is_simulated,
    )
    return Done(content={"notice": notice.pk})


def _other(run: Run, rule: Rule, position: int, action: OtherAction) -> Done:
    kind = events.find_action(action.name)
    if kind is None:
        raise Refused(N_("No action of this name is known any more: %(name)s."), name=action.name)
    return Done(note=kind.act(_key(run, position), action.parameters, run.is_simulated))


def _wait(run: Run, rule: Rule, position: int, action: WaitAction) -> Done:
    return Done(content={"seconds": action.for_us // 1_000_000})


def _key(run: Run, position: int) -> str:
    return f"run:{run.pk}:{position}"


DOING: dict[type, Callable[[Run, Rule, int, Any], Done]] = {
    AlarmAction: _alarm,
    NotifyAction: _notify,
    WebhookAction: _webhook,
    TaskAction: _task,
    NoticeAction: _notice,
    OtherAction: _other,
    WaitAction: _wait,
}

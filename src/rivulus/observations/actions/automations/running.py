"""From what triggers say to runs: conditions, modes, alarms, steps. Everything in the transaction of the caller."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from rivulus.kernel import clock
from rivulus.kernel.words import N_
from rivulus.observations.actions import alarms
from rivulus.observations.actions.automations import notices, steps
from rivulus.observations.models import AutomationVersion, Datastream, Notification, Run
from rivulus.observations.queries import alarms as alarm_queries
from rivulus.observations.queries import automations as queries
from rivulus.observations.queries.automation_series import LiveWorld
from rivulus.observations.rules.alarms import Move
from rivulus.observations.rules.automations.conditions import check
from rivulus.observations.rules.automations.levels import SignalKind
from rivulus.observations.rules.automations.measures import bounds_of, localise, threshold_of
from rivulus.observations.rules.automations.modes import Admission, admit
from rivulus.observations.rules.automations.naming import trigger_kind
from rivulus.observations.rules.automations.replay import Said, order_of
from rivulus.observations.rules.automations.syntax import (
    Action,
    AlarmAction,
    EventTrigger,
    NoDataTrigger,
    Rule,
    TimeTrigger,
    Trigger,
    WaitAction,
)
from rivulus.observations.rules.weeks import moment as moment_of

if TYPE_CHECKING:
    from rivulus.identity.models import Person

MAINTENANCE = N_("Somebody is working on this thing.")
MODE = N_("An earlier run still waits.")
CONDITIONS = N_("A condition did not hold.")
REPLACED = N_("A newer run took its place.")
ENDED = N_("It cleared while the run waited.")
SWITCHED_OFF = N_("The rule was switched off.")
IDLE = ("stopped", "skipped", "suppressed", "replaced")
KEEP_IDLE = dt.timedelta(days=90)
MOVES = {SignalKind.CLEARED: Move.CLEAR, SignalKind.LOST: Move.LOSE, SignalKind.FOUND: Move.FIND}


@dataclass(frozen=True, slots=True)
class Heard:
    """What a trigger said, with the readings before it and what the event was, for the record."""

    said: Said
    subject: str
    sample: tuple[tuple[int, float], ...] = ()
    event: dict[str, Any] | None = None
    is_simulated: bool = False


@transaction.atomic
def answer(*, by: "Person | None", version: AutomationVersion, rule: Rule, heard: Iterable[Heard]) -> list[Run]:
    """Do what a rule says about what its triggers said, in the order of the moments; return the runs that began."""
    assert by is None  # rules act for the platform
    runs = []
    for one in sorted(heard, key=lambda one: order_of(one.said)):
        kind = one.said.signal.kind
        if kind in (SignalKind.RAISED, SignalKind.FIRED):
            runs.append(_fire(version, rule, one))
        else:
            runs += _hear(version, rule, one)
    return runs


def _fire(version: AutomationVersion, rule: Rule, one: Heard) -> Run:
    """Make the run of a firing, whatever becomes of it."""
    moment, series = one.said.signal.moment_us, one.said.series
    world = LiveWorld(simulated=one.is_simulated)
    checks = [check(condition, world, series, moment) for condition in rule.conditions]
    run = _new_run(version, rule, one)
    run.why["checks"] = [found.to_json() for found in checks]
    if series and series.thing_id in alarm_queries.things_in_maintenance(moment_of(moment)):
        return _end(run, "suppressed", MAINTENANCE)
    if not all(found.held for found in checks):
        return _end(run, "stopped", CONDITIONS)
    admission = _admit(version, rule, one.subject)
    if admission is Admission.SKIP:
        return _end(run, "skipped", MODE)
    if admission is Admission.REPLACE:
        for old in _busy(version, one.subject):
            _end(old, "replaced", REPLACED)
    run.state = "queued" if admission is Admission.QUEUE else "running"
    run.save()
    for action in rule.actions:
        if isinstance(action, AlarmAction):
            alarms.raise_alarm(by=None, run=run, action=action)
    return run if run.state == "queued" else proceed(by=None, run=run, rule=rule)


def _admit(version: AutomationVersion, rule: Rule, subject: str) -> Admission:
    states = [run.state for run in _busy(version, subject)]
    return admit(rule.mode, rule.most, running=states.count("running"), queued=states.count("queued"))


def _busy(version: AutomationVersion, subject: str) -> list[Run]:
    rows = Run.objects.filter(version__automation_id=version.automation_id, subject=subject)
    return list(rows.filter(state__in=["running", "queued"]).order_by("id"))


def _hear(version: AutomationVersion, rule: Rule, one: Heard) -> list[Run]:
    """Pass on that something cleared, fell silent or came back."""
    signal = one.said.signal
    cause = {"automation_id": version.automation_id, "trigger": one.said.trigger, "subject": one.subject}
    moment = moment_of(signal.moment_us)
    alarms.note_signal(by=None, **cause, move=MOVES[signal.kind], moment=moment, value=signal.value)  # type: ignore[arg-type]
    if signal.kind is not SignalKind.CLEARED:
        return []
    for waiting in _busy(version, one.subject):
        if waiting.trigger == one.said.trigger:
            _end(waiting, "stopped", ENDED)
            start_next(by=None, version=version, rule=rule, subject=one.subject)
    notices.take_down_of(by=None, **cause)  # type: ignore[arg-type]
    if not rule.when_cleared or not _had_acted(version, one):
        return []
    run = _new_run(version, rule, one)
    run.state = "running"
    run.save()
    return [proceed(by=None, run=run, rule=rule)]


def _had_acted(version: AutomationVersion, one: Heard) -> bool:
    """Say whether the rule had acted on what has cleared now: there is nothing to undo otherwise."""
    rows = Run.objects.filter(
        version__automation_id=version.automation_id, trigger=one.said.trigger, subject=one.subject, signal="raised"
    )
    last = rows.order_by("-moment", "-id").first()
    return last is not None and (last.state in ("done", "failed") or last.note == ENDED)


def _new_run(version: AutomationVersion, rule: Rule, one: Heard) -> Run:
    said = one.said
    trigger = rule.trigger(said.trigger)
    assert trigger is not None
    return Run(
        version=version,
        trigger=said.trigger,
        signal=str(said.signal.kind),
        subject=one.subject,
        moment=moment_of(said.signal.moment_us),
        datastream=Datastream.objects.select_related("thing").get(pk=said.series.id) if said.series else None,
        why=_why(trigger, one),
        is_simulated=one.is_simulated,
        started_at=clock.now(),
    )


def _why(trigger: Trigger, one: Heard) -> dict[str, Any]:
    """Return all that the firing was decided from."""
    said, signal = one.said, one.said.signal
    why: dict[str, Any] = {
        "kind": trigger_kind(trigger),
        "value": signal.value,
        "since": signal.since_us,
        "flapping": signal.is_flapping,
        "readings": [list(pair) for pair in one.sample],
    }
    if one.event is not None:
        why["event"] = one.event
    if said.series:
        why["series"] = {
            "id": said.series.id,
            "name": said.series.name,
            "thing": said.series.thing_name,
            "property": said.series.property,
        }
        why["unit"] = said.series.unit
    if not isinstance(trigger, TimeTrigger | EventTrigger | NoDataTrigger):
        own = localise(trigger, said.series.numbers) if said.series else trigger
        why["threshold"] = threshold_of(bounds_of(own or trigger))
    return why


@transaction.atomic
def proceed(*, by: "Person | None", run: Run, rule: Rule) -> Run:
    """Do the next steps of a run, until it must wait or has done the last."""
    assert by is None
    actions = _actions(run, rule)
    run.resume_at = None
    while run.next_step < len(actions):
        action, position = actions[run.next_step], run.next_step
        run.next_step += 1
        steps.perform(by=None, run=run, rule=rule, position=position, action=action)
        if isinstance(action, WaitAction) and run.next_step < len(actions):
            run.resume_at = clock.now() + dt.timedelta(microseconds=action.for_us)
            run.save(update_fields=["next_step", "resume_at"])
            return run
    failed = run.steps.filter(state="failed").exists()
    _end(run, "failed" if failed else "done", "")
    start_next(by=None, version=run.version, rule=rule, subject=run.subject)
    return run


def _actions(run: Run, rule: Rule) -> tuple[Action, ...]:
    return rule.when_cleared if run.signal == str(SignalKind.CLEARED) else rule.actions


@transaction.atomic
def start_next(*, by: "Person | None", version: AutomationVersion, rule: Rule, subject: str) -> Run | None:
    """Begin the oldest queued run of a subject, where none is running."""
    assert by is None
    busy = _busy(version, subject)
    if not busy or any(run.state == "running" for run in busy):
        return None
    first = busy[0]
    first.state = "running"
    first.save(update_fields=["state"])
    return proceed(by=None, run=first, rule=rule)


@transaction.atomic
def resume_due(*, by: "Person | None" = None) -> int:
    """Go on with the runs whose waiting is over; return how many. Other engines take others."""
    due = queries.list_due_runs(clock.now()).select_for_update(skip_locked=True, of=("self",))
    runs = list(due.select_related("version__automation")[:100])
    for run in runs:
        rule = queries.rule_of(run.version)
        if rule is None or run.version.state != "active":
            _end(run, "stopped", SWITCHED_OFF)
        else:
            proceed(by=None, run=run, rule=rule)
    return len(runs)


@transaction.atomic
def forget_idle(*, by: "Person | None" = None) -> int:
    """Remove old firings that led to nothing, and old messages to roles; return how many. What acted is kept."""
    assert by is None
    before = clock.now() - KEEP_IDLE
    messages, _ = Notification.objects.filter(created_at__lt=before).delete()
    runs, _ = Run.objects.filter(
        state__in=IDLE, started_at__lt=before, alarms__isnull=True, deliveries__isnull=True, notices__isnull=True
    ).delete()
    return runs + messages


def _end(run: Run, state: str, note: str) -> Run:
    run.state, run.note, run.resume_at, run.finished_at = state, note, None, clock.now()
    run.save()
    return run

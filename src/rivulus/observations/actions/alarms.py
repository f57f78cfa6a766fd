"""Raising, clearing, acknowledging and closing alarms; silence and maintenance."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.observations.models import Alarm, AlarmMove, Automation, Maintenance, Run, Silence, Thing
from rivulus.observations.queries import alarms as queries
from rivulus.observations.rules import alarms as rules
from rivulus.observations.rules import permissions
from rivulus.observations.rules.alarms import AlarmState, Move
from rivulus.observations.rules.automations.syntax import AlarmAction

if TYPE_CHECKING:
    from rivulus.identity.models import Person


@transaction.atomic
def raise_alarm(*, by: "Person | None", run: Run, action: AlarmAction) -> Alarm:
    """Open the alarm of a run, or raise the one that is not closed yet again, and return it."""
    assert by is None  # only rules raise alarms
    known = queries.find_not_closed(run.version.automation_id, run.trigger, run.subject)
    if known is not None:
        return _raise_again(known, run, action)
    now = clock.now()
    thing = run.datastream.thing if run.datastream else None
    silenced = queries.is_run_silenced(run)
    alarm = Alarm.objects.create(
        automation_id=run.version.automation_id,
        version=run.version,
        run=run,
        trigger=run.trigger,
        subject=run.subject,
        datastream=run.datastream,
        thing=thing,
        domain=(thing.domain if thing else "") or run.version.automation.domain,
        title=run.version.title,
        severity=str(action.severity),
        state=AlarmState.NO_DATA if run.why.get("kind") == "no_data" else AlarmState.OPEN,
        value=run.why.get("value"),
        threshold=run.why.get("threshold"),
        unit=run.why.get("unit", ""),
        is_flapping=bool(run.why.get("flapping")),
        is_silenced=silenced,
        is_simulated=run.is_simulated,
        since=run.moment,
        opened_at=now,
        acknowledge_by=now + dt.timedelta(microseconds=action.acknowledge_within_us),
        escalate_at=_first_escalation(action, now),
    )
    _remember(alarm, Move.RAISE, by=None, moment=run.moment, value=alarm.value)
    return alarm


def _first_escalation(action: AlarmAction, now: dt.datetime) -> dt.datetime | None:
    return now + dt.timedelta(microseconds=action.escalate[0].after_us) if action.escalate else None


def _raise_again(alarm: Alarm, run: Run, action: AlarmAction) -> Alarm:
    """Raise an alarm that had cleared: whoever had acknowledged it is asked anew."""
    now, was_cleared = clock.now(), alarm.state == AlarmState.CLEARED
    alarm.run, alarm.version, alarm.value = run, run.version, run.why.get("value")
    alarm.is_flapping = alarm.is_flapping or bool(run.why.get("flapping"))
    alarm.times_raised += 1
    if was_cleared:
        alarm.acknowledged_at = alarm.acknowledged_by = alarm.cleared_at = None
        alarm.since, alarm.escalations = run.moment, 0
        alarm.acknowledge_by = now + dt.timedelta(microseconds=action.acknowledge_within_us)
        alarm.escalate_at = _first_escalation(action, now)
        alarm.is_silenced = queries.is_run_silenced(run)
    alarm.state = AlarmState.NO_DATA if run.why.get("kind") == "no_data" else _after(alarm, Move.RAISE)
    alarm.save()
    _remember(alarm, Move.RAISE, by=None, moment=run.moment, value=alarm.value)
    return alarm


@transaction.atomic
def note_signal(
    *,
    by: "Person | None",
    automation_id: int,
    trigger: str,
    subject: str,
    move: Move,
    moment: dt.datetime,
    value: float | None,
) -> Alarm | None:
    """Clear, lose or find the alarm of a trigger and a subject, and return it; None where there is none."""
    assert by is None
    alarm = queries.find_not_closed(automation_id, trigger, subject)
    if alarm is None or alarm.state == AlarmState.CLEARED:
        return None
    alarm.state = _after(alarm, move)
    if move is Move.CLEAR:
        alarm.cleared_at, alarm.escalate_at, alarm.is_flapping = clock.now(), None, False
    alarm.save(update_fields=["state", "cleared_at", "escalate_at", "is_flapping"])
    _remember(alarm, move, by=None, moment=moment, value=value)
    return alarm


@transaction.atomic
def acknowledge(*, by: "Person", alarm_id: int, note: str = "") -> Alarm:
    """Say that somebody has seen an alarm and sees to it; escalation stops."""
    permissions.check_can("handle_alarm", identity.roles_of(by))
    alarm = _lock(alarm_id)
    alarm.state = _after(alarm, Move.ACKNOWLEDGE)
    alarm.acknowledged_at, alarm.acknowledged_by, alarm.escalate_at = clock.now(), by, None
    alarm.save(update_fields=["state", "acknowledged_at", "acknowledged_by", "escalate_at"])
    _remember(alarm, Move.ACKNOWLEDGE, by=by, note=note)
    _journal(by, "acknowledged", alarm, note)
    return alarm


@transaction.atomic
def close(*, by: "Person", alarm_id: int, note: str = "") -> Alarm:
    """Put an alarm away; one that has not cleared needs a note. When it is wrong anew, a new alarm is opened."""
    permissions.check_can("handle_alarm", identity.roles_of(by))
    alarm = _lock(alarm_id)
    rules.check_can_close(AlarmState(alarm.state), note)
    _close(alarm, by=by, note=note)
    _journal(by, "closed", alarm, note)
    return alarm


@transaction.atomic
def close_old(*, by: "Person | None" = None) -> int:
    """Put away the alarms that cleared long enough ago, and those whose series is there no more; return how many."""
    now = clock.now()
    rows = Alarm.objects.select_for_update(skip_locked=True).filter(
        state=AlarmState.CLEARED, cleared_at__lte=now - rules.CLOSE_SEEN_AFTER
    )
    due = [
        alarm
        for alarm in rows[:500]
        if alarm.cleared_at
        and rules.closes_by_itself_at(cleared_at=alarm.cleared_at, was_acknowledged=alarm.acknowledged_at is not None)
        <= now
    ]
    gone = Alarm.objects.select_for_update(skip_locked=True).filter(
        subject__startswith="series:", datastream__isnull=True
    )
    due += list(gone.exclude(state__in=[AlarmState.CLOSED, AlarmState.CLEARED])[:500])
    for alarm in due:
        _close(alarm, by=None, note="")
    return len(due)


def _close(alarm: Alarm, *, by: "Person | None", note: str) -> None:
    alarm.state, alarm.closed_at, alarm.escalate_at = AlarmState.CLOSED, clock.now(), None
    alarm.save(update_fields=["state", "closed_at", "escalate_at"])
    _remember(alarm, Move.CLOSE, by=by, note=note)


@transaction.atomic
def silence(
    *,
    by: "Person",
    ends_at: dt.datetime,
    reason: str,
    starts_at: dt.datetime | None = None,
    automation: Automation | None = None,
    thing: Thing | None = None,
    domain: str = "",
) -> Silence:
    """Call nobody about some alarms until a time; they are raised and listed all the same."""
    permissions.check_can("handle_alarm", identity.roles_of(by))
    now = clock.now()
    rules.check_reason(reason)
    rules.check_span(starts_at or now, ends_at, now, rules.LONGEST_SILENCE)
    row = Silence.objects.create(
        automation=automation,
        thing=thing,
        domain=domain,
        starts_at=starts_at or now,
        ends_at=ends_at,
        reason=reason.strip()[:300],
        by=by,
    )
    content = {"automation": automation.code if automation else None, "thing": thing.pk if thing else None}
    _write(by, "silence", "silenced", row.pk, {**content, "domain": domain, "until": ends_at.isoformat()})
    return row


@transaction.atomic
def end_silence(*, by: "Person", silence_id: int) -> None:
    """End a silence before its time."""
    permissions.check_can("handle_alarm", identity.roles_of(by))
    now = clock.now()
    Silence.objects.filter(pk=silence_id, starts_at__gte=now).delete()
    Silence.objects.filter(pk=silence_id, starts_at__lt=now, ends_at__gt=now).update(ends_at=now)
    _write(by, "silence", "unsilenced", silence_id, {})


@transaction.atomic
def maintain(
    *, by: "Person", thing: Thing, ends_at: dt.datetime, reason: str, starts_at: dt.datetime | None = None
) -> Maintenance:
    """Say that somebody works on a thing until a time: what it says raises no alarm and starts nothing."""
    permissions.check_can("handle_alarm", identity.roles_of(by))
    now = clock.now()
    rules.check_reason(reason)
    rules.check_span(starts_at or now, ends_at, now, rules.LONGEST_MAINTENANCE)
    row = Maintenance.objects.create(
        thing=thing, starts_at=starts_at or now, ends_at=ends_at, reason=reason.strip()[:300], by=by
    )
    _write(by, "maintenance", "begun", row.pk, {"thing": thing.pk, "until": ends_at.isoformat()})
    return row


@transaction.atomic
def end_maintenance(*, by: "Person", maintenance_id: int) -> None:
    """End maintenance before its time."""
    permissions.check_can("handle_alarm", identity.roles_of(by))
    now = clock.now()
    Maintenance.objects.filter(pk=maintenance_id, starts_at__gte=now).delete()
    Maintenance.objects.filter(pk=maintenance_id, starts_at__lt=now, ends_at__gt=now).update(ends_at=now)
    _write(by, "maintenance", "ended", maintenance_id, {})


def _after(alarm: Alarm, move: Move) -> AlarmState:
    return rules.after(AlarmState(alarm.state), move, was_acknowledged=alarm.acknowledged_at is not None)


def _lock(alarm_id: int) -> Alarm:
    queries.get_alarm(alarm_id)
    return Alarm.objects.select_for_update(of=("self",)).get(pk=alarm_id)


def remember_escalation(*, by: "Person | None", alarm: Alarm) -> None:
    """Add the line that somebody else was called."""
    assert by is None
    AlarmMove.objects.create(alarm=alarm, move="escalate", state=alarm.state, at=clock.now())


def _remember(
    alarm: Alarm,
    move: Move,
    *,
    by: "Person | None",
    moment: dt.datetime | None = None,
    value: float | None = None,
    note: str = "",
) -> None:
    AlarmMove.objects.create(
        alarm=alarm, move=str(move), state=alarm.state, at=clock.now(), moment=moment, value=value, by=by,
        note=note.strip()[:500],
    )  # fmt: skip


def _journal(by: "Person", verb: str, alarm: Alarm, note: str) -> None:
    content = {"automation": alarm.automation.code, "state": alarm.state, "note": note.strip()[:500]}
    _write(by, "alarm", verb, alarm.pk, content)


def _write(by: "Person", noun: str, verb: str, number: int, content: Mapping[str, object]) -> None:
    journal.write(
        by=by, verb=f"observations.{noun}.{verb}", subject=f"observations.{noun}", subject_id=number, content=content
    )

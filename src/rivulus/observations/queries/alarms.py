"""Alarms, silences, maintenance, messages to the duty, and notices to the public."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Count, Prefetch, Q, QuerySet

from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound
from rivulus.observations.models import Alarm, AlarmMove, Maintenance, Notification, PublicNotice, Run, Silence
from rivulus.observations.rules.alarms import AlarmState, Quiet, is_silenced

ACTIVE = (AlarmState.OPEN, AlarmState.ACKNOWLEDGED, AlarmState.NO_DATA)
WITH_NAMES = ("automation", "datastream__observed_property", "thing", "acknowledged_by", "version")


def list_alarms(
    *,
    states: Collection[str] = (),
    severity: str = "",
    domain: str = "",
    search: str = "",
    thing: int | None = None,
    with_simulated: bool = True,
) -> "QuerySet[Alarm]":
    """Return alarms, the newest first; no states named means all."""
    rows = Alarm.objects.select_related(*WITH_NAMES)
    if states:
        rows = rows.filter(state__in=states)
    if severity:
        rows = rows.filter(severity=severity)
    if domain:
        rows = rows.filter(domain=domain)
    if thing is not None:
        rows = rows.filter(thing_id=thing)
    if search:
        rows = rows.filter(Q(thing__name__icontains=search) | Q(automation__code__icontains=search))
    if not with_simulated:
        rows = rows.filter(is_simulated=False)
    return rows.order_by("-opened_at", "-id")


def list_open(*, domain: str = "", severity: str = "", with_simulated: bool = True) -> "QuerySet[Alarm]":
    """Return the alarms that are wrong now (open, acknowledged, without data), the newest first."""
    return list_alarms(states=ACTIVE, domain=domain, severity=severity, with_simulated=with_simulated)


def count_by_severity(*, domain: str = "", with_simulated: bool = True) -> dict[str, int]:
    """Return how many alarms are wrong now, by severity; every severity has a count."""
    rows = list_open(domain=domain, with_simulated=with_simulated).order_by()
    counted = dict(rows.values_list("severity").annotate(n=Count("id")))
    return {severity: counted.get(severity, 0) for severity in ("critical", "warning", "info")}


def count_unacknowledged(*, with_simulated: bool = True) -> int:
    """Return how many alarms wait for somebody to see them."""
    return list_open(with_simulated=with_simulated).filter(acknowledged_at__isnull=True).count()


def get_alarm(number: int) -> Alarm:
    """Return one alarm with its moves, the oldest first; raises NotFound."""
    moves = AlarmMove.objects.order_by("id").select_related("by")
    rows = Alarm.objects.select_related(*WITH_NAMES, "run").prefetch_related(Prefetch("moves", moves))
    found = rows.filter(pk=number).first()
    if found is None:
        raise NotFound
    return found


def find_not_closed(automation_id: int, trigger: str, subject: str) -> Alarm | None:
    """Return the alarm of a trigger and a subject that is not closed, locked for a change, or None."""
    rows = Alarm.objects.select_for_update(of=("self",))
    return rows.filter(automation_id=automation_id, trigger=trigger, subject=subject).exclude(state="closed").first()


def list_silences(now: dt.datetime | None = None) -> "QuerySet[Silence]":
    """Return the silences that hold or are to come, the first to end first."""
    rows = Silence.objects.filter(ends_at__gt=now or clock.now()).select_related("automation", "thing", "by")
    return rows.order_by("ends_at", "id")


def quiet_at(now: dt.datetime) -> list[Quiet]:
    """Return what is silenced at a moment."""
    rows = Silence.objects.filter(starts_at__lte=now, ends_at__gt=now)
    return [Quiet(row.automation_id, row.thing_id, row.domain) for row in rows]


def is_run_silenced(run: Run) -> bool:
    """Say whether nobody is to be called now about what a run found."""
    thing = run.datastream.thing if run.datastream else None
    return is_silenced(
        quiet_at(clock.now()),
        automation_id=run.version.automation_id,
        thing_id=thing.pk if thing else None,
        domain=(thing.domain if thing else "") or run.version.automation.domain,
    )


def list_maintenance(now: dt.datetime | None = None) -> "QuerySet[Maintenance]":
    """Return the maintenance that goes on or is to come, the first to end first."""
    rows = Maintenance.objects.filter(ends_at__gt=now or clock.now()).select_related("thing", "by")
    return rows.order_by("ends_at", "id")


def things_in_maintenance(moment: dt.datetime) -> frozenset[int]:
    """Return the things that somebody works on at a moment."""
    rows = Maintenance.objects.filter(starts_at__lte=moment, ends_at__gt=moment)
    return frozenset(rows.values_list("thing_id", flat=True))


def list_notifications(roles: Collection[str], *, since: dt.datetime) -> "QuerySet[Notification]":
    """Return the messages to people with one of these roles, the newest first."""
    rows = Notification.objects.filter(roles__overlap=list(roles), created_at__gte=since)
    return rows.select_related("alarm").order_by("-created_at", "-id")


def list_notices(now: dt.datetime | None = None) -> "QuerySet[PublicNotice]":
    """Return the notices to the public that hold now, the newest first."""
    now = now or clock.now()
    rows = PublicNotice.objects.filter(starts_at__lte=now, ends_at__gt=now, ended_at__isnull=True)
    return rows.select_related("automation").order_by("-starts_at", "-id")

"""Alarms, silences and notices in words, and the picture of the moment."""

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from rivulus.kernel import clock
from rivulus.observations.models import Alarm, AlarmMove, Notification, PublicNotice
from rivulus.observations.presenters.automation_words import number_words, severity_words, words_of
from rivulus.observations.presenters.automations import moment_words
from rivulus.observations.presenters.values import name_of, series_name, unit_words
from rivulus.observations.queries import readings
from rivulus.observations.rules.units import written
from rivulus.observations.rules.weeks import microseconds
from rivulus.ui import charts

TONES = {"critical": "chestnut", "warning": "gold", "info": "stream"}
SIGNS = {"critical": "▲", "warning": "◆", "info": "●"}
BEFORE = dt.timedelta(hours=6)
AFTER = dt.timedelta(hours=6)
MOST_POINTS = 2_000
STATES = {
    "open": lambda: gettext("open"),
    "acknowledged": lambda: gettext("acknowledged"),
    "no_data": lambda: gettext("no data"),
    "cleared": lambda: gettext("cleared"),
    "closed": lambda: gettext("closed"),
}
MOVES = {
    "raise": lambda: gettext("Raised"),
    "lose": lambda: gettext("The series fell silent"),
    "find": lambda: gettext("The series speaks again, and it is still wrong"),
    "clear": lambda: gettext("Right again"),
    "acknowledge": lambda: gettext("Acknowledged"),
    "close": lambda: gettext("Closed"),
    "escalate": lambda: gettext("Others were called"),
}


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One alarm in words; shape and word say what the colour says."""

    alarm: Alarm
    url: str
    title: str
    where: str
    severity: str
    sign: str
    tone: str
    state: str
    value: str
    threshold: str
    since: str
    acknowledge_by: str
    is_late: bool
    can_acknowledge: bool
    can_close: bool


def state_words(state: str) -> str:
    """Return the word for the state of an alarm."""
    return STATES[state]()


def alarm_row(alarm: Alarm) -> AlarmRow:
    """Return an alarm in the active language."""
    thing = name_of(alarm.thing) if alarm.thing else ""
    series = series_name(alarm.datastream) if alarm.datastream else ""
    unit = unit_words(alarm.datastream) if alarm.datastream else written(alarm.unit)
    waits = alarm.state in ("open", "no_data") and alarm.acknowledged_at is None
    return AlarmRow(
        alarm=alarm,
        url=reverse("observations:alarm", args=[alarm.pk]),
        title=words_of(alarm.title),
        where=": ".join(filter(None, (thing, series))),
        severity=severity_words(alarm.severity),
        sign=SIGNS[alarm.severity],
        tone=TONES[alarm.severity],
        state=state_words(alarm.state),
        value=_measured(alarm.value, unit),
        threshold=_measured(alarm.threshold, unit),
        since=moment_words(alarm.since),
        acknowledge_by=moment_words(alarm.acknowledge_by),
        is_late=waits and alarm.acknowledge_by < clock.now(),
        can_acknowledge=alarm.acknowledged_at is None and alarm.state != "closed",
        can_close=alarm.state != "closed",
    )


def _measured(value: float | None, unit: str) -> str:
    return "" if value is None else f"{number_words(value)} {unit}".strip()


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One change of an alarm in words."""

    words: str
    when: str
    who: str
    note: str
    value: str


def move_row(move: AlarmMove, unit: str) -> MoveRow:
    """Return a change in the active language."""
    return MoveRow(
        MOVES[move.move](),
        moment_words(move.at),
        str(move.by) if move.by else gettext("the platform itself"),
        move.note,
        _measured(move.value, unit),
    )


def chart_of(alarm: Alarm) -> charts.TimeSeries | None:
    """Return the picture of the hours around an alarm, or None where the series has no numbers then."""
    if alarm.datastream is None or alarm.datastream.kind != "number":
        return None
    start = alarm.since - BEFORE
    finish = min(clock.now(), max(alarm.cleared_at or clock.now(), alarm.since) + AFTER, alarm.since + 8 * AFTER)
    found = readings.read([alarm.datastream.pk], microseconds(start), microseconds(finish), limit=MOST_POINTS)
    if not len(found):
        return None
    moments = tuple(
        charts.Moment(time=time / 1e6, value=value)
        for time, value in zip(found.time.tolist(), found.value.tolist(), strict=True)
    )
    label = series_name(alarm.datastream)
    limits = (charts.Limit(label=gettext("bound"), value=alarm.threshold),) if alarm.threshold is not None else ()
    return charts.TimeSeries(
        key=f"alarm-{alarm.pk}",
        title=gettext("The hours around the alarm"),
        description=gettext("%(series)s before and after the alarm was raised.") % {"series": label},
        unit=unit_words(alarm.datastream),
        lines=(charts.TimeLine(label=label, moments=moments),),
        start=start.timestamp(),
        end=finish.timestamp(),
        limits=limits,
    )


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice to the public in words."""

    notice: PublicNotice
    text: str
    until: str
    kind: str


def notice_row(notice: PublicNotice) -> NoticeRow:
    """Return a notice in the active language; ``kind`` is that of the component that shows it."""
    kind = {"critical": "error", "warning": "warning"}.get(notice.severity, "info")
    return NoticeRow(notice, words_of(notice.text), moment_words(notice.ends_at), kind)


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message to people on duty in words."""

    notification: Notification
    text: str
    when: str
    url: str


def message_row(notification: Notification) -> MessageRow:
    """Return a message in the active language."""
    url = reverse("observations:alarm", args=[notification.alarm_id]) if notification.alarm_id else ""
    return MessageRow(notification, words_of(notification.text), moment_words(notification.created_at), url)

"""Alarms for people on duty, and notices for everybody, as lists. No list names a person."""

import datetime as dt
from typing import Literal

from ninja import Router, Schema
from pydantic import Field

from rivulus.kernel.listing import ListQuery, add_listing
from rivulus.observations.api.bundles import Rows
from rivulus.observations.api.duty import check_sees_duty
from rivulus.observations.models import Alarm, PublicNotice
from rivulus.observations.presenters.automation_words import words_of
from rivulus.observations.presenters.values import name_of
from rivulus.observations.queries import alarms as queries
from rivulus.observations.rules.alarms import AlarmState
from rivulus.observations.terms import Domain

router = Router()


class AlarmsQuery(ListQuery):
    """Which alarms; those that are wrong now, unless a state is named."""

    state: AlarmState | Literal["all"] | None = Field(
        None, description="The state of the alarm, or all; without it: open, acknowledged, no_data."
    )
    severity: Literal["critical", "warning", "info"] | None = Field(None, description="How bad it is.")
    domain: Domain | None = Field(None, description="What the thing measures for.")
    thing: int | None = Field(None, ge=1, description="The number of a thing.")
    simulated: bool = Field(True, description="Also alarms of simulated things.")


class AlarmOut(Schema):
    """Something that is or was wrong. Values are in the unit of the series (UCUM)."""

    id: int
    rule: str
    title: str
    severity: str
    state: str
    domain: str
    thing: int | None
    thing_name: str
    series: int | None
    value: float | None
    threshold: float | None
    unit: str
    since: dt.datetime
    opened_at: dt.datetime
    acknowledge_by: dt.datetime
    acknowledged_at: dt.datetime | None
    cleared_at: dt.datetime | None
    closed_at: dt.datetime | None
    times_raised: int
    flapping: bool
    silenced: bool
    simulated: bool


class NoticeOut(Schema):
    """A sentence for everybody, for a while."""

    id: int
    text: str
    severity: str
    rule: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    simulated: bool


def find_alarms(wanted: AlarmsQuery) -> Rows[AlarmOut]:
    """Return alarms, the newest first."""
    states = {None: queries.ACTIVE, "all": ()}.get(wanted.state, (str(wanted.state),))
    found = queries.list_alarms(
        states=states,
        severity=wanted.severity or "",
        domain=str(wanted.domain or ""),
        thing=wanted.thing,
        with_simulated=wanted.simulated,
    )
    return Rows(found, lambda alarms: [_alarm(one) for one in alarms])


def find_notices(wanted: ListQuery) -> Rows[NoticeOut]:
    """Return the notices that hold now, the newest first."""
    return Rows(queries.list_notices(), lambda notices: [_notice(one) for one in notices])


def _alarm(alarm: Alarm) -> AlarmOut:
    return AlarmOut(
        id=alarm.pk,
        rule=alarm.automation.code,
        title=words_of(alarm.title),
        severity=alarm.severity,
        state=alarm.state,
        domain=alarm.domain,
        thing=alarm.thing_id,
        thing_name=name_of(alarm.thing) if alarm.thing else "",
        series=alarm.datastream_id,
        value=alarm.value,
        threshold=alarm.threshold,
        unit=alarm.unit,
        since=alarm.since,
        opened_at=alarm.opened_at,
        acknowledge_by=alarm.acknowledge_by,
        acknowledged_at=alarm.acknowledged_at,
        cleared_at=alarm.cleared_at,
        closed_at=alarm.closed_at,
        times_raised=alarm.times_raised,
        flapping=alarm.is_flapping,
        silenced=alarm.is_silenced,
        simulated=alarm.is_simulated,
    )


def _notice(notice: PublicNotice) -> NoticeOut:
    return NoticeOut(
        id=notice.pk,
        text=words_of(notice.text),
        severity=notice.severity,
        rule=notice.automation.code if notice.automation else "",
        starts_at=notice.starts_at,
        ends_at=notice.ends_at,
        simulated=notice.is_simulated,
    )


add_listing(
    router,
    "/alarms",
    context="observations",
    title="Alarms (for people on duty)",
    query=AlarmsQuery,
    out=AlarmOut,
    find=find_alarms,
    check=check_sees_duty,
)
add_listing(
    router,
    "/notices",
    context="observations",
    title="Notices to the public that hold now",
    query=ListQuery,
    out=NoticeOut,
    find=find_notices,
)

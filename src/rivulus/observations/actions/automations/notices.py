"""Sentences for the public: put up by rules, taken down by them, by time, or by a person."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.observations.models import Automation, PublicNotice, Run
from rivulus.observations.rules import permissions

if TYPE_CHECKING:
    from rivulus.identity.models import Person

SUBJECT = "observations.notice"


@transaction.atomic
def put_up(
    *,
    by: "Person | None",
    text: Mapping[str, str],
    severity: str,
    lasts: dt.timedelta,
    run: Run | None = None,
    automation: Automation | None = None,
    ends_with_alarm: bool = True,
    is_simulated: bool = False,
) -> PublicNotice:
    """Put up a notice in three languages and return it; one that the same rule has up for the same cause is replaced."""
    if by is not None:
        permissions.check_can("handle_alarm", identity.roles_of(by))
    now = clock.now()
    trigger, subject = (run.trigger, run.subject) if run else ("", "")
    if run is not None and automation is not None:
        take_down_of(by=None, automation_id=automation.pk, trigger=trigger, subject=subject, only_with_alarm=False)
    notice = PublicNotice.objects.create(
        text=dict(text),
        severity=severity,
        automation=automation,
        run=run,
        trigger=trigger,
        subject=subject,
        ends_with_alarm=ends_with_alarm,
        is_simulated=is_simulated,
        starts_at=now,
        ends_at=now + lasts,
    )
    # The line also tells the kept pages of guests that something has changed.
    _write(by, "put_up", notice, {"text": dict(text), "until": notice.ends_at.isoformat()})
    return notice


@transaction.atomic
def take_down(*, by: "Person", notice_id: int) -> None:
    """Take a notice down before its time."""
    permissions.check_can("handle_alarm", identity.roles_of(by))
    for notice in PublicNotice.objects.select_for_update().filter(pk=notice_id, ended_at__isnull=True):
        _end(by, notice)


@transaction.atomic
def take_down_of(
    *, by: "Person | None", automation_id: int, trigger: str, subject: str, only_with_alarm: bool = True
) -> int:
    """Take down the notices of one cause; return how many."""
    rows = PublicNotice.objects.select_for_update().filter(
        automation_id=automation_id, trigger=trigger, subject=subject, ended_at__isnull=True
    )
    found = list(rows.filter(ends_with_alarm=True) if only_with_alarm else rows)
    for notice in found:
        _end(by, notice)
    return len(found)


@transaction.atomic
def take_down_old(*, by: "Person | None" = None) -> int:
    """Take down the notices whose time is over, and those about a series that is there no more; return how many."""
    rows = PublicNotice.objects.select_for_update(skip_locked=True, of=("self",)).filter(ended_at__isnull=True)
    gone = Q(run__subject__startswith="series:", run__datastream__isnull=True)
    found = list(rows.filter(gone | Q(ends_at__lte=clock.now()))[:200])
    for notice in found:
        _end(by, notice)
    return len(found)


def _end(by: "Person | None", notice: PublicNotice) -> None:
    notice.ended_at = clock.now()
    notice.save(update_fields=["ended_at"])
    _write(by, "taken_down", notice, {})


def _write(by: "Person | None", verb: str, notice: PublicNotice, content: Mapping[str, object]) -> None:
    journal.write(by=by, verb=f"{SUBJECT}.{verb}", subject=SUBJECT, subject_id=notice.pk, content=content)

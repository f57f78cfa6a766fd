"""Looking at what one rule looks at: new readings, silence, times, events, forecasts, since where it stopped.

What was read, what was remembered and what was done about it are one transaction: a process that is killed has done all
of it or nothing. A lock for each rule lets several engines share the work, and none do it twice.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from django.db import connection, transaction

from rivulus.kernel import clock
from rivulus.observations import events
from rivulus.observations.actions.automations import running
from rivulus.observations.actions.automations.running import Heard
from rivulus.observations.models import AutomationCursor, AutomationVersion, Occurrence, Run
from rivulus.observations.queries import automation_series, automations
from rivulus.observations.queries.automation_series import NOTHING, Columns
from rivulus.observations.rules.automations import looking, schedules
from rivulus.observations.rules.automations.conditions import SeriesRef
from rivulus.observations.rules.automations.levels import Signal, SignalKind, Standing
from rivulus.observations.rules.automations.measures import bounds_of, localise
from rivulus.observations.rules.automations.replay import Said
from rivulus.observations.rules.automations.syntax import (
    DAY_US,
    EventTrigger,
    ForecastTrigger,
    NoDataTrigger,
    Rule,
    SeriesTrigger,
    TimeTrigger,
)
from rivulus.observations.rules.readings import HOUR_US
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.rules.weeks import moment as moment_of

if TYPE_CHECKING:
    from rivulus.identity.models import Person

LOCK = 7302  # pg_advisory_xact_lock(7302, rule)
STANDS_US = 2 * HOUR_US  # so far back is looked for what is wrong already when a rule is switched on
LONGEST_CATCH_UP_US = 2 * DAY_US  # after a longer stop the engine begins two days back
LONGEST_MISSED = dt.timedelta(hours=1)  # a time that is further past is not made up for
LONGEST_EVENT = dt.timedelta(days=1)
SAMPLE = 30

type Known = Mapping[str, tuple[SeriesRef, ...]]


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of looking: whether another engine was at it, which runs began, and when time alone will matter."""

    is_busy: bool = False
    runs: tuple[Run, ...] = ()
    next_look: dt.datetime | None = None


@dataclass(slots=True)
class _Look:
    """What one look at one version needs and gathers."""

    version: AutomationVersion
    rule: Rule
    now: dt.datetime
    cursors: dict[tuple[str, int], AutomationCursor]
    heard: list[Heard]
    changed: dict[tuple[str, int], AutomationCursor]
    known: Known

    @property
    def activated_us(self) -> int:
        """When the rule was switched on."""
        assert self.version.activated_at is not None
        return microseconds(self.version.activated_at)

    @property
    def start_us(self) -> int:
        """From when on a series counts that was never looked at."""
        return max(self.activated_us, microseconds(self.now) - LONGEST_CATCH_UP_US)


@transaction.atomic
def watch(*, by: "Person | None", version_id: int, known: Known | None = None) -> Watched:
    """Look once at everything that a version looks at, and do what it says.

    ``known`` are the series of each trigger, where the caller has looked them up not long ago.
    """
    assert by is None
    version = AutomationVersion.objects.select_related("automation").filter(pk=version_id).first()
    if version is None or not _lock(version.automation_id):
        return Watched(is_busy=version is not None)
    version.refresh_from_db(fields=["state"])  # it may have been switched off while somebody else held the lock
    rule = automations.rule_of(version) if version.state == "active" else None
    if rule is None:
        return Watched()
    kept = {(row.trigger, row.datastream): row for row in AutomationCursor.objects.filter(version=version)}
    look = _Look(version, rule, clock.now(), kept, [], {}, known or {})
    for trigger in rule.triggers:
        if isinstance(trigger, TimeTrigger):
            _look_at_clock(look, trigger)
        elif isinstance(trigger, EventTrigger):
            _look_at_events(look, trigger)
        else:
            _look_at_series(look, trigger)
    _keep(look.changed.values())
    runs = running.answer(by=None, version=version, rule=rule, heard=look.heard)
    return Watched(runs=tuple(runs), next_look=automations.next_deadline(version))


def _lock(automation_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, automation_id])
        return bool(cursor.fetchone()[0])


def _look_at_series(look: _Look, trigger: SeriesTrigger) -> None:
    refs = look.known[trigger.id] if trigger.id in look.known else automation_series.series_of(look.version, trigger)
    for ref in refs:
        _cursor(look, trigger, ref)
    if isinstance(trigger, ForecastTrigger):
        _look_at_forecasts(look, trigger, refs)
        return
    newest = automation_series.newest_us(refs)
    fresh = [ref for ref in refs if newest.get(ref.id, -1) > microseconds(look.cursors[trigger.id, ref.id].position)]
    columns = _read(look, trigger, fresh)
    for ref in refs:
        if ref.id in columns or _is_due(look, trigger, ref.id):
            _follow(look, trigger, ref, columns.get(ref.id, NOTHING))


def _cursor(look: _Look, trigger: SeriesTrigger, ref: SeriesRef) -> None:
    """Begin to look at a series that is new to the trigger: somewhat before the rule was switched on (see _concerning)."""
    if (trigger.id, ref.id) in look.cursors:
        return
    start_us = look.start_us
    if start_us == look.activated_us and not isinstance(trigger, NoDataTrigger | ForecastTrigger):
        start_us -= STANDS_US
    standing = looking.begin(trigger, start_us)
    row = AutomationCursor(
        version=look.version,
        trigger=trigger.id,
        datastream=ref.id,
        position=moment_of(start_us - 1000),
        state=standing.to_json(),
    )
    _set_deadline(look, trigger, row, standing)
    look.cursors[trigger.id, ref.id] = row
    look.changed[trigger.id, ref.id] = row


def _set_deadline(look: _Look, trigger: SeriesTrigger, row: AutomationCursor, standing: Standing) -> None:
    due = looking.deadline_us(trigger, look.rule.flapping, standing)
    row.deadline = None if due is None else moment_of(due + looking.LATENESS_US)


def _is_due(look: _Look, trigger: SeriesTrigger, series: int) -> bool:
    deadline = look.cursors[trigger.id, series].deadline
    return deadline is not None and deadline <= look.now


def _read(look: _Look, trigger: SeriesTrigger, fresh: Sequence[SeriesRef]) -> dict[int, Columns]:
    """Return the readings of the series that have new ones, as far back as the trigger needs."""
    if not fresh:
        return {}
    now_us = microseconds(look.now)
    since = min(microseconds(look.cursors[trigger.id, ref.id].position) for ref in fresh)
    start = max(since, now_us - LONGEST_CATCH_UP_US) - looking.history_us(trigger)
    if isinstance(trigger, NoDataTrigger):  # a doubtful reading is not silence
        return automation_series.read_columns(fresh, None, start, now_us + 1, with_doubtful=True)
    return automation_series.read_columns(fresh, bounds_of(trigger), start, now_us + 1)


def _follow(look: _Look, trigger: SeriesTrigger, ref: SeriesRef, columns: Columns) -> None:
    row = look.cursors[trigger.id, ref.id]
    times = columns[0]
    new_from = int(np.searchsorted(times, microseconds(row.position), side="right"))
    until = microseconds(look.now) - looking.LATENESS_US
    own = localise(trigger, ref.numbers) or trigger
    standing, signals = looking.look(own, look.rule.flapping, Standing.of_json(row.state), columns, new_from, until)
    if new_from < len(times):
        row.position = moment_of(int(times[-1]))
    _remember(look, trigger, row, standing)
    for signal in _concerning(signals, look.activated_us):
        look.heard.append(_heard(trigger, ref, signal, columns))


def _concerning(signals: Sequence[Signal], activated_us: int) -> list[Signal]:
    """Leave out what had passed before the rule was switched on; what was so at that moment is heard of as of then."""
    before = [signal for signal in signals if signal.moment_us < activated_us]
    standing = [replace(one, moment_us=activated_us) for one in before[-1:] if one.kind == SignalKind.RAISED]
    return [*standing, *(signal for signal in signals if signal.moment_us >= activated_us)]


def _remember(look: _Look, trigger: SeriesTrigger, row: AutomationCursor, standing: Standing) -> None:
    row.state = standing.to_json()
    _set_deadline(look, trigger, row, standing)
    look.changed[trigger.id, row.datastream] = row


def _heard(trigger: SeriesTrigger, ref: SeriesRef, signal: Signal, columns: Columns) -> Heard:
    times, values = columns
    end = int(np.searchsorted(times, signal.moment_us, side="right"))
    first = max(0, end - SAMPLE)
    sample = tuple(zip(times[first:end].tolist(), values[first:end].tolist(), strict=True))
    return Heard(Said(trigger.id, ref, signal), f"series:{ref.id}", sample, is_simulated=ref.is_simulated)


def _look_at_forecasts(look: _Look, trigger: ForecastTrigger, refs: Sequence[SeriesRef]) -> None:
    if not refs:
        return
    since = min(look.cursors[trigger.id, ref.id].position for ref in refs)
    issues: dict[int, list[events.ForecastIssue]] = {}
    for issue in events.read_forecasts([ref.id for ref in refs], since, look.now):
        issues.setdefault(issue.datastream, []).append(issue)
    for ref in refs:
        row = look.cursors[trigger.id, ref.id]
        new = [issue for issue in issues.get(ref.id, []) if issue.issued_us > microseconds(row.position)]
        if not new and not _is_due(look, trigger, ref.id):
            continue
        standing, signals = looking.look_ahead(
            trigger, look.rule.flapping, Standing.of_json(row.state), new, microseconds(look.now) - looking.LATENESS_US
        )
        if new:
            row.position = moment_of(new[-1].issued_us)
        _remember(look, trigger, row, standing)
        for signal in signals:
            sample = tuple(new[-1].points[:SAMPLE]) if new else ()
            said = Said(trigger.id, ref, signal)
            look.heard.append(Heard(said, f"series:{ref.id}", sample, is_simulated=ref.is_simulated))


def _look_at_clock(look: _Look, trigger: TimeTrigger) -> None:
    row = look.cursors.get((trigger.id, 0))
    if row is None:
        row = AutomationCursor(version=look.version, trigger=trigger.id, position=look.version.activated_at or look.now)
    elif row.deadline is not None and row.deadline > look.now:
        return
    after = max(row.position, look.now - LONGEST_MISSED)
    for moment in schedules.moments(trigger, microseconds(after), microseconds(look.now)):
        said = Said(trigger.id, None, Signal(SignalKind.FIRED, moment))
        look.heard.append(Heard(said, "", is_simulated=look.version.is_demonstration))
    row.position = look.now
    following = schedules.next_moment(trigger, microseconds(look.now))
    row.deadline = None if following is None else moment_of(following)
    look.changed[trigger.id, 0] = row


def _look_at_events(look: _Look, trigger: EventTrigger) -> None:
    """Hear of every event once: one that has no run of this version yet is new, whenever it was committed."""
    assert look.version.activated_at is not None
    since = max(look.version.activated_at, look.now - LONGEST_EVENT)
    rows = Occurrence.objects.filter(name=trigger.name, occurred_at__gte=since)
    if trigger.where:
        rows = rows.filter(content__contains=dict(trigger.where))
    if look.version.is_demonstration:
        rows = rows.filter(is_simulated=True)
    known = set(
        Run.objects.filter(version=look.version, trigger=trigger.id, moment__gte=since).values_list(
            "subject", flat=True
        )
    )
    new = [row for row in rows.order_by("occurred_at", "id")[:1000] if f"event:{row.pk}" not in known]
    refs = automation_series.refs_of({row.datastream_id for row in new if row.datastream_id})
    for row in new:
        signal = Signal(SignalKind.FIRED, microseconds(row.occurred_at))
        said = Said(trigger.id, refs.get(row.datastream_id or 0), signal)
        content = {"name": row.name, "subject": row.subject, "content": row.content}
        look.heard.append(Heard(said, f"event:{row.pk}", event=content, is_simulated=row.is_simulated))


def _keep(cursors: Iterable[AutomationCursor]) -> None:
    AutomationCursor.objects.bulk_create(
        cursors,
        update_conflicts=True,
        unique_fields=["version", "trigger", "datastream"],
        update_fields=["position", "state", "deadline"],
    )

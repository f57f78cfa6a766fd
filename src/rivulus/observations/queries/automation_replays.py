"""What a rule would have done: the engine's own judgement over stored readings. Nothing is changed."""

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations import events
from rivulus.observations.queries import automation_series, readings
from rivulus.observations.queries.automation_series import NOTHING, Columns
from rivulus.observations.rules.automations import looking, schedules
from rivulus.observations.rules.automations.conditions import Known, SeriesRef
from rivulus.observations.rules.automations.levels import Signal, SignalKind, Standing
from rivulus.observations.rules.automations.measures import bounds_of, localise
from rivulus.observations.rules.automations.replay import Replayed, Said, play
from rivulus.observations.rules.automations.syntax import (
    AllOf,
    AnyOf,
    Condition,
    EventTrigger,
    ForecastTrigger,
    NoDataTrigger,
    NotThis,
    Rule,
    Selector,
    SeriesTrigger,
    TimeTrigger,
    ValueCondition,
)
from rivulus.observations.rules.weeks import microseconds
from rivulus.observations.rules.weeks import moment as moment_of

MOST_OF_CONDITIONS = 3_000_000
PIECE = 500_000  # readings read at a time
TOO_MUCH = N_("This would look at %(count)s readings; at most %(most)s can be replayed. Choose a shorter period.")

type Progress = Callable[[int], None]


def simulate(
    rule: Rule,
    start: dt.datetime,
    finish: dt.datetime,
    *,
    only_simulated: bool = False,
    progress: Progress = lambda percent: None,
) -> Replayed:
    """Return what a rule would have done; nothing is stored. The code that judges is the engine's own."""
    start_us, end_us = microseconds(start), microseconds(finish)
    said: list[Said] = []
    for number, trigger in enumerate(rule.triggers):
        share = 90 * number // len(rule.triggers)
        if isinstance(trigger, TimeTrigger):
            moments = schedules.moments(trigger, start_us, end_us)
            said += [Said(trigger.id, None, Signal(SignalKind.FIRED, moment)) for moment in moments]
        elif not isinstance(trigger, EventTrigger):  # events of the past are not asked for again
            refs = automation_series.resolve(trigger.series, only_simulated=only_simulated)

            def part(done: float, share: int = share) -> None:
                progress(share + int(done * 90 / len(rule.triggers)))

            said += _listen(rule, trigger, refs, start_us, end_us, part)
    progress(90)
    return play(rule, said, _PastWorld(start_us, end_us, simulated=only_simulated))


def count_readings(rule: Rule, start: dt.datetime, finish: dt.datetime) -> int:
    """Return how many readings a replay would look at, about."""
    ids = {ref.id for selector in _selectors(rule) for ref in automation_series.resolve(selector) if ref.is_number}
    return readings.count(sorted(ids), microseconds(start), microseconds(finish)) if ids else 0


def _selectors(rule: Rule) -> list[Selector]:
    triggers = [one.series for one in rule.triggers if not isinstance(one, TimeTrigger | EventTrigger)]
    return triggers + [condition.series for condition in _values(rule.conditions)]


def _values(conditions: Sequence[Condition]) -> list[ValueCondition]:
    found: list[ValueCondition] = []
    for condition in conditions:
        if isinstance(condition, ValueCondition):
            found.append(condition)
        elif isinstance(condition, AllOf | AnyOf):
            found += _values(condition.parts)
        elif isinstance(condition, NotThis):
            found += _values([condition.part])
    return found


def _listen(
    rule: Rule,
    trigger: SeriesTrigger,
    refs: Sequence[SeriesRef],
    start_us: int,
    end_us: int,
    progress: Callable[[float], None],
) -> list[Said]:
    """Return what one trigger would have said, reading a few series at a time."""
    said: list[Said] = []
    done = 0
    for group in _groups(refs, start_us, end_us):
        if isinstance(trigger, ForecastTrigger):
            said += _foresee(rule, trigger, group, start_us, end_us)
        else:
            columns = _columns(trigger, group, start_us, end_us)
            for ref in group:
                said += _signals(rule, trigger, ref, columns.get(ref.id, NOTHING), start_us, end_us)
        done += len(group)
        progress(done / len(refs))
    return said


def _groups(refs: Sequence[SeriesRef], start_us: int, end_us: int) -> list[list[SeriesRef]]:
    """Return the series in groups of about half a million readings."""
    if not refs:
        return []
    count = readings.count([ref.id for ref in refs], start_us, end_us)
    size = max(1, PIECE * len(refs) // max(count, 1))
    return [list(refs[first : first + size]) for first in range(0, len(refs), size)]


def _columns(trigger: SeriesTrigger, group: Sequence[SeriesRef], start_us: int, end_us: int) -> dict[int, Columns]:
    if isinstance(trigger, NoDataTrigger):
        return automation_series.read_columns(group, None, start_us, end_us, with_doubtful=True)
    first = start_us - looking.history_us(trigger)
    return automation_series.read_columns(group, bounds_of(trigger), first, end_us)


def _signals(
    rule: Rule, trigger: SeriesTrigger, ref: SeriesRef, columns: Columns, start_us: int, end_us: int
) -> list[Said]:
    own = localise(trigger, ref.numbers)
    if own is None:
        return []
    standing = looking.begin(own, start_us)
    new_from = int(np.searchsorted(columns[0], start_us, side="left"))
    _, signals = looking.look(own, rule.flapping, standing, columns, new_from, end_us - looking.LATENESS_US)
    return [Said(trigger.id, ref, signal) for signal in signals]


def _foresee(
    rule: Rule, trigger: ForecastTrigger, group: Sequence[SeriesRef], start_us: int, end_us: int
) -> list[Said]:
    issues = events.read_forecasts([ref.id for ref in group], moment_of(start_us), moment_of(end_us))
    said = []
    for ref in group:
        own = [issue for issue in issues if issue.datastream == ref.id]
        _, signals = looking.look_ahead(
            trigger, rule.flapping, Standing(since_us=start_us), own, end_us - looking.LATENESS_US
        )
        said += [Said(trigger.id, ref, signal) for signal in signals]
    return said


class _PastWorld:
    """What conditions ask, answered from columns that were read once."""

    def __init__(self, start_us: int, end_us: int, *, simulated: bool) -> None:
        self._start_us, self._end_us, self._simulated = start_us, end_us, simulated
        self._read: dict[ValueCondition, dict[int, Columns]] = {}
        self._count = 0
        self._by_thing: dict[tuple[ValueCondition, int], tuple[SeriesRef, ...]] = {}

    def known(self, condition: ValueCondition, fired: SeriesRef | None, moment_us: int) -> list[Known]:
        """Return the newest value of each series meant, as it was known at the moment."""
        found = []
        for ref, (times, values) in self._columns(condition, fired):
            place = int(np.searchsorted(times, moment_us, side="right")) - 1
            if place >= 0 and times[place] >= moment_us - condition.not_older_us:
                found.append(Known(ref, int(times[place]), float(values[place])))
        return found

    def _columns(self, condition: ValueCondition, fired: SeriesRef | None) -> list[tuple[SeriesRef, Columns]]:
        simulated = fired.is_simulated if fired else self._simulated
        refs = self._refs(condition, fired)
        columns = self._read.setdefault(condition, {})
        missing = [ref for ref in refs if ref.id not in columns]
        if missing:
            first = self._start_us - condition.not_older_us
            self._count += readings.count([ref.id for ref in missing], first, self._end_us)
            if self._count > MOST_OF_CONDITIONS:
                raise Refused(TOO_MUCH, count=self._count, most=MOST_OF_CONDITIONS)
            fresh = automation_series.read_columns(missing, condition.bounds, first, self._end_us)
            columns.update({ref.id: fresh.get(ref.id, NOTHING) for ref in missing})
        return [(ref, columns[ref.id]) for ref in refs if ref.is_simulated == simulated]

    def _refs(self, condition: ValueCondition, fired: SeriesRef | None) -> tuple[SeriesRef, ...]:
        thing = fired.thing_id if fired and condition.series.same_thing else 0
        key = (condition, thing)
        if key not in self._by_thing:
            self._by_thing[key] = automation_series.resolve(condition.series, thing_id=thing)
        return self._by_thing[key]

"""What a rule would have done: its triggers, conditions, modes and alarms played over stored readings."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rivulus.observations.rules.automations.conditions import SeriesRef, World, check
from rivulus.observations.rules.automations.levels import Signal, SignalKind
from rivulus.observations.rules.automations.modes import Admission, admit
from rivulus.observations.rules.automations.syntax import AlarmAction, Mode, Rule, WaitAction

MOST_SHOWN = 500
DONE, STOPPED, SKIPPED, QUEUED = "done", "stopped", "skipped", "queued"


@dataclass(frozen=True, slots=True)
class Said:
    """A signal of one trigger about one series, or about none."""

    trigger: str
    series: SeriesRef | None
    signal: Signal


@dataclass(slots=True)
class Episode:
    """An alarm that would have been raised."""

    trigger: str
    series: SeriesRef | None
    opened_us: int
    value: float | None
    cleared_us: int | None = None
    is_flapping: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return what a replay keeps."""
        return {
            "trigger": self.trigger,
            "series": self.series.id if self.series else None,
            "thing": self.series.thing_name if self.series else "",
            "name": self.series.name if self.series else "",
            "property": self.series.property if self.series else "",
            "opened": self.opened_us,
            "cleared": self.cleared_us,
            "value": self.value,
            "flapping": self.is_flapping,
        }


@dataclass(slots=True)
class Replayed:
    """The outcome: alarms, how often the rule ran, and how often something kept it from running."""

    episodes: list[Episode] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return what a replay keeps: all counts, and the first alarms."""
        return {
            "alarms": len(self.episodes),
            "runs": self.states.get(DONE, 0),
            "states": self.states,
            "episodes": [episode.to_json() for episode in self.episodes[:MOST_SHOWN]],
        }


def play(rule: Rule, said: Iterable[Said], world: World) -> Replayed:
    """Return what the rule would have done about what its triggers said."""
    played, open_now = Replayed(), dict[tuple[str, int], Episode]()
    busy: dict[int, list[tuple[int, str]]] = {}
    waits_us = sum(action.for_us for action in rule.actions[:-1] if isinstance(action, WaitAction))
    raises_alarm = any(isinstance(action, AlarmAction) for action in rule.actions)
    for one in sorted(said, key=order_of):
        key = (one.trigger, one.series.id if one.series else 0)
        kind = one.signal.kind
        if kind in (SignalKind.RAISED, SignalKind.FIRED):
            state = _fire(rule, one, world, busy.setdefault(key[1], []), waits_us)
            played.states[state] = played.states.get(state, 0) + 1
            if (state != DONE and state != QUEUED) or not raises_alarm:
                continue
            if key not in open_now:
                open_now[key] = _open(played, one)
            open_now[key].is_flapping |= one.signal.is_flapping
        elif kind is SignalKind.CLEARED:
            waiting = busy.setdefault(key[1], [])
            waiting[:] = [run for run in waiting if run[1] != one.trigger]
            if key in open_now:
                open_now.pop(key).cleared_us = one.signal.moment_us
    return played


def order_of(one: Said) -> tuple[int, str, int]:
    """Return what puts signals in order: moment, trigger, series."""
    return one.signal.moment_us, one.trigger, one.series.id if one.series else 0


def _open(played: Replayed, one: Said) -> Episode:
    episode = Episode(one.trigger, one.series, one.signal.moment_us, one.signal.value)
    played.episodes.append(episode)
    return episode


def _fire(rule: Rule, one: Said, world: World, waiting: list[tuple[int, str]], waits_us: int) -> str:
    """Return the state of the run that this firing would have made; ``waiting`` are the ends of earlier runs for the
    same series that are not over, and their triggers."""
    moment = one.signal.moment_us
    if not all(check(condition, world, one.series, moment).held for condition in rule.conditions):
        return STOPPED
    waiting[:] = [run for run in waiting if run[0] > moment]
    running = min(len(waiting), 1) if rule.mode is Mode.QUEUED else len(waiting)
    admission = admit(rule.mode, rule.most, running=running, queued=len(waiting) - running)
    if admission is Admission.SKIP:
        return SKIPPED
    if admission is Admission.REPLACE:
        waiting.clear()
    starts = max(run[0] for run in waiting) if admission is Admission.QUEUE else moment
    if waits_us:
        waiting.append((starts + waits_us, one.trigger))
    return QUEUED if admission is Admission.QUEUE else DONE

"""A series held against bounds over time: wrong for long enough, right again, flapping, silent.

The machine goes by the times of the readings, never by the clock of the computer: fed at once or one by one, live or
in a replay, the same readings give the same signals. Time that passes without a reading is told by ``until_us``.

    calm ──wrong──▶ pending ──for──▶ RAISED ──right──▶ calming ──clear_for──▶ CLEARED
                                        │  ▲               (or after `calm` while it flaps)
                                     silent │ FOUND
                                        ▼  │
                                       LOST ──right──▶ CLEARED
"""

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from rivulus.observations.rules.automations.measures import Times, Truths, Values
from rivulus.observations.rules.automations.syntax import Flapping


class Phase(StrEnum):
    """Where a series stands with one trigger."""

    CALM = "calm"
    PENDING = "pending"  # wrong, but not for long enough
    RAISED = "raised"
    CALMING = "calming"  # right again, but not for long enough
    LOST = "lost"  # was wrong when it fell silent


class SignalKind(StrEnum):
    """What a trigger says."""

    RAISED = "raised"
    CLEARED = "cleared"
    LOST = "lost"
    FOUND = "found"
    FIRED = "fired"  # times and events: nothing to clear


@dataclass(frozen=True, slots=True)
class Signal:
    """Something a trigger says of one series at one moment (microseconds since 1970)."""

    kind: SignalKind
    moment_us: int
    value: float | None = None
    since_us: int | None = None
    is_flapping: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What is remembered of one series between two looks."""

    phase: Phase = Phase.CALM
    since_us: int = 0  # of the phase
    last_us: int | None = None
    last_value: float | None = None
    raised: tuple[int, ...] = ()  # moments of the last alarms, to see flapping
    is_flapping: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return what the database keeps."""
        return {
            "phase": str(self.phase),
            "since": self.since_us,
            "last": self.last_us,
            "value": self.last_value,
            "raised": list(self.raised),
            "flapping": self.is_flapping,
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "Standing":
        """Return what the database kept; nothing kept is a fresh start."""
        if not kept:
            return cls()
        return cls(
            Phase(kept["phase"]), kept["since"], kept["last"], kept["value"], tuple(kept["raised"]), kept["flapping"]
        )


@dataclass(frozen=True, slots=True)
class Patience:
    """How long what must last, in microseconds."""

    for_us: int
    clear_for_us: int
    silent_us: int
    flapping: Flapping


def deadline_us(standing: Standing, patience: Patience) -> int | None:
    """Return when time alone will change something, or None."""
    found = _deadline(standing, patience)
    return found[0] if found else None


def follow(
    standing: Standing,
    patience: Patience,
    columns: tuple[Times, Values, Truths, Truths],
    until_us: int,
) -> tuple[Standing, list[Signal]]:
    """Return the standing and the signals after some readings (times, values, hot, cool; all after the last one seen)
    and after the time until ``until_us``."""
    times, values, hot, cool = columns
    signals: list[Signal] = []
    if len(times):
        for index in _turns(standing, patience, times, hot, cool):
            if index:
                standing = replace(standing, last_us=int(times[index - 1]), last_value=float(values[index - 1]))
            standing = _pass(standing, patience, int(times[index]) - 1, signals, times, values)
            standing = _read(
                standing, patience, int(times[index]), float(values[index]), hot[index], cool[index], signals
            )
        standing = replace(standing, last_us=int(times[-1]), last_value=float(values[-1]))
        until_us = max(until_us, int(times[-1]))
    return _pass(standing, patience, until_us, signals, times, values), signals


def _turns(standing: Standing, patience: Patience, times: Times, hot: Truths, cool: Truths) -> list[int]:
    """Return the readings at which something may change: the first, those unlike the one before, those after silence."""
    differs = (hot[1:] != hot[:-1]) | (cool[1:] != cool[:-1]) | (np.diff(times) >= patience.silent_us)
    return [0, *(np.flatnonzero(differs) + 1).tolist()]


def _deadline(standing: Standing, patience: Patience) -> tuple[int, Phase] | None:
    """Return the moment and the phase that comes then, if no reading comes before."""
    if standing.phase in (Phase.CALM, Phase.LOST) or standing.last_us is None:
        return None
    silent = standing.last_us + patience.silent_us
    if standing.phase is Phase.PENDING:
        # At the same moment silence wins: one reading is no proof of hours.
        raised = standing.since_us + patience.for_us
        return (silent, Phase.CALM) if silent <= raised else (raised, Phase.RAISED)
    if standing.phase is Phase.CALMING:
        calm = standing.since_us + _calm_us(standing, patience)
        return (calm, Phase.CALM) if calm <= silent else (silent, Phase.LOST)
    return silent, Phase.LOST


def _calm_us(standing: Standing, patience: Patience) -> int:
    return max(patience.clear_for_us, patience.flapping.calm_us if standing.is_flapping else 0)


def _pass(
    standing: Standing, patience: Patience, until_us: int, signals: list[Signal], times: Times, values: Values
) -> Standing:
    """Let time pass: carry out every deadline that is not after ``until_us``."""
    while (due := _deadline(standing, patience)) and due[0] <= until_us:
        moment, phase = due
        value = _value_at(standing, moment, times, values)
        if phase is Phase.RAISED:
            standing = _raise(standing, patience, moment, value, signals)
        elif phase is Phase.LOST:
            signals.append(Signal(SignalKind.LOST, moment, value, standing.since_us, standing.is_flapping))
            standing = replace(standing, phase=phase, since_us=moment)
        else:
            standing = _calm(standing, moment, value, signals)
    return standing


def _value_at(standing: Standing, moment: int, times: Times, values: Values) -> float | None:
    """Return the value that stood at a moment: of these readings, or the last one before them."""
    index = bisect.bisect_right(times, moment) - 1
    return float(values[index]) if index >= 0 else standing.last_value


def _raise(standing: Standing, patience: Patience, moment: int, value: float | None, signals: list[Signal]) -> Standing:
    since = standing.since_us
    recent = tuple(at for at in standing.raised if at > moment - patience.flapping.within_us)
    raised = (*recent, moment)[-patience.flapping.changes - 1 :]
    is_flapping = len(raised) > patience.flapping.changes
    signals.append(Signal(SignalKind.RAISED, moment, value, since, is_flapping))
    return replace(standing, phase=Phase.RAISED, since_us=moment, raised=raised, is_flapping=is_flapping)


def _calm(standing: Standing, moment: int, value: float | None, signals: list[Signal]) -> Standing:
    """Become calm; only what had been raised is cleared, and a flapping one that came to rest begins anew."""
    if standing.phase is not Phase.PENDING:
        signals.append(Signal(SignalKind.CLEARED, moment, value, standing.since_us, standing.is_flapping))
    raised = () if standing.is_flapping else standing.raised
    return replace(standing, phase=Phase.CALM, since_us=moment, raised=raised, is_flapping=False)


def _read(
    standing: Standing, patience: Patience, time: int, value: float, hot: Any, cool: Any, signals: list[Signal]
) -> Standing:
    """Take in one reading at which something may change. One that comes so late that time has already spoken counts
    from then on: nothing ends before it began."""
    standing = replace(standing, last_us=time, last_value=value)
    phase, time = standing.phase, max(time, standing.since_us)
    if phase is Phase.CALM and hot:
        standing = replace(standing, phase=Phase.PENDING, since_us=time)
        return _raise(standing, patience, time, value, signals) if patience.for_us == 0 else standing
    if phase is Phase.PENDING and not hot:
        return replace(standing, phase=Phase.CALM, since_us=time)
    if phase is Phase.RAISED and cool:
        standing = replace(standing, phase=Phase.CALMING, since_us=time)
        return _calm(standing, time, value, signals) if _calm_us(standing, patience) == 0 else standing
    if phase is Phase.CALMING and not cool:
        return replace(standing, phase=Phase.RAISED, since_us=time)
    if phase is Phase.LOST:
        if cool:
            return _calm(standing, time, value, signals)
        signals.append(Signal(SignalKind.FOUND, time, value, standing.since_us, standing.is_flapping))
        return replace(standing, phase=Phase.RAISED, since_us=time)
    return standing


def follow_silence(
    standing: Standing, for_us: int, times: Times, values: Values, until_us: int
) -> tuple[Standing, list[Signal]]:
    """Return the standing and the signals of a trigger that waits for silence; a fresh standing needs ``last_us``."""
    signals: list[Signal] = []
    last = standing.last_us
    assert last is not None
    known: list[int] = [last, *times.tolist()]
    kept = standing.last_value
    gaps = np.flatnonzero(np.diff(np.array(known)) > for_us).tolist() if len(times) else []
    wakes = gaps if standing.phase is not Phase.RAISED or not len(times) else sorted({0, *gaps})
    phase, since = standing.phase, standing.since_us
    for index in wakes:
        value = float(values[index - 1]) if index else kept
        if phase is not Phase.RAISED:
            since = known[index] + for_us
            signals.append(Signal(SignalKind.RAISED, since, value, known[index]))
        signals.append(Signal(SignalKind.CLEARED, known[index + 1], float(values[index]), since))
        phase, since = Phase.CALM, known[index + 1]
    last = known[-1]
    kept = float(values[-1]) if len(times) else kept
    if phase is not Phase.RAISED and last + for_us <= until_us:
        phase, since = Phase.RAISED, last + for_us
        signals.append(Signal(SignalKind.RAISED, since, kept, last))
    return Standing(phase, since, last, kept), signals


def silence_deadline_us(standing: Standing, for_us: int) -> int | None:
    """Return when silence will have lasted long enough, or None once it has."""
    return None if standing.phase is Phase.RAISED or standing.last_us is None else standing.last_us + for_us

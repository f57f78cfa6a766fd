"""One trigger looking at one series: from readings to signals. The same code serves the engine and the replay."""

from collections.abc import Sequence

import numpy as np

from rivulus.observations.events import ForecastIssue
from rivulus.observations.rules.automations import levels
from rivulus.observations.rules.automations.levels import Patience, Signal, Standing
from rivulus.observations.rules.automations.measures import Times, Values, bounds_of, history_us, judge, measure
from rivulus.observations.rules.automations.syntax import (
    Flapping,
    ForecastTrigger,
    NoDataTrigger,
    Reduction,
    SeriesTrigger,
    ValueTrigger,
)

# How late a reading may come before silence is taken for silence. A reading that comes later still is heard.
LATENESS_US = 60_000_000

__all__ = ["LATENESS_US", "begin", "deadline_us", "history_us", "look", "look_ahead", "patience_of"]


def begin(trigger: SeriesTrigger, start_us: int) -> Standing:
    """Return the standing of a series that a trigger begins to look at."""
    return Standing(since_us=start_us, last_us=start_us if isinstance(trigger, NoDataTrigger) else None)


def look(
    trigger: SeriesTrigger,
    flapping: Flapping,
    standing: Standing,
    readings: tuple[Times, Values],
    new_from: int,
    until_us: int,
) -> tuple[Standing, list[Signal]]:
    """Return the standing and the signals after new readings.

    ``readings`` are in the order of time and begin as far back as the trigger's window reaches; those from index
    ``new_from`` on are new. ``until_us``: nothing that came before this time is still on its way.
    """
    times, values = readings
    if isinstance(trigger, NoDataTrigger):
        return levels.follow_silence(standing, trigger.for_us, times[new_from:], values[new_from:], until_us)
    measured = measure(trigger, times, values)[new_from:]
    says = ~np.isnan(measured)
    times, measured = times[new_from:][says], measured[says]
    hot, cool = judge(bounds_of(trigger), measured)
    return levels.follow(standing, patience_of(trigger, flapping), (times, measured, hot, cool), until_us)


def look_ahead(
    trigger: ForecastTrigger,
    flapping: Flapping,
    standing: Standing,
    issues: Sequence[ForecastIssue],
    until_us: int,
) -> tuple[Standing, list[Signal]]:
    """Return the standing and the signals after new forecasts: each counts as one reading, at the time of its issue,
    of the worst value within the time that the trigger looks ahead."""
    reduction = Reduction.MIN if trigger.bounds.below is not None else Reduction.MAX
    pairs = [(issue.issued_us, _worst(trigger, issue, reduction)) for issue in issues]
    known = [(time, value) for time, value in pairs if value is not None]
    times = np.array([time for time, _ in known], np.int64)
    values = np.array([value for _, value in known], np.float64)
    hot, cool = judge(trigger.bounds, values)
    return levels.follow(standing, patience_of(trigger, flapping), (times, values, hot, cool), until_us)


def _worst(trigger: ForecastTrigger, issue: ForecastIssue, reduction: Reduction) -> float | None:
    ahead = [value for time, value in issue.points if issue.issued_us < time <= issue.issued_us + trigger.within_us]
    if not ahead:
        return None
    return min(ahead) if reduction is Reduction.MIN else max(ahead)


def patience_of(trigger: SeriesTrigger, flapping: Flapping) -> Patience:
    """Return how long the trigger waits for what."""
    if isinstance(trigger, ValueTrigger):
        return Patience(trigger.for_us, trigger.clear_for_us, trigger.silent_us, flapping)
    assert not isinstance(trigger, NoDataTrigger)
    return Patience(0, 0, trigger.silent_us, flapping)


def deadline_us(trigger: SeriesTrigger, flapping: Flapping, standing: Standing) -> int | None:
    """Return when time alone will change something; the engine looks then, readings or not."""
    if isinstance(trigger, NoDataTrigger):
        return levels.silence_deadline_us(standing, trigger.for_us)
    return levels.deadline_us(standing, patience_of(trigger, flapping))

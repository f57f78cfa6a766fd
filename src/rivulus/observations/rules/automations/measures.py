"""What a trigger looks at: the values themselves, the mean or extreme of a window, or how far a value has moved.

All functions take columns in the order of time and answer one number for each reading; NaN where the window is not
full enough to say anything.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rivulus.observations.rules.automations.syntax import (
    Bounds,
    RateTrigger,
    Reduction,
    SeriesTrigger,
    ValueTrigger,
    Window,
)

type Times = NDArray[np.int64]
type Values = NDArray[np.float64]
type Truths = NDArray[np.bool_]

# A window says something once its readings reach back over three quarters of it: the share of valid data that
# Directive 2008/50/EC (annex XI) asks of averages.
LEAST_SHARE = 0.75


def history_us(trigger: SeriesTrigger) -> int:
    """Return how far before a reading the trigger must look to judge it."""
    if isinstance(trigger, ValueTrigger):
        return trigger.window.span_us if trigger.window else 0
    return trigger.within_us if isinstance(trigger, RateTrigger) else 0


def measure(trigger: SeriesTrigger, times: Times, values: Values) -> Values:
    """Return the number that the trigger judges at each reading."""
    if isinstance(trigger, RateTrigger):
        return _moved(trigger, times, values)
    if isinstance(trigger, ValueTrigger) and trigger.window:
        return windowed(trigger.window, times, values)
    return values


def windowed(window: Window, times: Times, values: Values) -> Values:
    """Return the reduction of the window (t − span, t] at each reading."""
    first = np.searchsorted(times, times - window.span_us, side="right")
    if window.reduction in (Reduction.MIN, Reduction.MAX):
        found = _extreme(first, values, largest=window.reduction is Reduction.MAX)
    else:
        found = _sums(first, values)
        if window.reduction is Reduction.MEAN:
            found = found / (np.arange(len(times)) - first + 1)
    full = times - times[first] >= LEAST_SHARE * window.span_us if len(times) else np.zeros(0, bool)
    return np.where(full, found, np.nan)


def _sums(first: NDArray[Any], values: Values) -> Values:
    """Return the sums of values[first[i] … i]; each stretch is summed by itself, so that the same readings give the
    same bits wherever the columns begin."""
    if not len(values):
        return values
    edges = np.empty(2 * len(values), np.int64)
    edges[0::2], edges[1::2] = first, np.arange(1, len(values) + 1)
    # reduceat wants every edge inside: one more value, that no stretch takes in.
    sums: Values = np.add.reduceat(np.append(values, 0.0), edges)[0::2]
    return sums


def _extreme(first: NDArray[Any], values: Values, *, largest: bool) -> Values:
    """Return the extremes of values[first[i] … i] with a queue of candidates: each value enters and leaves once."""
    listed: list[float] = (values if largest else -values).tolist()
    found, queue = [0.0] * len(listed), deque[int]()
    for index, value in enumerate(listed):
        while queue and listed[queue[-1]] <= value:
            queue.pop()
        queue.append(index)
        while queue[0] < first[index]:
            queue.popleft()
        found[index] = listed[queue[0]]
    extremes = np.array(found, np.float64)
    return extremes if largest else -extremes


def _moved(trigger: RateTrigger, times: Times, values: Values) -> Values:
    """Return how far each value lies above the lowest (rises) or below the highest (falls) of the time before it."""
    first = np.searchsorted(times, times - trigger.within_us, side="left")
    if trigger.rises is not None:
        return values - _extreme(first, values, largest=False)
    return _extreme(first, values, largest=True) - values


def bounds_of(trigger: SeriesTrigger) -> Bounds:
    """Return the bounds that the measured numbers are held against."""
    if isinstance(trigger, RateTrigger):
        amount = trigger.rises if trigger.rises is not None else trigger.falls
        return Bounds(above=amount)
    found: Bounds = trigger.bounds  # type: ignore[union-attr]
    return found


def localise[T: SeriesTrigger](trigger: T, numbers: Mapping[str, float]) -> T | None:
    """Return the trigger with the bound of one thing, whose own ``numbers`` are given; None where it has none."""
    if not isinstance(trigger, ValueTrigger) or not (trigger.bounds.above_of or trigger.bounds.below_of):
        return trigger
    bounds = trigger.bounds
    bound = numbers.get(bounds.above_of or bounds.below_of)
    if bound is None:
        return None
    if bounds.above_of:
        return replace(trigger, bounds=Bounds(above=bound, clear=bound - bounds.margin))
    return replace(trigger, bounds=Bounds(below=bound, clear=bound + bounds.margin))


def judge(bounds: Bounds, values: Values) -> tuple[Truths, Truths]:
    """Return which values are wrong (hot) and which are right again (cool); between the two lies the hysteresis."""
    if bounds.above is not None:
        return values > bounds.above, values <= (bounds.above if bounds.clear is None else bounds.clear)
    if bounds.below is not None:
        return values < bounds.below, values >= (bounds.below if bounds.clear is None else bounds.clear)
    if bounds.between is not None:
        low, high = bounds.between
        margin = bounds.clear or 0.0
        return (values >= low) & (values <= high), (values < low - margin) | (values > high + margin)
    hot = values == _as_number(bounds.equals)
    return hot, ~hot


def _as_number(value: float | bool | str | None) -> float:
    """Words and truths are compared where they are read, and come here as 1 (the same) or 0."""
    return float(value) if isinstance(value, float) else 1.0


def holds(bounds: Bounds, value: float) -> bool:
    """Say whether one value is wrong in these bounds."""
    return bool(judge(bounds, np.array([value]))[0][0])


def threshold_of(bounds: Bounds) -> float | None:
    """Return the one number that stands for the bounds in a sentence or a chart."""
    if bounds.between is not None:
        return bounds.between[0]
    if isinstance(bounds.equals, float):
        return bounds.equals
    return bounds.above if bounds.above is not None else bounds.below

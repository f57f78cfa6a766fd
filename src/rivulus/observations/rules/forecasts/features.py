"""What a learned forecast looks at: the series itself, its companions, and the calendar of the hour asked for."""

import numpy as np
from numpy.typing import NDArray

from rivulus.observations.rules.forecasts.frames import Column, Frame, shifted

LAGS = (0, 1, 2, 3, 5, 11, 23)
SEASONS = (24, 48, 72, 168, 336)  # hours before the hour asked for
WINDOWS = (3, 6, 24, 168)


def features(frame: Frame, horizon: int) -> NDArray[np.float32]:
    """Return one row for each hour of the frame as the origin; a row holds only what was known at its origin.

    ``horizon`` is in hours, 1 to 24, and no more than the frame's calendar reaches ahead.
    """
    target = frame.target
    columns: list[Column] = [shifted(target, -lag) for lag in LAGS]
    columns += [shifted(target, horizon - season) for season in SEASONS]
    columns += [_mean_of_last(target, hours) for hours in WINDOWS]
    columns.append(_mean([shifted(target, horizon - 24 * days) for days in range(1, 8)]))
    columns.append(_mean([shifted(target, horizon - 168 * weeks) for weeks in range(1, 5)]))
    columns.append(target - _mean([shifted(target, -24 * days) for days in range(1, 8)]))
    for name in sorted(frame.companions):
        values = frame.companions[name]
        columns += [values, shifted(values, -1), shifted(values, horizon - 24), _mean_of_last(values, 6)]
    columns += _calendar(frame, horizon)
    return np.column_stack(columns).astype(np.float32)


def _calendar(frame: Frame, horizon: int) -> list[Column]:
    asked = slice(horizon, horizon + len(frame))
    turn = 2 * np.pi * frame.day_of_year[asked] / 365.25
    return [
        frame.local_hour[asked].astype(float),
        frame.weekday[asked].astype(float),
        frame.is_holiday[asked].astype(float),
        np.sin(turn),
        np.cos(turn),
    ]


def _mean_of_last(values: Column, hours: int) -> Column:
    """Return the mean of this hour and the ones before, ``hours`` in all, of those that were measured."""
    known = ~np.isnan(values)
    sums = np.concatenate(([0.0], np.cumsum(np.where(known, values, 0.0))))
    counts = np.concatenate(([0], np.cumsum(known)))
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - hours, 0)
    count = counts[ends] - counts[starts]
    return np.where(count > 0, (sums[ends] - sums[starts]) / np.maximum(count, 1), np.nan)


def _mean(columns: list[Column]) -> Column:
    stacked = np.stack(columns)
    known = ~np.isnan(stacked)
    count = known.sum(axis=0)
    total = np.where(known, stacked, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)

"""A series and its companions on one grid of whole hours."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

HOUR_US = 3_600_000_000
type Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frame:
    """Hourly means: ``target`` is what is forecast, NaN where nothing was measured; companions have the same length.

    ``first_hour`` counts hours since 1970 (UTC). Of each hour, ``local_hour`` 0–23, ``weekday`` 0–6 (Monday is 0),
    ``is_holiday`` and ``day_of_year`` are those of the city; they reach ``ahead`` hours beyond the last value, because
    the calendar is known.
    """

    first_hour: int
    target: Column
    local_hour: NDArray[np.int64]
    weekday: NDArray[np.int64]
    day_of_year: NDArray[np.int64]
    is_holiday: NDArray[np.bool_]
    companions: Mapping[str, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.target)

    @property
    def ahead(self) -> int:
        """How many hours beyond the last value the calendar reaches."""
        return len(self.local_hour) - len(self.target)


def shifted(values: Column, by: int) -> Column:
    """Return the value ``by`` hours later at each hour (earlier where negative); NaN where there is none."""
    moved = np.full(len(values), np.nan)
    if by >= 0:
        moved[: len(values) - by] = values[by:]
    else:
        moved[-by:] = values[:by]
    return moved


def on_grid(hours: NDArray[np.int64], values: Column, first_hour: int, length: int) -> Column:
    """Return hourly values laid on a grid of ``length`` hours from ``first_hour``; NaN where there is none."""
    grid = np.full(length, np.nan)
    places = hours - first_hour
    inside = (places >= 0) & (places < length)
    grid[places[inside]] = values[inside]
    return grid
